// Answers each case of standard input by the rows of the page's table of buffers, and by how their names are told.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [page] = process.argv.slice(2);
const { Model } = await import(pathToFileURL(`${page}/view/model.js`));

const answers = JSON.parse(readFileSync(0, "utf-8")).map(({ manifest, layout, chart }) => {
  const model = new Model(manifest, layout, chart);
  return model.rows().map((row) => ({ ...row, told: model.told(row.name) }));
});
process.stdout.write(JSON.stringify(answers));
