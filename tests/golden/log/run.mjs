// Run the golden log proofs through the browser module, under Node: `node tests/golden/log/run.mjs`.

import { readFileSync } from "node:fs";

import { QrError, logKey, sealedAt } from "../../../qr/browser/index.js";

const cases = JSON.parse(readFileSync(new URL("proofs.json", import.meta.url), "utf8"));
let failed = 0;
for (const golden of cases) {
  let got = null;
  try {
    got = await sealedAt(golden, golden.text, await logKey(golden.key));
  } catch (error) {
    if (!(error instanceof QrError) && !(error instanceof SyntaxError)) throw error;
  }
  if (got !== golden.expected) {
    failed += 1;
    console.log(golden.name, "expected", golden.expected, "got", got);
  }
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
