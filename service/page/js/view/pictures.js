// The tabs with the service's pictures of a layout. Each is fetched once for each theme.

import { h } from "../dom.js";
import { save } from "../result/downloads.js";
import { pictureOf } from "../result/png.js";
import { Pointing } from "./pointing.js";
import { inserted } from "./svg.js";
import { Zoom } from "./zoom.js";

const VIEWS = [
  ["map", "Memory map"],
  ["block", "One block"],
  ["occupancy", "Occupancy"],
  ["frontier", "Frontier"],
  ["compare", "Before and after"],
  ["card", "Card"],
];

const HELP = "Wheel or + and − zoom, drag or arrows move, 0 shows all. Enter goes to the buffers: arrows walk, Enter selects, Escape leaves.";

export class Pictures {
  /** `on.select(name)`, `on.phase(phase)` and `on.view(view)` are told of what the user does. `on.frontier()` orders the
   *  layout with its frontier; absent where that is there, or nothing can be ordered. */
  constructor({ jobId, api, model, on, view = "map" }) {
    Object.assign(this, { jobId, api, model, on });
    this.view = VIEWS.some(([name]) => name === view) ? view : "map";
    this.texts = new Map();
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.onTheme = () => this.show(this.view);
    this.dark.addEventListener("change", this.onTheme);
    this.tabs = VIEWS.map(([name, label]) =>
      h("button", { type: "button", role: "tab", id: `picture-${name}`, "aria-controls": "picture-panel", onclick: () => this.choose(name) }, label),
    );
    this.content = h("div.picture-content");
    this.frame = h("div.picture-frame", { tabindex: 0, role: "group", "aria-describedby": "picture-help" }, this.content);
    this.said = h("p.picture-said", { role: "status" });
    this.zoom = new Zoom(this.frame, this.content, { onTap: (event) => this.pointing.tap(event) });
    this.pointing = new Pointing(this);
    this.element = h(
      "section.pictures",
      { "aria-label": "Pictures" },
      h("div.tabs", { role: "tablist", "aria-label": "Pictures", onkeydown: (event) => this.#walk(event) }, this.tabs),
      h("div", { id: "picture-panel", role: "tabpanel", "aria-labelledby": `picture-${this.view}` }, this.#bar(), this.frame, this.pointing.tip, this.said),
    );
    this.panel = this.element.lastElementChild;
    this.show(this.view);
  }

  destroy() {
    this.dark.removeEventListener("change", this.onTheme);
    this.zoom.destroy();
    this.gone = true;
  }

  get theme() {
    return this.dark.matches ? "dark" : "light";
  }

  choose(view) {
    this.show(view);
    this.on.view(view);
  }

  async show(view) {
    this.view = view;
    for (const tab of this.tabs) {
      const here = tab.id === `picture-${view}`;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `picture-${view}`);
    this.frame.setAttribute("aria-label", `${VIEWS.find(([name]) => name === view)[1]}, zooms and moves`);
    if (!this.jobId) {
      this.said.textContent = "The service draws the layouts of orders. This one came in a link: order it to see its pictures.";
      this.frame.hidden = true;
      return;
    }
    this.said.textContent = "Drawing …";
    try {
      const text = await this.text(view, this.theme);
      if (this.gone || this.view !== view) return;
      this.content.replaceChildren(inserted(text));
      const order = view === "frontier" && this.on.frontier;
      this.said.replaceChildren(order ? h("button", { type: "button", onclick: order }, "Order this layout with its frontier") : "");
      this.zoom.reset();
      this.pointing.drawn(this.content.firstElementChild);
      this.element.dispatchEvent(new CustomEvent("warpack:drawn", { bubbles: true, detail: { view } }));
    } catch (error) {
      if (!this.gone && this.view === view) this.said.textContent = `There is no picture: ${error.message}`;
    }
  }

  /** The SVG document of a view. */
  text(view, theme) {
    const key = `${view} ${theme}`;
    if (!this.texts.has(key)) {
      const asked = this.api.file(this.jobId, `layout.svg?view=${view}&theme=${theme}`);
      asked.catch(() => this.texts.delete(key));
      this.texts.set(key, asked);
    }
    return this.texts.get(key);
  }

  #bar() {
    const button = (label, name, call) => h("button", { type: "button", "aria-label": name, title: name, onclick: call }, label);
    return h(
      "div.picture-bar",
      {},
      button("+", "Larger", () => this.zoom.by(1.5)),
      button("−", "Smaller", () => this.zoom.by(1 / 1.5)),
      button("Fit", "Show all of the picture", () => this.zoom.fit()),
      button("SVG", "Save the picture as SVG", () => this.#save("svg")),
      button("PNG", "Save the picture as PNG", () => this.#save("png")),
      h("span.picture-help", { id: "picture-help" }, HELP),
    );
  }

  async #save(kind) {
    try {
      const text = await this.text(this.view, this.theme);
      const blob = kind === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await pictureOf(text);
      save(blob, `${(this.model.layout.name || "layout").replace(/[^\w.-]+/g, "-").slice(0, 60)}-${this.view}.${kind}`);
    } catch (error) {
      this.said.textContent = `The picture was not saved: ${error.message}`;
    }
  }

  #walk(event) {
    const at = VIEWS.findIndex(([name]) => name === this.view);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: VIEWS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const [name] = VIEWS[(to + VIEWS.length) % VIEWS.length];
    this.choose(name);
    this.tabs.find((tab) => tab.id === `picture-${name}`).focus();
  }
}
