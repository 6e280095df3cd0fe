// Incumbents against the bound, while the solver works: bytes over seconds, two staircases that meet when it is proven.

import { s } from "../dom.js";
import { bytes, seconds } from "../words.js";

const WIDE = 640;
const HIGH = 150;
const LEFT = 64;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 24;

/** Draws { seconds, run_bytes, lower_bound_bytes } into the SVG element. `now`: the seconds that have passed. */
export function drawChart(svg, points, now) {
  const known = points.filter((each) => Number.isFinite(each.run_bytes));
  if (!known.length) return svg.replaceChildren();
  const ends = Math.max(now, known[known.length - 1].seconds, 0.001);
  const values = known.flatMap((each) => [each.run_bytes, each.lower_bound_bytes].filter(Number.isFinite));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const x = (at) => LEFT + ((WIDE - LEFT - RIGHT) * at) / ends;
  const y = (value) => (high === low ? (TOP + HIGH - BOTTOM) / 2 : TOP + ((HIGH - TOP - BOTTOM) * (high - value)) / (high - low));
  const path = (key) => {
    const steps = known.filter((each) => Number.isFinite(each[key]));
    if (!steps.length) return "";
    const [first, ...rest] = steps;
    return `M${x(first.seconds)} ${y(first[key])}${rest.map((each) => `H${x(each.seconds)}V${y(each[key])}`).join("")}H${x(ends)}`;
  };
  const labels = low === high ? [low] : [low, high];
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  svg.setAttribute("aria-label", told(known[known.length - 1]));
  svg.replaceChildren(
    s("path", { d: `M${LEFT} ${TOP}V${HIGH - BOTTOM}H${WIDE - RIGHT}`, class: "axis" }),
    ...labels.map((value) => s("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value.toLocaleString("en"))),
    s("text", { x: LEFT, y: HIGH - 6 }, "0"),
    s("text", { x: WIDE - RIGHT, y: HIGH - 6, "text-anchor": "end" }, seconds(ends)),
    s("path", { d: path("lower_bound_bytes"), class: "bound" }),
    s("path", { d: path("run_bytes"), class: "found" }),
  );
}

/** The last point in words. */
export function told({ run_bytes, lower_bound_bytes }) {
  if (!Number.isFinite(lower_bound_bytes)) return `Best so far: ${bytes(run_bytes)}.`;
  if (run_bytes <= lower_bound_bytes) return `Best: ${bytes(run_bytes)}, proven the fewest.`;
  const gap = (100 * (run_bytes - lower_bound_bytes)) / run_bytes;
  return `Best so far: ${bytes(run_bytes)}. No layout has fewer than ${lower_bound_bytes.toLocaleString("en")}, ${gap.toFixed(gap < 1 ? 2 : 1)} % less.`;
}
