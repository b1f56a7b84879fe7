// The camera page: sees the sheet, says what is wrong, takes the picture by itself when it is good, straightens it; pages
// become one PDF, which waits on the phone until it is sent.

import { flush, owner, signedIn } from "./capture-send.js";
import { addPage, dropPage, dropPaper, finish, keepPaper, pages, papers } from "./capture-store.js";
import { joinPictures } from "./onepdf.js";
import { keepOn } from "./screen.js";

const words = JSON.parse(document.getElementById("words").textContent);
const say = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "–");
const get = (id) => document.getElementById(id);
const [video, outline, hint, start, shoot, stop] = ["video", "outline", "hint", "start", "shoot", "stop"].map(get);

const LOOK_SIDE = 1280;
const PAUSE_MS = 90;
const STEADY_MS = 700;
const STEADY_LOOKS = 3;
const STEADY_MOVE = 0.015;
const OTHER_MOVE = 0.1;
const QUALITY = 0.86;
const SVG = "http://www.w3.org/2000/svg";

// --- the worker -----------------------------------------------------------------------------------------------------
const worker = new Worker("/static/js/capture-worker.js", { type: "module" });
const waiting = new Map();
let asked = 0;
worker.addEventListener("message", ({ data: { id, output } }) => {
  waiting.get(id)?.(output);
  waiting.delete(id);
});

function ask(name, { data, width, height }, more = {}) {
  return new Promise((resolve) => {
    waiting.set(++asked, resolve);
    worker.postMessage({ id: asked, name, input: { data, width, height, ...more } }, [data.buffer]);
  });
}

