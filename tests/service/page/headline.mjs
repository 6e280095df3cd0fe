// Answers each layout of standard input by its sentence.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [page] = process.argv.slice(2);
const { headlineOf } = await import(pathToFileURL(`${page}/view/headline.js`));

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(headlineOf)));
