// Judges what was scanned: first here, with the pinned root and the lists that anybody may fetch, then with the service.

import { logKey, sealedAt, statusBook, verify, verifyPresentation, verifyStatusToken, verifyTrustList } from "/static/qr/index.js";

const STANDS = new Set(["UNREADABLE", "MALFORMED", "NOT_ISSUED_BY_US", "UNKNOWN_ISSUER", "BAD_SIGNATURE", "NOT_YET_VALID"]);
const NOTHING = { nextUpdate: 0, byKid: new Map() };
const VERSION = "kho-so.trust-version";
const RENEW_MS = 30_000;
const PATIENCE_MS = 6_000;

async function bytes(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function rootKey(pem) {
  const der = Uint8Array.from(atob(pem.replace(/-----[^-]+-----|\s/g, "")), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey("spki", der, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
}

/** A checker pinned to `pins` (hosts, root, statusLists): `local(text)`, `service(text)`, `file(file)`, `code(code)`. */
export class Checker {
  #pins;
  #trust = NOTHING;
  #book = statusBook([]);
  #renewed = 0;
  #renewing = null;

  constructor(pins) {
    this.#pins = pins;
  }

  /** Whether a text claims to be a credential of a pinned host. */
  isOurs(text) {
    return this.#pins.hosts.some((host) => text.startsWith(`https://${host}/q#`));
  }

  /** The whole text of a credential that a phone's camera opened as this page's address. */
  fromFragment(fragment) {
    return `https://${this.#pins.hosts[0]}/q#${fragment}`;
  }

  /** The verdict as far as this device can tell: `{ verdict, reasons, claims, status_as_of }`. */
  async local(text) {
    await this.renew();
    const options = { hosts: this.#pins.hosts, trust: this.#trust, status: this.#book, now: new Date() };
    const found = await verify(text, options);
    if (!found.reasons.includes("KEY_REVOKED_NO_PROOF")) return found;
    const loggedAt = await this.#logged(text);
    return loggedAt === null ? found : verify(text, { ...options, loggedAt });
  }

  /** When the log shows this credential, checked here against the pinned key of the log; null without a proof. */
  async #logged(text) {
    if (!this.#pins.logKey) return null;
    const told = await this.#ask("/api/v1/verify/sealing", JSON.stringify({ text }), { "Content-Type": "application/json" });
    if (told === null || told.refused) return null;
    try {
      return await sealedAt(told, text, await logKey(this.#pins.logKey));
    } catch (error) {
      console.info("log proof:", error.message);
      return null;
    }
  }

  /** Whether a text is something that a citizen's phone shows: a token or a short code. */
  isShown(text) {
    return this.#pins.hosts.some((host) => text.startsWith(`https://${host}/p#`) || text.startsWith(`https://${host}/k#`));
  }

  /** Whether a text is a short code, as its QR or as the digits under its bar code. */
  isShortCode(text) {
    return this.#pins.hosts.some((host) => text.startsWith(`https://${host}/k#`)) || /^2000\d{9}$/.test(text);
  }

  /** The verdict on a shown token, judged on this device alone: `{ verdict, reasons, shown, status_as_of }`. */
  async presentation(text, { audience, nonce }) {
    await this.renew();
    const { hosts } = this.#pins;
    return verifyPresentation(text, { hosts, trust: this.#trust, status: this.#book, now: new Date(), audience, nonce });
  }

  /** What a short code shows, once; the service knows. */
  shortCode(code) {
    return this.#ask("/api/v1/verify/short-code", JSON.stringify({ code }), { "Content-Type": "application/json" });
  }

  /** The service's verdict with the status as of now; null when it cannot be reached. */
  service(text) {
    return this.#ask("/api/v1/verify/text", JSON.stringify({ text }), { "Content-Type": "application/json" });
  }

  /** The service's report on a PDF. */
  file(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    return this.#ask("/api/v1/verify/file", body, {}, 60_000);
  }

  /** What the service tells about a printed look-up code. */
  code(code) {
    return this.#ask("/api/v1/verify/code", JSON.stringify({ code }), { "Content-Type": "application/json" });
  }

  /** Fetch the lists again when they may be old; what cannot be fetched or does not hold leaves the one that is there. */
  renew() {
    if (Date.now() - this.#renewed < RENEW_MS) return Promise.resolve();
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew() {
    const now = new Date();
    try {
      const previousVersion = Number(localStorage.getItem(VERSION)) || null;
      const root = await rootKey(this.#pins.root);
      this.#trust = await verifyTrustList(await bytes("/trust-list"), { root, now, previousVersion });
      localStorage.setItem(VERSION, String(this.#trust.version));
    } catch (error) {
      if (this.#trust === NOTHING) console.info("trust list:", error.message);
      return;
    }
    const found = await Promise.allSettled(this.#pins.statusLists.map(async (address) => {
      return verifyStatusToken(await bytes(address), { trust: this.#trust, now });
    }));
    const snapshots = found.filter((one) => one.status === "fulfilled").map((one) => one.value);
    if (snapshots.length) this.#book = statusBook(snapshots);
    this.#renewed = Date.now();
  }

  async #ask(address, body, headers, patience = PATIENCE_MS) {
    try {
      const answer = await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(patience) });
      const told = await answer.json();
      return answer.ok ? told : { refused: told.title ?? String(answer.status), code: told.code };
    } catch {
      return null;
    }
  }
}

/**
 * One verdict of two: what fails on this device fails; otherwise the service's newer status decides. Without a trust
 * list this device knows nothing, and without the service nobody does.
 */
export function combine(local, remote) {
  if (remote === null || remote.refused) return { ...local, alone: true };
  // A proof from the log was asked for and checked; where none came, the service may know one.
  const blind = ["TRUST_LIST_OUTDATED", "KEY_REVOKED_NO_PROOF"].some((reason) => local.reasons.includes(reason));
  const forged = local.reasons.includes("BAD_SIGNATURE");
  if (STANDS.has(local.verdict) && (forged || !blind)) return { ...local, alone: false };
  return { ...remote, claims: local.claims ?? remote.claims, alone: false };
}
