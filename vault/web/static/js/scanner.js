// The scanner page: camera, picture, PDF, look-up code and the fragment a phone's camera opens; one result at a time.

import { Camera, loadReader, readPicture } from "./camera.js";
import { keepOn } from "./screen.js";
import { Checker, combine } from "./check.js";
import { showCheck, showCode, showPdf, showTrouble, speaker, toneOf } from "./show.js";

const pins = JSON.parse(document.getElementById("pins").textContent);
const say = speaker(JSON.parse(document.getElementById("words").textContent), document.documentElement.lang);
const checker = new Checker(pins);
const result = document.getElementById("result");
const idle = document.getElementById("idle");
const UNREADABLE_MS = 5_000;
const HISTORY = "kho-so.checks";
const KEPT = 20;
const GONE_MS = 3_000;
const LATELY_MS = 60_000;

let turn = 0;
let others = 0; // further symbols of ours on the same picture
let fromFile = false;
let last = null;
let timer = 0;
let sound = null;
let seen = null; // a picture of the paper that is being judged
let gone = 0; // since when the camera has not seen the text that was judged last

const camera = new Camera(document.getElementById("video"), onTexts);

function put(card) {
  result.replaceChildren(card, again());
  card.scrollIntoView({ block: "nearest" });
}

function again() {
  const button = document.createElement("button");
  button.type = "button";
  button.id = "again";
  button.textContent = say("scan.again");
  button.addEventListener("click", reset);
  const row = document.createElement("p");
  row.className = "actions";
  row.append(button);
  return row;
}

// The paper was taken away: its verdict stays to be read, but must not be taken for that of the next one.
function passed() {
  last = null;
  const card = result.querySelector(".verdict");
  if (!card) return;
  card.classList.add("past");
  card.before(note(say("scan.past")));
}

function reset() {
  turn += 1;
  last = null;
  seen = null;
  others = 0;
  result.replaceChildren(idle);
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if (camera.running) startClock();
}

function startClock() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (camera.running && last === null) settle({ verdict: "UNREADABLE", reasons: ["UNREADABLE"], claims: null }, false);
  }, UNREADABLE_MS);
}

function signal(tone) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(tone === "ok" ? 80 : [150, 80, 150]);
  if (!sound) return;
  const tune = sound.createOscillator();
  const volume = sound.createGain();
  tune.frequency.value = tone === "ok" ? 880 : 220;
  volume.gain.value = 0.08;
  tune.connect(volume).connect(sound.destination);
  tune.start();
  tune.stop(sound.currentTime + (tone === "ok" ? 0.12 : 0.4));
}

function settle(check, remembered = true) {
  put(showCheck(check, { pins, say, waiting: false, seen, others }));
  signal(toneOf(check.verdict));
  if (remembered) remember(check.verdict, check.claims ? pins.types[check.claims.type_code] ?? check.claims.type_code : "");
}

async function judge(text) {
  clearTimeout(timer);
  const mine = ++turn;
  last = text;
  const asked = checker.service(text);
  const local = await checker.local(text);
  if (mine !== turn) return;
  put(showCheck({ ...local, alone: false }, { pins, say, waiting: true, seen, others }));
  const remote = await asked;
  if (mine === turn) settle(combine(local, remote));
}

/** Several codes of ours at once: each has its answer, and nobody takes one for the other. */
async function judgeAll(texts, all) {
  clearTimeout(timer);
  const mine = ++turn;
  last = all;
  result.replaceChildren(note(say("scan.working")));
  const checks = await Promise.all(
    texts.map(async (text) => combine(await checker.local(text), await checker.service(text))),
  );
  if (mine !== turn) return;
  const cards = checks.map((check) => showCheck(check, { pins, say, waiting: false }));
  result.replaceChildren(note(say("scan.several", { count: checks.length })), ...cards, again());
  signal(checks.every((check) => toneOf(check.verdict) === "ok") ? "ok" : "bad");
}

function onTexts(texts) {
  const shown = texts.find((one) => checker.isShown(one));
  if (shown !== undefined) {
    // Shown by a phone, not printed: that page knows how to ask and how to use it up.
    location.assign(`/q/trinh${new URL(shown).hash}`);
    return;
  }
  const ours = [...new Set(texts)].filter((one) => checker.isOurs(one));
  if (fromFile && ours.length > 1) {
    judgeAll(ours, ours.sort().join(" "));
    return;
  }
  const text = ours.includes(last) ? last : (ours[0] ?? texts[0]);
  // A paper that was taken away and comes again is another check; one that is held still is judged once.
  if (text === undefined && last !== null) {
    gone ||= performance.now();
    if (performance.now() - gone > GONE_MS) passed();
    return;
  }
  gone = 0;
  if (text === undefined || text === last) return;
  others = Math.max(0, ours.length - 1);
  if (camera.running && !fromFile) seen = camera.seen;
  judge(text);
}

