// Why no block fits, and what would be enough: the resource, and how much of it.

import { counted, plural } from "./figures.js";
import { alignUp, budgetBytes, shapeOf } from "./launch.js";

/** What keeps the smallest block that the rule allows from starting, in a sentence. */
export function hurdleOf(rule) {
  const { device, threads_per_run: perRun } = rule;
  const threads = rule.threads_per_block ?? alignUp(Math.max(rule.least_threads, 1), perRun);
  const allowed = Math.min(rule.max_threads_per_block, device.max_threads_per_block);
  const shape = shapeOf(rule);
  const block = `a block of ${plural(threads, "thread")}`;
  if (threads % perRun) return `${block} is no whole number of runs of ${plural(perRun, "thread")}.`;
  if (threads > allowed) return `${block} is more than the ${counted(allowed)} allowed.`;
  if (threads < rule.least_threads) return `${block} is too small for the tracks, which need ${counted(rule.least_threads)}.`;
  const bytes = shape.total(threads);
  const budget = budgetBytes(device, rule.shared_budget_bytes);
  if (bytes > budget) return `${block} needs ${plural(bytes, "byte")}, and the budget has ${counted(budget)}.`;
  return `${block} with ${plural(rule.registers_per_thread, "register")} a thread needs too many registers: ${mostRegisters(rule, threads)} a thread would fit.`;
}

function mostRegisters(rule, threads) {
  for (let registers = rule.registers_per_thread - 1; registers > 0; registers -= 1) {
    if (shapeOf({ ...rule, registers_per_thread: registers }).limits(threads).registers) return registers;
  }
  return "none";
}
