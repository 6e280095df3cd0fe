// The layout beside what it is compared with: no sharing, declared aliases, the user's own layout, and the last one here.

import { h } from "../dom.js";
import { changed, counted } from "./figures.js";
import { placesChanged, summaryOf } from "./last.js";

const NAMES = { no_sharing: "No sharing", declared_aliases: "Declared aliases only", by_hand: "Your layout (baseline)" };
const ROWS = [
  ["run_bytes", "Run bytes"],
  ["block_region_bytes", "Block region bytes"],
  ["pool_bytes", "Pool bytes"],
  ["dynamic_shared_bytes", "Dynamic shared bytes"],
  ["threads_per_block", "Threads per block"],
  ["blocks_per_sm", "Blocks per multiprocessor"],
  ["resident_threads", "Resident threads"],
];
const LAUNCHED = new Set(["dynamic_shared_bytes", "threads_per_block", "blocks_per_sm", "resident_threads"]);
const UNFIT = "does not fit";
const MOST = 8;

/** `last` is what `last.js` kept before, or null. */
export function comparing(layout, last, chart) {
  const own = summaryOf(layout);
  const bases = Object.entries(layout.baselines ?? {}).map(([key, figures]) => ({ title: NAMES[key] ?? key, figures, broken: figures.broken ?? [] }));
  if (last) bases.push({ title: `Your last layout (${new Date(last.when).toLocaleString()})`, figures: last.figures, broken: [] });
  const rows = ROWS.filter(([key]) => own.figures[key] || bases.some((base) => base.figures[key]));
  const table = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Before → this layout"), bases.map((base) => h("th", { scope: "col", class: "number" }, base.title)))),
    h("tbody", {}, rows.map(([key, label]) => h("tr", {}, h("th", { scope: "row" }, label), bases.map((base) => h("td", { class: "number" }, compare(key, base.figures, own.figures)))))),
  );
  const floor = layout.proof?.run_bytes?.lower_bound_bytes ?? layout.proof?.pool_bytes?.lower_bound_bytes;
  return h(
    "section.comparing",
    { "aria-label": "Compared" },
    h("h3", {}, "Compared"),
    bases.length
      ? h("div.scrolls", { tabindex: 0, role: "region", "aria-label": "Table of what the layout is compared with" }, table)
      : h("p", {}, "There is nothing to compare with."),
    floor ? h("p", {}, `Proven floor: ${counted(floor)} bytes. No layout of these buffers needs fewer.`) : null,
    bases.flatMap((base) => base.broken.map((one) => h("p.broken", {}, `${base.title} breaks a rule: ${one.message}`))),
    chart?.compared?.length ? h("dl.said", {}, chart.compared.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)])) : null,
    last ? moves(placesChanged(last, own)) : h("p.hint", {}, "This browser has no other layout of this name. It keeps the last few it showed, and sends them nowhere."),
  );
}

/** The cell of one figure. A launch that is not there has no figures: it does not fit. */
export function compare(key, before, after) {
  const lacks = (figures) => !figures.threads_per_block && !figures.pool_bytes;
  if (!LAUNCHED.has(key) || !(lacks(before) || lacks(after))) return changed(before[key], after[key]);
  const [was, is] = [before, after].map((figures) => (lacks(figures) ? UNFIT : counted(figures[key])));
  return was === is ? UNFIT : `${was} → ${is}`;
}

function moves(found) {
  const lines = Object.entries({ Moved: found.moved, "Other size": found.resized, Added: found.added, Removed: found.removed })
    .filter(([, names]) => names.length)
    .map(([what, names]) => h("li", {}, `${what}: ${names.slice(0, MOST).join(", ")}${names.length > MOST ? ` and ${names.length - MOST} more` : ""}`));
  return h("div", {}, h("h4", {}, "Since your last layout"), lines.length ? h("ul", {}, lines) : h("p", {}, "Every buffer lies where it lay."));
}
