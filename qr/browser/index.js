// The public face of the browser module: import { verify, verifyTrustList, ... } from "/static/qr/index.js".

export { challengeText, newNonce } from "./challenge.js";
export { coordinates, publicKey } from "./cose.js";
export { parse, statusBook, verify } from "./credential.js";
export { QrError } from "./errors.js";
export { logKey, openProof, sealedAt } from "./logproof.js";
export {
  LABELS,
  fieldsOf,
  newHolderKey,
  present,
  presentationText,
  proveHolder,
  readChallenge,
} from "./presentable.js";
export { verifyPresentation } from "./presentation.js";
export { StatusList, decodeStatusList, verifyStatusToken } from "./status.js";
export { verifyTrustList } from "./trust.js";
export { VERDICTS } from "./verdicts.js";
