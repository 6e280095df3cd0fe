// A manifest as somebody would write it: phases by name, and without what need not be said.

const EMPTY = new Set(["components", "in_place", "apart", "loops", "branches", "tracks", "barriers", "breaks", "aliases", "parts"]);

/** The same manifest, shorter. `schema`: the JSON Schema of manifests. */
export function plain(manifest, schema) {
  const lean = (each, kind) => without(each, schema.$defs[kind].properties);
  const clocks = new Clocks(manifest);
  return without(manifest, schema.properties, {
    target: (each) => lean(each, "Target"),
    launch: (each) => lean(each, "Launch"),
    solver: (each) => lean(each, "SolverOptions"),
    timeline: (each) => timeline(each, lean),
    components: (each) => each.map((one) => component(one, clocks, lean)),
    buffers: (each) => each.map((one) => buffer(one, clocks.of(one.component ?? ""), lean)),
    in_place: (each) => each.map((pair) => ({ ...pair, phase: clocks.of(ownerOf(pair.read)).phase(pair.phase) })),
  });
}

/** The timelines by the path of the component whose lifetimes count in them. */
class Clocks {
  constructor({ timeline: root, components = [] }) {
    this.root = new Names(root);
    this.own = new Map(components.filter((one) => one.timeline).map((one) => [one.path, new Names(one.timeline)]));
  }

  of(path) {
    for (let at = path; at; at = above(at)) if (this.own.has(at)) return this.own.get(at);
    return this.root;
  }
}

/** The phases of one timeline: by name where they have any. What is in names already stays as it is. */
class Names {
  constructor(timeline) {
    this.names = timeline?.phases ?? null;
  }

  phase(at) {
    return this.names && Number.isInteger(at) ? this.names[at] : at;
  }

  span([start, end]) {
    return this.names && Number.isInteger(start) ? [this.names[start], this.names[end - 1]] : [start, end];
  }

  /** `lifetime` or `accesses_in` of a buffer or part, or `active` of a component. */
  times(one) {
    const found = { ...one };
    for (const key of ["lifetime", "active"]) if (found[key]) found[key] = found[key].map((each) => this.span(each));
    if (one.accesses_in) {
      const stated = Object.entries(one.accesses_in).filter(([, phases], number) => phases.length || number === 0);
      found.accesses_in = Object.fromEntries(stated.map(([key, phases]) => [key, phases.map((each) => this.phase(each))]));
    }
    return found;
  }
}

function timeline(each, lean) {
  const names = new Names(each);
  const found = { ...each };
  if (each.loops) {
    found.loops = each.loops.map((one) => {
      const loop = lean({ ...one, span: names.span(one.span), breaks: (one.breaks ?? []).map((at) => names.phase(at)) }, "Loop");
      return Object.keys(loop).length === 1 ? loop.span : loop;
    });
  }
  if (each.branches) found.branches = each.branches.map((one) => lean({ ...one, arms: one.arms.map((arm) => names.span(arm)) }, "Branch"));
  if (each.tracks) found.tracks = each.tracks.map((group) => group.map((one) => ({ ...one, span: names.span(one.span) })));
  if (each.barriers) {
    const side = (one) => ("after" in one ? "after" : "before");
    found.barriers = each.barriers.map((one) => lean({ ...one, [side(one)]: names.phase(one[side(one)]) }, "Barrier"));
  }
  return lean(found, "Timeline");
}

function component(one, clocks, lean) {
  const found = clocks.of(one.path).times(one);
  if (one.timeline) found.timeline = timeline(one.timeline, lean);
  if (one.called_in) found.called_in = one.called_in.map((at) => clocks.of(above(one.path)).phase(at));
  return lean(found, "Component");
}

function buffer(one, names, lean) {
  const found = lean(names.times(one), "Buffer");
  if (one.alignment_bytes === naturalBytes(one.dtype)) delete found.alignment_bytes;
  if (one.accesses === elementsOf(one.size)) delete found.accesses;
  if (one.parts?.length) {
    const own = ({ reentry, ...part }) => (reentry === one.reentry ? part : { ...part, reentry });
    found.parts = one.parts.map((part) => names.times(own(part)));
  }
  return found;
}

/** The alignment that elements of a type have anyway. The name of a type has its bits; those of a byte or less have 1. */
function naturalBytes(dtype) {
  return typeof dtype === "object" ? dtype.alignment_bytes : Math.max(1, Number(/\d+/.exec(dtype)?.[0] ?? 8) / 8);
}

/** Elements, which are also the accesses that are assumed; in a block of one thread where sizes follow the threads. */
function elementsOf(size) {
  return typeof size === "object" ? (size.per_thread ?? size.per_warp) + (size.plus ?? 0) : size;
}

const above = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** The component of a buffer, or of a part, by its full name. */
const ownerOf = (name) => above(name.split("#")[0]);

function without(object, properties, inner = {}) {
  const kept = Object.entries(object).map(([key, value]) => [key, inner[key] && value !== null ? inner[key](value) : value]);
  return Object.fromEntries(kept.filter(([key, value]) => !spare(key, value, properties[key])));
}

function spare(key, value, property) {
  if (value === null) return true;
  if (typeof value === "object") return EMPTY.has(key) ? Object.keys(value).length === 0 : !Array.isArray(value) && Object.keys(value).length === 0;
  return property !== undefined && "default" in property && property.default === value;
}
