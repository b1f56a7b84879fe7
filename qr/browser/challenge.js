// The verifier's side of a showing: the text of the symbol that asks. The twin of `challenge_text` in qr/challenge.py.

import * as base32 from "./base32.js";
import { encode } from "./cbor.js";
import { LABELS, NONCE_SIZE, readChallenge } from "./presentable.js";

/** A fresh nonce for one question. */
export function newNonce() {
  return crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
}

/**
 * The text that asks: `audience` is the verifier's own name, `wanted` names fields of `LABELS`, `expiresAt` is in seconds
 * since 1970. Throws QrError CHALLENGE for what no citizen's page would read.
 */
export function challengeText({ audience, purpose, wanted, nonce, expiresAt }, { host }) {
  const names = [...LABELS.keys()];
  const items = [audience, nonce, purpose, wanted.map((name) => names.indexOf(name) + 1), expiresAt];
  const text = `https://${host}/c#${base32.encode(encode(items))}`;
  readChallenge(text, { hosts: [host], now: new Date(0) });
  return text;
}