async function open(file) {
  clearTimeout(timer);
  const mine = ++turn;
  last = null;
  seen = null;
  others = 0;
  result.replaceChildren(note(say("scan.working")));
  if (file.type === "application/pdf" || file.name.toLowerCase().endsWith(".pdf")) {
    const report = await checker.file(file);
    if (mine !== turn) return;
    if (report === null) put(showTrouble(say("scan.pdf_offline"), { say }));
    else if (report.refused) put(showTrouble(report.refused, { say }));
    else {
      put(showPdf(report, { say }));
      signal(toneOf(report.verdict));
      remember(report.verdict, file.name);
    }
    return;
  }
  let texts = [];
  try {
    texts = await readPicture(file, (copy) => {
      seen = copy;
    });
  } catch {
    // No picture at all, or one that this browser cannot open: the same answer as one without a symbol.
  }
  if (mine !== turn) return;
  if (texts.length) {
    fromFile = true;
    onTexts(texts);
    fromFile = false;
  } else settle({ verdict: "UNREADABLE", reasons: ["UNREADABLE"], claims: null });
}

async function lookUp(code) {
  clearTimeout(timer);
  const mine = ++turn;
  result.replaceChildren(note(say("scan.asking")));
  const found = await checker.code(code);
  if (mine !== turn) return;
  if (found === null) put(showTrouble(say("scan.code_offline"), { say }));
  else if (found.refused) put(showTrouble(found.refused, { say }));
  else {
    put(showCode(found, { pins, say }));
    signal(toneOf(found.state));
    remember(found.state, pins.types[found.type] ?? found.type);
  }
}

function note(text) {
  const made = document.createElement("p");
  made.className = "empty";
  made.textContent = text;
  return made;
}

// --- what was checked lately, on this device only -------------------------------------------------------------------
function checks() {
  try {
    return JSON.parse(localStorage.getItem(HISTORY)) ?? [];
  } catch {
    return [];
  }
}

function remember(verdict, about) {
  const kept = checks();
  const [newest] = kept;
  // The same paper held up again within a minute is one line, with its newest time.
  const again = newest?.verdict === verdict && newest.about === about && Date.now() - Date.parse(newest.at) < LATELY_MS;
  const lines = [{ at: new Date().toISOString(), verdict, about }, ...(again ? kept.slice(1) : kept)];
  localStorage.setItem(HISTORY, JSON.stringify(lines.slice(0, KEPT)));
  drawChecks();
}

function drawChecks() {
  const kept = checks();
  document.getElementById("history").hidden = !kept.length;
  document.getElementById("checks").replaceChildren(...kept.map((one) => {
    const item = document.createElement("li");
    const row = document.createElement("div");
    row.className = "line";
    const about = document.createElement("span");
    about.className = "grow";
    about.textContent = one.about || "–";
    const badge = document.createElement("span");
    badge.className = `badge ${toneOf(one.verdict)}`;
    badge.textContent = say(["verdict", "pdf", "state"].map((kind) => `${kind}.${one.verdict}`).find((key) => say.knows(key)) ?? one.verdict);
    const at = document.createElement("small");
    at.textContent = say.moment(one.at);
    row.append(about, badge, at);
    item.append(row);
    return item;
  }));
}

// --- wiring ---------------------------------------------------------------------------------------------------------
const start = document.getElementById("start");
const stop = document.getElementById("stop");

start.addEventListener("click", async () => {
  start.hidden = true;
  try {
    sound ??= new AudioContext();
    await camera.start();
    keepOn(true);
    stop.hidden = false;
    reset();
  } catch {
    start.hidden = false;
    put(showTrouble(say("scan.no_camera"), { say }));
  }
});
stop.addEventListener("click", () => {
  camera.stop();
  keepOn(false);
  clearTimeout(timer);
  stop.hidden = true;
  start.hidden = false;
});
document.getElementById("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) open(file);
  event.target.value = "";
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    document.getElementById("frame").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
  });
}
document.getElementById("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = document.getElementById("code").value.trim();
  if (code) lookUp(code);
});
document.getElementById("forget").addEventListener("click", () => {
  localStorage.removeItem(HISTORY);
  drawChecks();
});
document.querySelector("[data-keep-hash]").addEventListener("click", (event) => {
  event.currentTarget.hash = location.hash;
});

function onFragment() {
  const fragment = location.hash.slice(1);
  [seen, others] = [null, 0];
  if (fragment) judge(checker.fromFragment(fragment));
}

function onNetwork() {
  const badge = document.getElementById("network");
  badge.hidden = navigator.onLine;
  badge.textContent = navigator.onLine ? "" : say("scan.offline");
}

addEventListener("hashchange", onFragment);
addEventListener("online", onNetwork);
addEventListener("offline", onNetwork);
onNetwork();
onFragment();
drawChecks();
checker.renew();
navigator.serviceWorker?.register("/q-worker.js", { scope: "/q" }).catch(() => {});
// The reader is the heavy part: fetched when everything else is drawn, so that the first scan need not wait for it.
if (document.readyState === "complete") loadReader();
else addEventListener("load", () => loadReader());
