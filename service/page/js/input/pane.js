// The manifest's side of the page: where it comes from, the editor, and what is wrong with it.

import { EditorBox } from "../editor/box.js";
import { byId, h } from "../dom.js";
import { sentenceOf } from "../words.js";
import { findingsOf, knownOf, showFindings } from "./findings.js";
import { pretty } from "./pretty.js";
import { Reading } from "./reading.js";
import { keepDraft, sourceOf, sourceOfFile } from "./source.js";

const FROM = { link: "a link", address: "another address", file: "a file", order: "an order", example: "an example" };
const TOO_MUCH = new Set(["takes-too-long", "needs-too-much-memory", "body-too-large"]);

export class InputPane {
  /** `onSolve(text)` gets the manifest as JSON text. `onEdit(byUser)` is told of every change, `onFaults()` when faults keep it from being ordered. `lacksKey()` says whether the service wants a key that is not there. */
  constructor(api, { onSolve, onEdit, onFaults, lacksKey }) {
    this.api = api;
    this.onFaults = onFaults;
    this.onSolve = onSolve;
    this.onEdit = onEdit;
    this.lacksKey = lacksKey;
    this.source = sourceOf("");
    this.answer = null;
    this.edits = 0;
    this.reading = new Reading(api, (state) => this.told(state));
    this.box = new EditorBox(byId("text"), { onChange: (text, anew) => this.edited(text, anew), onSubmit: () => this.solve() });
    byId("open").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", (event) => this.take(event.target.files[0]).then(() => (event.target.value = "")));
    byId("format").addEventListener("change", (event) => this.changed({ format: event.target.value, kernel: null, chosen: event.target.value !== "auto" }));
    byId("kernel").addEventListener("change", (event) => this.changed({ kernel: event.target.value || null }));
    byId("to-json").addEventListener("click", () => this.toJson());
    byId("check").addEventListener("click", () => {
      byId("solve").focus(); // this button goes away
      this.check().catch(() => {}); // `told` has shown it
    });
    byId("solve").addEventListener("click", () => this.solve());
    this.acceptDrops();
  }

  /** Fills the list of examples. `onPick(file)` loads one. */
  async offerExamples(onPick) {
    const list = byId("example");
    for (const each of await this.api.json("page/examples/index.json")) list.append(h("option", { value: each.file }, `${each.name} (${each.buffers})`));
    list.addEventListener("change", () => {
      if (list.value) onPick(list.value);
      list.value = "";
    });
  }

  /** Shows another source. */
  load(source) {
    this.source = source;
    this.box.text = source.text;
    this.say("");
    this.afterChange();
  }

  /** The user has changed the text. `anew`: nothing of the one before is left. */
  edited(text, anew) {
    this.edits += 1;
    const { format, chosen } = this.source;
    const own = text === "" || anew ? sourceOf(text, chosen ? { format, chosen } : {}) : {};
    this.changed({ text, job: null, ...own }, true);
  }

  changed(parts, byUser = false) {
    this.source = { ...this.source, ...parts };
    this.afterChange(byUser);
  }

  afterChange(byUser = false) {
    keepDraft(this.source);
    byId("format").value = this.source.format;
    this.box.setFormat(this.source.format === "auto" ? looksLike(this.source.text) : this.source.format);
    this.answer = null;
    byId("to-json").disabled = true;
    if (this.lacksKey()) this.say("This service wants an API key before it checks or solves anything.");
    else if (this.source.text.trim() === "") this.clear();
    else this.reading.soon(this.source, { typed: byUser });
    this.onEdit(byUser);
  }

  clear() {
    this.reading.stop();
    this.offerJson(null);
    this.found([]);
    this.say("");
  }

  /** Reads the text at once. Throws ProblemError. */
  async check() {
    this.changed({ held: false });
    return this.reading.now(this.source);
  }

  async solve() {
    if (this.solving) return;
    this.solving = true; // and not `disabled`, which would take the focus from whoever pressed Enter
    byId("solve").setAttribute("aria-disabled", "true");
    try {
      const answer = await this.check();
      await this.onSolve(answer.format === "json" ? this.source.text : JSON.stringify(answer.manifest));
    } catch (error) {
      const plain = this.box.format === "json" && TOO_MUCH.has(error.slug);
      if (plain) await this.onSolve(this.source.text); // an order may take longer than a check
      else if (error.name !== "AbortError") {
        this.onFaults();
        byId("findings").querySelector("button")?.focus();
      }
    } finally {
      this.solving = false;
      byId("solve").removeAttribute("aria-disabled");
    }
  }

  told({ phase, answer, error }) {
    byId("check").hidden = !["held", "large"].includes(phase);
    if (phase === "reading") return;
    this.answer = answer ?? null;
    const kernels = error?.problem?.kernels ?? [];
    byId("kernels").hidden = kernels.length === 0 && !this.source.kernel;
    if (kernels.length) byId("kernel").replaceChildren(h("option", { value: "" }, "choose…"), ...kernels.map((name) => h("option", { value: name }, name)));
    this.offerJson(answer);
    if (answer) this.box.setFormat(answer.format);
    const notes = (answer?.notes ?? []).map((message) => ({ line: null, column: null, message: `${message}.`, severity: "note" }));
    this.found([...findingsOf({ answer, error }), ...notes]);
    if (phase === "held") this.say(`From ${FROM[this.source.from] ?? "elsewhere"}. Nothing of it was sent to this service yet.`);
    else if (phase === "large") this.say("This text is large, so it is checked only when you say so.");
    else if (phase === "read") this.say(knownOf(answer));
    else if (phase === "faulty" && this.findings.length) this.say(counted(error.problem));
    else if (phase === "faulty" || phase === "failed") this.say(error.name === "AbortError" ? "" : sentenceOf(error), true);
  }

  /** The button keeps its place, or the editor would jump while one types. */
  offerJson(answer) {
    byId("to-json").disabled = !answer;
    byId("to-json").classList.toggle("away", !answer || answer.format === "json");
  }

  toJson() {
    this.load(sourceOf(pretty(this.answer.manifest), { format: "json" }));
    this.box.goTo(1, 1); // the button goes away
  }

  found(findings) {
    this.findings = findings;
    this.box.setFindings(findings.filter((each) => each.severity !== "note"));
    showFindings(byId("findings"), findings, (line, column) => this.box.goTo(line, column));
  }

  say(sentence, wrong = false) {
    byId("known").textContent = sentence;
    byId("known").className = wrong ? "error" : "";
  }

  async take(file) {
    if (!file) return;
    this.edits += 1; // an example that is being fetched comes too late
    try {
      this.load(await sourceOfFile(file));
    } catch (error) {
      this.say(sentenceOf(error), true);
    }
  }

  acceptDrops() {
    const veil = byId("drop");
    const holds = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      veil.hidden = false;
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) veil.hidden = true;
    });
    document.addEventListener("drop", (event) => {
      veil.hidden = true;
      if (!holds(event)) return;
      event.preventDefault();
      this.take(event.dataTransfer.files[0]);
    }, true);
  }
}

function counted({ error_count: count = 1, title }) {
  return `${title}: ${count === 1 ? "one thing is wrong" : `${count} things are wrong`}.`;
}

/** A guess for the colours alone: the service decides what a text is. */
function looksLike(text) {
  const start = text.slice(0, 2000).trimStart();
  if (/^[{[]/.test(start)) return "json";
  return /^(#.*\n\s*)*["'\w$]+:(\s|$)/.test(start) ? "yaml" : "auto";
}
