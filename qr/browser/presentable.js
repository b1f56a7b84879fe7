// The holder's side of a showing: a key that cannot leave the browser, and the token that shows part of a credential.
// The twin of qr/presentable.py and of the reading half of qr/challenge.py.

import * as base32 from "./base32.js";
import { Tagged, decode, encode } from "./cbor.js";
import { isPlain } from "./characters.js";
import { LAST_SECOND, isInteger } from "./claims.js";
import * as cose from "./cose.js";
import { QrError } from "./errors.js";
import { MAX_DISCLOSURE } from "./sdcwt.js";
import { seconds } from "./trust.js";

export const ONE_WAY_SECONDS = 45;
export const NONCE_SIZE = 12;
export const MAX_TOKEN = 1400;
export const MAX_TEXT = 120;
export const [TYP_SD_CWT, TYP_KB] = [293, 294];
export const [SD_CLAIMS, KCWT, SD_ALG, SHA_256] = [17, 13, 170, -16];
export const [ISS, AUD, EXP, IAT, CTI, CNF, CNONCE, STATUS, PURPOSE] = [1, 3, 4, 6, 7, 8, 39, 65535, -70002];
export const SHOWING_SIZE = 8;
export const SIGN1 = 18;

/** What a holder may show or keep back, in the order in which a challenge counts them, with their claim keys. */
export const LABELS = new Map([
  ["record_id", 7],
  ["type_code", -70011],
  ["number", -70012],
  ["issued_on", -70013],
  ["holder_name", -70014],
  ["holder_masked", -70015],
  ["original_digest16", -70016],
]);

const MAX_CHALLENGE = 400;
const EMPTY = new Uint8Array(0);

/**
 * A fresh P-256 key for a citizen's browser. The private half cannot be exported, by anybody; keep the pair in
 * IndexedDB (which stores keys without their bytes) and send `publicKey` (see `coordinates`) to the issuer.
 */
export async function newHolderKey() {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
}

/**
 * What the service needs to bind a credential to the key: `{ x, y, proof }` (Uint8Array), the public coordinates and a
 * signature over them and the service's `nonce`.
 */
export async function proveHolder({ publicKey, privateKey }, nonce) {
  const [x, y] = await cose.coordinates(publicKey);
  const signed = encode(["VNPP1", nonce, x, y]);
  const proof = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, signed));
  return { x, y, proof };
}

/** The COSE_Sign1 under tag 18; QrError COSE or CBOR_*. */
export function readMessage(value) {
  if (!(value instanceof Tagged) || value.tag !== SIGN1) throw new QrError("COSE", "tag 18");
  return cose.readSign1(value.value, { maxSize: MAX_TOKEN, redactions: true });
}

/** The salted entries in the unprotected header of an SD-CWT; QrError COSE or DISCLOSURE. */
export function readDisclosures(message) {
  const headers = message.unprotectedHeader;
  if (!headers.size) return [];
  const entries = headers.get(SD_CLAIMS);
  if (headers.size !== 1 || !Array.isArray(entries) || !entries.length) throw new QrError("COSE", "unprotected");
  if (!entries.every((entry) => entry instanceof Uint8Array)) throw new QrError("DISCLOSURE", "byte strings");
  return entries;
}

/** The fields that a stored credential could show, as `{ name: value }` with values as they were signed. */
export function fieldsOf(credential) {
  const message = readMessage(decode(credential, { maxSize: MAX_TOKEN, redactions: true }));
  const entries = readDisclosures(message).map((raw) => decode(raw, { maxSize: MAX_DISCLOSURE }));
  const names = new Map([...LABELS].map(([name, label]) => [label, name]));
  return Object.fromEntries(entries.map(([, value, label]) => [names.get(label), value]));
}

/**
 * The key-binding token (Uint8Array) that shows the fields named in `show` to `audience` for `purpose`. `privateKey`
 * is the holder's; `nonce` answers a challenge. Throws QrError CREDENTIAL or FIELD.
 */
export async function present(credential, options) {
  const { show, audience, purpose, now, privateKey, nonce = null, lifetime = ONE_WAY_SECONDS } = options;
  const message = readMessage(decode(credential, { maxSize: MAX_TOKEN, redactions: true }));
  const wanted = show.map((name) => LABELS.get(name));
  const chosen = readDisclosures(message).filter((raw) => {
    return wanted.includes(decode(raw, { maxSize: MAX_DISCLOSURE }).at(-1));
  });
  if (chosen.length !== new Set(wanted).size) throw new QrError("FIELD", "not every field is there");
  const shown = new Map(chosen.length ? [[SD_CLAIMS, chosen]] : []);
  const inner = [message.protectedBytes, shown, message.payload, message.signature];
  const headers = new Map([[cose.ALG, cose.ES256], [KCWT, new Tagged(SIGN1, inner)], [cose.TYP, TYP_KB]]);
  const issuedAt = seconds(now);
  const bound = new Map([[AUD, audience], [EXP, issuedAt + lifetime], [IAT, issuedAt], [PURPOSE, purpose]]);
  if (nonce !== null) bound.set(CNONCE, nonce);
  // Two showings of the same in the same second are still two: each is used up by itself.
  bound.set(CTI, crypto.getRandomValues(new Uint8Array(SHOWING_SIZE)));
  const [protectedBytes, payload] = [encode(headers), encode(bound)];
  const signed = cose.sigStructure(protectedBytes, EMPTY, payload);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, signed));
  return encode(new Tagged(SIGN1, [protectedBytes, new Map(), payload, signature]));
}

/** The text of the symbol that shows a token. */
export function presentationText(token, { host }) {
  return `https://${host}/p#${base32.encode(token)}`;
}

/**
 * The challenge in a scanned text: `{ audience, purpose, wanted, nonce, expiresAt }`. It is not signed: show audience
 * and purpose, and ask. Throws QrError NOT_ISSUED_BY_US, CHALLENGE or CHALLENGE_EXPIRED.
 */
export function readChallenge(text, { hosts, now }) {
  const prefix = hosts.map((host) => `https://${host}/c#`).find((start) => text.startsWith(start));
  if (prefix === undefined) throw new QrError("NOT_ISSUED_BY_US");
  const challenge = readItems(text.slice(prefix.length).slice(0, MAX_CHALLENGE * 2));
  if (seconds(now) >= challenge.expiresAt) throw new QrError("CHALLENGE_EXPIRED");
  return challenge;
}

function readItems(fragment) {
  let items;
  try {
    items = decode(base32.decode(fragment), { maxSize: MAX_CHALLENGE });
  } catch (error) {
    throw error instanceof QrError ? new QrError("CHALLENGE", error.message) : error;
  }
  const names = [...LABELS.keys()];
  const isText = (value) => typeof value === "string" && value && [...value].length <= MAX_TEXT && isPlain(value);
  const [audience, nonce, purpose, wanted, expiresAt] = Array.isArray(items) && items.length === 5 ? items : [];
  const sound =
    nonce instanceof Uint8Array &&
    nonce.length === NONCE_SIZE &&
    Array.isArray(wanted) &&
    wanted.length > 0 &&
    wanted.every((number) => isInteger(number, 1, names.length)) &&
    new Set(wanted).size === wanted.length &&
    isInteger(expiresAt, 0, LAST_SECOND) &&
    isText(audience) &&
    isText(purpose);
  if (!sound) throw new QrError("CHALLENGE");
  return { audience, purpose, wanted: wanted.map((number) => names[number - 1]), nonce, expiresAt };
}
