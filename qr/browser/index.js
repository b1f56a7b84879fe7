// The public face of the browser module: import { verify, verifyTrustList, ... } from "/static/qr/index.js".

export { parse, statusBook, verify } from "./credential.js";
export { publicKey } from "./cose.js";
export { QrError } from "./errors.js";
export { StatusList, decodeStatusList, verifyStatusToken } from "./status.js";
export { verifyTrustList } from "./trust.js";
export { VERDICTS } from "./verdicts.js";
