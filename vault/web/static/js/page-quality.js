// Is a picture of a page good enough to be read? The twin of ocr/quality.py, so that a phone says before the upload what
// an officer would send back; and quicker looks at a camera's frame, in words that somebody who holds a phone can act on.
// Pure: grey pictures `{ data, width, height }` with a byte a pixel.

const INK_DARKER_BY = 60;
const LEAST = { dpi: 140, sharpness: 0.22, contrast: 0.25, ink: 0.0004 };
const MOST_UNEVENNESS = 0.35;
const TILE_MM = 9;

/** Grey of RGBA pixels, weighed as OpenCV does (ITU-R BT.601). */
export function greyOf(rgba, width, height) {
  const data = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < data.length; at += 1, from += 4) {
    data[at] = (rgba[from] * 4899 + rgba[from + 1] * 9617 + rgba[from + 2] * 1868 + 8192) >> 14;
  }
  return { data, width, height };
}

function histogram(data) {
  const counts = new Uint32Array(256);
  for (let at = 0; at < data.length; at += 1) counts[data[at]] += 1;
  return counts;
}

// The value below which `part` (0 to 1) of the counted values lie.
function quantile(counts, part) {
  const total = counts.reduce((sum, one) => sum + one, 0);
  if (!total) return 0;
  let left = part * (total - 1);
  for (let value = 0; value < counts.length; value += 1) {
    left -= counts[value];
    if (left < 0) return value;
  }
  return counts.length - 1;
}

function sharpnessOf({ data, width, height }, contrast) {
  if (contrast <= 0) return 0;
  const counts = new Uint32Array(256);
  for (let y = 0; y < height; y += 1) {
    for (let at = y * width + 1; at < (y + 1) * width; at += 1) {
      const step = Math.abs(data[at] - data[at - 1]);
      if (step > INK_DARKER_BY / 4) counts[step] += 1;
    }
  }
  return Math.min(1, quantile(counts, 0.9) / (255 * contrast));
}

function extreme(grid, width, height, reach, better) {
  const rows = new Float32Array(grid.length);
  const made = new Float32Array(grid.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let best = grid[y * width + x];
      for (let at = Math.max(0, x - reach); at <= Math.min(width - 1, x + reach); at += 1) best = better(best, grid[y * width + at]);
      rows[y * width + x] = best;
    }
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let best = rows[y * width + x];
      for (let at = Math.max(0, y - reach); at <= Math.min(height - 1, y + reach); at += 1) best = better(best, rows[at * width + x]);
      made[y * width + x] = best;
    }
  }
  return made;
}

// Spread of the bare paper's brightness on a coarse grid: strokes are closed over before it is measured.
function unevennessOf({ data, width, height }, dpi) {
  const shrink = Math.max(1, Math.round(dpi / 25));
  const [w, h] = [Math.max(1, Math.floor(width / shrink)), Math.max(1, Math.floor(height / shrink))];
  const grid = new Float32Array(w * h);
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      let sum = 0;
      for (let row = y * shrink; row < (y + 1) * shrink; row += 1) for (let at = row * width + x * shrink; at < row * width + (x + 1) * shrink; at += 1) sum += data[at];
      grid[y * w + x] = sum / (shrink * shrink);
    }
  }
  const reach = Math.max(1, Math.floor((Math.round(((TILE_MM / 25.4) * dpi) / shrink) | 1) / 2));
  const closed = extreme(extreme(grid, w, h, reach, Math.max), w, h, reach, Math.min);
  const sorted = Float32Array.from(closed).sort();
  const part = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return (part(0.95) - part(0.05)) / 255;
}

/** The report on one page of `dpi` dots per inch: `{ dpi, sharpness, contrast, unevenness, blank, advice }`. */
export function assess(grey, dpi) {
  const counts = histogram(grey.data);
  const paper = quantile(counts, 0.9);
  const inks = counts.slice(0, Math.max(0, paper - INK_DARKER_BY));
  const share = inks.reduce((sum, one) => sum + one, 0) / grey.data.length;
  const blank = share < LEAST.ink;
  const contrast = blank ? 0 : (paper - quantile(inks, 0.2)) / 255;
  const sharpness = sharpnessOf(grey, contrast);
  const unevenness = unevennessOf(grey, dpi);
  const checks = [
    ["BLANK", blank],
    ["LOW_RESOLUTION", dpi < LEAST.dpi],
    ["BLURRED", !blank && sharpness < LEAST.sharpness],
    ["FAINT", !blank && contrast < LEAST.contrast],
    ["UNEVEN_LIGHT", unevenness > MOST_UNEVENNESS],
  ];
  return { dpi, sharpness, contrast, unevenness, blank, advice: checks.filter(([, bad]) => bad).map(([name]) => name) };
}

