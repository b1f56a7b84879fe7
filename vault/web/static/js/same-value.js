// Whether two spellings are one value: the twin of `vault/domain/forms.py`, so that a slip is told while it is typed.
// The server judges; `tests/golden/reuse/run.mjs` holds both to one list.

const TONES = new Set(["\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]);
const SHAPES = ["\u0302", "\u0306", "\u031b"];
const LOOKALIKES = { "\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ" };
const WRITTEN = [
  /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/,
  /^(?<d>\d{1,2})\s*[/.\-]\s*(?<m>\d{1,2})\s*[/.\-]\s*(?<y>\d{4})$/,
  /^ngày\s+(?<d>\d{1,2})\s*,?\s*tháng\s+(?<m>\d{1,2})\s*,?\s*năm\s+(?<y>\d{4})$/,
];

function nfc(text) {
  return text
    .normalize("NFC")
    .replace(/[\u00d0\u0189\u00f0\u0256]/g, (letter) => LOOKALIKES[letter])
    .replace(/[\u00ad\u200b\u200c\u200d\u2060\ufeff]/g, "");
}

// The index of the letter that carries the tone in traditional spelling; -1 when this is no syllable.
function seat(letters) {
  const bases = letters.map((letter) => letter[0].toLowerCase());
  let vowels = bases.flatMap((base, place) => ("aeiouy".includes(base) ? [place] : []));
  const start = bases.slice(0, 2).join("");
  if (vowels[0] === 1 && vowels[1] === 2 && (start === "qu" || start === "gi")) vowels = vowels.slice(1);
  const first = vowels[0];
  const last = vowels.at(-1);
  if (first === undefined || last - first !== vowels.length - 1) return -1;
  const shaped = vowels.filter((place) => SHAPES.some((shape) => letters[place].includes(shape)));
  if (shaped.length > 0) return shaped.at(-1);
  if (vowels.length === 1 || (vowels.length === 2 && last === letters.length - 1)) return first;
  return vowels.length === 2 ? last : vowels[1];
}

function foldSyllable(run) {
  const letters = [...run].map((letter) => letter.normalize("NFD"));
  const toned = letters.flatMap((letter, place) =>
    [...letter].slice(1).flatMap((mark) => (TONES.has(mark) ? [[place, mark]] : [])),
  );
  if (toned.length !== 1) return run;
  const [[place, tone]] = toned;
  const target = seat(letters);
  if (target < 0) return run;
  letters[place] = letters[place].replace(tone, "");
  letters[target] += tone;
  return letters.join("").normalize("NFC");
}

function foldTones(text) {
  return nfc(text).replace(/\p{L}+/gu, foldSyllable);
}

// A space between two digits is kept, for "1 2" is not "12".
function words(text) {
  const folded = nfc(text).replace(/\s+/g, " ").trim().toLowerCase().normalize("NFC");
  return folded.replace(/(?<=\d) (?=\d)/g, " \u2423 ").split(" ");
}

// Both are cut where the one with more words is cut, so that a lost space does not hide a syllable from folding.
function sameText(one, other) {
  const [left, right] = [words(one), words(other)];
  const joined = [left, right].map((found) => [...found.join("")]);
  if (joined[0].length !== joined[1].length) return false;
  let place = 0;
  for (const word of left.length >= right.length ? left : right) {
    const end = place + [...word].length;
    const [a, b] = joined.map((letters) => foldTones(letters.slice(place, end).join("")));
    if (a !== b) return false;
    place = end;
  }
  return true;
}

// The day as a number, null for what is none.
function dayIn(text) {
  const folded = nfc(text).replace(/\s+/g, " ").trim().toLowerCase();
  const found = WRITTEN.map((one) => one.exec(folded)?.groups).find(Boolean);
  if (!found) return null;
  const [year, month, day] = [found.y, found.m, found.d].map(Number);
  const made = new Date(Date.UTC(2000, 0, 1));
  made.setUTCFullYear(year, month - 1, day);
  return year >= 1 && made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? made.getTime() : null;
}

export function sameValue(kind, kept, stated) {
  if (kind === "DATE") {
    const days = [dayIn(kept), dayIn(stated)];
    if (days[0] !== null || days[1] !== null) return days[0] === days[1];
  }
  const separators = { IDENTITY: /[\s.\-\u2010-\u2015]+/g, NUMBER: /\s+/g }[kind];
  if (!separators) return sameText(kept, stated);
  const [left, right] = [kept, stated].map((text) => nfc(text).replace(separators, "").toLowerCase());
  return left === right;
}
