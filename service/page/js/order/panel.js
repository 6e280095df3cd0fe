// Shows an order: its states, how far the solver is, and what can be done about it.

import { h, s } from "../dom.js";
import { FINAL, STATES, seconds, sentenceOf } from "../words.js";
import { drawChart, told } from "./chart.js";

const STEPS = ["queued", "solving", "validating", "ready"];

const rank = (state) => STEPS.indexOf(FINAL.has(state) ? "ready" : state);

export class OrderPanel {
  constructor(place, { onCancel }) {
    this.place = place;
    this.points = [];
    this.entered = new Map(); // when the job got into each state, by the service's clock
    this.aheadMs = 0; // how far that is ahead of the browser's
    this.name = h("h2");
    this.status = h("p", { role: "status" });
    this.found = h("p", { hidden: true });
    this.detail = h("p.detail", { hidden: true });
    this.trouble = h("p.warning", { hidden: true });
    this.steps = h("ol.steps");
    this.chart = s("svg", { class: "progress", role: "img" });
    this.key = h("p.key", {}, h("span.found", {}, "best layout"), " ", h("span.bound", {}, "proven bound"));
    this.search = h("details", { hidden: true, open: true }, h("summary", {}, "The search: bytes over time"), this.chart, this.key);
    this.cancel = h("button", { type: "button", onclick: () => this.cancelled(onCancel) }, "Cancel");
    place.replaceChildren(h("div.row", {}, this.name, this.cancel), this.steps, this.status, this.found, this.search, this.detail, this.trouble);
    place.hidden = false;
    place.classList.remove("slim");
    this.clock = setInterval(() => this.tick(), 500);
  }

  /** The job as the service gives it. */
  show(job) {
    this.job = job;
    this.name.textContent = job.name || "Unnamed manifest";
    this.enter(job.state);
    this.say(job.waiting_for ? `${job.waiting_for.message} The best level that can be had at once: ${job.waiting_for.best_level_now}.` : null);
  }

  /** An event of the job: { kind, data }. A page that is opened late is told all of them, from the first. */
  event({ kind, data }) {
    if (kind === "incumbent") {
      this.points.push(data);
      return this.draw();
    }
    const anew = kind === "queued" && [...this.entered.keys()].some((state) => state !== "queued");
    if (anew) {
      this.points = []; // a worker was lost, and the solve begins anew
      this.entered.clear();
      this.say(data.losses ? "The worker was lost, and another begins anew." : "The worker stopped, and another begins anew.");
    }
    if (!this.entered.has(kind)) this.entered.set(kind, Date.parse(data.at));
    this.enter(kind, anew);
  }

  /** Goes on to a state. Only a solve that begins `anew` goes back to an earlier one. */
  enter(state, anew = false) {
    if (state !== this.state && (anew || rank(state) >= rank(this.state))) {
      this.state = state;
      this.status.textContent = `${STATES[state]}.`;
    }
    const ended = FINAL.has(this.state);
    if (ended && document.activeElement === this.cancel) this.place.focus();
    this.cancel.hidden = ended;
    this.cancel.disabled = ended;
    if (ended) {
      clearInterval(this.clock);
      this.search.open = false; // the layout comes first now
      this.status.hidden = this.state === "ready";
      this.place.classList.toggle("slim", this.state === "ready");
    }
    this.drawSteps();
    this.draw();
    this.tick();
  }

  cancelled(onCancel) {
    this.place.focus(); // the button goes away
    this.cancel.disabled = true;
    onCancel();
  }

  /** A sentence about the job; null takes it away. */
  say(sentence) {
    this.detail.textContent = sentence ?? "";
    this.detail.hidden = !sentence;
  }

  /** A broken connection, in words; null when it is well again. */
  connection(error, pauseMs) {
    this.trouble.hidden = !error;
    this.trouble.textContent = error ? `${sentenceOf(error)} Trying again in ${seconds(pauseMs / 1000)}.` : "";
  }

  tick() {
    if (this.state === "solving") this.draw();
    const since = Math.max(this.entered.get(this.state), Date.parse(this.job.created_at)); // a solve may be older
    const passed = this.passedS(since);
    if (passed >= 1 && !FINAL.has(this.state)) this.timer.textContent = seconds(passed);
  }

  /** Seconds since a moment of the service's clock. */
  passedS(moment) {
    return Math.max(Date.now() + this.aheadMs - moment, 0) / 1000;
  }

  draw() {
    const last = this.points[this.points.length - 1];
    if (!last) return;
    const since = this.state === "solving" ? this.passedS(Date.parse(last.at)) : 0;
    drawChart(this.chart, this.points, last.seconds + since);
    this.search.hidden = this.points.length < 2 && this.state !== "solving";
    this.found.hidden = this.state !== "solving";
    if (!this.found.hidden) this.found.textContent = told(last);
  }

  drawSteps() {
    const last = STEPS.includes(this.state) ? STEPS : [...STEPS.filter((step) => this.entered.has(step) && step !== "ready"), this.state];
    const now = last.indexOf(this.state);
    this.timer = h("span.time");
    this.steps.replaceChildren(
      ...last.map((step, at) => {
        const from = this.entered.get(step);
        const until = this.entered.get(last[at + 1]);
        const took = from && until && at < now ? h("span.time", {}, seconds(Math.max(until - from, 0) / 1000)) : null;
        const kind = at < now ? "done" : at === now ? (FINAL.has(step) ? `end ${step}` : "now") : "later";
        return h("li", { class: kind, "aria-current": at === now ? "step" : null }, step, took ?? (at === now && !FINAL.has(step) ? this.timer : null));
      }),
    );
  }

  destroy() {
    clearInterval(this.clock);
    this.place.replaceChildren();
    this.place.hidden = true;
  }
}
