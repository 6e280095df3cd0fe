// What the launch rules need to know of a manifest and its layout: the input of `launch.js`.

/** The rule for a layout's bytes. `manifest` is the normalised one, `device` a row of `GET /v1/devices`. */
export function ruleOf(manifest, layout, device) {
  const { target, launch } = manifest;
  return {
    device,
    region: regionOf(manifest, layout),
    run_bytes: layout.launch.run_bytes,
    block_region_bytes: layout.launch.block_region_bytes,
    block_reach_bytes: reachBytes(layout),
    shared_budget_bytes: target.shared_budget_bytes,
    static_shared_bytes: target.static_shared_bytes,
    registers_per_thread: target.registers_per_thread,
    carveout: target.carveout,
    threads_per_run: launch.threads_per_run,
    threads_per_block: grows(manifest) ? layout.launch.threads_per_block : launch.threads_per_block,
    max_threads_per_block: launch.max_threads_per_block,
    threads_multiple: launch.threads_multiple,
    bank_conflicts: launch.bank_conflicts,
    objective: manifest.objective,
    least_threads: leastThreads(manifest),
    weighs: weighs(manifest, target.registers_per_thread),
  };
}

/** Whether sizes depend on the threads of the block: then a layout's bytes hold for its own block only. */
export const grows = (manifest) => manifest.buffers.some((buffer) => typeof buffer.size === "object");

/** Whether a layout can have a frontier that says something: some buffer may leave the chip for more threads. */
export const hasFrontier = (manifest) => manifest.objective !== "pool_bytes" && !grows(manifest) && manifest.buffers.some((one) => one.location === "auto");

/** Whether accesses are weighed against resident threads, with so many registers (null: not known). */
export function weighs(manifest, registers) {
  const autos = manifest.buffers.filter((one) => one.location === "auto" && one.scope === "run" && one.size);
  return registers !== null && manifest.objective !== "shared_bytes" && autos.some((one) => (one.accesses ?? one.size) > 0);
}

/** Alignments and widths of what is on chip. The layout names widths; only where it had to choose a stride for several
 *  it has their accesses, and only there they count. */
function regionOf(manifest, layout) {
  const onChip = new Set(layout.buffers.filter((one) => one.location === "shared" && one.size_bytes).map(fullName));
  const alignments = manifest.buffers.filter((one) => one.scope === "run" && onChip.has(fullName(one))).map((one) => one.alignment_bytes);
  const widths = Object.keys(layout.launch.bank_conflict_degree).map(Number);
  const weights = layout.bank_conflicts.length ? layout.bank_conflicts.map((one) => [one.width_bytes, one.accesses]) : widths.map((width) => [width, 1]);
  return {
    run_alignment_bytes: Math.max(1, ...alignments),
    weights,
    base_alignment_bytes: layout.launch.base_alignment_bytes,
  };
}

/** Where the last block-scoped buffer ends, if some lie over windows of runs; else 0. */
function reachBytes(layout) {
  const ends = layout.buffers
    .filter((one) => one.region === "block")
    .flatMap((one) => (one.offset_bytes === null ? (one.parts ?? []).map((part) => part.offset_bytes + part.size_bytes) : [one.offset_bytes + one.size_bytes]));
  const end = Math.max(0, ...ends);
  return end > layout.launch.block_region_bytes ? end : 0;
}

function leastThreads(manifest) {
  const timelines = [manifest.timeline, ...manifest.components.map((one) => one.timeline)].filter(Boolean);
  const groups = timelines.flatMap((one) => one.tracks ?? []);
  const counted = groups.filter((group) => group.some((track) => isRest(track))).map((group) => group.reduce((sum, track) => sum + (isRest(track) ? 0 : track.threads), 0));
  return Math.max(0, ...counted) + 1;
}

const isRest = (track) => track.threads === "rest" || track.threads === null;

export const fullName = (one) => (one.component ? `${one.component}/${one.name}` : one.name);
