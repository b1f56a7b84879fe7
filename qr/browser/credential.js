// The printed credential VNQ1: text -> verdict, without any network. The twin of qr/credential.py.

import * as base32 from "./base32.js";
import { decodeClaims, hasKeys } from "./claims.js";
import * as cose from "./cose.js";
import { QrError } from "./errors.js";
import { judgeKey, judgeStatus } from "./judgement.js";
import { seconds } from "./trust.js";
import { Facts } from "./verdicts.js";

const AAD = new TextEncoder().encode("VNQ1");
const MAX_FRAGMENT = 528;
const MAX_MESSAGE = 330;

/**
 * Take a credential apart without judging who signed it. Nothing in the answer is proven.
 * Throws QrError whose code is NOT_ISSUED_BY_US or one of the reasons behind MALFORMED.
 */
export function parse(text, { hosts }) {
  const prefix = hosts.map((host) => `https://${host}/q#`).find((start) => text.startsWith(start));
  if (prefix === undefined) throw new QrError("NOT_ISSUED_BY_US");
  const fragment = text.slice(prefix.length);
  if ([...fragment].length > MAX_FRAGMENT) throw new QrError("TOO_LONG");
  const message = open(fragment);
  const { protectedHeader } = message;
  if (message.unprotectedHeader.size || !hasKeys(protectedHeader, [cose.ALG, cose.KID])) {
    throw new QrError("COSE", "headers");
  }
  if (protectedHeader.get(cose.ALG) !== cose.ES256) throw new QrError("WRONG_ALGORITHM");
  const kid = protectedHeader.get(cose.KID);
  if (!(kid instanceof Uint8Array) || kid.length !== cose.KID_SIZE) throw new QrError("COSE", "kid");
  if (message.signature.length !== cose.SIGNATURE_SIZE) throw new QrError("SIGNATURE_SIZE");
  return {
    kid: cose.hex(kid),
    signature: message.signature,
    toBeSigned: cose.sigStructure(message.protectedBytes, AAD, message.payload),
    ...decodeClaims(message.payload),
  };
}

function open(fragment) {
  try {
    return cose.decodeSign1(base32.decode(fragment), { maxSize: MAX_MESSAGE });
  } catch (error) {
    if (!(error instanceof QrError)) throw error;
    const reasons = { BASE32: "BASE32", COSE_MALFORMED: "COSE" };
    throw new QrError(reasons[error.code] ?? "CBOR", error.detail);
  }
}

/**
 * Judge a scanned text; never throws for what the text is. `hosts` are the pinned hosts, `trust` comes from
 * `verifyTrustList`, `status` is null or has `statusOf({ index, uri })` (see `statusBook`), `now` is a Date or seconds,
 * `loggedAt` (seconds) is when the transparency log shows this credential, once its proof was checked.
 */
export async function verify(text, { hosts, trust, status = null, now, loggedAt = null, leeway = 300 }) {
  const moment = seconds(now);
  const facts = new Facts();
  let parsed;
  try {
    parsed = parse(text, { hosts });
  } catch (error) {
    if (!(error instanceof QrError)) throw error;
    if (error.code === "NOT_ISSUED_BY_US") facts.add("NOT_ISSUED_BY_US");
    else facts.add("MALFORMED", error.code);
    return facts.conclude();
  }
  if (moment >= trust.nextUpdate) facts.add("UNKNOWN_ISSUER", "TRUST_LIST_OUTDATED");
  const entry = trust.byKid.get(parsed.kid);
  if (entry === undefined) {
    facts.add("UNKNOWN_ISSUER", "KEY_UNKNOWN");
    return facts.conclude();
  }
  judgeKey(facts, entry, { issuer: parsed.claims.issuer, issuedAt: parsed.issuedAt, loggedAt });
  if (!(await cose.verifyEs256(await entry.publicKey(), parsed.signature, parsed.toBeSigned))) {
    facts.add("BAD_SIGNATURE");
    return facts.conclude();
  }
  if (parsed.issuedAt > moment + leeway) facts.add("NOT_YET_VALID");
  if (parsed.expiresAt !== null && moment >= parsed.expiresAt) facts.add("EXPIRED");
  const statusAsOf = judgeStatus(facts, { issuer: parsed.claims.issuer, ref: parsed.claims.status, source: status, moment, leeway });
  if (facts.has("UNKNOWN_ISSUER")) return facts.conclude();
  return facts.conclude({ claims: parsed.claims, statusAsOf });
}

/** The status source over verified snapshots (see `verifyStatusToken`): each answers for its own address. */
export function statusBook(snapshots) {
  const byUri = new Map(snapshots.map((snapshot) => [snapshot.uri, snapshot]));
  return {
    statusOf({ index, uri }) {
      const snapshot = byUri.get(uri);
      const value = snapshot?.statuses.at(index);
      if (value === undefined) return null;
      return { value, asOf: snapshot.issuedAt, freshUntil: snapshot.freshUntil, issuer: snapshot.issuer };
    },
  };
}
