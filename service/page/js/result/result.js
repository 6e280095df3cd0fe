// Shows a finished layout: the view of it, its downloads, and where it comes from.

import { byId, h } from "../dom.js";

const LAST = "warpack-last-job";

export class Result {
  /** `onState(state)` is told what the view shows, for the link. `onApply(changes)` orders the manifest with other values. */
  constructor(api, { onState, onApply, readOnly = false }) {
    this.api = api;
    this.onState = onState;
    this.onApply = onApply;
    this.readOnly = readOnly;
    this.view = null;
    this.shown = null;
    this.round = 0;
  }

  /** `job` is null for a layout from a link; then `picture` may be its SVG. */
  async show({ job, layout, manifest, picture = null, state = null, note = null }) {
    const round = (this.round += 1);
    const [{ showLayout }, { downloads }] = await Promise.all([import("../view/index.js"), import("./downloads.js")]);
    if (round !== this.round) return;
    this.shown = { job, layout, manifest, picture, view: state };
    this.tell(note);
    this.picture(picture, layout.name);
    const place = byId("layout");
    place.hidden = false;
    this.view?.destroy();
    this.view = showLayout(place, {
      jobId: job?.id ?? null,
      job,
      layout,
      manifest,
      picture,
      api: this.api,
      readOnly: this.readOnly,
      state,
      onState: (now) => {
        if (round !== this.round) return;
        this.shown.view = now;
        this.onState(now);
      },
      onApply: this.readOnly ? null : this.onApply,
      previousJobId: job ? previousOf(job.id) : null,
    });
    if (!this.readOnly) {
      byId("downloads").replaceChildren(downloads(this.api, { job: job?.state === "ready" ? job : null, layout, manifest }));
      byId("downloads").hidden = false;
    }
  }

  /** Shows a picture that somebody else has made. As an image it can do nothing to the page. */
  picture(svg, name) {
    const place = byId("picture");
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = svg && URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    place.hidden = !svg;
    place.replaceChildren(...(svg ? [h("img", { src: this.address, alt: `Memory map of ${name || "the layout"}` })] : []));
  }

  /** What must be known about the layout: a sentence or nodes; null takes it away. */
  tell(...parts) {
    const note = byId("note");
    const known = parts.flat().filter(Boolean);
    note.hidden = known.length === 0;
    note.replaceChildren(...known.map((part) => (typeof part === "string" ? h("p", {}, part) : part)));
  }

  clear() {
    this.round += 1;
    this.view?.destroy();
    this.view = null;
    this.shown = null;
    this.picture(null);
    for (const id of ["layout", "downloads", "note"]) byId(id).hidden = true;
    byId("layout").classList.remove("stale");
  }
}

/** The ready job that this tab showed before this one, to compare with. */
function previousOf(id) {
  try {
    const known = JSON.parse(sessionStorage.getItem(LAST) ?? "[]").filter((each) => each !== id);
    sessionStorage.setItem(LAST, JSON.stringify([id, ...known].slice(0, 2)));
    return known[0] ?? null;
  } catch {
    return null; // storage is switched off: there is nothing to compare with
  }
}
