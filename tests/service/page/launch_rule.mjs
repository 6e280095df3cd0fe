// Answers each case of standard input by the page's launch rule, as JSON; where no block fits and it is asked `why`, in
// a sentence.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [page] = process.argv.slice(2);
const { launchFor } = await import(pathToFileURL(`${page}/view/launch.js`));
const { ruleOf } = await import(pathToFileURL(`${page}/view/launch_facts.js`));

const { hurdleOf } = await import(pathToFileURL(`${page}/view/hurdle.js`));

const answers = JSON.parse(readFileSync(0, "utf-8")).map((one) => {
  const rule = one.rule ?? ruleOf(one.manifest, one.layout, one.device);
  return launchFor(rule) ?? (one.why ? hurdleOf(rule) : null);
});
process.stdout.write(JSON.stringify(answers));
