// Checking what a phone shows: the twin of qr/presentation.py and qr/presentation_token.py.

import * as base32 from "./base32.js";
import { REDACTED_KEYS, compareBytes, decode } from "./cbor.js";
import { isPlain } from "./characters.js";
import { hasKeys, readDay, readHex, readStatus, readText, readTime, rfc3339 } from "./claims.js";
import * as cose from "./cose.js";
import { QrError } from "./errors.js";
import { judgeKey, judgeStatus } from "./judgement.js";
import * as form from "./presentable.js";
import { restore } from "./sdcwt.js";
import { seconds } from "./trust.js";
import { Facts } from "./verdicts.js";

const MAX_FRAGMENT = 2240;
const CHALLENGE_SECONDS = 300;
const EMPTY = new Uint8Array(0);
const KEPT = new Set(["TOO_LONG", "BASE32", "COSE", "WRONG_ALGORITHM", "SIGNATURE_SIZE", "CLAIMS", "CHARACTERS"]);
const REASONS = new Map([["COSE_MALFORMED", "COSE"], ["DISCLOSURE", "DISCLOSURE"], ["KEY_POINT", "HOLDER_KEY"]]);
const REQUIRED = [form.ISS, form.EXP, form.IAT, form.CNF, form.STATUS];

/**
 * Judge the token in a scanned text; never throws for what the text is. `audience` is the verifier's own name; `nonce`
 * (Uint8Array) is that of its challenge, null is one-way; `used` (Set of hex) holds the token_ids it has accepted. The
 * other options are those of `verify`. Answer: `{ verdict, reasons, shown, status_as_of }`.
 */
export async function verifyPresentation(text, options) {
  const { hosts, trust, status = null, now, audience, nonce, used = new Set(), loggedAt = null, leeway = 30 } = options;
  const moment = seconds(now);
  const facts = new Facts();
  let opened;
  try {
    opened = await open(text, hosts);
  } catch (error) {
    if (!(error instanceof QrError)) throw error;
    if (error.code === "NOT_ISSUED_BY_US") facts.add("NOT_ISSUED_BY_US");
    else facts.add("MALFORMED", KEPT.has(error.code) ? error.code : (REASONS.get(error.code) ?? "CBOR"));
    return conclude(facts);
  }
  if (moment >= trust.nextUpdate) facts.add("UNKNOWN_ISSUER", "TRUST_LIST_OUTDATED");
  const entry = trust.byKid.get(opened.kid);
  if (entry === undefined) {
    facts.add("UNKNOWN_ISSUER", "KEY_UNKNOWN");
    return conclude(facts);
  }
  judgeKey(facts, entry, { issuer: opened.issuer, issuedAt: opened.issuedAt, loggedAt });
  await judgeSignatures(facts, opened, await entry.publicKey());
  if (facts.has("BAD_SIGNATURE")) return conclude(facts);
  judgeBinding(facts, opened, { audience, nonce, leeway });
  judgeTimes(facts, opened, { moment, leeway });
  if (used.has(opened.tokenId)) facts.add("USED");
  const { issuer, status: ref } = opened;
  const statusAsOf = judgeStatus(facts, { issuer, ref, source: status, moment, leeway });
  if (facts.has("UNKNOWN_ISSUER") || facts.has("BAD_SIGNATURE")) return conclude(facts);
  return conclude(facts, { shown: shownBy(opened), statusAsOf });
}

async function judgeSignatures(facts, { credential, binding, holder }, issuerKey) {
  const signedBy = (key, message) => cose.verifyEs256(key, message.signature, toBeSigned(message));
  if (!(await signedBy(issuerKey, credential))) facts.add("BAD_SIGNATURE");
  if (!(await signedBy(holder, binding))) facts.add("BAD_SIGNATURE", "HOLDER_SIGNATURE");
}

function judgeBinding(facts, opened, { audience, nonce, leeway }) {
  if (opened.audience !== audience) facts.add("BAD_SIGNATURE", "AUDIENCE_MISMATCH");
  const same = opened.nonce === null || nonce === null ? opened.nonce === nonce : !compareBytes(opened.nonce, nonce);
  if (!same) facts.add("BAD_SIGNATURE", "NONCE_MISMATCH");
  if (opened.issuedAt - opened.presentedAt > leeway) facts.add("BAD_SIGNATURE", "BOUND_BEFORE_ISSUE");
}

function judgeTimes(facts, opened, { moment, leeway }) {
  if (opened.presentedAt - moment > leeway || opened.issuedAt - moment > leeway) facts.add("NOT_YET_VALID");
  const believed = opened.nonce === null ? form.ONE_WAY_SECONDS : CHALLENGE_SECONDS;
  if (moment >= opened.expiresAt || moment - opened.presentedAt >= believed) {
    facts.add("EXPIRED", "PRESENTATION_EXPIRED");
  }
  if (moment >= opened.credentialEnds) facts.add("EXPIRED", "CREDENTIAL_EXPIRED");
}

function conclude(facts, { shown = null, statusAsOf = null } = {}) {
  const { verdict, reasons, status_as_of } = facts.conclude({ statusAsOf });
  return { verdict, reasons, shown, status_as_of };
}

function shownBy(opened) {
  return {
    issuer: opened.issuer,
    fields: opened.fields,
    audience: opened.audience,
    purpose: opened.purpose,
    presented_at: rfc3339(opened.presentedAt),
    expires_at: rfc3339(opened.expiresAt),
    token_id: opened.tokenId,
  };
}

