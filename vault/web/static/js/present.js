// While a paper is shown the screen stays on; the symbol can fill it, white around it, as bright as the phone goes.

const symbol = document.getElementById("symbol");
const full = document.getElementById("full");

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // A phone low on power refuses; the symbol is readable all the same.
  }
}

if (symbol.requestFullscreen) {
  full.hidden = false;
  full.addEventListener("click", () => symbol.requestFullscreen());
  symbol.addEventListener("click", () => document.fullscreenElement && document.exitFullscreen());
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") stayAwake();
});
stayAwake();
