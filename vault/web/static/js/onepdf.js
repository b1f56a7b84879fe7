// Joins pictures into one PDF, a page each: JPEG bytes go in as the camera made them (DCTDecode, ISO 32000-2 7.4.8),
// other pictures are drawn to JPEG first. Turned photographs are turned by the page, not by drawing them anew.

const QUALITY = 0.92;
const WIDTH = 595.28; // points; pages get the width of A4, so that a page of A4 has the resolution it was taken at
const ROTATION = new Map([[3, 180], [6, 90], [8, 270]]);
const START_OF_SCAN = 0xda;
const EXIF = 0xe1;
const ORIENTATION = 0x0112;

const ascii = new TextEncoder();

/** The EXIF orientation of a JPEG (1 when it says none), read from its APP1 segment. */
export function orientationOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff && view.getUint8(at + 1) !== START_OF_SCAN) {
    const size = view.getUint16(at + 2);
    if (view.getUint8(at + 1) === EXIF && at + 18 < view.byteLength && view.getUint32(at + 4) === 0x45786966) {
      return fromTiff(view, at + 10, at + 2 + size);
    }
    at += 2 + size;
  }
  return 1;
}

function fromTiff(view, start, end) {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > end) return 1;
  for (let entry = 0; entry < view.getUint16(directory, little); entry += 1) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > end) break;
    if (view.getUint16(at, little) === ORIENTATION) return view.getUint16(at + 8, little);
  }
  return 1;
}

// Size and colours as the bytes say them (SOF0 to SOF2), before any turning: browsers only tell the turned size.
function frameOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker >= 0xc0 && marker <= 0xc2) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), grey: view.getUint8(at + 9) === 1 };
    }
    if (marker === START_OF_SCAN) break;
  }
  throw new Error("no JPEG frame");
}

async function asJpeg(file) {
  if (file.type === "image/jpeg") {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { bytes, ...frameOf(bytes), rotation: ROTATION.get(orientationOf(bytes)) ?? 0 };
  }
  const picture = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // a transparent ground would become black
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(picture, 0, 0);
  const drawn = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return { bytes: new Uint8Array(await drawn.arrayBuffer()), width: picture.width, height: picture.height, grey: false, rotation: 0 };
}

/** One PDF (File) of the pictures in `files`, in their order. */
export async function joinPictures(files, name) {
  const parts = [];
  const offsets = [];
  let size = 0;
  const write = (part) => {
    const bytes = typeof part === "string" ? ascii.encode(part) : part;
    parts.push(bytes);
    size += bytes.length;
  };
  const object = (number, ...content) => {
    offsets[number] = size;
    write(`${number} 0 obj\n`);
    content.forEach(write);
    write("\nendobj\n");
  };
  write("%PDF-1.7\n%\u00e2\u00e3\n");
  const pages = [];
  for (const [place, file] of files.entries()) {
    const { bytes, width, height, grey, rotation } = await asJpeg(file);
    const [page, content, image] = [3 + 3 * place, 4 + 3 * place, 5 + 3 * place];
    const shown = (WIDTH * height) / width;
    const drawing = `q ${WIDTH} 0 0 ${shown.toFixed(2)} 0 0 cm /I Do Q`;
    object(page, `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${shown.toFixed(2)}] /Rotate ${rotation}`,
      ` /Resources << /XObject << /I ${image} 0 R >> >> /Contents ${content} 0 R >>`);
    object(content, `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`);
    object(image, `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent 8`,
      ` /ColorSpace /${grey ? "DeviceGray" : "DeviceRGB"} /Filter /DCTDecode /Length ${bytes.length} >>\nstream\n`,
      bytes, "\nendstream");
    pages.push(`${page} 0 R`);
  }
  object(1, "<< /Type /Catalog /Pages 2 0 R >>");
  object(2, `<< /Type /Pages /Kids [${pages.join(" ")}] /Count ${pages.length} >>`);
  const start = size;
  const lines = Array.from({ length: offsets.length - 1 }, (_, index) => `${String(offsets[index + 1]).padStart(10, "0")} 00000 n \n`);
  write(`xref\n0 ${offsets.length}\n0000000000 65535 f \n${lines.join("")}`);
  write(`trailer\n<< /Size ${offsets.length} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return new File(parts, name, { type: "application/pdf" });
}
