// The camera and pictures as a stream of ImageData, and the reader over them.

import { createScanner } from "/static/qr/scan.js";

const VENDOR = "/static/vendor/zxing/reader/";
const PAUSE_MS = 60;
const SIDES = [3600, 1600, 900];
const COPY_SIDE = 900;

let reader = null;

/** The reader, loaded once (its WebAssembly is the largest part of the page). */
export function loadReader() {
  reader ??= createScanner(VENDOR);
  return reader;
}

function pixels(source, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** A small copy of what was seen, as a canvas, to be looked at beside the verdict; it goes nowhere. */
export function copyOf(source, width, height) {
  const scale = Math.min(1, COPY_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * The texts of the symbols on a picture file; tried at several sizes, because blur and moiré depend on it. `onPicture`
 * gets a small copy of it.
 */
export async function readPicture(file, onPicture = () => {}) {
  const scan = await loadReader();
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  onPicture(copyOf(picture, picture.width, picture.height));
  const longest = Math.max(picture.width, picture.height);
  for (const side of SIDES) {
    if (side > longest && side !== SIDES.at(-1) && longest > SIDES.at(-1)) continue;
    const scale = Math.min(1, side / longest);
    const texts = await scan(pixels(picture, Math.round(picture.width * scale), Math.round(picture.height * scale)));
    if (texts.length) return texts;
  }
  return [];
}

/** The camera on `video`; `onTexts(texts)` for every frame that was looked at, with none, one or several texts. */
export class Camera {
  #video;
  #onTexts;
  #stream = null;

  constructor(video, onTexts) {
    this.#video = video;
    this.#onTexts = onTexts;
  }

  get running() {
    return this.#stream !== null;
  }

  /** What the camera sees now, as a small canvas. */
  get seen() {
    return copyOf(this.#video, this.#video.videoWidth, this.#video.videoHeight);
  }

  async start() {
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 960 } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.#video.srcObject = this.#stream;
    this.#video.hidden = false;
    await this.#video.play();
    this.#look(this.#stream);
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    this.#video.hidden = true;
  }

  async #look(stream) {
    const scan = await loadReader();
    while (this.#stream === stream) {
      const { videoWidth: width, videoHeight: height } = this.#video;
      if (width && document.visibilityState === "visible") this.#onTexts(await scan(pixels(this.#video, width, height)));
      await new Promise((resume) => { setTimeout(resume, PAUSE_MS); });
    }
  }
}
