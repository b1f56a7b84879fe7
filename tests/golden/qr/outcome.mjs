// What the browser module answers to one golden case: the whole outcome, "OK", or the code of the refusal.
// Web interfaces only, so that the same file runs under Node and in a page.

import * as qr from "../../../qr/browser/index.js";

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

async function trustOf(golden, now, previousVersion) {
  const root = await qr.publicKey(bytes(golden.root.x), bytes(golden.root.y));
  return qr.verifyTrustList(bytes(golden.trust_list), { root, now, previousVersion });
}

async function judge(golden) {
  if (golden.kind === "trust") {
    await trustOf(golden, golden.now, golden.previous_version);
    return "OK";
  }
  const trust = await trustOf(golden, golden.loaded, null);
  const token = golden.status_token === null ? null : bytes(golden.status_token);
  if (golden.kind === "status") {
    await qr.verifyStatusToken(token, { trust, now: golden.now, uri: golden.uri });
    return "OK";
  }
  const snapshot = token && (await qr.verifyStatusToken(token, { trust, now: golden.loaded }));
  const status = snapshot && qr.statusBook([snapshot]);
  const options = { hosts: golden.hosts, trust, status, now: golden.now, loggedAt: golden.logged_at };
  if (golden.kind === "verify") return qr.verify(golden.text, options);
  const nonce = golden.nonce === null ? null : bytes(golden.nonce);
  const used = new Set(golden.used);
  return qr.verifyPresentation(golden.text, { ...options, audience: golden.audience, nonce, used });
}

export async function outcome(golden) {
  try {
    return await judge(golden);
  } catch (error) {
    if (error instanceof qr.QrError) return error.code;
    throw error;
  }
}
