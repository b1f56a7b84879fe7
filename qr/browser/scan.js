// A QR reader over zxing-wasm for camera frames and pictures. The library's address comes in as an argument, so that this
// module works wherever the page serves it from; nothing is fetched from anywhere else.

const READER = { formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, textMode: "Plain" };

/**
 * Load the reader from `vendor` (absolute URL of the folder that holds index.js and zxing_reader.wasm) and return
 * `scan(imageData) -> Promise<string[]>`: the texts of the QR symbols in an ImageData, without doubles.
 * `overrides` goes to the WebAssembly module as it is.
 */
export async function createScanner(vendor, overrides = {}) {
  const base = new URL("./", new URL(vendor, globalThis.location?.href));
  const zxing = await import(new URL("index.js", base).href);
  const locateFile = (file) => new URL(file, base).href;
  await zxing.prepareZXingModule({ overrides: { locateFile, ...overrides }, fireImmediately: true });
  return async (imageData) => {
    const found = await zxing.readBarcodes(imageData, READER);
    return [...new Set(found.filter((symbol) => symbol.isValid).map((symbol) => symbol.text))];
  };
}
