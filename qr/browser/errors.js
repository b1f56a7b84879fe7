// Every refusal of this module carries a stable code, the same as in Python's qr.errors.

export class QrError extends Error {
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.name = "QrError";
    this.code = code;
    this.detail = detail;
  }
}
