// The citizen's page of one paper: puts it on the phone, then answers a question, shows one way, or makes a short code.

import { readChallenge } from "/static/qr/index.js";

import { Camera, readPicture } from "./camera.js";
import { answer, chosen, element, oneWay, shortCode, speaker, ticks } from "./present-consent.js";
import { papers, prepare, sendShowings } from "./present-store.js";
import { barCode } from "./present-symbol.js";

const pins = JSON.parse(document.getElementById("pins").textContent);
const say = speaker(JSON.parse(document.getElementById("words").textContent));
const root = document.getElementById("show");
const stage = document.getElementById("stage");
const state = document.getElementById("state");
const USUAL = ["type_code", "number", "issued_on", "holder_name", "holder_masked"];
const HIDDEN = new Set(["original_digest16"]);
const ways = document.getElementById("ways");
let paper = null;

function trouble(sentence) {
  stage.hidden = false;
  stage.replaceChildren(element("p", "alert bad", sentence));
}

async function onTexts(texts) {
  const found = texts.find((text) => pins.hosts.some((host) => text.startsWith(`https://${host}/c#`)));
  if (!found) {
    if (texts.length) trouble(say("present.no_question"));
    return;
  }
  stopCamera();
  try {
    const challenge = readChallenge(found, { hosts: pins.hosts, now: new Date() });
    const others = (await papers()).filter((one) => one.record !== paper.record);
    if (answer(challenge, [paper, ...others], stage, { say, pins })) ways.hidden = true;
  } catch (error) {
    trouble(say(error.code === "CHALLENGE_EXPIRED" ? "present.question_over" : "present.no_question"));
  }
}

// While something is asked or shown, it has the screen to itself.
stage.addEventListener("over", () => {
  ways.hidden = false;
});

sendShowings().catch(() => {}); // what was shown without network

const camera = new Camera(document.getElementById("video"), onTexts);

function stopCamera() {
  if (camera.running) camera.stop();
  document.getElementById("frame").hidden = true;
}

document.getElementById("scan").addEventListener("click", async () => {
  stage.hidden = true;
  document.getElementById("frame").hidden = false;
  try {
    await camera.start();
  } catch {
    stopCamera();
    trouble(say("present.no_camera"));
  }
});
document.getElementById("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  const texts = await readPicture(file).catch(() => []);
  if (texts.length) await onTexts(texts);
  else trouble(say("present.no_question"));
});
document.getElementById("consent").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const consent = { fields: chosen(form), audience: form.audience.value.trim(), purpose: form.purpose.value.trim() };
  if (!consent.fields.length) {
    trouble(say("present.choose"));
    return;
  }
  stopCamera();
  try {
    if (event.submitter?.value === "CODE") await shortCode(paper, consent, stage, { say, barCode });
    else await oneWay(paper, consent, stage, { say, pins });
    ways.hidden = true;
    stage.scrollIntoView({ block: "nearest" });
  } catch (error) {
    trouble(error.code ? error.message : say("present.offline"));
  }
});

try {
  paper = await prepare(root.dataset.record, root.dataset.name);
  const names = Object.keys(paper.fields).filter((name) => !HIDDEN.has(name));
  const ordered = [...USUAL.filter((name) => names.includes(name)), ...names.filter((name) => !USUAL.includes(name))];
  document.getElementById("fields").replaceChildren(...ticks(ordered, paper.fields, ["type_code", "holder_name"], { say, types: pins.types }));
  state.textContent = say("present.ready", { at: new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", dateStyle: "short", timeStyle: "short" }).format(paper.endsAt) });
  ways.hidden = false;
} catch (error) {
  state.textContent = "";
  trouble(error.code ? error.message : say("present.offline"));
}
