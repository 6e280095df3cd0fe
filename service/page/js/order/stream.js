// The events of an order, as the service tells them. EventSource cannot send a key, so the stream is read by fetch. A
// stream that breaks is resumed after its last event.

import { FINAL } from "../words.js";

const SILENT_MS = 60_000;
const LAST_MS = 1000;
const DATE_STEP_MS = 2000;
const LONGEST_PAUSE_MS = 15_000;

/** The events of a job from its first, { id, kind, data }, until it has ended. `ended`: it has already, so that a stream
 *  that ends has told everything. `onTrouble(error, pauseMs)` is told of each
 *  break before the next try, with null once the stream is there again. `onClock(ms)` is told how far the service's clock
 *  is ahead of the browser's. Throws ProblemError if the service refuses. */
export async function* eventsOf(api, jobId, { signal, ended = false, onTrouble = () => {}, onClock = () => {} }) {
  let last = "";
  let tries = 0;
  let finished = false;
  while (!signal.aborted) {
    let trouble = null;
    try {
      const onOpen = (aheadMs) => {
        onClock(aheadMs);
        if (tries) onTrouble(null, 0);
      };
      for await (const event of once(api, jobId, last, { signal, onOpen })) {
        tries = 0;
        last = event.id || last;
        finished ||= FINAL.has(event.kind);
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.problem && ![0, 429, 502, 503, 504].includes(error.status)) throw error;
      trouble = error;
    }
    if (finished || (ended && !trouble)) return;
    const pauseMs = trouble?.retryAfterS ? trouble.retryAfterS * 1000 : Math.min(500 * 2 ** tries, LONGEST_PAUSE_MS);
    tries += 1;
    if (tries > 1 || trouble) onTrouble(trouble, pauseMs);
    await pause(pauseMs, signal);
  }
}

/** One stream, until it ends or breaks. */
async function* once(api, jobId, last, { signal, onOpen }) {
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener("abort", stop, { once: true });
  let timer = setTimeout(stop, SILENT_MS);
  try {
    const headers = { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) };
    const sent = Date.now();
    const answer = await api.fetch(`v1/layouts/${encodeURIComponent(jobId)}/events`, { headers, signal: own.signal });
    onOpen(aheadOf(answer.headers.get("Date"), sent, Date.now()));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = parser();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENT_MS);
      for (const event of parse(next.value)) {
        yield event;
        if (!FINAL.has(event.kind)) continue;
        clearTimeout(timer); // the service ends the stream now
        timer = setTimeout(stop, LAST_MS);
      }
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    own.abort();
  }
}

/** How far the service's clock is ahead of the browser's, in milliseconds: the least that explains the `Date` of an
 *  answer, which is in whole seconds and may be a second old. 0 if the answer has none. */
export function aheadOf(date, sent, got) {
  const least = Date.parse(date) - got;
  const most = Date.parse(date) + DATE_STEP_MS - sent;
  return least > 0 ? least : most < 0 ? most : 0;
}

/** A function that takes pieces of a stream, and gives the events that each completes. */
export function parser() {
  let rest = "";
  let event = { id: "", kind: "message", data: [] };
  return function* (piece) {
    rest += piece;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (event.data.length) yield { id: event.id, kind: event.kind, data: JSON.parse(event.data.join("\n")) };
        event = { id: "", kind: "message", data: [] };
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue; // a comment, which keeps the connection alive
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") event.data.push(value);
      else if (field === "event") event.kind = value;
      else if (field === "id") event.id = value;
    }
  };
}

export function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
