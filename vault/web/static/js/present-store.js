// Papers on this phone: a key that cannot leave the browser, and the credential bound to it, in IndexedDB.

import { fieldsOf, newHolderKey, proveHolder } from "/static/qr/index.js";

const NAME = "kho-so-holder";
const PAPERS = "papers";
const SHOWINGS = "showings";

function wait(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode, act, name = PAPERS) {
  const opening = indexedDB.open(NAME, 2);
  opening.onupgradeneeded = () => {
    const made = opening.result.objectStoreNames;
    if (!made.contains(PAPERS)) opening.result.createObjectStore(PAPERS, { keyPath: "record" });
    if (!made.contains(SHOWINGS)) opening.result.createObjectStore(SHOWINGS, { keyPath: "id" });
  };
  const database = await wait(opening);
  try {
    return await wait(act(database.transaction(name, mode).objectStore(name)));
  } finally {
    database.close();
  }
}

/** Base64url and back. */
export const toText = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
export const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

/** A call of the service as JSON; throws an Error with the service's sentence, `code` beside it. */
export async function call(method, path, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.title ?? String(answer.status)), { code: told.code, status: answer.status });
  return told;
}

/** The papers on this phone whose credential lives: `{ record, share, name, keys, credential, fields, endsAt }`. */
export async function papers() {
  const all = await store("readonly", (rows) => rows.getAll());
  return all.filter((one) => one.endsAt > Date.now());
}

/** Keep a showing for the citizen's log, and send it as soon as there is network. `what`: way, fields, audience, purpose. */
export async function noteShowing(record, what) {
  const id = crypto.randomUUID();
  const row = { id, record, what: { ...what, id, shown_at: new Date().toISOString() } };
  await store("readwrite", (rows) => rows.put(row), SHOWINGS);
  await sendShowings();
}

// Not signed in, and asked too often: a refusal of this moment, not of this showing.
const LATER = new Set([401, 403, 408, 425, 429]);

/** Send what waits: each once, however often it is tried. What the service refuses for good is let go. */
export async function sendShowings() {
  for (const row of await store("readonly", (rows) => rows.getAll(), SHOWINGS)) {
    try {
      await call("POST", `/me/records/${row.record}/showings`, row.what);
    } catch (error) {
      if (!error.status || LATER.has(error.status) || error.status >= 500) return;
    }
    await store("readwrite", (rows) => rows.delete(row.id), SHOWINGS);
  }
}

addEventListener("online", () => sendShowings().catch(() => {}));

/** Take a paper off this phone. */
export function forget(record) {
  return store("readwrite", (rows) => rows.delete(record));
}

/** The paper on this phone; fetched, with a fresh key, when it is not there or was stopped. Needs a sign-in. */
export async function prepare(record, name) {
  const kept = (await papers()).find((one) => one.record === record);
  if (kept && (await stillShared(kept.share))) return kept;
  if (kept) await forget(record);
  const { nonce } = await call("GET", "/me/nonce");
  const keys = await newHolderKey();
  const { x, y, proof } = await proveHolder(keys, toBytes(nonce));
  const sent = { x: toText(x), y: toText(y), proof: toText(proof) };
  const { share, credential } = await call("POST", `/me/records/${record}/phone`, sent);
  const bytes = toBytes(credential);
  const made = { record, share: share.id, name, keys, credential: bytes, fields: fieldsOf(bytes), endsAt: Date.parse(share.ends_at) };
  await store("readwrite", (rows) => rows.put(made));
  return made;
}

// Without network nobody can say that it was stopped: then the verifier's list decides.
async function stillShared(share) {
  try {
    return (await call("GET", "/me/shares")).some((one) => one.id === share);
  } catch (error) {
    return error.code === undefined;
  }
}
