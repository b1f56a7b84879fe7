// Deterministic CBOR, RFC 8949 section 4.2.1: the twin of qr/cbor.py, accepting and refusing exactly the same bytes.
// Values: integers within +-(2^53 - 1), Uint8Array, string, Array, Map with number or string keys, false, true, null; with
// `redactions` also the items of an SD-CWT: Tagged (18 and 60), and REDACTED_KEYS, the simple value 59, as a map key.

import { QrError } from "./errors.js";

const MAX_DEPTH = 8;
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const INLINE_LIMIT = 24;
const SIMPLE = new Map([[0xf4, false], [0xf5, true], [0xf6, null]]);

const REDACTED_HEAD = Uint8Array.of(0xf8, 0x3b);
const SIGN1_HEAD = 0xd2;
const TAG_SIGN1 = 18;
const TAG_ELEMENT = 60;

/** The map key under which the digests of redacted claims stand. */
export const REDACTED_KEYS = Symbol("redacted_claim_keys");

/** A tagged item of an SD-CWT: 18 is a COSE_Sign1, 60 a redacted array element. */
export class Tagged {
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();

/** Lexicographic order of two byte arrays: negative, zero or positive. */
export function compareBytes(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    if (a[at] !== b[at]) return a[at] - b[at];
  }
  return a.length - b.length;
}

/** One array of all the bytes of `parts`. */
export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function head(major, argument) {
  if (argument < INLINE_LIMIT) return Uint8Array.of((major << 5) | argument);
  const sizes = [[24, 1], [25, 2], [26, 4], [27, 8]];
  const [additional, size] = sizes.find(([, bytes]) => argument < 2 ** (8 * bytes));
  const bytes = new Uint8Array(1 + size);
  bytes[0] = (major << 5) | additional;
  let rest = argument;
  for (let at = size; at > 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** The one deterministic encoding of `value`; QrError CBOR_VALUE for anything outside the profile. */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (Number.isSafeInteger(value)) return value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value);
  if (value instanceof Uint8Array) return concat([head(BYTES, value.length), value]);
  if (typeof value === "string" && value.isWellFormed()) {
    const raw = toUtf8.encode(value);
    return concat([head(TEXT, raw.length), raw]);
  }
  if (Array.isArray(value)) return concat([head(ARRAY, value.length), ...value.map(encode)]);
  if (value instanceof Tagged) return concat([head(6, value.tag), encode(value.value)]);
  if (value instanceof Map) return encodeMap(value);
  throw new QrError("CBOR_VALUE", typeof value);
}

function encodeMap(map) {
  const pairs = [...map].map(([key, value]) => {
    if (key === REDACTED_KEYS) return [REDACTED_HEAD, encode(value)];
    if (typeof key !== "string" && typeof key !== "number") throw new QrError("CBOR_VALUE", "map key");
    return [encode(key), encode(value)];
  });
  pairs.sort(([a], [b]) => compareBytes(a, b));
  return concat([head(5, pairs.length), ...pairs.flat()]);
}

/**
 * The value that `data` encodes. `maxSize` is checked before a byte is looked at; `sortedKeys: false` accepts maps in
 * any order, still without doubles; `redactions: true` accepts the items of an SD-CWT. Throws QrError CBOR_TOO_LARGE, CBOR_MALFORMED, CBOR_NOT_DETERMINISTIC.
 */
export function decode(data, { maxSize, sortedKeys = true, redactions = false }) {
  if (data.length > maxSize) throw new QrError("CBOR_TOO_LARGE", `${data.length} bytes`);
  const reader = { data, at: 0, sortedKeys, redactions };
  const value = readItem(reader, 0);
  if (reader.at !== data.length) throw new QrError("CBOR_MALFORMED", "trailing bytes");
  return value;
}

function readItem(reader, depth) {
  const { data } = reader;
  if (reader.at >= data.length) throw new QrError("CBOR_MALFORMED", "truncated");
  const initial = data[reader.at];
  reader.at += 1;
  if (initial >= 0xc0) {
    return SIMPLE.has(initial) ? SIMPLE.get(initial) : readTagged(reader, initial, depth);
  }
  const major = initial >> 5;
  const argument = readArgument(reader, initial & 0x1f);
  if (major <= NEGATIVE) return readInteger(major, argument);
  if (argument > data.length - reader.at) throw new QrError("CBOR_MALFORMED", "truncated");
  if (major <= TEXT) {
    const raw = data.subarray(reader.at, reader.at + argument);
    reader.at += argument;
    return major === BYTES ? raw : readText(raw);
  }
  if (depth >= MAX_DEPTH) throw new QrError("CBOR_MALFORMED", "nested too deeply");
  if (major === ARRAY) return Array.from({ length: argument }, () => readItem(reader, depth + 1));
  return readMap(reader, argument, depth);
}

function readTagged(reader, initial, depth) {
  let tag = null;
  if (initial === SIGN1_HEAD) {
    tag = TAG_SIGN1;
  } else if (initial === 0xd8 && reader.data[reader.at] === TAG_ELEMENT) {
    tag = TAG_ELEMENT;
    reader.at += 1;
  }
  if (tag === null || !reader.redactions || depth >= MAX_DEPTH) {
    throw new QrError("CBOR_MALFORMED", "outside the profile");
  }
  return new Tagged(tag, readItem(reader, depth + 1));
}

function readArgument(reader, additional) {
  if (additional < INLINE_LIMIT) return additional;
  if (additional > 27) throw new QrError("CBOR_MALFORMED", "indefinite length or reserved");
  const size = 1 << (additional - INLINE_LIMIT);
  if (reader.at + size > reader.data.length) throw new QrError("CBOR_MALFORMED", "truncated");
  let argument = 0;
  for (let count = 0; count < size; count += 1) {
    argument = argument * 256 + reader.data[reader.at];
    reader.at += 1;
  }
  if (argument < (size === 1 ? INLINE_LIMIT : 2 ** (4 * size))) {
    throw new QrError("CBOR_NOT_DETERMINISTIC", "longer form than needed");
  }
  return argument;
}

function readInteger(major, argument) {
  // Above 2^53 the sum is rounded, but never down to a number that passes this test.
  if (argument > Number.MAX_SAFE_INTEGER - major) throw new QrError("CBOR_MALFORMED", "integer out of range");
  return major === UNSIGNED ? argument : -1 - argument;
}

function readText(raw) {
  try {
    return utf8.decode(raw);
  } catch {
    throw new QrError("CBOR_MALFORMED", "not UTF-8");
  }
}

function readMap(reader, pairs, depth) {
  const map = new Map();
  let last = new Uint8Array(0);
  for (let count = 0; count < pairs; count += 1) {
    const start = reader.at;
    const key = readKey(reader, depth);
    const raw = reader.data.subarray(start, reader.at);
    if (map.has(key) || (reader.sortedKeys && compareBytes(raw, last) <= 0)) {
      throw new QrError("CBOR_NOT_DETERMINISTIC", "doubled or unsorted map key");
    }
    last = raw;
    map.set(key, readItem(reader, depth + 1));
  }
  return map;
}

function readKey(reader, depth) {
  const { data, at, redactions } = reader;
  if (redactions && compareBytes(data.subarray(at, at + 2), REDACTED_HEAD) === 0) {
    reader.at += 2;
    return REDACTED_KEYS;
  }
  const key = readItem(reader, depth + 1);
  if (typeof key !== "number" && typeof key !== "string") throw new QrError("CBOR_MALFORMED", "map key");
  return key;
}
