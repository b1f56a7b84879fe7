// The citizen's pages work without network from the first visit on; what was photographed, and what was shown without
// network, is sent when they open.

import { flush } from "./capture-send.js";

navigator.serviceWorker?.register("/c-worker.js", { scope: "/c", type: "module" }).catch(() => {});
flush().catch(() => {});

// Only a phone that holds papers has anything to tell, and only that one fetches what tells it.
const kept = (await indexedDB.databases?.().catch(() => [])) ?? [];
if (kept.some((one) => one.name === "kho-so-holder")) {
  import("./present-store.js").then(({ sendShowings }) => sendShowings()).catch(() => {});
}