const CELLS = 28;
const DARK = 88; // paper that is darker than this loses its grey print
const BURNT = 246;
const GLARE_SHARE = 0.012;
const LEAST_SHARE = 0.28;
const MOST_TILT = 1.5; // the longer of two facing sides over the shorter

// Cells of a frame whose middle lies in the sheet: how bright its paper is, and how much of it is burnt out.
function cellsOf({ data, width, height }, corners) {
  const inside = (x, y) => corners.every(([x0, y0], at) => {
    const [x1, y1] = corners[(at + 1) % 4];
    return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0;
  });
  const side = Math.max(4, Math.round(Math.max(width, height) / CELLS / 2));
  const found = [];
  for (let y = 0; y + side <= height; y += side) {
    for (let x = 0; x + side <= width; x += side) {
      if (![[x, y], [x + side, y], [x + side, y + side], [x, y + side]].every(([cx, cy]) => inside(cx, cy))) continue;
      const counts = new Uint32Array(256);
      for (let row = y; row < y + side; row += 1) for (let at = row * width + x; at < row * width + x + side; at += 1) counts[data[at]] += 1;
      let burnt = 0;
      for (let value = BURNT; value < 256; value += 1) burnt += counts[value];
      found.push({ x, y, paper: quantile(counts, 0.85), burnt: burnt / (side * side) });
    }
  }
  return found;
}

// The steepest steps inside the sheet, as a share of the step from paper to ink there.
function steepness({ data, width, height }, corners) {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right] = [Math.max(1, Math.ceil(Math.min(...xs)) + 8), Math.min(width - 2, Math.floor(Math.max(...xs)) - 8)];
  const [top, bottom] = [Math.max(1, Math.ceil(Math.min(...ys)) + 8), Math.min(height - 2, Math.floor(Math.max(...ys)) - 8)];
  const values = new Uint32Array(256);
  const steps = new Uint32Array(256);
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = y * width + x;
      values[data[at]] += 1;
      const step = Math.max(Math.abs(data[at] - data[at - 1]), Math.abs(data[at] - data[at - width]));
      if (step > 6) steps[step] += 1;
    }
  }
  const range = quantile(values, 0.75) - quantile(values, 0.01);
  return range < 24 ? 0 : quantile(steps, 0.95) / range;
}

const LEAST_STEEPNESS = 0.3;

/**
 * What to say about a camera's frame whose sheet is `page` (of `findPage`, or null): the first that matters of
 * NO_PAGE, CUT, FAR, TILTED, DARK, GLARE, BLURRED, or null when the picture can be taken.
 */
export function adviceFor(grey, page) {
  const measured = lookAt(grey, page);
  return measured.advice;
}

/** The same with what was measured: `{ advice, paper, burnt, steepness }`. */
export function lookAt(grey, page) {
  const nothing = { paper: quantile(histogram(grey.data), 0.9), burnt: 0, steepness: 0 };
  if (!page) return { ...nothing, advice: nothing.paper < DARK ? "DARK" : "NO_PAGE" };
  const cells = cellsOf(grey, page.corners);
  const papers = new Uint32Array(256);
  for (const one of cells) papers[one.paper] += 1;
  const paper = quantile(papers, 0.5);
  // A sheet that is white all over is no glare: glare is where one part of it is burnt out and the rest is not.
  const burnt = paper >= BURNT - 16 ? 0 : cells.filter((one) => one.burnt > 0.85).length / Math.max(1, cells.length);
  const steep = steepness(grey, page.corners);
  const [a, b, c, d] = page.corners.map(([x, y], at) => Math.hypot(page.corners[(at + 1) % 4][0] - x, page.corners[(at + 1) % 4][1] - y));
  const tilt = Math.max(a / c, c / a, b / d, d / b);
  const checks = [
    ["DARK", paper < DARK],
    ["CUT", page.cut],
    ["FAR", page.share < LEAST_SHARE],
    ["TILTED", tilt > MOST_TILT],
    ["GLARE", burnt > GLARE_SHARE],
    ["BLURRED", steep < LEAST_STEEPNESS],
  ];
  return { paper, burnt, steepness: steep, advice: checks.find(([, bad]) => bad)?.[0] ?? null };
}
