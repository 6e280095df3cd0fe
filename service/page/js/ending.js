// What is shown when an order has ended without a layout that was validated.

import { h } from "./dom.js";
import { bytes, sentenceOf } from "./words.js";

/** The words for a job that failed, or whose problem says why. */
export function failureOf(job) {
  const problem = job.problem ?? {};
  const findings = (problem.reports ?? []).flatMap((report) => report.findings ?? []).slice(0, 20);
  return [
    h("p.error", {}, sentenceOf({ problem, message: "The order failed, and nothing says why." })),
    findings.length ? h("ul", {}, findings.map((each) => h("li", {}, each.message))) : null,
  ];
}

/** The words for a manifest that no layout satisfies. `onBudget(bytes)` orders it with a budget that is enough. */
export function infeasibilityOf(job, onBudget) {
  const least = job.minimum_budget_bytes;
  const warnings = (job.infeasible?.warnings ?? []).map((each) => h("li", {}, each.message));
  return [
    h("p.error", {}, least ? `No layout fits the budget. The smallest that is enough: ${bytes(least)}.` : "No layout keeps all that the manifest asks for."),
    warnings.length ? h("ul", {}, warnings) : null,
    least && onBudget ? h("p", {}, h("button", { type: "button", onclick: () => onBudget(least) }, `Order it with a budget of ${bytes(least)}`)) : null,
  ];
}
