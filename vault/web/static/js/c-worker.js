// Keeps the citizen's pages that are the same for everybody, for use without network, and sends what waits when the
// network is back. Served as /c-worker.js; its scope /c covers /c (answers) and /cua-toi (the citizen's pages), and no
// other page of ours. Personal pages are never kept. RELEASE (name, files, pages) comes with the address of the import.

import { RELEASE } from "/c-release.js";

import { flush } from "/static/js/capture-send.js";

const KEPT = `kho-so-citizen-${RELEASE.name}`;
const PATIENCE_MS = 5_000;
const OFFLINE = "/cua-toi/ngoai-mang";

async function install() {
  const cache = await caches.open(KEPT);
  await cache.addAll([...RELEASE.files, ...RELEASE.pages]);
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("kho-so-citizen-") && name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
}

// Pages for everybody open at once and are renewed behind; a wish for another language is asked of the service.
async function shell(request, pathname, waitUntil) {
  const cache = await caches.open(KEPT);
  const renewing = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(pathname, answer.clone());
    return answer;
  });
  const kept = new URL(request.url).search ? undefined : await cache.match(pathname);
  if (kept) {
    waitUntil(renewing.catch(() => {}));
    return kept;
  }
  return renewing.catch(async () => (await cache.match(pathname)) ?? Response.error());
}

async function personal(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS * 3) });
  } catch {
    const cache = await caches.open(KEPT);
    return (await cache.match(OFFLINE)) ?? Response.error();
  }
}

async function part(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(new URL(request.url).pathname)) ?? fetch(request);
}

async function sendWaiting() {
  await flush();
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage("sent");
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("sync", (event) => {
  if (event.tag === "send-papers") event.waitUntil(sendWaiting());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && RELEASE.pages.includes(pathname)) {
    event.respondWith(shell(request, pathname, (work) => event.waitUntil(work)));
  } else if (request.mode === "navigate" && (pathname === "/cua-toi" || pathname.startsWith("/cua-toi/"))) {
    event.respondWith(personal(request));
  } else if (RELEASE.files.includes(pathname)) event.respondWith(part(request));
});
