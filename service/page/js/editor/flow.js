// Where in JSON, or in the braces of YAML, a position stands.

const QUOTES = "\"'";
const ENDS = /[,:{}[\]\s"]/;

/** The brackets that are open at `end`, from the text that begins at `start`: frames of { kind, key, keys, index, open,
 *  wants: "key" | "value" }; and the word that `end` stands in, { from, quoted }, or null. */
export function flowAt(text, start, end, { comments = false } = {}) {
  const frames = [];
  let word = null; // the last whole one
  let at = start;
  while (at < end) {
    const letter = text[at];
    const top = frames[frames.length - 1];
    if (QUOTES.includes(letter)) {
      const close = closing(text, at);
      if (close >= end) return { frames, word: { from: at + 1, quoted: letter } };
      word = text.slice(at + 1, close);
      at = close + 1;
    } else if (letter === "{" || letter === "[") {
      frames.push({ kind: letter, key: null, keys: new Set(), index: 0, open: at, wants: letter === "{" ? "key" : "value" });
      word = null;
      at += 1;
    } else if (letter === "}" || letter === "]") {
      frames.pop();
      word = null;
      at += 1;
    } else if (letter === ":" && top?.wants === "key" && top.kind === "{") {
      top.key = word;
      top.keys.add(word);
      top.wants = "value";
      word = null;
      at += 1;
    } else if (letter === ",") {
      if (top) {
        top.index += 1;
        top.key = null;
        top.wants = top.kind === "{" ? "key" : "value";
      }
      word = null;
      at += 1;
    } else if (comments && letter === "#" && (at === 0 || /\s/.test(text[at - 1]))) {
      while (at < end && text[at] !== "\n") at += 1;
    } else if (/\s/.test(letter) || letter === ":") {
      at += 1;
    } else {
      const from = at;
      while (at < end && !ENDS.test(text[at])) at += 1;
      if (at >= end) return { frames, word: { from, quoted: "" } };
      word = text.slice(from, at);
    }
  }
  return { frames, word: null };
}

function closing(text, open) {
  const quote = text[open];
  let at = open + 1;
  while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" && quote === '"' ? 2 : 1;
  return at;
}

/** The keys of the object that opens here, those behind the cursor included. */
export function keysOf(text, open) {
  const limit = Math.min(text.length, open + 20000);
  let depth = 0;
  for (let at = open; at < limit; at += 1) {
    if (QUOTES.includes(text[at])) at = closing(text, at);
    else if ("{[".includes(text[at])) depth += 1;
    else if ("}]".includes(text[at]) && --depth === 0) return flowAt(text, open, at).frames[0]?.keys ?? new Set();
  }
  return flowAt(text, open, limit).frames[0]?.keys ?? new Set();
}

/** The steps to the place that the frames stand for: keys, and numbers in lists. */
export const pathOf = (frames) => frames.map((frame) => (frame.kind === "{" ? frame.key : frame.index));
