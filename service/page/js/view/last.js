// The user's earlier layouts, kept in this browser: figures and places only, a few of them, and never sent anywhere.

import { fullName } from "./launch_facts.js";

const NAME = "warpack-layouts";
const MOST = 8;
const MOST_CHARACTERS = 400_000;

/** What is kept of a layout. */
export function summaryOf(layout, when = Date.now()) {
  const launch = layout.launch ?? {};
  return {
    name: layout.name ?? "",
    sha256: layout.layout_sha256,
    when,
    status: layout.status,
    figures: {
      run_bytes: launch.run_bytes ?? 0,
      block_region_bytes: launch.block_region_bytes ?? 0,
      pool_bytes: layout.pool?.pool_bytes ?? 0,
      dynamic_shared_bytes: launch.dynamic_shared_bytes ?? 0,
      threads_per_block: launch.threads_per_block ?? 0,
      blocks_per_sm: launch.occupancy?.blocks_per_sm ?? 0,
      resident_threads: launch.occupancy?.resident_threads ?? 0,
    },
    places: Object.fromEntries(layout.buffers.map((one) => [fullName(one), placeOf(one)])),
  };
}

function placeOf(one) {
  const offsets = one.offset_bytes === null ? (one.parts ?? []).map((part) => part.offset_bytes) : [one.offset_bytes];
  return [one.region, one.size_bytes, ...offsets];
}

/** Keeps a layout, and gives the one before it of the same name that differs; null where there is none. Where storage
 *  is switched off nothing is kept, and there is none. */
export function keep(layout) {
  const own = summaryOf(layout);
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    const others = kept.filter((one) => one.sha256 !== own.sha256);
    let next = [own, ...others].slice(0, MOST);
    while (next.length > 1 && JSON.stringify(next).length > MOST_CHARACTERS) next = next.slice(0, -1);
    if (JSON.stringify(next).length <= MOST_CHARACTERS) localStorage.setItem(NAME, JSON.stringify(next));
    return others.find((one) => one.name === own.name) ?? null;
  } catch {
    return null;
  }
}

/** What differs between the places of two summaries: buffers added, removed, moved, or of another size. */
export function placesChanged(before, after) {
  const found = { added: [], removed: [], moved: [], resized: [] };
  for (const [name, place] of Object.entries(after.places)) {
    const was = before.places[name];
    if (!was) found.added.push(name);
    else if (was[1] !== place[1]) found.resized.push(`${name} (${was[1]} → ${place[1]} B)`);
    else if (was.join() !== place.join()) found.moved.push(`${name} (${where(was)} → ${where(place)})`);
  }
  found.removed = Object.keys(before.places).filter((name) => !(name in after.places));
  return found;
}

const where = ([region, , ...offsets]) => `${region} ${offsets.join(", ")}`;
