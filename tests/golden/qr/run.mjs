// Run every golden case through the browser module, under Node: `node tests/golden/qr/run.mjs`.
// Prints each case that differs and a last line `N passed, N failed`; exit status 1 if any failed.

import { readFileSync, readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import * as qr from "../../../qr/browser/index.js";

const { QrError, publicKey, statusBook, verify, verifyPresentation, verifyStatusToken, verifyTrustList } = qr;

const folder = new URL("cases/", import.meta.url);
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

async function trustOf(golden, now) {
  const root = await publicKey(bytes(golden.root.x), bytes(golden.root.y));
  const previousVersion = golden.previous_version;
  return verifyTrustList(bytes(golden.trust_list), { root, now, previousVersion });
}

async function outcome(golden) {
  if (golden.kind === "trust") {
    await trustOf(golden, golden.now);
    return "OK";
  }
  if (golden.kind === "status") {
    const trust = await trustOf({ ...golden, previous_version: null }, golden.loaded);
    await verifyStatusToken(bytes(golden.status_token), { trust, now: golden.now, uri: golden.uri });
    return "OK";
  }
  const trust = await trustOf(golden, golden.loaded);
  const token = golden.status_token;
  const snapshots = token === null ? [] : [await verifyStatusToken(bytes(token), { trust, now: golden.loaded })];
  const status = token === null ? null : statusBook(snapshots);
  const options = { hosts: golden.hosts, trust, status, now: golden.now, loggedAt: golden.logged_at };
  if (golden.kind === "verify") return verify(golden.text, options);
  const nonce = golden.nonce === null ? null : bytes(golden.nonce);
  const used = new Set(golden.used);
  return verifyPresentation(golden.text, { ...options, audience: golden.audience, nonce, used });
}

let [passed, failed] = [0, 0];
for (const file of readdirSync(folder).sort()) {
  const golden = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  let got;
  try {
    got = await outcome(golden);
  } catch (error) {
    if (!(error instanceof QrError)) throw error;
    got = error.code;
  }
  if (isDeepStrictEqual(got, golden.expected)) {
    passed += 1;
  } else {
    failed += 1;
    console.log(file, "expected", JSON.stringify(golden.expected), "got", JSON.stringify(got));
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
