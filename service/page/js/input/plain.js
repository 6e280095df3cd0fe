// A manifest without what need not be said: fields that have their default.

const EMPTY = new Set(["components", "in_place", "apart", "loops", "branches", "tracks", "barriers", "breaks", "aliases", "parts"]);

/** The same manifest, shorter. `schema`: the JSON Schema of manifests. */
export function plain(manifest, schema) {
  const { $defs: kinds } = schema;
  return without(manifest, schema.properties, {
    target: (each) => without(each, kinds.Target.properties),
    launch: (each) => without(each, kinds.Launch.properties),
    solver: (each) => without(each, kinds.SolverOptions.properties),
    timeline: (each) => without(each, kinds.Timeline.properties),
    components: (each) => each.map((one) => without(one, kinds.Component.properties, { timeline: (own) => without(own, kinds.Timeline.properties) })),
    buffers: (each) => each.map((one) => without(one, kinds.Buffer.properties, { parts: (own) => own.map((part) => without(part, {})) })),
  });
}

function without(object, properties, inner = {}) {
  const kept = Object.entries(object).map(([key, value]) => [key, inner[key] && value !== null ? inner[key](value) : value]);
  return Object.fromEntries(kept.filter(([key, value]) => !spare(key, value, properties[key])));
}

function spare(key, value, property) {
  if (value === null) return true;
  if (typeof value === "object") return EMPTY.has(key) ? Object.keys(value).length === 0 : !Array.isArray(value) && Object.keys(value).length === 0;
  return property !== undefined && "default" in property && property.default === value;
}
