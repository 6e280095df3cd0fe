// The view of a finished layout: pictures, phases, buffers, what was validated, what it is compared with, and what if.

import { h } from "../dom.js";
import { Chosen } from "./chosen.js";
import { comparing } from "./comparing.js";
import { headlineOf } from "./headline.js";
import { keep } from "./last.js";
import { hasFrontier } from "./launch_facts.js";
import { Model } from "./model.js";
import { Phases } from "./phases.js";
import { Pictures } from "./pictures.js";
import { reports } from "./reports.js";
import { BufferTable } from "./table.js";
import { WhatIf } from "./whatif.js";

/** Shows a layout in `container`. `jobId` and `job` are null for a layout that came in a link. `manifest` is the
 *  normalised one; `layout` as the service gives it. `readOnly` is true in an embedded page.
 *  `state` is what an earlier `onState(state)` was given, as the link has it (a small JSON object), or null.
 *  `picture`: the memory map as SVG text, which the page shows itself, for a layout from a link that has one; else null.
 *  `onApply(changes)` orders the manifest with other values, by field; absent in an embedded page.
 *  Returns { update(parts), destroy() }; `update` takes any of the same parts. */
export function showLayout(container, parts) {
  styled();
  let view = new View(container, parts);
  return {
    update(changes) {
      const state = view.state;
      view.destroy();
      parts = { ...parts, ...changes, state: changes.state ?? state };
      view = new View(container, parts);
    },
    destroy: () => view.destroy(),
  };
}

class View {
  constructor(container, { jobId, manifest, layout, picture = null, api, readOnly = false, state = null, onState = () => {}, onApply = null }) {
    Object.assign(this, { container, jobId, layout, manifest, api, onState, onApply: readOnly ? null : onApply });
    this.state = { view: state?.view ?? "map", buffer: state?.buffer ?? null, phase: state?.phase ?? null };
    this.model = new Model(manifest, layout);
    this.last = readOnly ? null : keep(layout);
    const on = { select: (name) => this.select(name), phase: (phase) => this.phase(phase), view: (view) => this.#keep({ view }) };
    if (this.onApply && !manifest.frontier && hasFrontier(manifest)) on.frontier = () => this.onApply({ frontier: true });
    this.pictures = new Pictures({ jobId, api, model: this.model, on, view: this.state.view });
    this.chosen = new Chosen({ model: this.model, onSelect: on.select });
    this.table = new BufferTable({ rows: this.model.rows(), onSelect: on.select });
    this.places = Object.fromEntries(["phases", "comparing", "whatif", "reports"].map((name) => [name, h("div")]));
    this.places.comparing.append(comparing(layout, this.last, null));
    this.places.reports.append(reports(layout, null));
    const { phases, comparing: compared, whatif, reports: checked } = this.places;
    this.element = h("div.view", {}, h("h2", {}, layout.name || "Layout"), h("p.headline", {}, headlineOf(layout)), picture ? null : this.pictures.element, this.chosen.element, phases, this.table.element, whatif, compared, checked);
    container.replaceChildren(this.element);
    this.select(this.state.buffer, { quiet: true });
    this.#chart();
    this.#whatif();
  }

  destroy() {
    this.gone = true;
    this.pictures.destroy();
    this.container.replaceChildren();
  }

  /** Selects a buffer everywhere; null selects none. */
  select(name, { quiet = false } = {}) {
    this.pictures.pointing.select(name);
    this.table.select(name);
    this.chosen.show(name);
    if (!quiet) this.#keep({ buffer: name });
  }

  phase(phase, { quiet = false } = {}) {
    this.pictures.pointing.mark(phase);
    this.phases?.show(phase);
    if (!quiet) this.#keep({ phase });
  }

  #keep(change) {
    this.state = { ...this.state, ...change };
    this.onState(this.state);
  }

  /** What is live when; the page is usable while it is on its way. */
  async #chart() {
    if (!this.jobId) return;
    try {
      const chart = await this.api.json(`v1/layouts/${encodeURIComponent(this.jobId)}/chart`);
      if (this.gone) return;
      Object.assign(this.model, new Model(this.manifest, this.layout, chart));
    } catch (error) {
      if (!this.gone) this.places.phases.replaceChildren(h("p", { role: "status" }, `What is live when is not known: ${error.message}`));
      return;
    }
    const { chart } = this.model;
    this.table.set(this.model.rows());
    this.chosen.show(this.state.buffer);
    this.places.comparing.replaceChildren(comparing(this.layout, this.last, chart));
    this.places.reports.replaceChildren(reports(this.layout, chart));
    if (!this.model.phases.length) return;
    this.phases = new Phases({ model: this.model, onPhase: (phase) => this.phase(phase), onSelect: (name) => this.select(name) });
    this.places.phases.replaceChildren(this.phases.element);
    const asked = this.state.phase;
    const known = Number.isInteger(asked) && asked >= 0 && asked < this.model.phases.length;
    this.phase(known ? asked : this.model.peakPhase, { quiet: true });
  }

  async #whatif() {
    if (!this.layout.launch) return;
    try {
      const { architectures } = await this.api.json("v1/devices");
      if (this.gone) return;
      const whatif = new WhatIf({ manifest: this.manifest, layout: this.layout, devices: architectures, onApply: this.onApply });
      this.places.whatif.replaceChildren(whatif.element);
    } catch (error) {
      if (!this.gone) this.places.whatif.replaceChildren(h("p", { role: "status" }, `What-if is not there: ${error.message}`));
    }
  }
}

function styled() {
  const href = new URL("../../view.css", import.meta.url).href;
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(h("link", { rel: "stylesheet", href }));
}