function toBeSigned(message) {
  return cose.sigStructure(message.protectedBytes, EMPTY, message.payload);
}

async function open(text, hosts) {
  const prefix = hosts.map((host) => `https://${host}/p#`).find((start) => text.startsWith(start));
  if (prefix === undefined) throw new QrError("NOT_ISSUED_BY_US");
  const fragment = text.slice(prefix.length);
  if ([...fragment].length > MAX_FRAGMENT) throw new QrError("TOO_LONG");
  const rules = { maxSize: form.MAX_TOKEN, redactions: true };
  const binding = form.readMessage(decode(base32.decode(fragment), rules));
  expect(binding, [cose.ALG, form.KCWT, cose.TYP], form.TYP_KB);
  if (binding.unprotectedHeader.size) throw new QrError("COSE", "headers");
  const credential = form.readMessage(binding.protectedHeader.get(form.KCWT));
  expect(credential, [cose.ALG, cose.KID, cose.TYP, form.SD_ALG], form.TYP_SD_CWT);
  const kid = credential.protectedHeader.get(cose.KID);
  const digests = credential.protectedHeader.get(form.SD_ALG);
  if (!(kid instanceof Uint8Array) || kid.length !== cose.KID_SIZE || digests !== form.SHA_256) {
    throw new QrError("COSE", "kid or digest algorithm");
  }
  const signed = readMap(credential.payload, rules);
  const disclosed = await restore(signed, form.readDisclosures(credential));
  const bound = readMap(binding.payload, rules);
  const labels = [...form.LABELS.values()];
  if (!hasKeys(signed, REQUIRED, [REDACTED_KEYS]) || !hasKeys(disclosed, REQUIRED, labels)) {
    throw new QrError("CLAIMS", "the claims of the profile, every field salted");
  }
  if (!hasKeys(bound, [form.AUD, form.EXP, form.IAT, form.PURPOSE], [form.CNONCE, form.CTI])) throw new QrError("CLAIMS");
  const nonce = bound.has(form.CNONCE) ? bound.get(form.CNONCE) : null;
  if (bound.has(form.CNONCE) && !(nonce instanceof Uint8Array && nonce.length === form.NONCE_SIZE)) {
    throw new QrError("CLAIMS", "nonce");
  }
  const showing = bound.get(form.CTI);
  if (bound.has(form.CTI) && !(showing instanceof Uint8Array && showing.length === form.SHOWING_SIZE)) {
    throw new QrError("CLAIMS", "what tells two showings apart");
  }
  const tokenId = new Uint8Array(await crypto.subtle.digest("SHA-256", toBeSigned(binding))).slice(0, 16);
  return {
    kid: cose.hex(kid),
    issuer: words(disclosed.get(form.ISS)),
    issuedAt: readTime(disclosed.get(form.IAT)),
    credentialEnds: readTime(disclosed.get(form.EXP)),
    status: readStatus(disclosed.get(form.STATUS)),
    holder: await holderKey(disclosed.get(form.CNF)),
    credential,
    binding,
    fields: readFields(disclosed),
    audience: words(bound.get(form.AUD)),
    purpose: words(bound.get(form.PURPOSE)),
    presentedAt: readTime(bound.get(form.IAT)),
    expiresAt: readTime(bound.get(form.EXP)),
    nonce,
    tokenId: cose.hex(tokenId),
  };
}

function expect(message, headers, typ) {
  if (!hasKeys(message.protectedHeader, headers) || message.protectedHeader.get(cose.TYP) !== typ) {
    throw new QrError("COSE", "headers");
  }
  if (message.protectedHeader.get(cose.ALG) !== cose.ES256) throw new QrError("WRONG_ALGORITHM");
  if (message.signature.length !== cose.SIGNATURE_SIZE) throw new QrError("SIGNATURE_SIZE");
}

function readMap(payload, rules) {
  const value = decode(payload, rules);
  if (!(value instanceof Map)) throw new QrError("CLAIMS", "claims are a map");
  return value;
}

function words(value) {
  if (typeof value !== "string" || !value || [...value].length > form.MAX_TEXT) throw new QrError("CLAIMS", "a text");
  if (!isPlain(value)) throw new QrError("CHARACTERS");
  return value;
}

async function holderKey(value) {
  const key = hasKeys(value, [1]) ? value.get(1) : null;
  if (!hasKeys(key, [1, -1, -2, -3]) || key.get(1) !== 2 || key.get(-1) !== 1) throw new QrError("CLAIMS", "key");
  const [x, y] = [key.get(-2), key.get(-3)];
  if (!(x instanceof Uint8Array) || !(y instanceof Uint8Array)) throw new QrError("CLAIMS", "key");
  return cose.publicKey(x, y);
}

function readFields(disclosed) {
  const fields = {};
  for (const [name, label] of form.LABELS) {
    if (disclosed.has(label)) fields[name] = readField(name, disclosed.get(label));
  }
  return fields;
}

function readField(name, value) {
  if (name === "issued_on") return readDay(value);
  if (name === "record_id") return readHex(value, 8);
  if (name === "original_digest16") return readHex(value, 16);
  const text = readText(value, { empty: true });
  if (!isPlain(text)) throw new QrError("CHARACTERS");
  return text;
}
