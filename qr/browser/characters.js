// Which text may stand in a credential: NFC, and nothing that hides, reorders or cannot be seen.
// The table is the one of qr/characters.py (a test compares them), because engines carry different versions of Unicode.

export const REFUSED = [
  [0x0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x897, 0x897],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x1acf, 0x1aff],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xf8ff],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xffff],
  [0x10000, 0x1ffff],
  [0x2fffe, 0x2ffff],
  [0x3fffe, 0x10ffff],
];

const refused = new RegExp(
  `[${REFUSED.map(([low, high]) => `\\u{${low.toString(16)}}-\\u{${high.toString(16)}}`).join("")}]`,
  "u",
);

/** Whether `text` is NFC and free of control, bidi, invisible, private and unassigned characters. */
export function isPlain(text) {
  return !refused.test(text) && text.normalize("NFC") === text;
}
