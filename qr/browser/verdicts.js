// The closed set of verdicts in the order in which they win: the twin of qr/verdicts.py.

import { rfc3339 } from "./claims.js";

export const VERDICTS = Object.freeze([
  "UNREADABLE",
  "MALFORMED",
  "NOT_ISSUED_BY_US",
  "UNKNOWN_ISSUER",
  "BAD_SIGNATURE",
  "NOT_YET_VALID",
  "USED",
  "REVOKED",
  "SUPERSEDED",
  "SUSPENDED",
  "EXPIRED",
  "STATUS_STALE",
  "VALID",
]);

/** Collects what stands against a credential and turns it into the JSON shape shared with Python. */
export class Facts {
  #held = new Map();

  add(verdict, ...details) {
    this.#held.set(verdict, [...(this.#held.get(verdict) ?? []), ...details]);
  }

  has(verdict) {
    return this.#held.has(verdict);
  }

  /** `{ verdict, reasons, claims, status_as_of }`; `reasons` is empty for VALID, else begins with the verdict. */
  conclude({ claims = null, statusAsOf = null } = {}) {
    const against = VERDICTS.filter((verdict) => this.#held.has(verdict));
    return {
      verdict: against[0] ?? "VALID",
      reasons: against.flatMap((verdict) => [verdict, ...this.#held.get(verdict)]),
      claims,
      status_as_of: statusAsOf === null ? null : rfc3339(statusAsOf),
    };
  }
}
