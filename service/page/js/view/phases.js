// One phase: what is live in it, how full it is, what holds the peak, and what would free it.

import { h, s } from "../dom.js";
import { bytes, counted } from "./figures.js";
import { STATES } from "./model.js";
import { parted } from "./names.js";

const REGIONS = { run: "One run's window", block: "Block-scoped buffers", pool: "Pool" };
const BARS = 400;

export class Phases {
  constructor({ model, onPhase, onSelect }) {
    Object.assign(this, { model, onPhase, onSelect });
    const number = (event) => onPhase(Number(event.target.value));
    this.slider = h("input", { type: "range", min: 0, max: Math.max(0, model.phases.length - 1), step: 1, "aria-label": "Phase", oninput: number });
    this.name = h("output", {});
    this.live = h("div.live", { "aria-live": "polite" });
    const step = (label, name, by) => h("button", { type: "button", "aria-label": name, onclick: () => onPhase(Math.min(Math.max(0, this.phase + by), model.phases.length - 1)) }, label);
    this.element = h(
      "section.phases",
      { "aria-label": "Phase by phase" },
      h("h3", {}, "Phase by phase"),
      h("div.phase-bar", {}, step("‹", "Phase before", -1), this.slider, step("›", "Next phase", 1), this.name),
      this.#profile(),
      this.live,
      figures("What holds the peak, and what would free it", model.chart?.advice ?? []),
    );
  }

  show(phase) {
    const { model } = this;
    this.phase = phase;
    this.slider.value = String(phase);
    const name = model.phases[phase] ?? String(phase);
    const told = name === String(phase) ? `Phase ${phase}` : `Phase ${phase}: ${name}`;
    this.name.textContent = told;
    this.slider.setAttribute("aria-valuetext", told);
    this.live.replaceChildren(...(model.chart?.regions ?? []).map((region) => this.#region(region, phase)));
    for (const mark of this.element.querySelectorAll(".profile .now")) mark.setAttribute("x", String((phase / Math.max(1, model.phases.length)) * BARS));
  }

  /** The button that was pressed goes away with the phase: the focus goes on to the slider. */
  #goTo(phase) {
    this.onPhase(phase);
    this.slider.focus();
  }

  #region(region, phase) {
    const { live, used_bytes: used } = this.model.liveIn(region, phase);
    const { peak } = region;
    const here = peak.phase === phase;
    const away = here ? "the fullest phase" : `the fullest has ${bytes(peak.used_bytes)}`;
    const go = here ? null : h("button", { type: "button", onclick: () => this.#goTo(peak.phase) }, `Go to phase ${peak.phase}`);
    const rows = live.map((one) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, h("button.link", { type: "button", title: one.name, "aria-label": one.name, onclick: () => this.onSelect(one.buffer) }, parted(one.name))),
        h("td", { class: "number" }, bytes(one.end_bytes - one.start_bytes)),
        h("td", { class: "number" }, counted(one.start_bytes)),
        h("td", {}, one.above ? "over some window" : STATES[one.state] + (one.why ? ` (${one.why})` : "")),
      ),
    );
    const heads = ["Live here", "Bytes", "Offset", "Why"].map((head, at) => h("th", { scope: "col", class: at % 3 ? "number" : null }, head));
    const title = `${REGIONS[region.region]}: ${counted(used)} of ${bytes(region.size_bytes)} in use, ${counted(region.size_bytes - used)} free; ${away}.`;
    return h(
      "div",
      {},
      h("p", {}, h("strong", {}, title), " ", go),
      rows.length ? h("div.scrolls", { tabindex: 0, role: "region", "aria-label": `${REGIONS[region.region]}, live in phase ${phase}` }, h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows))) : h("p", {}, "Nothing is live."),
    );
  }

  /** How full each phase is, for the eye; the slider below says it in words. */
  #profile() {
    const { model } = this;
    const width = model.phases.length;
    const pictures = (model.chart?.regions ?? []).map((region) => {
      const heights = model.fullness(region);
      const most = Math.max(1, ...heights);
      const columns = Math.min(BARS, width);
      const tops = Array.from({ length: columns }, (_, column) => {
        const start = Math.floor((column * width) / columns);
        const end = Math.max(start + 1, Math.floor(((column + 1) * width) / columns));
        return Math.max(...heights.slice(start, end));
      });
      const one = BARS / columns;
      const course = tops.map((top, column) => `H${column * one}V${40 - (36 * top) / most}H${(column + 1) * one}`).join("");
      return s(
        "svg",
        { class: "profile", viewBox: `0 0 ${BARS} 40`, preserveAspectRatio: "none", "aria-hidden": "true" },
        s("path", { class: "profile-area", d: `M0 40${course}V40Z` }),
        s("rect", { class: "now", x: 0, y: 0, width: Math.max(1.5, BARS / Math.max(1, width)), height: 40 }),
      );
    });
    return h("div.profiles", {}, pictures);
  }
}

/** Labels and texts, as the service has them in words. */
export function figures(title, lines) {
  if (!lines.length) return h("div");
  const list = lines.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)]);
  return h("div", {}, h("h4", {}, title), h("dl.said", {}, list));
}
