// COSE_Sign1 (RFC 9052) with ES256 through WebCrypto, and the COSE Key Thumbprint (RFC 9679). The twin of qr/cose.py.

import { compareBytes, decode, encode } from "./cbor.js";
import { QrError } from "./errors.js";

export const ES256 = -7;
export const ALG = 1;
export const KID = 4;
export const TYP = 16;
export const SIGNATURE_SIZE = 64;
export const COORDINATE_SIZE = 32;
export const KID_SIZE = 8;
export const TAG_SIGN1 = 0xd2;

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const EMPTY_MAP = Uint8Array.of(0xa0);

/** The Sig_structure of RFC 9052 section 4.4; an empty protected map is hashed as a zero-length byte string. */
export function sigStructure(protectedBytes, externalAad, payload) {
  const bucket = compareBytes(protectedBytes, EMPTY_MAP) === 0 ? new Uint8Array(0) : protectedBytes;
  return encode(["Signature1", bucket, externalAad, payload]);
}

/** An untagged COSE_Sign1 with an empty unprotected header. */
export function encodeSign1(protectedBytes, payload, signature) {
  if (signature.length !== SIGNATURE_SIZE) throw new QrError("SIGNATURE_SIZE");
  return encode([protectedBytes, new Map(), payload, signature]);
}

/** Take an untagged COSE_Sign1 apart; QrError CBOR_* or COSE_MALFORMED. Header values are not judged here. */
export function decodeSign1(data, { maxSize, sortedKeys = true }) {
  return readSign1(decode(data, { maxSize, sortedKeys }), { maxSize, sortedKeys });
}

/** The same for a message that is already decoded (a token inside a token). */
export function readSign1(message, { maxSize, sortedKeys = true, redactions = false }) {
  if (!Array.isArray(message) || message.length !== 4) throw new QrError("COSE_MALFORMED", "not an array of four");
  const [protectedBytes, unprotectedHeader, payload, signature] = message;
  if (![protectedBytes, payload, signature].every((part) => part instanceof Uint8Array)) {
    throw new QrError("COSE_MALFORMED", "protected, payload and signature are byte strings");
  }
  const rules = { maxSize, sortedKeys, redactions };
  const protectedHeader = protectedBytes.length ? decode(protectedBytes, rules) : new Map();
  if (!(protectedHeader instanceof Map) || !(unprotectedHeader instanceof Map)) {
    throw new QrError("COSE_MALFORMED", "headers are maps");
  }
  return { protectedBytes, protectedHeader, unprotectedHeader, payload, signature };
}

/** Whether `signature` (raw r||s) is an ES256 signature of `signed` under a WebCrypto public key. */
export async function verifyEs256(key, signature, signed) {
  if (signature.length !== SIGNATURE_SIZE) return false;
  return crypto.subtle.verify(ECDSA, key, signature, signed);
}

/** The WebCrypto key of two 32-byte coordinates; QrError KEY_POINT if they are not a point of P-256. */
export async function publicKey(x, y) {
  if (x.length !== COORDINATE_SIZE || y.length !== COORDINATE_SIZE || !isOnCurve(x, y)) {
    throw new QrError("KEY_POINT", "not a point of P-256");
  }
  const raw = new Uint8Array(1 + 2 * COORDINATE_SIZE);
  raw[0] = 4; // SEC 1 section 2.3.3, uncompressed
  raw.set(x, 1);
  raw.set(y, 1 + COORDINATE_SIZE);
  return crypto.subtle.importKey("raw", raw, CURVE, true, ["verify"]);
}

/** The coordinates of a WebCrypto P-256 public key. */
export async function coordinates(key) {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", key));
  return [raw.slice(1, 1 + COORDINATE_SIZE), raw.slice(1 + COORDINATE_SIZE)];
}

/** Whether two 32-byte coordinates are a point of P-256. */
export function isOnCurve(x, y) {
  const [a, b] = [x, y].map((bytes) => BigInt(`0x${hex(bytes)}`));
  return a < P && b < P && (b * b - (a * a * a - 3n * a + B)) % P === 0n;
}

/** The first 8 bytes of the SHA-256 COSE Key Thumbprint (RFC 9679). */
export async function keyId(x, y) {
  const key = encode(new Map([[1, 2], [-1, 1], [-2, x], [-3, y]]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", key)).slice(0, KID_SIZE);
}

/** Lower-case hex of bytes. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
