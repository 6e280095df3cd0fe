// `?embed`: a picture and its figures in a frame of another page. It reads, and changes nothing: see docs/security.md.

import { Api } from "./api.js";
import { byId, h } from "./dom.js";
import { showLinked } from "./link/opened.js";
import { addressOf, readPlace } from "./link/place.js";
import { Result } from "./result/result.js";
import { FINAL, STATES, sentenceOf } from "./words.js";

export async function embedded(place) {
  document.documentElement.classList.add("embed");
  byId("main").dataset.pane = "output"; // a narrow page shows one pane alone
  const api = new Api({ readOnly: true });
  const result = new Result(api, { onState: () => {}, onApply: null, readOnly: true });
  const whole = addressOf({ job: place.job, manifest: place.manifest, format: place.format, layout: place.layout, view: place.view });
  byId("main").append(h("footer", {}, h("a", { href: whole.href, target: "_blank", rel: "noopener" }, "Open in Warpack")));
  addEventListener("hashchange", () => show(readPlace()));
  await show(place);

  async function show(now) {
    try {
      if (now.job) await showJob(now);
      else if (now.layout) await showLinked(api, result, now);
      else result.tell(now.manifest ? "This link has a manifest, but no layout. Open it in Warpack to solve it." : "This link has neither a layout nor an order.");
    } catch (error) {
      result.clear();
      result.tell(h("p.error", {}, sentenceOf(error)));
    }
  }

  async function showJob({ job: id, view }) {
    let job = await api.job(id);
    while (!FINAL.has(job.state)) {
      result.tell(`${STATES[job.state]}…`);
      job = await api.job(id, { headers: { Prefer: "wait=30" } });
    }
    if (job.state !== "ready") return result.tell(`${STATES[job.state]}.`);
    await result.show({ job, layout: job.layout, manifest: await api.manifest(id), state: view });
  }
}
