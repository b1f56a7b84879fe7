// Base32 of RFC 4648 section 6: upper case, unpadded, one spelling only. The twin of qr/base32.py.

import { QrError } from "./errors.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const POSSIBLE_LENGTHS = new Set([0, 2, 4, 5, 7]);

/** The unpadded base32 text of `bytes`. */
export function encode(bytes) {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >> bits) & 31];
    }
  }
  return bits ? text + ALPHABET[(buffer << (5 - bits)) & 31] : text;
}

/** The bytes of `text`; QrError BASE32 for another alphabet, an impossible length or non-zero spare bits. */
export function decode(text) {
  if (!POSSIBLE_LENGTHS.has(text.length % 8)) throw new QrError("BASE32", "length");
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let at = 0;
  let buffer = 0;
  let bits = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) throw new QrError("BASE32", "alphabet");
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = buffer >> bits;
      at += 1;
    }
  }
  if (buffer & ((1 << bits) - 1)) throw new QrError("BASE32", "spare bits");
  return bytes;
}
