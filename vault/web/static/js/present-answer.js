// A verifier's question that the phone's own camera opened: answered with the papers on this phone.

import { readChallenge } from "/static/qr/index.js";

import { answer, element, speaker } from "./present-consent.js";
import { papers } from "./present-store.js";

const pins = JSON.parse(document.getElementById("pins").textContent);
const say = speaker(JSON.parse(document.getElementById("words").textContent));
const stage = document.getElementById("stage");

async function onFragment() {
  const fragment = location.hash.slice(1);
  try {
    const challenge = readChallenge(`https://${pins.hosts[0]}/c#${fragment}`, { hosts: pins.hosts, now: new Date() });
    answer(challenge, await papers(), stage, { say, pins });
  } catch (error) {
    const key = error.code === "CHALLENGE_EXPIRED" ? "present.question_over" : "present.no_question";
    stage.replaceChildren(element("p", "alert bad", say(key)));
  }
}

addEventListener("hashchange", onFragment);
onFragment();
