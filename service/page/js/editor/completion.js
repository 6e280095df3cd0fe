// Completion and explanation from the schema, and from the names that the manifest itself has.

import { beginningOf, membersAt, schemasAt, valuesOf } from "./schema.js";
import { whereInJson, whereInYaml } from "./where.js";

const PHASES = new Set(["lifetime", "active", "span", "loops", "arms", "breaks", "before", "after", "called_in", "phase", "writes", "reads", "updates"]);
const BUFFERS = new Set(["aliases", "apart", "read", "write"]);
const MOST_NAMES = 500;

const finders = { json: whereInJson, yaml: whereInYaml };

/** The source of completions. `schema()` promises the manifest's schema; `manifest()` is the last one that was read, or
 *  null. */
export async function completing(context, { format, schema, manifest }) {
  const find = finders[format];
  const text = context.state.doc.toString();
  const where = find?.(text, context.pos);
  if (!where) return null;
  if (!context.explicit && !where.word.quoted && where.word.from === context.pos) return null;
  const root = await schema();
  const options = where.wants === "key" ? keyOptions(root, where, format, text) : valueOptions(root, where, format, manifest());
  return options.length ? { from: where.word.from, options, validFor: /^[\w$./#-]*$/ } : null;
}

/** What the word at a position means, as a tooltip. */
export async function explaining(view, position, { format, schema }) {
  const find = finders[format];
  const text = view.state.doc.toString();
  let end = position;
  while (end < text.length && /[\w$]/.test(text[end])) end += 1;
  const where = find?.(text, end);
  if (!where) return null;
  const name = text.slice(where.word.from, end);
  const root = await schema();
  const member = where.wants === "key" ? membersAt(root, where.path).get(name) : null;
  if (!member?.description) return null;
  return {
    pos: where.word.from,
    end,
    create: () => {
      const dom = document.createElement("div");
      dom.textContent = member.description;
      return { dom };
    },
  };
}

function keyOptions(root, where, format, text) {
  return [...membersAt(root, where.path)].filter(([name]) => !where.keys.has(name)).map(([name, { schemas, description, required }]) => ({
    label: name,
    detail: required ? "required" : "",
    info: description || undefined,
    boost: required ? 1 : 0,
    apply: (view, _, from, to) => applyKey(view, { name, schemas, from, to, format, quoted: where.word.quoted, text }),
  }));
}

function applyKey(view, { name, schemas, from, to, format, quoted, text }) {
  const quote = quoted || (format === "json" ? '"' : "");
  const closed = Boolean(quoted) && text[to] === quoted;
  const behind = text.slice(to + (closed ? 1 : 0), to + 20);
  const [open, close] = /^\s*:/.test(behind) ? ["", ""] : format === "json" ? [`: ${beginningOf(schemas)[0]}`, beginningOf(schemas)[1]] : [": ", ""];
  const head = `${quoted ? "" : quote}${name}${quote}${open}`;
  view.dispatch({ changes: { from, to: to + (closed ? 1 : 0), insert: head + close }, selection: { anchor: from + head.length }, userEvent: "input.complete" });
}

function valueOptions(root, where, format, manifest) {
  const schemas = schemasAt(root, where.path);
  const told = valuesOf(schemas).filter((value) => !where.word.quoted || typeof value === "string");
  const named = namesFor(where.path, manifest).filter((name) => !told.includes(name));
  return [...told, ...named].map((value, at) => {
    const plain = where.word.quoted || (format === "yaml" && typeof value === "string" && /^[A-Za-z_][\w/ -]*$/.test(value) && !/^(true|false|null|yes|no)$/i.test(value));
    const written = plain ? String(value) : JSON.stringify(value);
    return { label: typeof value === "string" ? value : written, apply: written, boost: -Math.min(at, 99) };
  });
}

/** The names of the manifest that may stand here: phases, components, buffers. */
function namesFor(path, manifest) {
  if (!manifest) return [];
  const keys = path.filter((step) => typeof step === "string");
  const last = keys[keys.length - 1];
  const buffers = Array.isArray(manifest.buffers) ? manifest.buffers : [];
  const components = Array.isArray(manifest.components) ? manifest.components : [];
  if (last === "component") return [...new Set([...components.map((each) => each.path), ...buffers.map((each) => each.component)])].filter(Boolean);
  if (keys.some((key) => BUFFERS.has(key))) return buffers.map((each) => (each.component ? `${each.component}/${each.name}` : each.name)).slice(0, MOST_NAMES);
  if (!keys.some((key) => PHASES.has(key))) return [];
  const owner = path[0] === "buffers" ? components.find((each) => each.path === buffers[path[1]]?.component) : path[0] === "components" ? components[path[1]] : null;
  const own = last === "called_in" || last === "active" ? null : owner?.timeline?.phases;
  return (own ?? manifest.timeline?.phases ?? []).slice(0, MOST_NAMES);
}
