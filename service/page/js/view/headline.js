// A layout in one sentence.

import { plural } from "./figures.js";

export function headlineOf(layout) {
  const { launch, pool, status } = layout;
  const proven = status === "optimal" ? "proven optimal" : status;
  if (pool) return `A pool of ${plural(pool.pool_bytes, "byte")}, ${proven}.`;
  if (!launch) return `${status}: a budget that is enough is ${layout.minimum_budget_bytes ?? "not known"}.`;
  const { blocks_per_sm: blocks, resident_threads: resident } = launch.occupancy;
  const threads = `${plural(launch.threads_per_block, "thread")} per block`;
  return `${threads}, ${plural(blocks, "block")} on a multiprocessor (${plural(resident, "thread")}), ${bytesOf(launch)}; ${proven}.`;
}

/** The bytes of a run and those of the block region, where they have any. */
function bytesOf({ run_bytes: run, block_region_bytes: block }) {
  const told = [run && `${plural(run, "byte")} a run`, block && `${plural(block, "byte")} of the block region`].filter(Boolean);
  return told.join(" and ") || "no shared bytes";
}
