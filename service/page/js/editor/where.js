// What could be written at a position: { path, wants: "key" | "value", word: { from, quoted }, keys }.

import { flowAt, keysOf, pathOf } from "./flow.js";

const MOST_LINES_OF_A_FLOW = 30;

export function whereInJson(text, position) {
  const { frames, word } = flowAt(text, 0, position);
  return inFlow(text, frames, word, [], position);
}

/** The same in YAML. Objects stand in braces, or by their indentation. */
export function whereInYaml(text, position) {
  const starts = lineStarts(text, position);
  const first = starts[0];
  let best = { frames: [], word: null, line: first };
  for (const line of starts.slice(0, MOST_LINES_OF_A_FLOW)) {
    const found = flowAt(text, line, position, { comments: true });
    if (found.frames.length > best.frames.length) best = { ...found, line };
  }
  if (best.frames.length) {
    const outer = byIndentation(text, best.line, best.frames[0].open);
    return inFlow(text, best.frames, best.word, [...outer.path, ...(outer.key === null ? [] : [outer.key])], position);
  }
  const block = byIndentation(text, first, position);
  const before = text.slice(first, position);
  if (/(^|\s)#/.test(before)) return null;
  const word = /["']?[\w$./-]*$/.exec(before)[0];
  const quoted = "\"'".includes(word[0] ?? " ") ? word[0] : "";
  const from = position - word.length + quoted.length;
  const wants = block.key === null ? "key" : "value";
  return { path: block.key === null ? block.path : [...block.path, block.key], wants, word: { from, quoted }, keys: block.keys };
}

function inFlow(text, frames, word, above, position) {
  if (!frames.length && !above.length) return null;
  const top = frames[frames.length - 1];
  const wants = top.wants;
  const path = [...above, ...pathOf(wants === "key" ? frames.slice(0, -1) : frames)];
  const keys = wants === "key" ? keysOf(text, top.open) : new Set();
  return { path, wants, word: word ?? { from: position, quoted: "" }, keys };
}

/** The starts of the line of the position and of those before it, this one first. */
function lineStarts(text, position) {
  const found = [];
  for (let at = position; at >= 0; ) {
    const start = text.lastIndexOf("\n", at - 1) + 1;
    found.push(start);
    at = start - 1;
    if (start === 0) break;
  }
  return found;
}

/** What holds the position in a block of YAML: keys and list items with a smaller indentation. `key` is that of the
 *  line itself, if the position stands behind its colon. */
function byIndentation(text, line, position) {
  const mine = marksOf(text.slice(line, position));
  const own = mine.marks[mine.marks.length - 1];
  const key = own?.name && mine.valued ? own.name : null;
  const column = key === null ? mine.column : own.column;
  const path = [];
  const keys = new Set();
  let limit = column;
  const take = (marks) => {
    for (const mark of [...marks].reverse()) {
      if (mark.column < limit) {
        path.unshift(mark.name ?? 0);
        limit = mark.column;
      } else if (mark.column === column && limit === column && mark.name) keys.add(mark.name);
    }
  };
  take(key === null ? mine.marks : mine.marks.slice(0, -1));
  for (const start of lineStarts(text, line - 1)) {
    if (limit <= 0 || line === 0) break;
    const end = text.indexOf("\n", start);
    const row = text.slice(start, end < 0 ? text.length : end);
    if (row.trim() && !row.trimStart().startsWith("#")) take(marksOf(row).marks);
  }
  return { path, keys, key };
}

/** The dashes and the key of a line, with their columns. A dash counts half a column more, so that a list may stand at
 *  the indentation of its key. */
function marksOf(row) {
  const marks = [];
  let column = /^ */.exec(row)[0].length;
  while (/^-( |$)/.test(row.slice(column))) {
    marks.push({ column: column + 0.5, name: null });
    column += 1 + /^ */.exec(row.slice(column + 1))[0].length;
  }
  const key = /^(?:"([^"]*)"|'([^']*)'|([\w$./-]+))\s*:(\s|$)/.exec(row.slice(column));
  if (key) marks.push({ column, name: key[1] ?? key[2] ?? key[3] });
  return { marks, column, valued: Boolean(key) };
}
