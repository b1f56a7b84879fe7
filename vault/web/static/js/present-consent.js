// Asks the citizen and shows the answer: who, what for, which items, until when. Nothing is signed before "agree".

import { present, presentationText } from "/static/qr/index.js";

import { call, noteShowing } from "./present-store.js";
import { qrCode } from "./present-symbol.js";
import { keepOn } from "./screen.js";

const ANSWER_SECONDS = 180;
const ONE_WAY_SECONDS = 45;
const REDRAW_MS = 15_000;

export function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

export function button(text, className, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** Words of the page: `say(key, facts)`. */
export function speaker(words) {
  const speak = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "–");
  speak.clock = (moment) => new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(moment);
  return speak;
}

/** A value as people read it. */
export function readable(name, value, types) {
  if (name === "type_code") return types[value] ?? value;
  if (name === "issued_on" && typeof value === "number") return new Date(value * 86_400_000).toLocaleDateString("vi-VN", { timeZone: "UTC" });
  if (name === "issued_on") return value.split("-").reverse().join("/");
  return value instanceof Uint8Array ? [...value].map((one) => one.toString(16).padStart(2, "0")).join("") : value;
}

/** A list of items to agree to, each with the value it would show. */
export function ticks(names, fields, checked, { say, types }) {
  return names.map((name) => {
    const box = element("input");
    Object.assign(box, { type: "checkbox", name: "field", value: name, checked: checked.includes(name) });
    const label = element("span", "", element("strong", "", say(`shown.${name}`)));
    if (fields) label.append(element("br"), readable(name, fields[name], types));
    return element("label", "tick", box, label);
  });
}

export const chosen = (root) => [...root.querySelectorAll("[name=field]:checked")].map((one) => one.value);

/** Keep in the citizen's log what this phone showed; without network it waits on the phone, and the showing goes on. */
function note(paper, way, { fields, audience, purpose }) {
  noteShowing(paper.record, { way, fields, audience, purpose }).catch(() => {});
}

function countdown(until, say, ended) {
  const line = element("p", "countdown");
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    line.textContent = say("present.left", { seconds });
    if (!seconds || !line.isConnected) {
      clearInterval(timer);
      if (!seconds) ended();
    }
  };
  const timer = setInterval(tick, 250);
  requestAnimationFrame(tick);
  return line;
}

async function token(paper, consent, options) {
  const bytes = await present(paper.credential, {
    show: consent.fields, audience: consent.audience, purpose: consent.purpose, now: new Date(), privateKey: paper.keys.privateKey, ...options,
  });
  return presentationText(bytes, { host: options.host });
}

// While a symbol is shown the page is white from edge to edge, with nothing else on it, and the screen stays on: that is
// as bright as a page can make a phone.
function bright(on) {
  document.body.classList.toggle("bright", on);
  keepOn(on);
  if (on) scrollTo({ top: 0 });
}

/** The end of a showing: a sentence, and the event by which the page offers its ways again. */
function over(stage, say, key = "present.over") {
  bright(false);
  stage.replaceChildren(element("p", "alert warn", say(key)));
  stage.dispatchEvent(new Event("over"));
}

