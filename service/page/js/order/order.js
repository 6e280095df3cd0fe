// Follows one order from wherever it is to its end.

import { FINAL } from "../words.js";
import { OrderPanel } from "./panel.js";
import { eventsOf } from "./stream.js";

export class Order {
  /** `onEnd(job)` gets the job in its last state; of a cancelled one, `job.best_so_far` may be a layout. */
  constructor(api, place, { onEnd, onFailure }) {
    this.api = api;
    this.onEnd = onEnd;
    this.onFailure = onFailure;
    this.stopped = new AbortController();
    this.panel = new OrderPanel(place, { onCancel: () => (this.cancelling = this.cancel()) });
  }

  /** Follows the job. Returns when it has ended, or when `stop` was called. */
  async follow(job) {
    const { signal } = this.stopped;
    this.id = job.id;
    this.panel.show(job);
    const looking = setInterval(() => this.look(), 10_000); // for `waiting_for`, which no event tells
    this.looking = looking;
    const onClock = (aheadMs) => (this.panel.aheadMs = aheadMs);
    const onTrouble = (error, pauseMs) => this.panel.connection(error, pauseMs);
    try {
      for await (const event of eventsOf(this.api, job.id, { signal, ended: FINAL.has(job.state), onTrouble, onClock })) {
        this.panel.event(event);
      }
      await this.cancelling; // it ends once the best layout so far is there
      if (signal.aborted) return;
      const ended = await this.api.job(job.id, { signal });
      this.panel.show(ended);
      await this.onEnd(ended);
    } catch (error) {
      if (!signal.aborted) this.onFailure(error);
    } finally {
      clearInterval(looking);
    }
  }

  async look() {
    if (!["queued", "validating"].includes(this.panel.state)) return;
    try {
      const job = await this.api.job(this.id, { signal: this.stopped.signal });
      if (!FINAL.has(job.state)) this.panel.show(job);
    } catch {
      // the stream of events tells of a broken connection
    }
  }

  async cancel() {
    try {
      await this.api.cancel(this.id);
    } catch (error) {
      if (error.slug === "already-finished") return; // the stream tells how it ended
      this.panel.cancel.disabled = false;
      this.onFailure(error);
    }
  }

  /** Leaves the order alone: it goes on in the service. */
  stop() {
    this.stopped.abort();
    clearInterval(this.looking);
    this.panel.destroy();
  }
}
