// Sends what waits on this phone, one paper after another, each under its own key: the same key again sends nothing.

import { dropPaper, keepPaper, owner, papers, setOwner } from "./capture-store.js";

const PATIENCE_MS = 120_000;
const LOCK = "kho-so-send";

/** An opaque mark of whoever is signed in, or null; throws without network. */
export async function signedIn() {
  const answer = await fetch("/api/v1/me/mark", { headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw new Error(String(answer.status));
  const { mark } = await answer.json();
  await setOwner(mark);
  return mark;
}

async function send(paper) {
  const body = new FormData();
  body.append("key", paper.key);
  body.append("file", new File([paper.bytes], paper.name, { type: "application/pdf" }));
  const answer = await fetch("/api/v1/me/papers", { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.ok) {
    await dropPaper(paper.key);
    return true;
  }
  // What the service will never take says so beside the paper, which stays until its owner throws it away.
  const refusal = await answer.json().catch(() => ({}));
  const forGood = answer.status === 422 || answer.status === 413;
  if (forGood) await keepPaper({ ...paper, state: "REFUSED", why: refusal.title ?? String(answer.status) });
  else if (refusal.title && answer.status !== 401) await keepPaper({ ...paper, why: refusal.title });
  if (!forGood) throw new Error(refusal.code ?? String(answer.status));
  return false;
}

async function sendAll() {
  const mark = await signedIn();
  if (mark === null) return { sent: 0, signIn: true };
  let sent = 0;
  for (const paper of await papers()) {
    if (paper.state === "WAITING" && paper.owner === mark && (await send(paper))) sent += 1;
  }
  return { sent, signIn: false };
}

/**
 * Send everything that waits and belongs to whoever is signed in: `{ sent, signIn }`. Throws when the network or the
 * service fails; what was not sent stays. Page and worker never send at the same time.
 */
export function flush() {
  return navigator.locks ? navigator.locks.request(LOCK, sendAll) : sendAll();
}

export { owner };
