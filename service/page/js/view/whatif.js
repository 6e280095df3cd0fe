// What if: another budget, architecture, registers or threads. The launch rules answer at once, for the bytes that the
// layout has; an order with these values searches anew.

import { h } from "../dom.js";
import { changed, counted } from "./figures.js";
import { hurdleOf } from "./hurdle.js";
import { budgetBytes, launchFor, threadsStep } from "./launch.js";
import { grows, ruleOf, weighs } from "./launch_facts.js";

const LEAST_BUDGET = 1024;

export class WhatIf {
  /** `devices` are the rows of `GET /v1/devices` by compute capability. `onApply(changes)` is null where nothing can be
   *  ordered. */
  constructor({ manifest, layout, devices, onApply }) {
    Object.assign(this, { manifest, layout, devices, onApply });
    const { target, launch } = manifest;
    this.start = {
      architecture: target.compute_capability,
      budget: budgetBytes(devices[target.compute_capability], target.shared_budget_bytes),
      registers: target.registers_per_thread ?? 0,
      threads: launch.threads_per_block ?? 0,
    };
    this.untouched = {};
    this.fixed = grows(manifest);
    this.step = threadsStep(ruleOf(manifest, layout, devices[target.compute_capability]));
    this.out = h("div.whatif-out", { "aria-live": "polite" });
    this.element = h("section.whatif", { "aria-label": "What if" }, h("h3", {}, "What if"), this.#form(), this.out);
    this.#fill(this.start);
  }

  #form() {
    const names = Object.values(this.devices).map((one) => h("option", { value: one.compute_capability }, `${one.compute_capability} (${one.name})`));
    this.architecture = h("select", { id: "whatif-architecture", onchange: () => this.#fit() }, names);
    this.budget = slider("whatif-budget", { min: Math.min(LEAST_BUDGET, this.start.budget), step: 256 }, () => this.show());
    this.registers = slider("whatif-registers", { min: 0, max: 255, step: 1 }, () => this.show());
    this.threads = slider("whatif-threads", { min: 0, max: 1024, step: this.step }, () => this.show());
    if (this.fixed) this.threads.input.disabled = true;
    const apply = this.onApply ? h("button", { type: "button", onclick: () => this.onApply(this.changes()) }, "Order a layout with these values") : null;
    const back = h("button", { type: "button", onclick: () => this.#fill(this.start) }, "As ordered");
    return h(
      "div.whatif-form",
      {},
      field("Architecture", "whatif-architecture", this.architecture),
      field("Shared memory budget", "whatif-budget", this.budget.input, this.budget.said),
      field("Registers per thread", "whatif-registers", this.registers.input, this.registers.said),
      field("Threads per block", "whatif-threads", this.threads.input, this.threads.said),
      h("div.picture-bar", {}, apply, back),
    );
  }

  #fill(values) {
    this.architecture.value = values.architecture;
    this.#range();
    this.registers.input.value = String(values.registers);
    for (const name of ["budget", "threads"]) {
      const { input } = this[name];
      input.value = String(values[name]);
      this.untouched[name] = { at: input.value, value: values[name] };
    }
    this.show();
  }

  #range() {
    this.budget.input.max = String(this.devices[this.architecture.value].max_smem_per_block_optin);
  }

  #fit() {
    this.#range();
    this.show();
  }

  /** The values as they are set. A slider moves in steps, so what was ordered is kept until it is moved. */
  values() {
    const of = (name) => {
      const { at, value } = this.untouched[name];
      const now = this[name].input.value;
      return now === at ? value : Number(now);
    };
    return {
      architecture: this.architecture.value,
      budget: of("budget"),
      registers: Number(this.registers.input.value) || null,
      threads: of("threads") || null,
    };
  }

  /** What the launch rules are asked with these values. */
  #rule(values) {
    const rule = ruleOf(this.manifest, this.layout, this.devices[values.architecture]);
    return {
      ...rule,
      shared_budget_bytes: values.budget,
      registers_per_thread: values.registers,
      threads_per_block: this.fixed ? rule.threads_per_block : values.threads,
      max_threads_per_block: Math.max(rule.max_threads_per_block, values.threads ?? 0),
      weighs: weighs(this.manifest, values.registers),
    };
  }

  show() {
    const values = this.values();
    this.budget.said.textContent = `${counted(values.budget)} B`;
    this.registers.said.textContent = values.registers ? String(values.registers) : "not known";
    this.threads.said.textContent = this.fixed ? "as laid out: sizes depend on it" : values.threads ? counted(values.threads) : "the best";
    for (const one of [this.budget, this.registers, this.threads]) one.input.setAttribute("aria-valuetext", one.said.textContent);
    const rule = this.#rule(values);
    const now = launchFor(rule);
    const before = this.layout.launch;
    if (!now) {
      this.out.replaceChildren(h("p", {}, h("strong", {}, "No block fits: "), hurdleOf(rule)));
      return;
    }
    const device = this.devices[values.architecture];
    const was = this.devices[this.manifest.target.compute_capability];
    const share = (threads, of) => Math.round((100 * threads) / of.max_threads_per_sm);
    const lines = [
      ["Threads per block", changed(before.threads_per_block, now.threads_per_block)],
      ["Blocks per multiprocessor", changed(before.occupancy.blocks_per_sm, now.blocks_per_sm)],
      ["Resident threads", changed(before.occupancy.resident_threads, now.resident_threads)],
      ["Occupancy, %", changed(share(before.occupancy.resident_threads, was), share(now.resident_threads, device))],
      ["Dynamic shared bytes", changed(before.dynamic_shared_bytes, now.dynamic_shared_bytes)],
      ["Limited by", values.registers ? now.limited_by : `${now.limited_by}; registers are not known`],
    ];
    this.out.replaceChildren(
      h("dl.said", {}, lines.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)])),
      h("p.hint", {}, "With the bytes that this layout has. An order with these values may find other ones."),
    );
  }

  /** The fields of the manifest that have another value now; null: without the field. */
  changes() {
    const { architecture, budget, registers, threads } = this.values();
    const { target, launch } = this.manifest;
    const found = { target: {}, launch: {} };
    if (architecture !== target.compute_capability) found.target.compute_capability = architecture;
    if (budget !== budgetBytes(this.devices[architecture], target.shared_budget_bytes)) found.target.shared_budget_bytes = budget;
    if (registers !== (target.registers_per_thread ?? null)) found.target.registers_per_thread = registers;
    if (this.fixed || threads === (launch.threads_per_block ?? null)) return found;
    found.launch.threads_per_block = threads;
    if (threads > launch.max_threads_per_block) found.launch.max_threads_per_block = threads;
    return found;
  }
}

function slider(id, range, oninput) {
  return { input: h("input", { type: "range", id, oninput, ...range }), said: h("output", { for: id }) };
}

function field(label, id, ...controls) {
  return h("div.field", {}, h("label", { for: id }, label), ...controls);
}
