// Without network: the papers on this phone, answered with or shown one way, by the keys that lie here.

import { readChallenge } from "/static/qr/index.js";

import { Camera } from "./camera.js";
import { answer, element, oneWay, speaker, ticks, chosen } from "./present-consent.js";
import { papers } from "./present-store.js";

const pins = JSON.parse(document.getElementById("pins").textContent);
const say = speaker(JSON.parse(document.getElementById("words").textContent));
const [stage, ways, scan, frame, list] = ["stage", "ways", "scan", "frame", "held"].map((id) => document.getElementById(id));
const held = await papers().catch(() => []);

stage.addEventListener("over", () => {
  ways.hidden = false;
});

function trouble(sentence) {
  stage.hidden = false;
  stage.replaceChildren(element("p", "alert bad", sentence));
}

function field(name, label) {
  const input = element("input");
  Object.assign(input, { name, required: true, maxLength: 120, autocomplete: "off" });
  return element("label", "", label, input);
}

function card(paper) {
  const form = element("form", "stack");
  const names = Object.keys(paper.fields).filter((name) => name !== "original_digest16");
  form.append(
    field("audience", say("present.audience")),
    field("purpose", say("present.purpose")),
    element("fieldset", "oath", element("legend", "", say("present.fields")), ...ticks(names, paper.fields, ["type_code", "holder_name"], { say, types: pins.types })),
    element("p", "alert warn", say("present.relay")),
    element("button", "primary", say("present.one_way")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const consent = { fields: chosen(form), audience: form.audience.value.trim(), purpose: form.purpose.value.trim() };
    if (!consent.fields.length) trouble(say("present.choose"));
    else {
      await oneWay(paper, consent, stage, { say, pins });
      ways.hidden = true;
    }
  });
  const until = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", dateStyle: "short", timeStyle: "short" }).format(paper.endsAt);
  const details = element("details", "", element("summary", "", say("present.other")), form);
  return element("li", "card", element("h2", "", paper.name), element("p", "dim", say("present.until", { at: until })), details);
}

const camera = new Camera(document.getElementById("video"), (texts) => {
  const found = texts.find((text) => pins.hosts.some((host) => text.startsWith(`https://${host}/c#`)));
  if (!found) return;
  camera.stop();
  frame.hidden = true;
  try {
    if (answer(readChallenge(found, { hosts: pins.hosts, now: new Date() }), held, stage, { say, pins })) ways.hidden = true;
  } catch (error) {
    trouble(say(error.code === "CHALLENGE_EXPIRED" ? "present.question_over" : "present.no_question"));
  }
});

scan.addEventListener("click", async () => {
  frame.hidden = false;
  try {
    await camera.start();
  } catch {
    frame.hidden = true;
    trouble(say("present.no_camera"));
  }
});

list.replaceChildren(...held.map(card));
document.getElementById("none").hidden = held.length > 0;
scan.hidden = !held.length;
addEventListener("online", () => location.replace("/cua-toi"));
