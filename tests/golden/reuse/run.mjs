// The browser's twin of `same_value` against the lists of slips and of harmless spellings, under Node.
import { readFileSync } from "node:fs";

import { sameValue } from "../../../vault/web/static/js/same-value.js";

const edges = JSON.parse(readFileSync(0, "utf8"));
const rows = (name) =>
  readFileSync(new URL(name, import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"));
const wanted = [
  ...rows("slips.tsv").map((row) => [...row, false]),
  ...rows("harmless.tsv").map((row) => [...row, true]),
  ...edges,
];
const wrong = wanted.filter(([kind, kept, stated, same]) => sameValue(kind, kept, stated) !== same);
for (const row of wrong) console.log(...row);
console.log(`${wanted.length - wrong.length} passed, ${wrong.length} failed`);
process.exitCode = wrong.length ? 1 : 0;
