// Straightens a sheet: from its four corners in a photograph to a rectangle. Pure, on RGBA pixels.

const A4 = 297 / 210;
const CARD = 85.6 / 53.98;
const NEAR = 0.09; // photographs squeeze a little; a sheet that is nearly A4 is A4
const MOST_PIXELS = 6_000_000;
const INCH_MM = 25.4;

const length = ([x0, y0], [x1, y1]) => Math.hypot(x1 - x0, y1 - y0);

/**
 * The size of the straightened sheet: `{ width, height, dpi }`. `dpi` rests on the paper's known size when it is A4 or a
 * card; other sheets are taken for sheets as tall as A4.
 */
export function sizeOf(corners) {
  const [a, b, c, d] = corners;
  const wide = Math.max(length(a, b), length(d, c));
  const tall = Math.max(length(a, d), length(b, c));
  const lying = wide > tall;
  let ratio = lying ? wide / tall : tall / wide;
  const known = [A4, CARD].find((one) => Math.abs(ratio / one - 1) < NEAR);
  // Between the two: the nearer of both.
  if (known) ratio = Math.abs(ratio / CARD - 1) < Math.abs(ratio / A4 - 1) ? CARD : A4;
  let long = Math.max(wide, tall);
  long = Math.min(long, Math.sqrt(MOST_PIXELS * ratio));
  const short = long / ratio;
  const dpi = Math.round(long / ((ratio === CARD ? 85.6 : 297) / INCH_MM));
  const size = lying ? { width: long, height: short } : { width: short, height: long };
  return { width: Math.round(size.width), height: Math.round(size.height), dpi };
}

// The eight numbers of the homography that takes the rectangle's corners to `corners` (Heckbert 1989, section 2.2.2).
function homography(corners, width, height) {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const [dx1, dx2, sx] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, sy] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / area;
  const h = (dx1 * sy - sx * dy1) / area;
  return [
    (x1 - x0 + g * x1) / width, (x3 - x0 + h * x3) / height, x0,
    (y1 - y0 + g * y1) / width, (y3 - y0 + h * y3) / height, y0,
    g / width, h / height,
  ];
}

/** The sheet as RGBA pixels of `size`, read between pixels (bilinear). `corners` are of `findPage`. */
export function straighten({ data, width, height }, corners, size) {
  const [a, b, c, d, e, f, g, h] = homography(corners, size.width - 1, size.height - 1);
  const made = new Uint8ClampedArray(size.width * size.height * 4);
  const [lastX, lastY] = [width - 1.001, height - 1.001];
  for (let y = 0, to = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1, to += 4) {
      const depth = g * x + h * y + 1;
      const fromX = Math.min(lastX, Math.max(0, (a * x + b * y + c) / depth));
      const fromY = Math.min(lastY, Math.max(0, (d * x + e * y + f) / depth));
      const [left, top] = [fromX | 0, fromY | 0];
      const [right, down] = [fromX - left, fromY - top];
      const at = (top * width + left) * 4;
      const below = at + width * 4;
      for (let band = 0; band < 3; band += 1) {
        const upper = data[at + band] + (data[at + 4 + band] - data[at + band]) * right;
        const lower = data[below + band] + (data[below + 4 + band] - data[below + band]) * right;
        made[to + band] = upper + (lower - upper) * down;
      }
      made[to + 3] = 255;
    }
  }
  return { data: made, width: size.width, height: size.height };
}
