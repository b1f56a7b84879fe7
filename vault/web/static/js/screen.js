// Keeps the screen on while something is shown or photographed. Browsers let go of it whenever the page is hidden.

let lock = null;
let wanted = false;

async function hold() {
  if (!wanted || document.visibilityState !== "visible") return;
  try {
    lock = (await navigator.wakeLock?.request("screen")) ?? null;
    if (!wanted) await lock?.release();
  } catch {
    // A phone low on power refuses; what is shown can be read all the same.
  }
}

document.addEventListener("visibilitychange", hold);

/** Keep it on from now, or let it go dark again. */
export function keepOn(on) {
  wanted = on;
  if (on) return hold();
  const held = lock;
  lock = null;
  return held?.release().catch(() => {});
}
