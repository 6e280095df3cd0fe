// What is wrong with the text, and what is known of it: a list beside the editor.

import { h } from "../dom.js";
import { bytes, counted } from "../words.js";

const MOST_SHOWN = 200;

/** The findings of an answer or a problem of POST /v1/manifests:read, for the editor. */
export function findingsOf({ answer, error }) {
  const of = (list, severity) => (list ?? []).map((each) => ({ line: each.line ?? null, column: each.column ?? null, message: each.message, severity }));
  return answer ? of(answer.warnings, "warning") : of(error?.problem?.errors, "error");
}

/** What the check knows, in a sentence. */
export function knownOf(answer) {
  const checked = answer.checked;
  const counts = [counted(answer.manifest.buffers.length, "buffer")];
  if (!checked) return `${counts[0]}. The manifest is valid.`;
  if (!checked.fits) return `${counts[0]}. The manifest is valid, but no layout can fit: a warning says why.`;
  const { run, block, pool } = checked.lower_bound;
  const least = pool ? `a pool of at least ${bytes(pool.size_bytes)}` : `at least ${[[run, "run"], [block, "block"]].filter(([bound, scope]) => bound.size_bytes || (scope === "run" && !block.size_bytes)).map(([bound, scope]) => `${bytes(bound.size_bytes)} a ${scope}`).join(" and ")}`;
  const phase = (pool ?? run).phase_name;
  return `${counts[0]}. Valid: needs ${least}${phase ? `, in phase ${phase}` : ""}.`;
}

/** Fills the list. `onGo(line, column)` jumps to a finding. */
export function showFindings(place, findings, onGo) {
  const shown = findings.slice(0, MOST_SHOWN).map(({ line, column, message, severity }) => {
    const where = line === null ? "" : `line ${line}`;
    const text = [h("b", {}, severity), where && h("span.where", {}, where), h("span.message", {}, message)];
    return h("li", { class: severity }, line === null ? h("div", {}, text) : h("button.link", { type: "button", onclick: () => onGo(line, column) }, text));
  });
  if (findings.length > MOST_SHOWN) shown.push(h("li", {}, `and ${findings.length - MOST_SHOWN} more`));
  place.replaceChildren(...shown);
  place.hidden = shown.length === 0;
}
