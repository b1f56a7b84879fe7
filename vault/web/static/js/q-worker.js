// Keeps the scanner for use without network. RELEASE (name, files) stands before this text: see pages/verifier.py.

const KEPT = `kho-so-scanner-${RELEASE.name}`;
const LISTS = "kho-so-lists";
const PAGES = ["/q", "/q/trinh"];
const PATIENCE_MS = 1_500;

async function install() {
  const [kept, lists] = await Promise.all([caches.open(KEPT), caches.open(LISTS)]);
  await Promise.all([kept.addAll([...RELEASE.files, ...PAGES]), lists.addAll(["/trust-list", "/s/1", "/s/2"])]);
  await self.skipWaiting();
}

// The language may have been changed while the worker was being installed, past it: its pages are asked for once more.
async function renew() {
  await (await caches.open(KEPT)).addAll(PAGES);
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("kho-so-scanner-") && name !== KEPT).map((name) => caches.delete(name)));
  await renew().catch(() => {}); // without network what was kept at installation stays
  await self.clients.claim();
}

// A page that is kept opens at once and is renewed behind it; a wish for another language is asked of the service.
async function shell(request, pathname, waitUntil) {
  const cache = await caches.open(KEPT);
  const renewing = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(pathname, answer.clone());
    return answer;
  });
  const found = new URL(request.url).search ? undefined : await cache.match(pathname);
  if (found) {
    waitUntil(renewing.catch(() => {}));
    return found;
  }
  return renewing.catch(async (error) => {
    const old = await cache.match(pathname);
    if (old) return old;
    throw error;
  });
}

// The newest list if the network gives it in time, else the one that was kept: lists carry their own dates.
async function newest(request, cacheName, key) {
  const cache = await caches.open(cacheName);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    await cache.put(key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}

async function kept(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(new URL(request.url).pathname)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGES.includes(pathname)) {
    event.respondWith(shell(request, pathname, (work) => event.waitUntil(work)));
  } else if (pathname === "/trust-list" || pathname.startsWith("/s/")) event.respondWith(newest(request, LISTS, pathname));
  else if (RELEASE.files.includes(pathname)) event.respondWith(kept(request));
});
