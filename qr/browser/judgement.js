// What a key and a status list say about something signed: the twin of qr/judgement.py.

const HIGHEST_STATUS = 3;
const AGAINST = new Map([[1, "REVOKED"], [2, "SUSPENDED"], [3, "SUPERSEDED"]]);

/** Whether the key may speak for the issuer at that time; every objection is UNKNOWN_ISSUER with its reason. */
export function judgeKey(facts, entry, { issuer, issuedAt, loggedAt }) {
  if (entry.use !== "qr") facts.add("UNKNOWN_ISSUER", "KEY_USE");
  if (entry.issuer !== issuer) facts.add("UNKNOWN_ISSUER", "ISSUER_MISMATCH");
  if (issuedAt < entry.notBefore || issuedAt > entry.notAfter) facts.add("UNKNOWN_ISSUER", "KEY_NOT_IN_FORCE");
  if (entry.revokedAt === null) return;
  if (issuedAt >= entry.revokedAt) facts.add("UNKNOWN_ISSUER", "KEY_REVOKED");
  else if (loggedAt === null || loggedAt >= entry.revokedAt) facts.add("UNKNOWN_ISSUER", "KEY_REVOKED_NO_PROOF");
}

/** What the status list says, and the time it speaks of (null without a list). */
export function judgeStatus(facts, { issuer, ref, source, moment, leeway }) {
  const fact = source === null ? null : source.statusOf(ref);
  if (fact === null) {
    facts.add("STATUS_STALE", "STATUS_MISSING");
    return null;
  }
  if (fact.issuer !== issuer) {
    facts.add("STATUS_STALE", "STATUS_ISSUER_MISMATCH");
    return null;
  }
  if (fact.asOf > moment + leeway) facts.add("STATUS_STALE", "STATUS_FROM_FUTURE");
  if (moment >= fact.freshUntil) facts.add("STATUS_STALE", "STATUS_OUTDATED");
  if (fact.value > HIGHEST_STATUS) facts.add("STATUS_STALE", "STATUS_VALUE_UNKNOWN");
  else if (fact.value !== 0) facts.add(AGAINST.get(fact.value));
  return fact.asOf;
}