function pixels(source, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

async function asJpeg({ data, width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

// --- looking --------------------------------------------------------------------------------------------------------
let stream = null;
let taken = null; // corners of the page that was taken last: the next one must lie otherwise
let busy = false;
let sound = null;

function tell(text, tone = "calm") {
  if (hint.textContent !== text) hint.textContent = text;
  hint.dataset.tone = tone;
}

function draw(page, width, height, good) {
  outline.setAttribute("viewBox", `0 0 ${width} ${height}`);
  outline.dataset.tone = good ? "ok" : "warn";
  const shape = document.createElementNS(SVG, "polygon");
  if (page) shape.setAttribute("points", page.corners.map((one) => one.map(Math.round).join(",")).join(" "));
  outline.replaceChildren(shape);
}

const move = (one, other, side) => Math.max(...one.map(([x, y], at) => Math.hypot(x - other[at][0], y - other[at][1]))) / side;

async function look(mine) {
  let steady = null;
  while (stream === mine) {
    const { videoWidth, videoHeight } = video;
    if (videoWidth && !busy && document.visibilityState === "visible") {
      const scale = Math.min(1, LOOK_SIDE / Math.max(videoWidth, videoHeight));
      const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
      const { page, advice } = await ask("look", pixels(video, width, height));
      if (stream !== mine) return;
      const side = Math.max(width, height);
      draw(page, width, height, advice === null);
      if (taken && (!page || move(page.corners, taken, side) > OTHER_MOVE)) taken = null;
      const still = steady && page && move(page.corners, steady.corners, side) < STEADY_MOVE;
      if (advice !== null || taken) steady = null;
      else if (!still) steady = { corners: page.corners, since: performance.now(), looks: 1 };
      else steady.looks += 1;
      if (taken) tell(say("capture.next"), "ok");
      else tell(say(advice === null ? "capture.hold" : `capture.advice.${advice}`), advice === null ? "ok" : "warn");
      if (steady && steady.looks >= STEADY_LOOKS && performance.now() - steady.since >= STEADY_MS) {
        steady = null;
        await take(page.corners.map(([x, y]) => [x / width, y / height]));
        taken = page.corners;
      }
    }
    await new Promise((resume) => { setTimeout(resume, PAUSE_MS); });
  }
}

// The best picture that the camera gives: its own still where it is larger than the film's frame, else the frame.
async function still() {
  const frame = pixels(video, video.videoWidth, video.videoHeight);
  if (!globalThis.ImageCapture || Math.max(frame.width, frame.height) >= 2000) return { frame, same: true };
  try {
    const photo = new ImageCapture(stream.getVideoTracks()[0]).takePhoto();
    const blob = await Promise.race([photo, new Promise((_, reject) => { setTimeout(reject, 3000, new Error("slow")); })]);
    const picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
    if (Math.max(picture.width, picture.height) <= Math.max(frame.width, frame.height)) return { frame, same: true };
    return { frame: pixels(picture, picture.width, picture.height), same: false };
  } catch {
    return { frame, same: true };
  }
}

async function take(corners) {
  busy = true;
  try {
    const { frame, same } = await still();
    // A still shows another part of the world than the film: its sheet is looked for anew.
    const placed = same && corners ? corners.map(([x, y]) => [x * frame.width, y * frame.height]) : undefined;
    await keep(frame, placed);
    signal();
  } finally {
    busy = false;
  }
}

async function keep(picture, corners) {
  const made = await ask("take", picture, corners ? { corners } : {});
  try {
    await addPage({ blob: await asJpeg(made), advice: made.advice, cropped: made.cropped });
  } catch (error) {
    if (error?.name !== "QuotaExceededError") throw error;
    halt();
    tell(say("capture.full"), "bad");
  }
  await drawPages();
}

function signal() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60);
  get("frame").classList.add("flash");
  setTimeout(() => get("frame").classList.remove("flash"), 250);
  if (!sound) return;
  const tune = sound.createOscillator();
  tune.frequency.value = 990;
  tune.connect(sound.destination);
  tune.start();
  tune.stop(sound.currentTime + 0.06);
}

// --- the pages of this paper ----------------------------------------------------------------------------------------
const drawn = [];

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function button(text, className, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

async function drawPages() {
  const kept = await pages();
  for (const address of drawn.splice(0)) URL.revokeObjectURL(address);
  get("tray").hidden = !kept.length;
  get("pages").replaceChildren(...kept.map((page, place) => {
    const picture = element("img");
    picture.src = URL.createObjectURL(page.blob);
    drawn.push(picture.src);
    picture.alt = say("paper.page", { number: place + 1 });
    const wrong = page.advice.map((one) => say(`capture.page.${one}`)).join(" ");
    const drop = button(say("capture.drop"), "quiet", async () => {
      await dropPage(page.id);
      taken = null;
      await drawPages();
    });
    drop.setAttribute("aria-label", say("capture.drop_page", { number: place + 1 }));
    const item = element("li", wrong ? "look" : "", picture, element("span", "", say("paper.page", { number: place + 1 })));
    if (wrong) item.append(element("small", "why", wrong));
    item.append(drop);
    return item;
  }));
}

get("finish").addEventListener("submit", async (event) => {
  event.preventDefault();
  halt();
  const kept = await pages();
  if (!kept.length) return;
  const name = get("name").value.trim().replace(/[\\/:*?"<>|]/g, " ") || say("capture.unnamed");
  const files = kept.map((page, place) => new File([page.blob], `${place + 1}.jpg`, { type: "image/jpeg" }));
  const pdf = await joinPictures(files, `${name}.pdf`);
  await finish({
    key: crypto.randomUUID(), owner: await owner(), name: pdf.name, bytes: await pdf.arrayBuffer(), count: kept.length, at: Date.now(), state: "WAITING",
  }, kept.map((page) => page.id));
  get("name").value = "";
  await drawPages();
  await send();
  get("outbox-title").focus();
});

// --- what waits, and what was sent ----------------------------------------------------------------------------------
async function drawWaiting(mark) {
  const kept = await papers();
  get("outbox").hidden = !kept.length;
  get("waiting").replaceChildren(...kept.map((paper) => {
    const foreign = mark !== undefined && mark !== null && paper.owner !== mark;
    const hidden = foreign && paper.owner !== null;
    const name = hidden ? say("capture.others") : paper.name;
    const row = element("div", "line", element("span", "grow", element("strong", "", name), element("br"), element("small", "", say("paper.pages", { count: paper.count }))));
    if (foreign && !hidden) {
      row.append(button(say("capture.mine"), "", async () => {
        await keepPaper({ ...paper, owner: mark });
        await send();
      }));
    } else if (!hidden) row.append(say(`capture.state.${paper.state}`));
    // Who it belongs to decides about it, when they sign in again.
    if (!hidden) row.append(button(say("capture.drop"), "quiet", async () => {
      if (!confirm(say("capture.drop_sure", { name: paper.name }))) return;
      await dropPaper(paper.key);
      await drawWaiting(mark);
    }));
    const item = element("li", "", row);
    if (paper.why) item.append(element("p", "why", paper.why));
    return item;
  }));
}

async function drawSent() {
  const answer = await fetch("/api/v1/me/papers", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const sent = await answer.json();
  get("sent").hidden = !sent.length;
  get("sent-papers").replaceChildren(...sent.map((one) => {
    const state = say(`capture.became.${one.state}`);
    const what = element("span", "grow", element("strong", "", one.name), element("br"), element("small", "", `${say("paper.pages", { count: one.pages })} · ${new Date(one.at).toLocaleDateString("vi-VN")}`));
    const row = one.record ? element("a", "", what, state) : element("div", "line", what, state);
    if (one.record) row.href = `/cua-toi/${one.record}`;
    const item = element("li", "", row);
    for (const warning of one.warnings) {
      const [code, about] = warning.split(":");
      item.append(element("p", "why", say(`warning.${code}`, { about: about ?? "" })));
    }
    return item;
  }));
}

async function send() {
  const status = get("status");
  const failed = (key) => {
    status.textContent = say(key);
    // The browser wakes the service worker when the network is back, even if this page is closed by then.
    navigator.serviceWorker?.ready.then((found) => found.sync?.register("send-papers")).catch(() => {});
  };
  try {
    const { sent, signIn } = await flush();
    const left = (await papers()).some((one) => one.state === "WAITING");
    get("sign-in").hidden = !(signIn && left);
    if (signIn) status.textContent = left ? say("capture.sign_in") : "";
    else if (sent) status.textContent = say("capture.sent", { count: sent });
    else status.textContent = "";
  } catch (error) {
    failed(/^[A-Z_]+$/.test(error.message) ? "capture.refused" : "capture.offline");
  }
  let mark;
  try {
    mark = await signedIn();
    if (mark !== null) await drawSent();
  } catch {
    mark = undefined;
  }
  await drawWaiting(mark);
}

// --- wiring ---------------------------------------------------------------------------------------------------------
function halt() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.srcObject = null;
  get("frame").classList.remove("live");
  [video.hidden, shoot.hidden, stop.hidden, start.hidden] = [true, true, true, false];
  outline.toggleAttribute("hidden", true); // an SVG element has no `hidden` property
  hint.textContent = "";
  keepOn(false);
}

start.addEventListener("click", async () => {
  start.hidden = true;
  try {
    sound ??= new AudioContext();
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 3840 }, height: { ideal: 2880 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    video.srcObject = stream;
    [video.hidden, shoot.hidden, stop.hidden] = [false, false, false];
    outline.toggleAttribute("hidden", false);
    get("frame").classList.add("live");
    await video.play();
    // Where the frame fills the screen from edge to edge, the whole of it is seen.
    get("frame").scrollIntoView({ block: "nearest" });
    keepOn(true);
    taken = null;
    look(stream);
  } catch {
    halt();
    tell(say("capture.no_camera"), "bad");
  }
});
shoot.addEventListener("click", () => busy || take());
stop.addEventListener("click", halt);
get("file").addEventListener("change", async (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  for (const file of files) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      await keep(pixels(picture, picture.width, picture.height));
    } catch {
      tell(say("capture.no_picture", { name: file.name }), "bad");
    }
  }
});
get("send").addEventListener("click", send);
addEventListener("online", send);
navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "sent" && send());

navigator.serviceWorker?.register("/c-worker.js", { scope: "/c", type: "module" }).catch(() => {});
navigator.storage?.persist?.().catch(() => {});
await signedIn().catch(() => {});
await drawPages();
await send();
