// Orders a layout. However often it is tried, it is one order.

import { randomName } from "../words.js";
import { pause } from "./stream.js";

const MOST_TRIES = 7;

/** The job of this manifest (JSON text). `onTrouble(error, pauseMs)` is told before each further try. Throws ProblemError. */
export async function submit(api, text, { signal, onTrouble = () => {} }) {
  const key = `page-${randomName()}`;
  for (let tries = 1; ; tries += 1) {
    try {
      return await api.submit(text, key, { signal });
    } catch (error) {
      const again = [0, 502, 503, 504].includes(error.status) || (error.status === 429 && error.retryAfterS);
      if (!again || tries >= MOST_TRIES || signal.aborted) throw error;
      const pauseMs = (error.retryAfterS ?? Math.min(2 ** (tries - 1), 15)) * 1000;
      onTrouble(error, pauseMs);
      await pause(pauseMs, signal);
    }
  }
}
