// The browser module as a child of the tests: one JSON request a line on standard input, one JSON answer a line back.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

import * as base32 from "../../../qr/browser/base32.js";
import * as cbor from "../../../qr/browser/cbor.js";
import { isPlain } from "../../../qr/browser/characters.js";
import * as cose from "../../../qr/browser/cose.js";
import * as qr from "../../../qr/browser/index.js";
import { restore } from "../../../qr/browser/sdcwt.js";

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (array) => Buffer.from(array).toString("hex");
const context = {};

const answers = {
  async context({ root, trust_list, status_tokens, hosts, now }) {
    const key = await qr.publicKey(bytes(root.x), bytes(root.y));
    const trust = await qr.verifyTrustList(bytes(trust_list), { root: key, now });
    const open = (token) => qr.verifyStatusToken(bytes(token), { trust, now });
    const status = qr.statusBook(await Promise.all(status_tokens.map(open)));
    Object.assign(context, { key, options: { trust, status, hosts, now } });
    return "OK";
  },
  verify: ({ text }) => qr.verify(text, context.options),
  base32: ({ text }) => hex(base32.decode(text)),
  unbase32: ({ data }) => base32.encode(bytes(data)),
  cbor: ({ data, sorted }) => hex(cbor.encode(cbor.decode(bytes(data), { maxSize: 10_000, sortedKeys: sorted }))),
  plain: ({ text }) => isPlain(text),
  async trust({ data }) {
    const trust = await qr.verifyTrustList(bytes(data), { root: context.key, now: context.options.now });
    return [trust.version, trust.issuedAt, trust.nextUpdate, [...trust.byKid.keys()]];
  },
  async status({ data }) {
    const snapshot = await qr.verifyStatusToken(bytes(data), context.options);
    return [snapshot.uri, snapshot.issuer, snapshot.issuedAt, snapshot.freshUntil, ...listed(snapshot.statuses)];
  },
  presentation: ({ text, audience, nonce, used }) =>
    qr.verifyPresentation(text, {
      ...context.options,
      audience,
      nonce: nonce === null ? null : bytes(nonce),
      used: new Set(used),
    }),
  challenge({ text, hosts, now }) {
    const { nonce, ...rest } = qr.readChallenge(text, { hosts, now });
    return { ...rest, nonce: hex(nonce) };
  },
  sd: async ({ data, disclosures }) => {
    const payload = cbor.decode(bytes(data), { maxSize: 10_000, redactions: true });
    return hex(cbor.encode(await restore(payload, disclosures.map(bytes))));
  },
  async holder() {
    context.pair = await qr.newHolderKey();
    const refusals = [];
    for (const format of ["jwk", "pkcs8", "raw"]) {
      await crypto.subtle.exportKey(format, context.pair.privateKey).catch((error) => refusals.push(error.name));
    }
    return [context.pair.privateKey.extractable, refusals, (await qr.coordinates(context.pair.publicKey)).map(hex)];
  },
  async prove({ nonce }) {
    const proof = await qr.proveHolder(context.pair, bytes(nonce));
    return Object.fromEntries(Object.entries(proof).map(([name, value]) => [name, hex(value)]));
  },
  async present({ credential, host, ...options }) {
    const { d } = options;
    const nonce = options.nonce === null ? null : bytes(options.nonce);
    const privateKey = d === undefined ? context.pair.privateKey : await crypto.subtle.importKey(...jwk(d));
    const token = await qr.present(bytes(credential), { ...options, nonce, privateKey });
    return qr.presentationText(token, { host });
  },
  fields: ({ credential }) => Object.keys(qr.fieldsOf(bytes(credential))),
  statusList: async ({ data }) => listed(await qr.decodeStatusList(bytes(data))),
  async ecdsa({ x, y, signature, signed }) {
    return cose.verifyEs256(await cose.publicKey(bytes(x), bytes(y)), bytes(signature), bytes(signed));
  },
  async sign1({ data, external, x, y }) {
    const message = cose.decodeSign1(bytes(data), { maxSize: 10_000, sortedKeys: false });
    const signed = cose.sigStructure(message.protectedBytes, bytes(external), message.payload);
    const key = await cose.publicKey(bytes(x), bytes(y));
    const algorithm = message.protectedHeader.get(1) ?? message.unprotectedHeader.get(1);
    return [hex(signed), algorithm === cose.ES256 && (await cose.verifyEs256(key, message.signature, signed))];
  },
};

function jwk(key) {
  return ["jwk", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]];
}

function listed(statuses) {
  return [statuses.bits, statuses.length, createHash("sha256").update(statuses.packed).digest("hex")];
}

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...request } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: await answers[op](request) };
  } catch (error) {
    answer = error instanceof qr.QrError ? { code: error.code } : { crash: String(error.stack) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
