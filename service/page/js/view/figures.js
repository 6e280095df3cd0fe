// Numbers and phases in words.

/** A number in groups of three, as the pictures have it. */
export const counted = (value) => (value === null || value === undefined ? "–" : Number(value).toLocaleString("en-US"));

export const bytes = (value) => (value === null || value === undefined ? "–" : `${counted(value)} B`);

export const plural = (count, one, many = `${one}s`) => `${counted(count)} ${count === 1 ? one : many}`;

/** `before → after (difference)`; the sign tells the direction, so that no colour has to. */
export function changed(before, after) {
  if (before === null || before === undefined) return counted(after);
  const by = after - before;
  if (!by) return `${counted(after)} (the same)`;
  return `${counted(before)} → ${counted(after)} (${by > 0 ? "+" : "−"}${counted(Math.abs(by))})`;
}

/** Phases `[start, end)` by name where the name says more than the number. */
export function stretch(names, start, end) {
  const name = (phase) => (names[phase] && names[phase] !== String(phase) ? `${phase} ${names[phase]}` : String(phase));
  return end - start === 1 ? `phase ${name(start)}` : `phases ${name(start)} to ${name(end - 1)}`;
}
