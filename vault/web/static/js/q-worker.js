// Keeps the scanner for use without network. RELEASE (name, files) stands before this text: see pages/verifier.py.

const KEPT = `kho-so-scanner-${RELEASE.name}`;
const LISTS = "kho-so-lists";
const PAGES = ["/q", "/q/trinh"];
const PATIENCE_MS = 4_000;

async function install() {
  const [kept, lists] = await Promise.all([caches.open(KEPT), caches.open(LISTS)]);
  await Promise.all([kept.addAll([...RELEASE.files, ...PAGES]), lists.addAll(["/trust-list", "/s/1", "/s/2"])]);
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("kho-so-scanner-") && name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
}

// The newest if the network gives it in time, else what was kept: the page and the lists carry their own dates.
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
  if (request.mode === "navigate" && PAGES.includes(pathname)) event.respondWith(newest(request, KEPT, pathname));
  else if (pathname === "/trust-list" || pathname.startsWith("/s/")) event.respondWith(newest(request, LISTS, pathname));
  else if (RELEASE.files.includes(pathname)) event.respondWith(kept(request));
});
