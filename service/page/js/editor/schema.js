// What the JSON Schema of manifests says about a place.

/** The schemas that hold at the end of the path, alternatives resolved. */
export function schemasAt(root, path) {
  let found = opened(root, root);
  for (const step of path) {
    found = found.flatMap((schema) => {
      const inner = typeof step === "number" ? (schema.prefixItems?.[step] ?? schema.items) : (schema.properties?.[step] ?? schema.additionalProperties);
      return inner && typeof inner === "object" ? opened(root, inner) : [];
    });
  }
  return found;
}

/** A schema with its reference followed, and each of its alternatives. */
function opened(root, schema, depth = 0) {
  if (depth > 8) return [];
  const { $ref, anyOf, oneOf, allOf, ...own } = schema;
  const found = Object.keys(own).length ? [own] : [];
  if ($ref) {
    const target = $ref.slice(2).split("/").reduce((at, key) => at?.[key], root);
    if (target) found.push(...opened(root, { ...target, description: own.description ?? target.description }, depth + 1));
  }
  for (const alternative of [...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])]) found.push(...opened(root, alternative, depth + 1));
  return found;
}

/** The members that an object here may have: [name, { schemas, description, required }]. */
export function membersAt(root, path) {
  const members = new Map();
  for (const schema of schemasAt(root, path)) {
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      if (members.has(name) || typeof inner !== "object") continue;
      const schemas = opened(root, inner);
      members.set(name, { schemas, description: inner.description ?? "", required: (schema.required ?? []).includes(name) });
    }
  }
  return members;
}

/** The values that may stand here, as JSON values: those that the schema lists, then its examples. */
export function valuesOf(schemas) {
  const listed = schemas.flatMap((schema) => [
    ...("const" in schema ? [schema.const] : []),
    ...(schema.enum ?? []),
    ...(schema.type === "boolean" ? [true, false] : []),
    ...(schema.examples ?? []),
  ]);
  return [...new Map(listed.map((value) => [JSON.stringify(value), value])).values()];
}

/** How a new value of these schemas begins, by the first of them: the text before and behind the cursor. */
export function beginningOf(schemas) {
  const first = schemas.find((schema) => schema.type || "const" in schema || schema.enum) ?? {};
  if (first.type === "array") return ["[", "]"];
  if (first.type === "object") return ["{", "}"];
  const listed = "const" in first ? [first.const] : (first.enum ?? []);
  return first.type === "string" || listed.some((value) => typeof value === "string") ? ['"', '"'] : ["", ""];
}
