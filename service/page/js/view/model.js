// A layout as the page asks about it: buffers by name, and what is live in a phase.

import { fullName } from "./launch_facts.js";

/** What kept contents are kept for, by the state of a stretch. */
export const STATES = {
  stated: "accessed",
  carried: "carried on to be found again",
  between: "kept between a write and a read",
  waiting: "kept until a barrier",
};

export const NEVER = "never live";

/** The regions that a chart shows. */
const ON_CHIP = new Set(["run", "block", "pool"]);

export class Model {
  /** `chart` is what `GET …/chart` answers; null while it is on its way, or where there is none. */
  constructor(manifest, layout, chart = null) {
    this.manifest = manifest;
    this.layout = layout;
    this.chart = chart;
    this.stated = new Map(manifest.buffers.map((one) => [fullName(one), one]));
    this.placed = new Map(layout.buffers.map((one) => [fullName(one), one]));
    this.pieces = new Map();
    for (const region of chart?.regions ?? []) {
      for (const piece of region.pieces.filter((one) => !one.above)) {
        if (!this.pieces.has(piece.buffer)) this.pieces.set(piece.buffer, []);
        this.pieces.get(piece.buffer).push(piece);
      }
    }
  }

  get phases() {
    return this.chart?.phases ?? [];
  }

  /** The phase that is shown first: the fullest of the largest region. */
  get peakPhase() {
    const largest = [...(this.chart?.regions ?? [])].sort((one, other) => other.size_bytes - one.size_bytes)[0];
    return largest ? largest.peak.phase : 0;
  }

  /** When a buffer is live: `[first phase, phase after the last]`, by start, over all its parts. Null: not known. */
  stretches(name) {
    const placed = this.placed.get(name);
    if (!this.chart || !placed?.size_bytes || !ON_CHIP.has(placed.region)) return null;
    const found = (this.pieces.get(name) ?? []).flatMap((piece) => piece.stretches.map(([start, end]) => [start, end]));
    return found.sort(([one], [other]) => one - other);
  }

  /** Whether it is known that no phase needs the buffer. */
  neverLive(name) {
    return this.stretches(name)?.length === 0;
  }

  /** The name of a buffer among those that share bytes. */
  told(name) {
    return this.neverLive(name) ? `${name} (${NEVER})` : name;
  }

  #unknown({ region, size_bytes: size }) {
    if (!size) return "not known: it has no bytes";
    return ON_CHIP.has(region) ? "not known: the service tells it of its own finished orders" : "not known: it lies off the chip";
  }

  /** A row for each buffer, in the layout's order. `unsaid` says why it has no phases, or none that are known. */
  rows() {
    return this.layout.buffers.map((one) => {
      const name = fullName(one);
      const stated = this.stated.get(name) ?? {};
      const stretches = this.stretches(name);
      const offsets = one.offset_bytes === null ? (one.parts ?? []).map((part) => part.offset_bytes) : [one.offset_bytes];
      return {
        name,
        short: one.name,
        component: one.component || "(root)",
        type: `${typeName(stated.dtype)}[${typeof stated.size === "object" ? "grows" : (stated.size ?? "?")}]`,
        region: one.region,
        offset: offsets.length ? Math.min(...offsets) : null,
        bytes: one.size_bytes,
        first: stretches?.length ? stretches[0][0] : null,
        phases: stretches && covered(stretches),
        unsaid: stretches === null ? this.#unknown(one) : stretches.length ? "" : NEVER,
        shares: one.shares_bytes_with.length,
      };
    });
  }

  /** What lies in a region in one phase, from the highest byte down, and how many bytes that is. */
  liveIn(region, phase) {
    const found = [];
    for (const piece of region.pieces) {
      const at = piece.stretches.find(([start, end]) => start <= phase && phase < end);
      if (at) found.push({ ...piece, state: at[2], why: at[3] ?? "" });
    }
    found.sort((one, other) => other.end_bytes - one.end_bytes || other.start_bytes - one.start_bytes);
    const own = found.filter((one) => !one.above).map((one) => [one.start_bytes, one.end_bytes]);
    return { live: found, used_bytes: covered(own.sort(([one], [other]) => one - other)) };
  }

  /** How much fuller each phase is: the bytes in use, by phase, where buffers that share bytes count as often as they
   *  are there. It is what a slider is drawn over. */
  fullness(region) {
    const change = new Float64Array(this.phases.length + 1);
    for (const piece of region.pieces.filter((one) => !one.above)) {
      for (const [start, end] of piece.stretches) {
        change[start] += piece.end_bytes - piece.start_bytes;
        change[end] -= piece.end_bytes - piece.start_bytes;
      }
    }
    let sum = 0;
    return Array.from(change.subarray(0, this.phases.length), (by) => (sum += by));
  }
}

/** How much the ranges `[start, end)`, sorted by start, cover together. */
function covered(ranges) {
  let sum = 0;
  let reach = 0;
  for (const [start, end] of ranges) {
    sum += Math.max(0, end - Math.max(start, reach));
    reach = Math.max(reach, end);
  }
  return sum;
}

const typeName = (dtype) => (dtype && typeof dtype === "object" ? `${dtype.itemsize_bytes} B elements` : (dtype ?? "?"));
