// Answers each manifest of standard input as the page writes it; and with changes, as the page makes them.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [page] = process.argv.slice(2);
const { plain } = await import(pathToFileURL(`${page}/input/plain.js`));
const { jsonOf, patched } = await import(pathToFileURL(`${page}/input/patch.js`));
const { pretty } = await import(pathToFileURL(`${page}/input/pretty.js`));

const answers = JSON.parse(readFileSync(0, "utf-8")).map(({ manifest, schema, text, changes }) =>
  text === undefined ? pretty(plain(manifest, schema)) : jsonOf(text) && pretty(patched(jsonOf(text), changes)),
);
process.stdout.write(JSON.stringify(answers));
