// The verifier's page: asks with a symbol of its own, judges what a phone shows, redeems short codes.

import { LABELS, challengeText, newNonce } from "/static/qr/index.js";

import { Camera, loadReader, readPicture } from "./camera.js";
import { Checker } from "./check.js";
import { chosen, element, ticks } from "./present-consent.js";
import { qrCode } from "./present-symbol.js";
import { useUp } from "./present-used.js";
import { showPresentation, showTrouble, speaker, toneOf } from "./show.js";

const pins = JSON.parse(document.getElementById("pins").textContent);
const say = speaker(JSON.parse(document.getElementById("words").textContent), document.documentElement.lang);
const checker = new Checker(pins);
const form = document.getElementById("ask");
const question = document.getElementById("question");
const result = document.getElementById("result");
const idle = document.getElementById("idle");
const NAME = "kho-so.verifier-name";
const QUESTION_SECONDS = 180;
const KEPT_MS = 10 * 60_000;
const CODE = /^(\d{8}|2000\d{9})$/;
let asked = null;
let last = null;

function put(card) {
  const again = element("button", "", say("scan.again"));
  again.type = "button";
  again.addEventListener("click", () => {
    last = null;
    result.replaceChildren(idle);
  });
  result.replaceChildren(card, element("p", "actions", again));
  result.focus();
}

function forgetQuestion() {
  asked = null;
  question.hidden = true;
  question.replaceChildren();
}

function me() {
  const name = form.audience.value.trim();
  if (name) localStorage.setItem(NAME, name);
  return name;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = chosen(form);
  const purpose = form.purpose.value.trim();
  if (!wanted.length || !purpose) {
    put(showTrouble(say("present.ask_what"), { say }));
    return;
  }
  const nonce = newNonce();
  const expiresAt = Math.floor(Date.now() / 1000) + QUESTION_SECONDS;
  let text;
  try {
    text = challengeText({ audience: me(), purpose, wanted, nonce, expiresAt }, { host: pins.hosts[0] });
  } catch {
    put(showTrouble(say("present.ask_what"), { say }));
    return;
  }
  asked = { nonce, audience: me(), expiresAt };
  result.replaceChildren(idle);
  last = null;
  question.replaceChildren(await qrCode(text, say("present.question")), element("figcaption", "", say("present.question_help")));
  question.hidden = false;
});

async function judge(text) {
  last = text;
  const audience = asked?.audience ?? me();
  if (!audience) {
    put(showTrouble(say("present.name_first"), { say }));
    form.audience.focus();
    return;
  }
  if (asked && Date.now() >= asked.expiresAt * 1000) forgetQuestion();
  let outcome = await checker.presentation(text, { audience, nonce: asked?.nonce ?? null });
  const answered = asked !== null && outcome.shown !== null;
  if (outcome.shown && outcome.verdict === "VALID" && !(await useUp(outcome.shown.token_id, Date.now() + KEPT_MS))) {
    outcome = { ...outcome, verdict: "USED", reasons: ["USED"], shown: null };
  }
  // A question is good for one answer, whatever the answer was worth.
  if (answered) forgetQuestion();
  settle(outcome);
}

function settle(outcome) {
  put(showPresentation(outcome, { pins, say }));
  // A page that a camera opened has not been touched yet, and may not shake the phone.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(toneOf(outcome.verdict) === "ok" ? 80 : [150, 80, 150]);
}

async function redeem(code) {
  last = code;
  const told = await checker.shortCode(code);
  if (told === null) put(showTrouble(say("scan.code_offline"), { say }));
  else if (told.refused) put(showTrouble(told.refused, { say }));
  else settle(told);
}

function onTexts(texts) {
  const shown = texts.find((text) => checker.isShown(text)) ?? texts[0];
  if (shown === undefined || shown === last) return;
  if (checker.isShortCode(shown)) redeem(shown);
  else if (shown.includes("/q#")) location.assign(`/q${new URL(shown).hash}`);
  else judge(shown);
}

const camera = new Camera(document.getElementById("video"), onTexts);
const start = document.getElementById("start");
const stop = document.getElementById("stop");
start.addEventListener("click", async () => {
  start.hidden = true;
  try {
    await camera.start();
    stop.hidden = false;
  } catch {
    start.hidden = false;
    put(showTrouble(say("scan.no_camera"), { say }));
  }
});
stop.addEventListener("click", () => {
  camera.stop();
  stop.hidden = true;
  start.hidden = false;
});
document.getElementById("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  last = null;
  const texts = await readPicture(file).catch(() => []);
  if (texts.length) onTexts(texts);
  else settle({ verdict: "UNREADABLE", reasons: ["UNREADABLE"], shown: null, status_as_of: null });
});
document.getElementById("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = document.getElementById("code").value.trim();
  if (code) redeem(code);
});

function onFragment() {
  const fragment = location.hash.slice(1);
  if (!fragment) return;
  // What was shown does not stay in the address bar, the history or a bookmark.
  history.replaceState(null, "", location.pathname);
  if (CODE.test(fragment)) redeem(fragment);
  else judge(`https://${pins.hosts[0]}/p#${fragment}`);
}

form.audience.value = localStorage.getItem(NAME) ?? "";
document.getElementById("fields").replaceChildren(
  ...ticks([...LABELS.keys()].filter((name) => name !== "original_digest16"), null, ["type_code", "number", "holder_name"], { say, types: pins.types }),
);
addEventListener("hashchange", onFragment);
onFragment();
checker.renew();
navigator.serviceWorker?.register("/q-worker.js", { scope: "/q" }).catch(() => {});
if (document.readyState === "complete") loadReader();
else addEventListener("load", () => loadReader());
