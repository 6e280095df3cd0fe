// The tabs with the service's pictures of a layout. Each is fetched once for each theme and width.

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

const OF_BLOCKS = new Set(["block", "occupancy", "frontier"]); // a pool has no blocks

// Below this width of the frame, a picture is drawn for it: words keep their size.
const NARROW = 1000;
const NARROWEST = 360;
const STACKED = 760; // below this, pictures are tall: the page scrolls, and not the frame
const STEP = 20;
const PAUSE_MS = 200;

// The wheel alone scrolls the page, until the picture has the focus or is larger.
const HELP = "Ctrl+wheel or + and − zoom, drag or arrows move, 0 shows all. Enter goes to the buffers: arrows walk, Enter selects, Escape leaves.";
const TOUCH_HELP = "Pinch zooms, drag moves once it is larger; tap a buffer.";

export class Pictures {
  /** `on.select(name)`, `on.phase(phase)` and `on.view(view)` are told of what the user does. `on.frontier()` orders the
   *  layout with its frontier; absent where that is there, or cannot be, or nothing can be ordered. */
  constructor({ jobId, api, model, on, view = "map" }) {
    Object.assign(this, { jobId, api, model, on });
    this.views = model.layout.pool ? VIEWS.filter(([name]) => !OF_BLOCKS.has(name)) : VIEWS;
    this.view = this.views.some(([name]) => name === view) ? view : "map";
    this.texts = new Map();
    this.coarse = matchMedia("(pointer: coarse)").matches; // a finger points
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.onTheme = () => this.show(this.view);
    this.dark.addEventListener("change", this.onTheme);
    this.seen = new Promise((resolve) => (this.isSeen = resolve));
    this.resized = new ResizeObserver(() => this.#fitted());
    this.tabs = this.views.map(([name, label]) =>
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
    this.resized.observe(this.frame);
    this.show(this.view);
  }

  destroy() {
    this.dark.removeEventListener("change", this.onTheme);
    this.resized.disconnect();
    this.zoom.destroy();
    clearTimeout(this.fitting);
    this.gone = true;
  }

  get theme() {
    return this.dark.matches ? "dark" : "light";
  }

  /** Pixels that a picture is drawn for; null: as wide as a page. */
  get width() {
    const room = this.frame.clientWidth;
    return room < NARROW ? Math.max(NARROWEST, room - (room % STEP)) : null;
  }

  #fitted() {
    if (!this.frame.clientWidth) return;
    this.isSeen();
    clearTimeout(this.fitting);
    if (this.drawnFor !== undefined && this.drawnFor !== this.width) this.fitting = setTimeout(() => this.show(this.view), PAUSE_MS);
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
      await this.seen;
      const { theme, width } = this;
      const text = await this.text(view, theme, width);
      if (this.gone || this.view !== view) return;
      this.drawnFor = width;
      this.frame.classList.toggle("is-narrow", width !== null && width < STACKED);
      this.content.replaceChildren(inserted(text));
      const order = view === "frontier" && this.on.frontier;
      this.said.replaceChildren(order ? h("button", { type: "button", onclick: order }, "Order this layout with its frontier") : "");
      this.zoom.reset();
      this.pointing.drawn(this.content.firstElementChild);
      this.element.dispatchEvent(new CustomEvent("warpack:drawn", { bubbles: true, detail: { view } }));
      this.#fitted(); // the frame may have got another width meanwhile
    } catch (error) {
      if (!this.gone && this.view === view) this.said.textContent = `There is no picture: ${error.message}`;
    }
  }

  /** The SVG document of a view. */
  text(view, theme, width) {
    const key = `${view} ${theme} ${width}`;
    if (!this.texts.has(key)) {
      const asked = this.api.file(this.jobId, `layout.svg?view=${view}&theme=${theme}${width ? `&width=${width}` : ""}`);
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
      h("span.picture-help", { id: "picture-help" }, this.coarse ? TOUCH_HELP : HELP),
    );
  }

  async #save(kind) {
    try {
      const text = await this.text(this.view, this.theme, this.drawnFor);
      const blob = kind === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await pictureOf(text);
      save(blob, `${(this.model.layout.name || "layout").replace(/[^\w.-]+/g, "-").slice(0, 60)}-${this.view}.${kind}`);
    } catch (error) {
      this.said.textContent = `The picture was not saved: ${error.message}`;
    }
  }

  #walk(event) {
    const at = this.views.findIndex(([name]) => name === this.view);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.views.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const [name] = this.views[(to + this.views.length) % this.views.length];
    this.choose(name);
    this.tabs.find((tab) => tab.id === `picture-${name}`).focus();
  }
}
