// What was validated: the level reached, and for each report what it checked and found.

import { h } from "../dom.js";
import { counted } from "./figures.js";

const MEANS = {
  static: "An independent verifier derived every rule from the manifest and checked each byte.",
  compiled: "The allocators were compiled to machine code for the target.",
  simulated: "A probe kernel ran with the allocators in a simulator, and every byte was where it should be.",
  hardware: "The probe ran on a GPU of this architecture.",
};

export function reports(layout, chart) {
  const { validation } = layout;
  const found = validation?.reports ?? [];
  const level = validation?.level ?? "none";
  const head = found.length
    ? `Level reached: ${level} (asked for: ${validation.required}).`
    : "Nothing was validated.";
  return h(
    "section.reports",
    { "aria-label": "Validation" },
    h("h3", {}, "Validation"),
    h("p", {}, h("strong", {}, head)),
    found.map((report) => details(report)),
    chart?.validation?.length ? h("details", {}, h("summary", {}, "In the words of the command line"), words(chart.validation)) : null,
  );
}

function details(report) {
  const ran = report.detail?.ran !== false;
  const verdict = report.passed ? "passed" : ran ? "FAILED" : "did not run";
  const sign = report.passed ? "✓" : "✗";
  const checks = Object.entries(report.detail?.checks ?? {});
  const figures = Object.entries(report.checked ?? {}).filter(([, value]) => typeof value === "number");
  return h(
    "details",
    { open: !report.passed },
    h("summary", {}, `${sign} ${report.level}: ${verdict}${report.seconds ? ` in ${report.seconds.toFixed(2)} s` : ""}`),
    h("p", {}, MEANS[report.level] ?? ""),
    figures.length ? h("dl.said", {}, figures.flatMap(([name, value]) => [h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, counted(value))])) : null,
    checks.length ? h("ul", {}, checks.map(([name, check]) => h("li", {}, `${check.ran ? "✓" : "–"} ${name.replaceAll("_", " ")}${check.ran ? "" : " (did not run)"}`))) : null,
    (report.findings ?? []).length
      ? h("ul.findings", {}, report.findings.map((one) => h("li", {}, `${one.rule}: ${one.message}`)))
      : h("p", {}, "No findings."),
  );
}

function words(lines) {
  return h("dl.said", {}, lines.flatMap(([label, text]) => [h("dt", {}, label || "·"), h("dd", {}, text)]));
}
