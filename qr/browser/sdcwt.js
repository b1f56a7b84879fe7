// Selective disclosure in CBOR (draft-ietf-spice-sd-cwt, April 2026): the twin of `restore` in qr/sd_cwt.py.

import { REDACTED_KEYS, Tagged, decode, encode } from "./cbor.js";
import { hex } from "./cose.js";
import { QrError } from "./errors.js";

export const MAX_DISCLOSURE = 512;

const SALT_SIZE = 16;
const DIGEST_SIZE = 32;
const [DECOY, ELEMENT, CLAIM] = [1, 2, 3];
const TAG_ELEMENT = 60;

function refuse(detail) {
  throw new QrError("DISCLOSURE", detail);
}

/** The SHA-256 of a salted entry as an encoded byte string, in hex. */
export async function digest(disclosure) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encode(disclosure))));
}

/**
 * The claims of `payload` (a Map) with what was disclosed put back. Throws QrError DISCLOSURE: an entry that is
 * malformed, doubled or unlisted; a digest that stands twice; a disclosed claim that is there already.
 */
export async function restore(payload, disclosures) {
  const entries = new Map();
  for (const raw of disclosures) entries.set(await digest(raw), readEntry(raw));
  if (entries.size !== disclosures.length) refuse("the same entry twice");
  const restorer = new Restorer(entries);
  const claims = restorer.mapping(payload);
  if (restorer.met.size < entries.size) refuse("a digest that the issuer did not sign");
  return claims;
}

class Restorer {
  constructor(entries) {
    this.entries = entries;
    this.met = new Set();
    this.seen = new Set();
  }

  mapping(map) {
    const restored = new Map();
    for (const [key, value] of map) {
      if (key !== REDACTED_KEYS) restored.set(key, this.value(value));
    }
    const digests = map.has(REDACTED_KEYS) ? map.get(REDACTED_KEYS) : [];
    if (!Array.isArray(digests)) refuse("digests are an array");
    for (const item of digests) {
      const entry = this.lookUp(item);
      if (entry === undefined || entry.length === DECOY) continue;
      if (entry.length !== CLAIM) refuse("an array element where a claim was redacted");
      const [, value, key] = entry;
      if ((typeof key !== "number" && typeof key !== "string") || restored.has(key)) refuse("claim key");
      restored.set(key, this.value(value));
    }
    return restored;
  }

  value(value) {
    if (value instanceof Map) return this.mapping(value);
    if (value instanceof Tagged) refuse("a redacted element outside an array");
    if (!Array.isArray(value)) return value;
    const restored = [];
    for (const item of value) {
      if (!(item instanceof Tagged)) {
        restored.push(this.value(item));
        continue;
      }
      if (item.tag !== TAG_ELEMENT) refuse(`tag ${item.tag}`);
      const entry = this.lookUp(item.value);
      if (entry === undefined || entry.length === DECOY) continue;
      if (entry.length !== ELEMENT) refuse("a claim where an array element was redacted");
      restored.push(this.value(entry[1]));
    }
    return restored;
  }

  lookUp(value) {
    if (!(value instanceof Uint8Array) || value.length !== DIGEST_SIZE || this.seen.has(hex(value))) {
      refuse("a digest that is malformed or stands twice");
    }
    this.seen.add(hex(value));
    const entry = this.entries.get(hex(value));
    if (entry !== undefined) this.met.add(hex(value));
    return entry;
  }
}

function readEntry(raw) {
  let entry;
  try {
    entry = decode(raw, { maxSize: MAX_DISCLOSURE, redactions: true });
  } catch (error) {
    throw error instanceof QrError ? new QrError("DISCLOSURE", error.detail) : error;
  }
  if (!Array.isArray(entry) || entry.length < DECOY || entry.length > CLAIM) refuse("an array of one to three");
  if (!(entry[0] instanceof Uint8Array) || entry[0].length !== SALT_SIZE) refuse("a salt has 16 bytes");
  return entry;
}
