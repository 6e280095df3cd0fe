// The table of buffers: sorted by any column, filtered by text, and shown a page at a time.

import { h } from "../dom.js";
import { bytes, counted, plural } from "./figures.js";
import { NEVER } from "./model.js";

const PAGE = 50;
const COLUMNS = [
  ["name", "Buffer", "text"],
  ["component", "Component", "text"],
  ["type", "Type", "text"],
  ["region", "Region", "text"],
  ["offset", "Offset", "number"],
  ["bytes", "Bytes", "number"],
  ["first", "First phase", "number"],
  ["phases", "Live phases", "number"],
  ["shares", "Shares with", "number"],
];

export class BufferTable {
  constructor({ rows, onSelect }) {
    Object.assign(this, { rows, onSelect, key: "offset", down: false, words: "", page: 0, selected: null });
    this.heads = COLUMNS.map(([key, label, kind]) =>
      h("th", { scope: "col", class: kind }, h("button", { type: "button", onclick: () => this.sort(key) }, label, h("span.arrow", { "aria-hidden": "true" }))),
    );
    this.body = h("tbody", { onclick: (event) => this.#click(event) });
    this.count = h("span", { role: "status" });
    const filter = h("input", { type: "search", "aria-label": "Filter buffers", placeholder: "Filter: name, component, type, region", oninput: () => this.filter(filter.value) });
    const turn = (label, by) => h("button", { type: "button", onclick: () => this.turn(by) }, label);
    [this.back, this.on] = [turn("Previous", -1), turn("Next", 1)];
    this.element = h(
      "section.buffers",
      { "aria-label": "Buffers" },
      h("h3", {}, "Buffers"),
      h("div.table-bar", {}, filter, this.count, this.back, this.on),
      h("div.scrolls", { tabindex: 0, role: "region", "aria-label": "Table of buffers" }, h("table", {}, h("thead", {}, h("tr", {}, this.heads)), this.body)),
    );
    this.show();
  }

  set(rows) {
    this.rows = rows;
    this.show();
  }

  sort(key) {
    this.down = this.key === key ? !this.down : false;
    this.key = key;
    this.page = 0;
    this.show();
  }

  filter(words) {
    this.words = words.trim().toLowerCase();
    this.page = 0;
    this.show();
  }

  turn(by) {
    this.page += by;
    this.show();
  }

  /** Shows the page with a buffer, and marks it. */
  select(name) {
    this.selected = name;
    const at = this.found().findIndex((row) => row.name === name);
    if (at >= 0) this.page = Math.floor(at / PAGE);
    this.show();
  }

  /** The rows that the filter lets through, in their order. */
  found() {
    const words = this.words.split(/\s+/).filter(Boolean);
    const text = (row) => `${row.name} ${row.component} ${row.type} ${row.region}`.toLowerCase();
    const found = this.rows.filter((row) => words.every((word) => text(row).includes(word)));
    const sign = this.down ? -1 : 1;
    return found.sort((one, other) => sign * order(one[this.key], other[this.key]) || order(one.name, other.name));
  }

  show() {
    const found = this.found();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    this.page = Math.min(Math.max(0, this.page), pages - 1);
    const first = this.page * PAGE;
    const shown = found.slice(first, first + PAGE);
    this.body.replaceChildren(...shown.map((row) => this.#row(row)));
    this.count.textContent = found.length ? `${first + 1} to ${first + shown.length} of ${plural(found.length, "buffer")}` : "No buffer has all these words.";
    this.back.setAttribute("aria-disabled", String(this.page === 0)); // and not `disabled`, which would take the focus
    this.on.setAttribute("aria-disabled", String(this.page === pages - 1));
    this.back.hidden = this.on.hidden = pages === 1;
    COLUMNS.forEach(([key], number) => {
      const here = key === this.key;
      this.heads[number].setAttribute("aria-sort", here ? (this.down ? "descending" : "ascending") : "none");
      this.heads[number].querySelector(".arrow").textContent = here ? (this.down ? " ▼" : " ▲") : "";
    });
  }

  #row(row) {
    const here = row.name === this.selected;
    const first = row.unsaid === NEVER ? NEVER : counted(row.first);
    const cells = [row.component, row.type, row.region, counted(row.offset), bytes(row.bytes), first, counted(row.phases), counted(row.shares)];
    const titles = { component: row.component, type: row.type, first: row.unsaid || null, phases: row.unsaid || null };
    const name = h("button.link", { type: "button", "aria-pressed": String(here), title: row.name }, row.short);
    return h(
      "tr",
      { dataset: { buffer: row.name }, class: here ? "is-picked" : null },
      h("th", { scope: "row" }, name),
      cells.map((cell, number) => h("td", { class: COLUMNS[number + 1][2], title: titles[COLUMNS[number + 1][0]] }, cell)),
    );
  }

  #click(event) {
    const row = event.target.closest("tr");
    if (row) this.onSelect(row.dataset.buffer === this.selected ? null : row.dataset.buffer);
    if (event.target.closest("button")) this.body.querySelector(`tr[data-buffer="${CSS.escape(row.dataset.buffer)}"] button`)?.focus();
  }
}

function order(one, other) {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? 1 : -1;
  return typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true });
}
