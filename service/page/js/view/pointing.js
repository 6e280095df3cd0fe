// What the pointer or the keyboard points at in a picture: its words, the selected buffer, and the marked phase.

import { h, s } from "../dom.js";

const GAP = 8;

export class Pointing {
  /** `pictures` is the owner: its `frame`, `zoom`, `on`, `model` and `coarse` are used. */
  constructor(pictures) {
    this.pictures = pictures;
    this.tip = h("div.picture-tip", { hidden: true, role: "tooltip", id: "picture-tip" });
    this.stops = [];
    this.selected = null;
    this.phase = null;
    this.touched = false; // the last to point was a finger
    const { frame } = pictures;
    frame.addEventListener("pointerover", (event) => {
      if (pictures.coarse && event.pointerType === "mouse") return; // the browser makes these up after a tap
      this.touched = event.pointerType === "touch";
      this.#tell(event.target, event);
    });
    frame.addEventListener("pointermove", (event) => !this.tip.hidden && !this.touched && this.#place(event.clientX, event.clientY));
    // What a finger has tapped is told until it taps elsewhere, or the page scrolls.
    frame.addEventListener("pointerleave", () => !this.touched && this.#hush());
    frame.addEventListener("focusin", (event) => !this.touched && this.#tell(event.target));
    frame.addEventListener("focusout", (event) => !(this.touched && frame.contains(event.relatedTarget)) && this.#hush());
    frame.addEventListener("keydown", (event) => this.#key(event));
  }

  /** A picture was drawn. One rectangle of each buffer can be reached by keyboard: its widest. */
  drawn(svg) {
    this.svg = svg;
    const widest = new Map();
    this.rects = new Map();
    for (const rect of svg.querySelectorAll("rect[data-buffer]")) {
      const name = rect.dataset.buffer;
      if (!this.rects.has(name)) this.rects.set(name, []);
      this.rects.get(name).push(rect);
      const last = widest.get(name);
      if (!last || Number(rect.getAttribute("width")) > Number(last.getAttribute("width"))) widest.set(name, rect);
    }
    this.stops = [...widest.values()];
    for (const rect of this.stops) {
      rect.setAttribute("tabindex", "-1");
      rect.setAttribute("role", "button");
    }
    for (const rect of [...this.rects.values()].flat()) {
      if (!rect.hasAttribute("role")) rect.setAttribute("aria-hidden", "true"); // the widest one is told of, once
    }
    this.plots = [...svg.querySelectorAll("rect[data-region]")];
    this.select(this.selected);
    this.mark(this.phase);
  }

  /** Shows a buffer as the selected one. */
  select(name) {
    this.selected = name;
    if (!this.svg) return;
    for (const one of this.svg.querySelectorAll(".is-picked")) one.classList.remove("is-picked");
    for (const one of this.stops) one.removeAttribute("aria-pressed");
    const rects = this.rects.get(name) ?? [];
    for (const rect of rects) rect.classList.add("is-picked");
    this.svg.classList.toggle("has-picked", rects.length > 0);
    const stop = this.stops.find((rect) => rect.dataset.buffer === name);
    stop?.setAttribute("aria-pressed", "true");
    if (stop && this.pictures.zoom.scale > 1) this.pictures.zoom.reveal(stop);
  }

  /** Marks a phase in every plot that has phases. */
  mark(phase) {
    this.phase = phase;
    if (!this.svg) return;
    for (const one of this.svg.querySelectorAll(".phase-mark")) one.remove();
    if (phase === null) return;
    for (const plot of this.plots) {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(plot.getAttribute(name)));
      const one = width / Number(plot.dataset.phases.split(" ")[1]);
      const place = { x: x + phase * one, y, width: Math.max(one, 1.5), height };
      this.svg.append(s("rect", { class: "phase-mark", "aria-hidden": "true", ...place }));
    }
  }

  /** A click selects the buffer and the phase that it hits. */
  tap(event) {
    const [hit] = document.elementsFromPoint(event.clientX, event.clientY).filter((one) => one.closest?.(".picture-content"));
    const below = document.elementsFromPoint(event.clientX, event.clientY);
    if (!hit) return;
    const rect = this.#rectAt(event);
    const label = below.find((one) => one.tagName === "text" && this.#named(one.querySelector("title")?.textContent ?? ""));
    this.pictures.on.select(rect?.dataset.buffer ?? (label ? this.#named(label.querySelector("title").textContent) : null));
    const phase = this.#phaseAt(event.clientX, event.clientY);
    if (phase !== null) this.pictures.on.phase(phase);
  }

  #rectAt({ clientX, clientY }) {
    return document.elementsFromPoint(clientX, clientY).find((one) => one.dataset?.buffer);
  }

  #phaseAt(x, y) {
    for (const plot of this.plots ?? []) {
      const box = plot.getBoundingClientRect();
      if (x >= box.left && x < box.right && y >= box.top && y <= box.bottom) {
        return Math.floor(((x - box.left) / box.width) * Number(plot.dataset.phases.split(" ")[1]));
      }
    }
    return null;
  }

  #tell(target, pointer = null) {
    const text = this.#words(target);
    if (!text) return this.#hush();
    this.tip.textContent = text;
    this.tip.classList.toggle("is-small", this.touched);
    this.tip.hidden = false;
    if (pointer && !this.touched) this.#place(pointer.clientX, pointer.clientY);
    else this.#beside((pointer && this.#rectAt(pointer)) ?? target);
    if (this.touched) addEventListener("scroll", () => this.#hush(), { capture: true, once: true });
  }

  /** What is told of an element: its own words, and who shares the bytes of its buffer. */
  #words(target) {
    const title = target.querySelector?.(":scope > title")?.textContent ?? "";
    const name = target.dataset?.buffer ?? this.#named(title);
    if (!name) return target === this.pictures.frame ? "" : title;
    const own = target.getAttribute("aria-label") ?? this.rects.get(name)[0].getAttribute("aria-label");
    if (this.touched) return `${own}.`; // a finger has selected it: the rest stands below the picture
    const { model } = this.pictures;
    const shares = model.placed.get(name)?.shares_bytes_with ?? [];
    const few = shares.slice(0, 6).map((one) => model.told(one)).join(", ") + (shares.length > 6 ? ` and ${shares.length - 6} more` : "");
    return `${own}. ${shares.length ? `Shares bytes with ${few}.` : "Shares its bytes with nobody."}`;
  }

  /** The buffer that the title of a name or number in the picture is about; null where it is about none. */
  #named(title) {
    const name = title.replace(/#[^#/]*$/, "");
    return this.rects?.has(title) ? title : this.rects?.has(name) ? name : null;
  }

  #place(x, y) {
    const { width, height } = this.tip.getBoundingClientRect();
    const left = Math.max(4, Math.min(x + 14, innerWidth - width - 8));
    const top = y + 18 + height > innerHeight ? Math.max(4, y - height - 10) : y + 18;
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${top}px`;
  }

  /** Below an element, or above it: never over it, unless it fills the screen. */
  #beside(element) {
    const box = element.getBoundingClientRect();
    const frame = this.pictures.frame.getBoundingClientRect();
    const { width, height } = this.tip.getBoundingClientRect();
    const below = Math.min(box.bottom, frame.bottom) + GAP;
    const above = Math.max(box.top, frame.top) - GAP - height;
    const top = below + height <= innerHeight ? below : above >= 0 ? above : innerHeight - height;
    this.tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - width - 8))}px`;
    this.tip.style.top = `${top}px`;
  }

  #hush() {
    this.tip.hidden = true;
  }

  #key(event) {
    const { frame } = this.pictures;
    this.touched = false;
    if (event.key === "Escape") {
      this.#hush();
      if (event.target !== frame) frame.focus();
      return;
    }
    if (event.target === frame) {
      if (event.key !== "Enter" || !this.stops.length) return;
      event.preventDefault();
      (this.stops.find((rect) => rect.dataset.buffer === this.selected) ?? this.stops[0]).focus();
      return;
    }
    const at = this.stops.indexOf(event.target);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.pictures.on.select(event.target.dataset.buffer);
      return;
    }
    const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: this.stops.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = this.stops[(to + this.stops.length) % this.stops.length];
    next.focus({ preventScroll: true });
    this.pictures.zoom.reveal(next);
  }
}
