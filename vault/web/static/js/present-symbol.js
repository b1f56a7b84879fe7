// Draws QR and bar codes here, so that what is shown goes to no server.

const SVG = "http://www.w3.org/2000/svg";
let ready = null;

// Fetched with the first symbol: a page is read before anything is drawn on it. The service workers keep it for offline.
function load() {
  const locateFile = (file) => `/static/vendor/zxing/writer/${file}`;
  ready ??= import("/static/vendor/zxing/writer/index.js")
    .then(async (writer) => {
      await writer.prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
      return writer;
    })
    .catch((error) => {
      ready = null; // tried again with the next symbol
      throw error;
    });
  return ready;
}

function path(data, width, height) {
  const steps = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const start = x;
      while (x < width && data[y * width + x] === 0) x += 1;
      if (x > start) steps.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
    }
  }
  return steps.join("");
}

function drawn(symbol, quiet, tall, label) {
  const { data, width, height } = symbol;
  const svg = document.createElementNS(SVG, "svg");
  const rows = tall || height;
  svg.setAttribute("viewBox", `${-quiet} ${-quiet} ${width + 2 * quiet} ${rows + 2 * quiet}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const ground = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ x: -quiet, y: -quiet, width: width + 2 * quiet, height: rows + 2 * quiet, fill: "#fff" })) {
    ground.setAttribute(name, value);
  }
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("d", path(data, width, tall ? 1 : height));
  if (tall) dark.setAttribute("transform", `scale(1 ${tall})`);
  svg.append(ground, dark);
  return svg;
}

/** A QR symbol at level M. */
export async function qrCode(text, label) {
  const { writeBarcode } = await load();
  const { symbol, error } = await writeBarcode(text, { format: "QRCode", options: "ecLevel=M", addQuietZones: false, scale: 1 });
  if (error) throw new Error(error);
  const svg = drawn(symbol, 4, 0, label);
  svg.dataset.text = text;
  return svg;
}

/** An EAN-13 bar code. */
export async function barCode(number, label) {
  const { writeBarcode } = await load();
  const { symbol, error } = await writeBarcode(number, { format: "EAN13", addQuietZones: false, scale: 1 });
  if (error) throw new Error(error);
  return drawn(symbol, 9, 40, label);
}
