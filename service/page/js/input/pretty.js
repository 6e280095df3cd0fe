// A manifest as JSON to be read and edited: a line for each field, and for each entry of a list of objects.

export function pretty(manifest) {
  const lines = Object.entries(manifest).map(([key, value]) => {
    const rows = Array.isArray(value) && value.length && typeof value[0] === "object" && value[0] !== null;
    const text = rows ? `[\n${value.map((entry) => `    ${spaced(entry)}`).join(",\n")}\n  ]` : spaced(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** JSON on one line, with spaces after commas and colons. */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`).join(", ")}}`;
}
