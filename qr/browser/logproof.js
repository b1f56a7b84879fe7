// Proofs from the transparency log (C2SP tlog-proof@v1, signed-note, tlog-checkpoint) checked on this device: the log's
// key is pinned by the page, so a service that says "it was in the log" has to show it.

import { QrError } from "./errors.js";

const FIRST = "c2sp.org/tlog-proof@v1";
const [HASH_SIZE, KEY_ID, MOST_HASHES, MAX_TEXT] = [32, 4, 63, 1_000_000];
const ED25519 = 1;
const bytesOf = (text) => new TextEncoder().encode(text);

function refuse(detail) {
  throw new QrError("LOG_PROOF", detail);
}

function base64(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) refuse("no base64");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function sha256(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    joined.set(part, place);
    place += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

const same = (left, right) => left.length === right.length && left.every((byte, place) => byte === right[place]);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const number = (text) => (/^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : refuse("no number"));

/** A pinned verifier key line `<name>+<id>+<base64>`: `{ name, id, key }`. Throws QrError LOG_PROOF. */
export async function logKey(line) {
  const [, name, given, encoded] = line.match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/) ?? refuse("no verifier key");
  const raw = base64(encoded);
  if (raw.length !== 33 || raw[0] !== ED25519) refuse("no Ed25519 key");
  const id = (await sha256(bytesOf(`${name}\n`), raw)).slice(0, KEY_ID);
  if (hex(id) !== given) refuse("the key has another name");
  const key = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, ["verify"]);
  return { name, id, key };
}

async function openNote(note, { name, id, key }) {
  const place = note.lastIndexOf("\n\n");
  if (place < 0 || !note.endsWith("\n")) refuse("no signature block");
  const text = note.slice(0, place + 1);
  let signed = false;
  for (const line of note.slice(place + 2, -1).split("\n")) {
    const [, by, encoded] = line.match(/^— (.+) (\S+)$/) ?? refuse("a signature line is malformed");
    const raw = base64(encoded);
    if (by !== name || !same(raw.slice(0, KEY_ID), id)) continue;
    if (!(await crypto.subtle.verify({ name: "Ed25519" }, key, raw.slice(KEY_ID), bytesOf(text)))) refuse("signature");
    signed = true;
  }
  if (!signed) refuse("no signature of the pinned key");
  const lines = text.split("\n");
  if (lines.length < 4 || !lines[0]) refuse("too few lines");
  const root = base64(lines[2]);
  if (root.length !== HASH_SIZE) refuse("the root has another length");
  return { size: number(lines[1]), root };
}

async function climb(index, size, leaf, path, root) {
  if (!(index >= 0 && index < size)) refuse("the leaf lies outside the tree");
  let [position, last, found] = [BigInt(index), BigInt(size - 1), leaf];
  const node = (left, right) => sha256(Uint8Array.of(1), left, right);
  for (const step of path) {
    if (last === 0n) refuse("the proof is too long");
    if (position & 1n || position === last) {
      found = await node(step, found);
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      found = await node(found, step);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  if (last !== 0n) refuse("the proof is too short");
  if (!same(found, root)) refuse("the proof leads to another root");
}

/** The entry (Uint8Array) that a proof shows to be in the log of `pinned` (from `logKey`). Throws QrError LOG_PROOF. */
export async function openProof(text, pinned) {
  if (text.length > MAX_TEXT) refuse("too long");
  const gap = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(gap, 0)).split("\n");
  if (gap < 0 || lines[0] !== FIRST || lines.length < 3 || lines.length > 3 + MOST_HASHES) refuse("no tlog-proof@v1");
  if (!lines[1].startsWith("extra ") || !lines[2].startsWith("index ")) refuse("entry or index is missing");
  const entry = base64(lines[1].slice(6));
  const path = lines.slice(3).map(base64);
  if (!path.every((step) => step.length === HASH_SIZE)) refuse("a hash has another length");
  const { size, root } = await openNote(text.slice(gap + 2), pinned);
  await climb(number(lines[2].slice(6)), size, await sha256(Uint8Array.of(0), entry), path, root);
  return entry;
}

/**
 * When a credential was sealed, in seconds, as the log shows it: `told` is `{ proof, salt, event }` of the service. The
 * entry in the log commits to the event, and the event to this very text. Throws QrError LOG_PROOF.
 */
export async function sealedAt(told, text, pinned) {
  const entry = JSON.parse(new TextDecoder().decode(await openProof(told.proof, pinned)));
  if (!/^(?:[0-9a-f]{2})+$/.test(told.salt)) refuse("salt");
  const salt = Uint8Array.from(told.salt.match(/../g), (byte) => Number.parseInt(byte, 16));
  if (entry.c !== hex(await sha256(salt, bytesOf(told.event)))) refuse("the event is not the one in the log");
  const event = JSON.parse(told.event);
  const done = event.action === "SEAL" && event.outcome === "DONE" && event.record === entry.r;
  if (!done || event.details?.credential !== hex(await sha256(bytesOf(text)))) refuse("another credential");
  const at = Date.parse(event.at);
  if (!Number.isFinite(at)) refuse("time");
  return Math.floor(at / 1000);
}
