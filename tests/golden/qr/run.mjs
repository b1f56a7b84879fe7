// Run every golden case through the browser module, under Node: `node tests/golden/qr/run.mjs`.
// Prints each case that differs and a last line `N passed, N failed`; exit status 1 if any failed.

import { readFileSync, readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import { outcome } from "./outcome.mjs";

const folder = new URL("cases/", import.meta.url);
let [passed, failed] = [0, 0];
for (const file of readdirSync(folder).sort()) {
  const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const got = await outcome(golden);
  if (isDeepStrictEqual(got, golden.expected)) {
    passed += 1;
  } else {
    failed += 1;
    console.log(file, "expected", JSON.stringify(golden.expected), "got", JSON.stringify(got));
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
