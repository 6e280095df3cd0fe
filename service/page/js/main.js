// The page from its start.

import { Api } from "./api.js";
import { byId, h } from "./dom.js";

const api = new Api();
const text = byId("text");

const examples = await api.json("page/examples/index.json");
const pick = h("select", { "aria-label": "Example", onchange: () => load(pick.value) }, examples.map((each) => h("option", { value: each.file }, each.name)));
byId("input-bar").append(pick, h("button", { type: "button", onclick: () => solve() }, "Solve"));
await load(examples[0].file);

async function load(file) {
  text.value = await api.text(`page/examples/${file}`);
}

async function solve() {
  const place = byId("job");
  place.hidden = false;
  let job = await api.submit(text.value, `page-${crypto.randomUUID()}`);
  while (!["ready", "failed", "infeasible", "cancelled"].includes(job.state)) {
    place.textContent = job.state;
    job = await api.job(job.id, { headers: { Prefer: "wait=10" } });
  }
  place.textContent = job.state;
  if (job.state !== "ready") return;
  const { showLayout } = await import("./view/index.js");
  byId("layout").hidden = false;
  showLayout(byId("layout"), { jobId: job.id, job, layout: job.layout, manifest: await api.manifest(job.id), api, readOnly: false, state: null, onState: () => {}, onApply: null });
}
