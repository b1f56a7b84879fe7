// Draws a verdict: colour, icon, word, what to do, and the signed fields for comparison with the paper in the hand.

const OK = new Set(["VALID", "ACTIVE"]);
const WARN = new Set(["STATUS_STALE", "VALID_WITH_WARNING", "NOT_ENOUGH_EVIDENCE", "INCONCLUSIVE", "UNSIGNED", "UNKNOWN_ROOT"]);
const SHAPES = {
  ok: ["M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "m6 10.4 2.8 2.8L14.2 7.4"],
  warn: ["M10 1.6 19 17.6H1z", "M10 7.2v5M10 14.6v.6"],
  bad: ["M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z", "m6.8 6.8 6.4 6.4m0-6.4-6.4 6.4"],
};
const SVG = "http://www.w3.org/2000/svg";

/** ok, warn or bad. */
export function toneOf(verdict) {
  if (OK.has(verdict)) return "ok";
  return WARN.has(verdict) ? "warn" : "bad";
}

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function icon(tone) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const [place, shape] of SHAPES[tone].entries()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    if (place) path.setAttribute("class", "line");
    svg.append(path);
  }
  return svg;
}

/** The words of the page: `say("verdict.VALID", facts)`; an unknown key gives the last part of it. */
export function speaker(words, language) {
  const moments = new Intl.DateTimeFormat("vi-VN", {
    timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit",
  });
  const speak = (key, facts = {}) => {
    const text = words[key] ?? key.slice(key.lastIndexOf(".") + 1);
    return text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "–");
  };
  speak.knows = (key) => key in words;
  speak.moment = (text) => moments.format(new Date(text));
  speak.day = (text) => text.split("-").reverse().join("/");
  speak.language = language;
  return speak;
}

function facts(rows) {
  const list = element("dl", "facts");
  for (const [label, value] of rows) {
    if (value) list.append(element("div", "", element("dt", "", label), element("dd", "", value)));
  }
  return list;
}

function card(verdict, word, what, body) {
  const tone = toneOf(verdict);
  const head = element("header", "", icon(tone), element("div", "", element("h2", "", word), element("p", "", what)));
  const made = element("article", `verdict ${tone}`, head);
  made.dataset.verdict = verdict;
  if (body.length) made.append(element("div", "", ...body));
  return made;
}

function claimRows(claims, pins, say) {
  return [
    [say("claim.type"), pins.types[claims.type_code] ?? claims.type_code],
    [say("claim.number"), claims.number],
    [say("claim.issued_on"), claims.issued_on && say.day(claims.issued_on)],
    [say("claim.holder_name"), claims.holder_name],
    [say("claim.holder_masked"), claims.holder_masked],
    [say("claim.expires_at"), claims.expires_at && say.moment(claims.expires_at)],
    [say("claim.issuer"), pins.issuers[claims.issuer] ?? claims.issuer],
  ];
}

// The signed fields beside the paper in the hand. What does not fit is marked by a person, and then nothing is accepted.
function comparison(claims, seen, { pins, say }) {
  const list = element("dl", "facts compare");
  for (const [label, value] of claimRows(claims, pins, say)) {
    if (!value) continue;
    const differs = element("button", "quiet", say("scan.differs_here"));
    Object.assign(differs, { type: "button" });
    differs.setAttribute("aria-pressed", "false");
    differs.setAttribute("aria-label", say("scan.differs_label", { label }));
    const row = element("div", "", element("dt", "", label), element("dd", "", element("span", "", value), differs));
    differs.addEventListener("click", () => {
      const now = differs.getAttribute("aria-pressed") !== "true";
      differs.setAttribute("aria-pressed", String(now));
      row.classList.toggle("differs", now);
      row.dispatchEvent(new Event("compared", { bubbles: true }));
    });
    list.append(row);
  }
  const side = element("div", "beside");
  if (seen) {
    seen.setAttribute("role", "img");
    seen.setAttribute("aria-label", say("scan.seen"));
    side.append(element("figure", "seen", seen, element("figcaption", "dim", say("scan.seen"))));
  }
  side.append(element("div", "", element("h3", "", say("scan.signed")), list));
  return element("section", "", element("h3", "", say("scan.compare")), side);
}

// Once a person said that something differs, the card says so in colour and words, whatever the signature is worth.
function heedComparison(made, { say }) {
  const [icons, word, what] = [made.querySelector("header .icon"), made.querySelector("header h2"), made.querySelector("header p")];
  const first = { icon: icons, word: word.textContent, what: what.textContent, tone: made.className };
  made.addEventListener("compared", () => {
    const differs = made.querySelector(".differs") !== null;
    made.className = differs ? "verdict bad" : first.tone;
    made.querySelector("header .icon").replaceWith(differs ? icon("bad") : first.icon);
    word.textContent = differs ? say("scan.differs") : first.word;
    what.textContent = differs ? say("scan.differs.what") : first.what;
    made.toggleAttribute("data-differs", differs);
  });
  return made;
}

function notes(check, say) {
  const list = element("ul", "reasons");
  for (const reason of check.reasons) {
    if (reason !== check.verdict && say.knows(`reason.${reason}`)) list.append(element("li", "", say(`reason.${reason}`)));
  }
  return list.children.length ? [list] : [];
}

