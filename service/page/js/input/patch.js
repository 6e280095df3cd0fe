// A manifest with a few values changed, and nothing else.

const ORDER = ["$schema", "schema", "name", "target", "launch", "timeline", "components", "buffers", "in_place", "apart", "objective", "frontier"];

/** `changes`: values by field. Those of an object are changed one by one; null takes a field away. A field that was not
 *  there gets the place that it has in a manifest. */
export function patched(manifest, changes) {
  let found = { ...manifest };
  for (const [key, value] of Object.entries(changes)) {
    const next = isObject(value) ? patched(isObject(found[key]) ? found[key] : {}, value) : value;
    if (next === null) delete found[key];
    else if (key in found) found[key] = next;
    else if (!isObject(next) || Object.keys(next).length) found = inserted(found, key, next);
  }
  return found;
}

/** What a text says if it is a JSON object; else null. */
export function jsonOf(text) {
  try {
    const found = JSON.parse(text);
    return isObject(found) ? found : null;
  } catch {
    return null;
  }
}

function inserted(object, key, value) {
  const rank = ORDER.indexOf(key);
  const entries = Object.entries(object);
  const at = rank < 0 ? -1 : entries.findIndex(([other]) => ORDER.indexOf(other) > rank || !ORDER.includes(other));
  entries.splice(at < 0 ? entries.length : at, 0, [key, value]);
  return Object.fromEntries(entries);
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
