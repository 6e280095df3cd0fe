// The selected buffer in words: its bytes, its phases, why it is kept, who shares its bytes.

import { h } from "../dom.js";
import { bytes, counted, plural, stretch } from "./figures.js";
import { STATES } from "./model.js";

const MOST = 12;

export class Chosen {
  constructor({ model, onSelect }) {
    Object.assign(this, { model, onSelect });
    this.element = h("section.chosen", { "aria-label": "Selected buffer", "aria-live": "polite" });
    this.show(null);
  }

  show(name) {
    const placed = name && this.model.placed.get(name);
    if (!placed) {
      this.element.replaceChildren(h("p.hint", {}, "Select a buffer in the picture or the table: here stands why it lies where it lies."));
      return;
    }
    const pieces = this.model.pieces.get(name) ?? [];
    this.element.replaceChildren(
      h("h3", {}, name),
      h("p", {}, whereOf(placed)),
      ...(this.model.neverLive(name) ? [h("p", {}, "Never live: no phase needs its contents, so others may use its bytes at any time.")] : []),
      ...pieces.map((piece) => this.#piece(piece, pieces.length > 1)),
      this.#shares(placed),
    );
  }

  #piece(piece, several) {
    const told = piece.stretches.slice(0, MOST).map(([start, end, state, why]) => h("li", {}, `${stretch(this.model.phases, start, end)}: ${STATES[state]}${why ? ` (${why})` : ""}`));
    const left = piece.stretches.length - told.length;
    const head = `${several ? `${piece.name}, bytes ${counted(piece.start_bytes)} to ${counted(piece.end_bytes - 1)}: ` : ""}${piece.persistent ? "persistent, " : ""}live in`;
    return h("div", {}, h("p", {}, head), h("ul", {}, told, left > 0 && h("li", {}, `and ${plural(left, "more stretch", "more stretches")}`)));
  }

  #shares(placed) {
    const names = placed.shares_bytes_with;
    if (!names.length) return h("p", {}, "Shares its bytes with nobody.");
    const links = names.slice(0, MOST).map((name) => h("button.link", { type: "button", onclick: () => this.onSelect(name) }, this.model.told(name)));
    const more = names.length > MOST ? ` and ${plural(names.length - MOST, "more buffer")}` : "";
    const listed = links.flatMap((link, number) => (number ? [", ", link] : [link]));
    return h("p.sharers", {}, `Shares bytes with ${plural(names.length, "buffer")}: `, listed, more);
  }
}

function whereOf(placed) {
  const places = placed.offset_bytes === null ? (placed.parts ?? []) : [placed];
  if (!["run", "block", "pool"].includes(placed.region)) return `${bytes(placed.size_bytes)} off the chip (${placed.region}).`;
  const where = places.map((one) => `${counted(one.offset_bytes)} to ${counted(one.offset_bytes + one.size_bytes - 1)}`).join(", ");
  const of = { run: "one run's window", block: "the block's memory", pool: "the pool" }[placed.region];
  return placed.size_bytes ? `${bytes(placed.size_bytes)}: bytes ${where} of ${of}.` : "No bytes.";
}
