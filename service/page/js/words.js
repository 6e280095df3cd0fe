// Numbers, times and states as people read them.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const counted = (number, one, many = `${one}s`) => `${WHOLE.format(number)} ${number === 1 ? one : many}`;

export const bytes = (number) => counted(number, "byte");

export function seconds(value) {
  if (value < 10) return `${value.toFixed(value < 0.1 ? 3 : 1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** A time of the service (ISO 8601) in the reader's own zone. */
export function when(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(undefined, today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
}

export const FINAL = new Set(["ready", "failed", "infeasible", "cancelled"]);

export const STATES = {
  queued: "Waits for a free worker",
  solving: "The solver looks for the best layout",
  validating: "The layout is compiled and run",
  ready: "Ready",
  failed: "Failed",
  infeasible: "No layout fits",
  cancelled: "Cancelled",
};

/** A random name of 32 hexadecimal digits, also where the page was not loaded by HTTPS. */
export const randomName = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The sentence that a failure is told with. */
export function sentenceOf(error) {
  if (!error.problem) return String(error.message || error);
  const { title, detail } = error.problem;
  return title && detail && title !== detail ? `${title}: ${detail}` : String(detail || title || error.message);
}