/** The card of a scanned text. `waiting` while the service is still being asked. */
export function showCheck(check, { pins, say, waiting, seen = null, others = 0 }) {
  const body = [];
  if (check.claims) {
    const asOf = check.status_as_of ? say("scan.as_of", { at: say.moment(check.status_as_of) }) : say("scan.as_of_never");
    body.push(element("p", "as-of", element("strong", "", asOf)));
  }
  if (waiting) body.push(element("p", "dim", say("scan.asking")));
  else if (check.alone) body.push(element("p", "dim", say("scan.alone")));
  if (check.superseded_by) body.push(element("p", "", say("scan.superseded_by", { record: check.superseded_by })));
  if (others) body.push(element("p", "alert warn", say("scan.others", { count: others })));
  if (check.claims) body.push(comparison(check.claims, seen, { pins, say }));
  body.push(...notes(check, say));
  return heedComparison(card(check.verdict, say(`verdict.${check.verdict}`), say(`verdict.${check.verdict}.what`), body), { say });
}

function commonName(issuer) {
  return issuer.match(/Common Name: ([^,]+)/)?.[1] ?? issuer;
}

/** The card of a PDF's signature report. */
export function showPdf(report, { say }) {
  const key = say.knows(`pdf.${report.verdict}`) ? "pdf" : "verdict";
  const body = [element("p", "", element("strong", "", say("scan.as_of", { at: say.moment(report.status_as_of) })))];
  if (report.record) body.push(element("p", "", say("scan.pdf_ours", { record: report.record })));
  for (const one of report.carried ?? []) body.push(element("p", "carried", say("scan.pdf_carried", { record: one })));
  body.push(element("h3", "", say("scan.signatures", { count: report.signatures.filter((one) => one.kind === "signature").length })));
  for (const one of report.signatures) {
    body.push(facts([
      [say("pdf.kind"), one.kind === "signature" ? "" : say(`kind.${one.kind}`)],
      [say("pdf.signer"), one.signer || "–"],
      [say("pdf.organisation"), one.organisation],
      [say("pdf.issuer"), commonName(one.issuer)],
      [say("pdf.signed_at"), one.signed_at && say.moment(one.signed_at)],
      [say("pdf.level"), one.level],
      [say("pdf.verdict"), say(`pdf.${one.verdict}`)],
    ]));
  }
  body.push(...notes(report, say));
  return card(report.verdict, say(`${key}.${report.verdict}`), say(`${key}.${report.verdict}.what`), body);
}

/** The card of a look-up code. */
export function showCode(found, { pins, say }) {
  const body = [
    element("p", "", element("strong", "", say("scan.as_of", { at: say.moment(found.status_as_of) }))),
    ...(found.superseded_by ? [element("p", "", say("scan.superseded_by", { record: found.superseded_by }))] : []),
    element("h3", "", say("scan.compare")),
    facts([
      [say("claim.code"), found.code],
      [say("claim.type"), pins.types[found.type] ?? found.type],
      [say("claim.number"), found.number],
      [say("claim.issued_on"), found.issued_on && say.day(found.issued_on)],
      [say("claim.holder_name"), found.holder_name],
      [say("claim.paper_issuer"), found.issuer],
      [say("claim.valid_until"), found.valid_until && say.day(found.valid_until)],
    ]),
  ];
  return card(found.state, say(`state.${found.state}`), say(`scan.code_what.${found.state === "ACTIVE" ? "ACTIVE" : "OTHER"}`), body);
}

/** The card of something that could not be checked at all. */
export function showTrouble(sentence, { say }) {
  return card("UNREADABLE", say("scan.trouble"), sentence, []);
}

const ELSEWHERE = new Set(["AUDIENCE_MISMATCH", "NONCE_MISMATCH", "BOUND_BEFORE_ISSUE"]);

/** The card of what a phone showed, or of a redeemed short code. */
export function showPresentation(outcome, { pins, say }) {
  const { shown, verdict } = outcome;
  // Both signatures hold, but it was made for somebody else or another moment: no forgery, and not to be accepted here.
  const elsewhere = verdict === "BAD_SIGNATURE" && outcome.reasons.some((reason) => ELSEWHERE.has(reason));
  const word = elsewhere ? "present.elsewhere" : verdict === "VALID" ? "present.valid" : `verdict.${verdict}`;
  const body = [];
  if (outcome.status_as_of) body.push(element("p", "as-of", element("strong", "", say("scan.as_of", { at: say.moment(outcome.status_as_of) }))));
  if (shown && verdict === "VALID") {
    const { fields } = shown;
    const value = (name) => (name === "type_code" ? pins.types[fields[name]] : name === "issued_on" ? say.day(fields[name]) : null) ?? fields[name];
    body.push(
      element("h3", "", say("present.shown")),
      facts([
        ...Object.keys(fields).map((name) => [say(`shown.${name}`), value(name)]),
        [say("claim.issuer"), pins.issuers[shown.issuer] ?? shown.issuer],
        [say("present.audience"), shown.audience],
        [say("present.purpose"), shown.purpose],
        [say("present.at"), say.moment(shown.presented_at)],
      ]),
    );
  }
  body.push(...notes(outcome, say));
  const made = card(verdict, say(word), say(`${word}.what`), body);
  return made;
}
