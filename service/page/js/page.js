// The page as a whole: what its address says, the manifest, the order, the layout.

import { Api } from "./api.js";
import { byId, h } from "./dom.js";
import { InputPane } from "./input/pane.js";
import { pretty } from "./input/pretty.js";
import { forgetDraft, keepDraft, sourceOf, storedDraft } from "./input/source.js";
import { storedKey } from "./keys/stored.js";
import { exampleOf, showLinked, sourceFor } from "./link/opened.js";
import { goTo, readPlace } from "./link/place.js";
import { Result } from "./result/result.js";
import { movable } from "./splitter.js";
import { sentenceOf } from "./words.js";

/** What is loaded once the page can be used, or when it is wanted before. */
const LATER = {
  ending: () => import("./ending.js"),
  keys: () => import("./keys/dialog.js"),
  order: () => import("./order/order.js"),
  patch: () => import("./input/patch.js"),
  orders: () => import("./orders/list.js"),
  plain: () => import("./input/plain.js"),
  share: () => import("./link/share.js"),
  submit: () => import("./order/submit.js"),
  view: () => import("./view/index.js"),
};

const MOST_KEPT = 10;

export class Page {
  constructor() {
    this.api = new Api();
    this.api.onUnauthorized = (error) => this.askForKey(storedKey() ? error.message : "This service wants an API key.");
    this.order = null;
    this.jobId = null;
    this.ordered = new Map();
    this.round = 0;
    this.input = new InputPane(this.api, {
      onSolve: (text) => this.solve(text),
      onEdit: (byUser) => this.edited(byUser),
      onFaults: () => this.turnTo("input"),
      lacksKey: () => document.documentElement.dataset.keys === "required" && !storedKey(),
    });
    this.result = new Result(this.api, { onState: (view) => this.jobId && goTo({ job: this.jobId, view }), onApply: (changes) => this.apply(changes, this.result.shown.manifest) });
    byId("orders").addEventListener("click", () => this.showOrders());
    byId("key").addEventListener("click", () => this.askForKey(""));
    byId("share").addEventListener("click", () => this.share());
    for (const pane of ["input", "output"]) byId(`show-${pane}`).addEventListener("click", () => this.turnTo(pane));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.input.solve();
    });
    movable(byId("splitter"), byId("main"));
    addEventListener("popstate", () => this.open(readPlace()));
  }

  /** Shows what the address says. */
  async open(place) {
    if (place.job) return place.job === this.jobId ? undefined : this.openJob(place.job, { view: place.view });
    this.leave();
    const { round } = this;
    const { edits } = this.input;
    try {
      const source = await sourceFor(this.api, place);
      if (round !== this.round || edits !== this.input.edits) return; // the user was faster
      this.input.load(source);
      if (!place.layout) return;
      this.solved = { text: source.text };
      await showLinked(this.api, this.result, place, () => this.input.check());
      this.introduce(false);
      this.turnTo("output");
    } catch (error) {
      this.input.say(sentenceOf(error), true);
    }
  }

  /** Orders this manifest, and follows the order. */
  async solve(text) {
    this.leave();
    const round = this.round;
    const ordered = this.input.source;
    this.introduce(false);
    this.turnTo("output");
    this.result.tell("Sending the manifest…");
    const stopped = (this.sending = new AbortController());
    try {
      const { submit } = await LATER.submit();
      const job = await submit(this.api, text, { signal: stopped.signal, onTrouble: (error, ms) => this.result.tell(`${sentenceOf(error)} Trying again in ${Math.ceil(ms / 1000)} s.`) });
      if (round !== this.round) return;
      const kept = { ...ordered, job: job.id };
      this.#remember(kept);
      if (this.input.source === ordered) keepDraft((this.input.source = kept)); // else the text was edited meanwhile
      this.result.tell();
      goTo({ job: job.id }, { push: true });
      await this.follow(job);
    } catch (error) {
      if (round !== this.round) return;
      this.result.tell(h("p.error", {}, sentenceOf(error)));
      if (error.problem?.errors) this.turnTo("input");
    }
  }

  /** Shows an order of this service. */
  async openJob(id, { push = false, view = null } = {}) {
    this.leave();
    const round = this.round;
    this.introduce(false);
    this.turnTo("output");
    goTo({ job: id, view }, { push });
    try {
      const job = await this.api.job(id);
      if (round !== this.round) return;
      const draft = storedDraft();
      const kept = draft?.job === id ? draft : this.ordered.get(id);
      const source = kept ?? sourceOf(await this.written(await this.api.manifest(id)), { from: "order", job: id });
      if (round !== this.round) return;
      this.#remember(source);
      this.input.load(source);
      await this.follow(job, view);
    } catch (error) {
      if (round === this.round) this.result.tell(h("p.error", {}, sentenceOf(error)));
    }
  }

  async follow(job, view = null) {
    const { round } = this;
    const { Order } = await LATER.order();
    if (round !== this.round) return;
    this.jobId = job.id;
    document.title = `${job.name || "Order"} · Warpack`;
    this.order = new Order(this.api, byId("order"), {
      onEnd: (ended) => this.end(ended, view),
      onFailure: (error) => this.result.tell(h("p.error", {}, sentenceOf(error))),
    });
    this.order.follow(job);
  }

  async end(job, view) {
    const round = this.round;
    const { state } = job;
    this.solved = { text: this.ordered.get(job.id).text };
    const { failureOf, infeasibilityOf } = await LATER.ending();
    if (state === "failed") return this.result.tell(failureOf(job));
    const manifest = await this.api.manifest(job.id);
    if (round !== this.round) return;
    if (state === "infeasible") {
      const most = await this.budgetOf(manifest.target.compute_capability);
      if (round !== this.round) return;
      const order = (least) => this.apply({ target: { shared_budget_bytes: least } }, manifest);
      return this.result.tell(infeasibilityOf(job, job.minimum_budget_bytes <= most ? order : null));
    }
    const layout = state === "ready" ? job.layout : job.best_so_far;
    if (!layout) return this.result.tell("The order was cancelled before any layout was found.");
    const note = state === "ready" ? null : "The order was cancelled. This is the best layout so far. Nothing has checked it.";
    await this.result.show({ job, layout, manifest, state: view, note });
    this.staleness();
  }

  /** The most shared bytes that a block of this architecture may have. */
  async budgetOf(capability) {
    const { architectures } = await this.api.json("v1/devices");
    return architectures[capability].max_smem_per_block_optin;
  }

  /** Orders the manifest with other values (`patch.js`). A text of JSON that was ordered keeps all others as they are
   *  written there. In place of any other text, `manifest` is changed: what the service has of the order. The button
   *  that asked for it goes away: the focus goes to the order. */
  async apply(changes, manifest) {
    const output = byId("output");
    output.focus({ preventScroll: true });
    const { jsonOf, patched } = await LATER.patch();
    const own = this.solved && !this.stale ? jsonOf(this.input.source.text) : null;
    const text = own ? pretty(patched(own, changes)) : await this.written(patched(manifest, changes));
    this.input.load(sourceOf(text));
    await this.input.solve();
    if (document.activeElement === output) byId("order").focus();
  }

  /** Keeps the texts of the last few orders, for whoever goes back to one. */
  #remember(source) {
    this.ordered.set(source.job, source);
    if (this.ordered.size > MOST_KEPT) this.ordered.delete(this.ordered.keys().next().value);
  }

  /** A manifest as somebody would write it. */
  async written(manifest) {
    const { plain } = await LATER.plain();
    return pretty(plain(manifest, await this.schema()));
  }

  schema() {
    this.schemaSent ??= this.api.json("v1/schema/manifest.json").catch((error) => {
      this.schemaSent = null; // the next one to ask tries again
      throw error;
    });
    return this.schemaSent;
  }

  /** Leaves the order and the layout that are shown. */
  leave() {
    this.round += 1;
    this.sending?.abort();
    this.order?.stop();
    this.order = this.jobId = this.solved = null;
    document.title = "Warpack";
    this.result.clear();
    this.introduce(true);
  }

  introduce(shown) {
    byId("intro").hidden = !shown;
  }

  /** The text is another. An address that says what it was is true no longer; the tab keeps the text. */
  edited(byUser) {
    if (byUser && !this.jobId && (location.hash || location.search)) goTo({});
    this.staleness();
  }

  get stale() {
    return Boolean(this.solved && this.solved.text !== this.input.source.text);
  }

  /** Says that the manifest was changed since the layout was made. */
  staleness() {
    byId("layout").classList.toggle("stale", this.stale);
  }

  async showOrders() {
    const { showOrders } = await LATER.orders();
    showOrders(this.api, { onOpen: (job) => this.openJob(job.id, { push: true }), current: this.jobId });
  }

  async share() {
    const { share } = await LATER.share();
    await share(this.api, { source: this.input.source, shown: this.stale ? null : this.result.shown });
  }

  /** Shows this pane where there is room for one alone. The focus leaves the other. */
  turnTo(pane) {
    const other = byId(pane === "input" ? "output" : "input");
    const had = other.contains(document.activeElement);
    byId("main").dataset.pane = pane;
    for (const each of ["input", "output"]) byId(`show-${each}`).setAttribute("aria-pressed", String(each === pane));
    if (had && other.getClientRects().length === 0) byId(pane).focus();
  }

  async askForKey(why) {
    const { askForKey } = await LATER.keys();
    askForKey(this.api, {
      why,
      onChange: () => {
        const place = readPlace();
        if (place.job && !this.result.shown) this.openJob(place.job, { view: place.view });
        else this.input.afterChange();
      },
    });
  }

  /** Begins: the examples, what the address says, then the code editor, which is large. */
  async start(place) {
    this.input.offerExamples(async (file) => this.openExample(file)).catch((error) => this.input.say(sentenceOf(error), true));
    await this.open(place);
    await this.enrich();
    for (const load of Object.values(LATER)) load().catch(() => {}); // whoever wants it later is told then
  }

  async enrich() {
    try {
      await this.input.box.enrich({ schema: () => this.schema(), manifest: () => this.input.answer?.manifest ?? null });
    } catch {
      window.warpackTell("The code editor could not be loaded, so the manifest stands in a plain field.");
    }
  }

  async openExample(file) {
    forgetDraft();
    goTo({}, { push: true });
    this.leave();
    try {
      this.input.load(await exampleOf(this.api, file));
      this.turnTo("input");
    } catch (error) {
      this.input.say(sentenceOf(error), true);
    }
  }
}
