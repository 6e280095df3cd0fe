// What a link brings: the manifest's text, and a layout that its sender vouches for.

import { byId, h } from "../dom.js";
import { sourceOf, sourceOfAddress, storedDraft } from "../input/source.js";
import { sentenceOf } from "../words.js";
import { layoutIn, unpack } from "./codec.js";

const FIRST = "01-two-buffers.json";
const UNCHECKED = "This layout came with the link. This service has not checked it.";

/** The source that the address names; without one, what the tab has kept, or an example. */
export async function sourceFor(api, { manifest, format, url, example }) {
  if (manifest) return sourceOf(await unpack(manifest), { format: format ?? "auto", from: "link", held: true });
  if (url) return sourceOfAddress(url);
  if (example) return exampleOf(api, example);
  return storedDraft() ?? exampleOf(api, FIRST);
}

export async function exampleOf(api, file) {
  return sourceOf(await api.text(`page/examples/${encodeURIComponent(file)}`), { from: "example" });
}

/** Shows the layout of a link. `check()` reads the manifest in the editor; without it nobody can verify here. */
export async function showLinked(api, result, { layout: packed, view }, check = null) {
  const { layout, manifest, picture } = await layoutIn(packed);
  await result.show({ job: null, layout, manifest, picture, state: view });
  result.tell(UNCHECKED, check && h("button", { type: "button", onclick: verify }, "Check it here"));

  async function verify() {
    byId("note").focus(); // the button goes away
    try {
      const { manifest: written } = await check();
      const report = await api.json("v1/layouts:verify", { method: "POST", body: { manifest: written, layout } });
      const found = report.findings.map((each) => h("li", {}, each.message));
      const whole = "This layout came with the link. The service's verifier found that it keeps every rule of this manifest.";
      result.tell(report.passed ? whole : "This layout came with the link, and breaks rules of this manifest:", found.length ? h("ul", {}, found) : null);
      byId("note").scrollIntoView({ block: "nearest" });
    } catch (error) {
      result.tell(UNCHECKED, h("p.error", {}, sentenceOf(error)));
    }
  }
}
