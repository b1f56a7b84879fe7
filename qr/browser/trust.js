// The trust list: which key may speak for which agency, signed by a pinned offline root. The twin of qr/trust_list.py,
// which says what forward compatibility the format has: a key whose use is not known here is passed over.

import { compareBytes, decode } from "./cbor.js";
import { isPlain } from "./characters.js";
import { LAST_SECOND, hasKeys, isInteger } from "./claims.js";
import * as cose from "./cose.js";
import { QrError } from "./errors.js";

const AAD = new TextEncoder().encode("VNTL1");
const MAX_SIZE = 4 * 1024 * 1024;
const [VERSION, IAT, NEXT_UPDATE, KEYS] = [1, 2, 3, 4];
const [E_KID, E_ISS, E_X, E_Y, E_NBF, E_EXP, E_USE, E_REVOKED_AT] = [1, 2, 3, 4, 5, 6, 7, 8];
const USES = ["qr", "status", "peer"];

/** Whole seconds since 1970 of a Date or a number of seconds, rounded down. */
export function seconds(now) {
  return Math.floor(now instanceof Date ? now.getTime() / 1000 : now);
}

function malformed(detail) {
  throw new QrError("TRUST_MALFORMED", detail);
}

function decoded(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof QrError) malformed(error.message);
    throw error;
  }
}

/**
 * The trust list in `data` (Uint8Array), if the pinned `root` (WebCrypto P-256 public key) signed it and it is neither
 * rolled back nor outdated. `previousVersion` is the version held before. Throws QrError TRUST_MALFORMED,
 * TRUST_WRONG_ROOT, TRUST_BAD_SIGNATURE, TRUST_ROLLED_BACK, TRUST_OUTDATED, TRUST_FROM_FUTURE.
 */
export async function verifyTrustList(data, { root, now, previousVersion = null, leeway = 300 }) {
  const message = decoded(() => cose.decodeSign1(data, { maxSize: MAX_SIZE }));
  const { protectedHeader } = message;
  if (message.unprotectedHeader.size || !hasKeys(protectedHeader, [cose.ALG, cose.KID])) malformed("headers");
  if (protectedHeader.get(cose.ALG) !== cose.ES256 || message.signature.length !== cose.SIGNATURE_SIZE) {
    malformed("algorithm");
  }
  const rootKid = await cose.keyId(...(await cose.coordinates(root)));
  const kid = protectedHeader.get(cose.KID);
  if (!(kid instanceof Uint8Array) || compareBytes(kid, rootKid) !== 0) throw new QrError("TRUST_WRONG_ROOT");
  const signed = cose.sigStructure(message.protectedBytes, AAD, message.payload);
  if (!(await cose.verifyEs256(root, message.signature, signed))) throw new QrError("TRUST_BAD_SIGNATURE");
  const trust = await readList(decoded(() => decode(message.payload, { maxSize: MAX_SIZE })));
  if (previousVersion !== null && trust.version < previousVersion) throw new QrError("TRUST_ROLLED_BACK");
  if (trust.issuedAt > seconds(now) + leeway) throw new QrError("TRUST_FROM_FUTURE");
  if (seconds(now) >= trust.nextUpdate) throw new QrError("TRUST_OUTDATED");
  return trust;
}

async function readList(content) {
  if (!hasKeys(content, [VERSION, IAT, NEXT_UPDATE, KEYS])) malformed("fields");
  const [version, keys] = [content.get(VERSION), content.get(KEYS)];
  if (!isInteger(version, 1, Number.MAX_SAFE_INTEGER)) malformed("version");
  if (!Array.isArray(keys)) malformed("keys");
  const passedOver = keys.map(kidOfUnknownUse);
  const entries = await Promise.all(keys.filter((_, place) => passedOver[place] === null).map(readEntry));
  const byKid = new Map(entries.map((entry) => [entry.kid, entry]));
  const kids = [...byKid.keys(), ...passedOver.filter((kid) => kid !== null)];
  if (new Set(kids).size !== keys.length) malformed("the same kid twice");
  return { version, issuedAt: time(content.get(IAT)), nextUpdate: time(content.get(NEXT_UPDATE)), byKid };
}

/** The kid (hex) of a key that is passed over; null for one that must be read. */
function kidOfUnknownUse(value) {
  if (!(value instanceof Map)) return null;
  const [use, kid] = [value.get(E_USE), value.get(E_KID)];
  if (typeof use !== "string" || !use || USES.includes(use) || !isPlain(use)) return null;
  if (!(kid instanceof Uint8Array) || kid.length !== cose.KID_SIZE) malformed("kid of a key of unknown use");
  return cose.hex(kid);
}

async function readEntry(value) {
  if (!hasKeys(value, [E_KID, E_ISS, E_X, E_Y, E_NBF, E_EXP, E_USE], [E_REVOKED_AT])) malformed("fields of a key");
  const [issuer, x, y, use] = [E_ISS, E_X, E_Y, E_USE].map((key) => value.get(key));
  if (typeof issuer !== "string" || !issuer || !isPlain(issuer)) malformed("issuer");
  if (![x, y].every((part) => part instanceof Uint8Array && part.length === cose.COORDINATE_SIZE)) {
    malformed("coordinates");
  }
  if (!cose.isOnCurve(x, y)) malformed("not a point of P-256");
  const kid = await cose.keyId(x, y);
  const stated = value.get(E_KID);
  if (!(stated instanceof Uint8Array) || compareBytes(stated, kid) !== 0) malformed("kid is not the thumbprint");
  if (!USES.includes(use)) malformed("use");
  return {
    kid: cose.hex(kid),
    issuer,
    use,
    notBefore: time(value.get(E_NBF)),
    notAfter: time(value.get(E_EXP)),
    revokedAt: value.has(E_REVOKED_AT) ? time(value.get(E_REVOKED_AT)) : null,
    publicKey: memoized(() => cose.publicKey(x, y)),
  };
}

function memoized(make) {
  let made = null;
  return () => {
    made ??= make();
    return made;
  };
}

function time(value) {
  return isInteger(value, 0, LAST_SECOND) ? value : malformed("a time is whole seconds since 1970");
}
