// Answers each case of standard input by a cell of the page's table of comparisons.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [page] = process.argv.slice(2);
const { compare } = await import(pathToFileURL(`${page}/view/comparing.js`));

const answers = JSON.parse(readFileSync(0, "utf-8")).map(([key, before, after]) => compare(key, before, after));
process.stdout.write(JSON.stringify(answers));
