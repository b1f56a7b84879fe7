// What a printed credential says (format VNQ1). The twin of the decoder in qr/claims.py.

import { decode } from "./cbor.js";
import { isPlain } from "./characters.js";
import { hex } from "./cose.js";
import { QrError } from "./errors.js";

const ISS = 1;
const EXP = 4;
const IAT = 6;
const CTI = 7;
const STATUS = 65535;
const PAPER = -70001;
const [TYPE, NUMBER, ISSUED_ON, HOLDER_NAME, HOLDER_MASKED, DIGEST] = [1, 2, 3, 4, 5, 6];
const MAX_PAYLOAD = 256;
const MAX_STATUS_INDEX = 2 ** 31 - 1;
const FIRST_DAY = -719162; // 0001-01-01
const LAST_DAY = 2932896; // 9999-12-31

export const LAST_SECOND = 253402300799; // 9999-12-31T23:59:59Z

/** Whether a Map has all of `required` and nothing beyond `required` and `optional`. */
export function hasKeys(map, required, optional = []) {
  return (
    map instanceof Map &&
    required.every((key) => map.has(key)) &&
    [...map.keys()].every((key) => required.includes(key) || optional.includes(key))
  );
}

/** Whether `value` is an integer in `low`..`high`. */
export function isInteger(value, low, high) {
  return Number.isSafeInteger(value) && value >= low && value <= high;
}

/** Seconds since 1970 as RFC 3339 in UTC. */
export function rfc3339(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function refuse(detail) {
  throw new QrError("CLAIMS", detail);
}

/** A decoded time in seconds since 1970; QrError CLAIMS for anything else. */
export function readTime(value) {
  return isInteger(value, 0, LAST_SECOND) ? value : refuse("a time is whole seconds since 1970");
}

/** A decoded day as an ISO date; QrError CLAIMS for anything else. */
export function readDay(value) {
  if (!isInteger(value, FIRST_DAY, LAST_DAY)) refuse("a day is counted from 1970-01-01");
  return new Date(value * 86_400_000).toISOString().slice(0, 10);
}

/** A decoded text, its characters not yet judged; QrError CLAIMS for anything else. */
export function readText(value, { empty = false } = {}) {
  return typeof value === "string" && (value || empty) ? value : refuse("a text is missing");
}

/** A decoded byte string of `size` bytes, as hex; QrError CLAIMS for anything else. */
export function readHex(value, size) {
  return value instanceof Uint8Array && value.length === size ? hex(value) : refuse(`${size} bytes`);
}

/** A decoded status reference, its characters not yet judged; QrError CLAIMS for anything else. */
export function readStatus(value) {
  const entry = hasKeys(value, ["status_list"]) ? value.get("status_list") : null;
  if (!hasKeys(entry, ["idx", "uri"])) refuse("a status reference");
  const [index, uri] = [entry.get("idx"), entry.get("uri")];
  if (!isInteger(index, 0, MAX_STATUS_INDEX)) refuse("a status index");
  if (typeof uri !== "string" || !uri.startsWith("https://")) refuse("a status list is at an https address");
  return { index, uri };
}

/**
 * The claims in `payload` as `{ claims, issuedAt, expiresAt }`: `claims` is the JSON shape shared with Python, the two
 * times are seconds since 1970 (`expiresAt` null without a term). Throws QrError CBOR, CLAIMS or CHARACTERS.
 */
export function decodeClaims(payload) {
  let content;
  try {
    content = decode(payload, { maxSize: MAX_PAYLOAD });
  } catch (error) {
    throw error instanceof QrError ? new QrError("CBOR", error.detail) : error;
  }
  if (!hasKeys(content, [ISS, IAT, CTI, STATUS, PAPER], [EXP])) refuse("the claims of VNQ1 and no others");
  const paper = content.get(PAPER);
  if (!hasKeys(paper, [TYPE, NUMBER, HOLDER_NAME, HOLDER_MASKED], [ISSUED_ON, DIGEST])) refuse("the paper's fields");
  const issuedAt = readTime(content.get(IAT));
  const expiresAt = content.has(EXP) ? readTime(content.get(EXP)) : null;
  const claims = {
    issuer: readText(content.get(ISS)),
    issued_at: rfc3339(issuedAt),
    expires_at: expiresAt === null ? null : rfc3339(expiresAt),
    record_id: readHex(content.get(CTI), 8),
    status: readStatus(content.get(STATUS)),
    type_code: readText(paper.get(TYPE)),
    number: readText(paper.get(NUMBER), { empty: true }),
    issued_on: paper.has(ISSUED_ON) ? readDay(paper.get(ISSUED_ON)) : null,
    holder_name: readText(paper.get(HOLDER_NAME)),
    holder_masked: readText(paper.get(HOLDER_MASKED), { empty: true }),
    original_digest16: paper.has(DIGEST) ? readHex(paper.get(DIGEST), 16) : null,
  };
  const texts = [claims.issuer, claims.status.uri, claims.type_code, claims.number, claims.holder_name];
  if (![...texts, claims.holder_masked].every(isPlain)) throw new QrError("CHARACTERS");
  return { claims, issuedAt, expiresAt };
}