/** Answer a verifier's question with one of `held` papers, after the citizen agreed; false when none of them fits. */
export function answer(challenge, held, stage, { say, pins }) {
  const fit = held.filter((paper) => challenge.wanted.some((name) => name in paper.fields));
  stage.hidden = false;
  if (!fit.length) {
    stage.replaceChildren(element("p", "alert warn", say("present.none_fits")));
    return false;
  }
  const list = element("div", "oath");
  let paper = fit[0];
  const draw = () => {
    const names = challenge.wanted.filter((name) => name in paper.fields);
    const missing = challenge.wanted.filter((name) => !(name in paper.fields));
    list.replaceChildren(
      ...ticks(names, paper.fields, names, { say, types: pins.types }),
      ...missing.map((name) => element("p", "dim", `${say(`shown.${name}`)}: ${say("present.not_there")}`)),
    );
  };
  draw();
  const choice = element("select");
  for (const one of fit) choice.append(new Option(one.name, one.record));
  choice.addEventListener("change", () => {
    paper = fit.find((one) => one.record === choice.value);
    draw();
  });
  const agree = button(say("present.agree"), "primary tall", async () => {
    const fields = chosen(list);
    if (!fields.length) return;
    const consent = { fields, audience: challenge.audience, purpose: challenge.purpose };
    const text = await token(paper, consent, { nonce: challenge.nonce, lifetime: ANSWER_SECONDS, host: pins.hosts[0] });
    bright(true);
    const until = Math.min(challenge.expiresAt * 1000, Date.now() + ANSWER_SECONDS * 1000);
    stage.replaceChildren(
      element("figure", "symbol", await qrCode(text, say("present.symbol", consent))),
      element("p", "", say("present.for", consent)),
      countdown(until, say, () => over(stage, say)),
      button(say("present.stop"), "danger", () => over(stage, say)),
    );
    note(paper, "CHALLENGE", consent);
  });
  const refuse = button(say("present.refuse"), "", () => over(stage, say, "present.refused"));
  stage.replaceChildren(
    element("h2", "", say("present.consent")),
    element("p", "alert warn", say("present.unsigned")),
    element("dl", "facts",
      element("div", "", element("dt", "", say("present.audience")), element("dd", "", challenge.audience)),
      element("div", "", element("dt", "", say("present.purpose")), element("dd", "", challenge.purpose)),
      element("div", "", element("dt", "", say("present.ends")), element("dd", "", say.clock(challenge.expiresAt * 1000)))),
    ...(fit.length > 1 ? [element("label", "", say("present.which"), choice)] : []),
    element("h3", "", say("present.fields")),
    list,
    element("p", "actions", agree, refuse),
  );
  stage.focus();
  return true;
}

/** Show without a question: 45 seconds a symbol, drawn anew every 15 while the page shows it. */
export async function oneWay(paper, consent, stage, { say, pins }) {
  const figure = element("figure", "symbol");
  const line = element("p", "countdown");
  const bar = element("progress");
  bar.max = REDRAW_MS / 1000;
  bar.setAttribute("aria-hidden", "true");
  let next = 0;
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    over(stage, say);
  };
  const draw = async () => {
    next = Date.now() + REDRAW_MS;
    const text = await token(paper, consent, { lifetime: ONE_WAY_SECONDS, host: pins.hosts[0] });
    figure.replaceChildren(await qrCode(text, say("present.symbol", consent)));
  };
  const tick = () => {
    if (!figure.isConnected) {
      clearInterval(timer);
      return;
    }
    const seconds = Math.max(0, Math.ceil((next - Date.now()) / 1000));
    line.textContent = say("present.redraw", { seconds });
    bar.value = seconds;
    if (seconds === 0) draw();
  };
  stage.hidden = false;
  await draw();
  bright(true);
  stage.replaceChildren(figure, line, bar, element("p", "", say("present.for", consent)), button(say("present.stop"), "danger", stop),
    element("p", "alert warn", say("present.relay")));
  tick();
  timer = setInterval(tick, 250);
  note(paper, "ONE_WAY", consent);
  stage.focus();
}

/** A short code: digits, QR and bar code for one minute. */
export async function shortCode(paper, consent, stage, { say, barCode }) {
  const made = await call("POST", `/me/records/${paper.record}/code`, consent);
  stage.hidden = false;
  bright(true);
  stage.replaceChildren(
    element("p", "code digits", `${made.digits.slice(0, 4)} ${made.digits.slice(4)}`),
    element("figure", "symbol small", await qrCode(made.text, say("present.symbol", consent))),
    element("figure", "symbol bars", await barCode(made.ean13, say("present.bars", { name: made.ean13 }))),
    element("p", "", say("present.for", consent)),
    countdown(Date.parse(made.share.ends_at), say, () => over(stage, say)),
    button(say("present.stop"), "danger", async () => {
      await call("DELETE", `/me/shares/${made.share.id}`);
      over(stage, say);
    }),
  );
  stage.focus();
}
