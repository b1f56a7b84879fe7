// Status list tokens (IETF Token Status List draft): the twin of qr/status_list.py and qr/status_token.py.

import { concat, decode } from "./cbor.js";
import { isPlain } from "./characters.js";
import { LAST_SECOND, hasKeys, isInteger } from "./claims.js";
import * as cose from "./cose.js";
import { QrError } from "./errors.js";
import { seconds } from "./trust.js";

const TYPE = "application/statuslist+cwt";
const [ISS, SUB, EXP, IAT, STATUS_LIST, TTL] = [1, 2, 4, 6, 65533, 65534];
const WIDTHS = [1, 2, 4, 8];
const MAX_INFLATED = 2 ** 20;
const MAX_COMPRESSED = MAX_INFLATED + 1024;
const MAX_SIZE = MAX_COMPRESSED + 4096;
const MAX_TTL = 366 * 24 * 3600;
const ADLER = 65521;
const EMPTY = new Uint8Array(0);

function malformed(detail) {
  throw new QrError("STATUS_MALFORMED", detail);
}

function decoded(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof QrError) malformed(error.message);
    throw error;
  }
}

/** Inflate one whole zlib stream, stopping as soon as more than `maxSize` bytes have come out. */
export async function inflate(compressed, { maxSize = MAX_INFLATED } = {}) {
  if (compressed.length > MAX_COMPRESSED) throw new QrError("STATUS_TOO_LARGE", "compressed");
  const reader = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    let step;
    try {
      step = await reader.read();
    } catch {
      return malformed("not one whole zlib stream");
    }
    if (step.done) return whole(concat(chunks), compressed);
    size += step.value.length;
    if (size > maxSize) {
      await reader.cancel();
      throw new QrError("STATUS_TOO_LARGE", "inflates beyond the cap");
    }
    chunks.push(step.value);
  }
}

/** `inflated`, if `compressed` ends with its checksum (RFC 1950): some engines ignore bytes after the stream's end. */
function whole(inflated, compressed) {
  let [a, b] = [1, 0];
  for (const byte of inflated) {
    a = (a + byte) % ADLER;
    b = (b + a) % ADLER;
  }
  const tail = new DataView(compressed.buffer, compressed.byteOffset + compressed.length - 4);
  if (tail.getUint32(0) !== b * 65536 + a) malformed("bytes after the zlib stream");
  return inflated;
}

/** A list of statuses of `bits` each; entry 0 stands in the lowest bits of byte 0. */
export class StatusList {
  constructor(bits, packed) {
    if (!WIDTHS.includes(bits)) throw new QrError("STATUS_WIDTH", String(bits));
    this.bits = bits;
    this.packed = packed;
  }

  get length() {
    return (this.packed.length * 8) / this.bits;
  }

  /** The status at `index`, or undefined outside the list. */
  at(index) {
    if (!isInteger(index, 0, this.length - 1)) return undefined;
    const perByte = 8 / this.bits;
    return (this.packed[Math.floor(index / perByte)] >> ((index % perByte) * this.bits)) & ((1 << this.bits) - 1);
  }

  /** Read a StatusList map of the draft, section 4.3. */
  static async fromCbor(value) {
    if (!hasKeys(value, ["bits", "lst"], ["aggregation_uri"])) malformed("fields");
    const [bits, compressed] = [value.get("bits"), value.get("lst")];
    if (typeof bits !== "number" || !(compressed instanceof Uint8Array)) malformed("types");
    return new StatusList(bits, await inflate(compressed));
  }
}

/** The list in a bare CBOR StatusList map. */
export async function decodeStatusList(data) {
  return StatusList.fromCbor(decoded(() => decode(data, { maxSize: MAX_COMPRESSED, sortedKeys: false })));
}

/**
 * The snapshot in `token` (Uint8Array), if a `status` key of the verified `trust` list signed it:
 * `{ uri, issuer, issuedAt, freshUntil, statuses }`. An old token is not refused: `verify` says STATUS_STALE with its
 * time. Throws QrError STATUS_MALFORMED, STATUS_WIDTH, STATUS_TOO_LARGE, STATUS_KEY_UNKNOWN, STATUS_BAD_SIGNATURE,
 * STATUS_ISSUER_MISMATCH, STATUS_WRONG_URI, STATUS_FROM_FUTURE.
 */
export async function verifyStatusToken(token, { trust, now, uri = null, leeway = 300 }) {
  const message = open(token);
  const kid = message.protectedHeader.has(cose.KID)
    ? message.protectedHeader.get(cose.KID)
    : message.unprotectedHeader.get(cose.KID);
  const entry = kid instanceof Uint8Array ? trust.byKid.get(cose.hex(kid)) : undefined;
  if (entry === undefined || entry.use !== "status" || entry.revokedAt !== null) {
    throw new QrError("STATUS_KEY_UNKNOWN");
  }
  const signed = cose.sigStructure(message.protectedBytes, EMPTY, message.payload);
  if (!(await cose.verifyEs256(await entry.publicKey(), message.signature, signed))) {
    throw new QrError("STATUS_BAD_SIGNATURE");
  }
  const snapshot = await read(message.payload, entry.issuer);
  if (snapshot.issuedAt < entry.notBefore || snapshot.issuedAt > entry.notAfter) {
    throw new QrError("STATUS_KEY_UNKNOWN", "signed outside the key's term");
  }
  if (snapshot.issuedAt > seconds(now) + leeway) throw new QrError("STATUS_FROM_FUTURE");
  if (uri !== null && snapshot.uri !== uri) throw new QrError("STATUS_WRONG_URI");
  return snapshot;
}

function open(token) {
  if (token.length > MAX_SIZE) throw new QrError("STATUS_TOO_LARGE", `${token.length} bytes`);
  const untagged = token[0] === cose.TAG_SIGN1 ? token.subarray(1) : token;
  const message = decoded(() => cose.decodeSign1(untagged, { maxSize: MAX_SIZE, sortedKeys: false }));
  if (!hasKeys(message.protectedHeader, [cose.ALG, cose.TYP], [cose.KID])) malformed("headers");
  if (message.protectedHeader.get(cose.ALG) !== cose.ES256 || message.protectedHeader.get(cose.TYP) !== TYPE) {
    malformed("algorithm or type");
  }
  if (!hasKeys(message.unprotectedHeader, [], [cose.KID]) || message.signature.length !== cose.SIGNATURE_SIZE) {
    malformed("headers");
  }
  return message;
}

async function read(payload, issuer) {
  const content = decoded(() => decode(payload, { maxSize: MAX_SIZE, sortedKeys: false }));
  if (!hasKeys(content, [SUB, IAT, STATUS_LIST], [ISS, EXP, TTL])) malformed("claims");
  if (content.has(ISS) && content.get(ISS) !== issuer) throw new QrError("STATUS_ISSUER_MISMATCH");
  const uri = content.get(SUB);
  if (typeof uri !== "string" || !isPlain(uri)) malformed("subject");
  const issuedAt = number(content.get(IAT), LAST_SECOND);
  const limits = [LAST_SECOND];
  if (content.has(EXP)) limits.push(number(content.get(EXP), LAST_SECOND));
  if (content.has(TTL)) limits.push(issuedAt + number(content.get(TTL), MAX_TTL));
  if (limits.length === 1) malformed("neither exp nor ttl");
  const statuses = await StatusList.fromCbor(content.get(STATUS_LIST));
  return { uri, issuer, issuedAt, freshUntil: Math.min(...limits), statuses };
}

function number(value, high) {
  return isInteger(value, 0, high) ? value : malformed("a time");
}
