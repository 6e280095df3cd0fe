// The view of a finished layout. A table of figures stands here until the picture does.

import { h } from "../dom.js";

/** Shows a layout in `container`. `jobId` and `job` are null for a layout that came in a link. `manifest` is the
 *  normalised one; `layout` as the service gives it. `readOnly` is true in an embedded page.
 *  `state` is what an earlier `onState(state)` was given, as the link has it (a small JSON object), or null.
 *  `onApply(manifest)` orders another manifest (what-if); absent in an embedded page.
 *  Returns { update(parts), destroy() }; `update` takes any of the same parts. */
export function showLayout(container, { manifest, layout }) {
  const table = h("table.figures");
  container.replaceChildren(table);
  const fill = (what) => {
    const launch = what.launch ?? {};
    const rows = [
      ["status", what.status],
      ["threads per block", launch.threads_per_block],
      ["run bytes", launch.run_bytes],
      ["dynamic shared bytes", launch.dynamic_shared_bytes],
      ["buffers", what.buffers?.length],
    ];
    table.replaceChildren(h("tbody", {}, rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, String(value ?? "–"))))));
  };
  fill(layout);
  return { update: (parts) => parts.layout && fill(parts.layout), destroy: () => container.replaceChildren() };
}
