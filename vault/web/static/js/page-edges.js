// Finds a sheet of paper in a grey picture. Pure: no page, no canvas; runs in the page's worker and in Node's tests.
//
// Every strong edge pixel votes for one line, whose direction its own gradient gives (Hough transform with gradient
// directions, Ballard 1981). A sheet brighter than its ground has one side of each kind: its left side grows brighter to
// the right, its top side grows brighter downwards. The best four lines make the sheet.

const FINEST = 300; // longest side of the picture that is searched, in pixels; a film's frame needs no more
const STEP = (1.5 * Math.PI) / 180;
const REACH = Math.PI / 6; // a side leans at most 30 degrees
const CANDIDATES = 7;
const LEAST_AREA = 0.045;
const LEAST_SUPPORT = 0.42;
const BORDER_SUPPORT = 0.3; // what the picture's own border is worth as a side: there the sheet goes on outside
const STRONG = 10;
const SIDES = [[1, 0], [0, 1], [-1, 0], [0, -1]]; // left, top, right, bottom: where it grows brighter
const FLIPPED = [2, 3, 0, 1];

/** A grey picture of at most `longest` pixels a side, by averaging: `{ data, width, height, scale }` (scale <= 1). */
export function shrink({ data, width, height }, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  if (scale === 1) return { data, width, height, scale };
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const made = new Uint8Array(w * h);
  for (let y = 0; y < h; y += 1) {
    const [top, bottom] = [Math.floor((y * height) / h), Math.max(Math.floor(((y + 1) * height) / h), Math.floor((y * height) / h) + 1)];
    for (let x = 0; x < w; x += 1) {
      const [left, right] = [Math.floor((x * width) / w), Math.max(Math.floor(((x + 1) * width) / w), Math.floor((x * width) / w) + 1)];
      let sum = 0;
      for (let row = top; row < bottom; row += 1) for (let at = row * width + left; at < row * width + right; at += 1) sum += data[at];
      made[y * w + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return { data: made, width: w, height: h, scale: w / width };
}

function smooth({ data, width, height }) {
  const passes = [new Float32Array(data.length), new Float32Array(data.length)];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      passes[0][at] = (data[at - (x > 0)] + 2 * data[at] + data[at + (x < width - 1)]) / 4;
    }
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      passes[1][at] = (passes[0][y > 0 ? at - width : at] + 2 * passes[0][at] + passes[0][y < height - 1 ? at + width : at]) / 4;
    }
  }
  return passes[1];
}

// Every inner pixel with its gradient, where that is strong: flat arrays, because a phone does this many times a second.
function gradients(picture) {
  const { width, height } = picture;
  const soft = smooth(picture);
  const gx = new Float32Array(width * height);
  const gy = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const [dx, dy] = [soft[at + 1] - soft[at - 1], soft[at + width] - soft[at - width]];
      if (dx * dx + dy * dy < STRONG * STRONG) continue;
      gx[at] = dx;
      gy[at] = dy;
    }
  }
  return { gx, gy, width, height, soft };
}

// The lines of one side, best first: `{ cos, sin, rho }` with x cos + y sin = rho, its normal pointing into the sheet.
function linesOf({ gx, gy, width, height }, [nx, ny]) {
  const base = Math.atan2(ny, nx);
  const turns = 2 * Math.round(REACH / STEP) + 1;
  const far = Math.ceil(Math.hypot(width, height));
  const span = 2 * far + 1;
  const votes = new Float32Array(turns * span);
  const cosines = Array.from({ length: turns }, (_, turn) => Math.cos(base + (turn - (turns - 1) / 2) * STEP));
  const sines = Array.from({ length: turns }, (_, turn) => Math.sin(base + (turn - (turns - 1) / 2) * STEP));
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      if (gx[at] * nx + gy[at] * ny <= 0) continue;
      let lean = Math.atan2(gy[at], gx[at]) - base;
      if (lean > Math.PI) lean -= 2 * Math.PI;
      if (lean < -Math.PI) lean += 2 * Math.PI;
      if (Math.abs(lean) > REACH) continue;
      const middle = Math.round(lean / STEP) + (turns - 1) / 2;
      const weight = Math.min(40, Math.hypot(gx[at], gy[at]));
      for (let turn = Math.max(0, middle - 3); turn <= Math.min(turns - 1, middle + 3); turn += 1) {
        votes[turn * span + Math.round(x * cosines[turn] + y * sines[turn]) + far] += weight;
      }
    }
  }
  const found = [];
  for (let round = 0; round < CANDIDATES; round += 1) {
    let best = 0;
    for (let at = 1; at < votes.length; at += 1) if (votes[at] > votes[best]) best = at;
    if (votes[best] <= 0) break;
    const turn = Math.floor(best / span);
    const rho = (best % span) - far;
    found.push({ cos: cosines[turn], sin: sines[turn], rho });
    for (let near = Math.max(0, turn - 6); near <= Math.min(turns - 1, turn + 6); near += 1) {
      const from = Math.max(0, rho - 4 + far);
      votes.fill(0, near * span + from, near * span + Math.min(span, rho + 5 + far));
    }
  }
  return found;
}

function crossing(one, other) {
  const area = one.cos * other.sin - one.sin * other.cos;
  if (Math.abs(area) < 0.2) return null;
  return [(one.rho * other.sin - other.rho * one.sin) / area, (other.rho * one.cos - one.rho * other.cos) / area];
}

// How much of a side shows an edge of its own kind, between two corners.
function support({ gx, gy, width, height }, line, from, to) {
  const steps = Math.max(8, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / 2));
  let seen = 0;
  let inside = 0;
  for (let step = 1; step < steps; step += 1) {
    const x = from[0] + ((to[0] - from[0]) * step) / steps;
    const y = from[1] + ((to[1] - from[1]) * step) / steps;
    if (x < 1 || y < 1 || x >= width - 1 || y >= height - 1) continue;
    inside += 1;
    for (let off = -2; off <= 2; off += 1) {
      const at = Math.round(y + off * line.sin) * width + Math.round(x + off * line.cos);
      const strength = Math.hypot(gx[at], gy[at]);
      if (strength && (gx[at] * line.cos + gy[at] * line.sin) / strength > 0.8) {
        seen += 1;
        break;
      }
    }
  }
  return inside ? seen / Math.max(inside, steps * 0.5) : 0;
}

// The line through the steepest places near a side (total least squares, twice: the second time without what lies off):
// votes tell a side only to the turn of one step.
function fitted({ gx, gy, width, height }, line, from, to) {
  const steps = Math.max(12, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / 3));
  const reach = Math.max(3, Math.round(Math.max(width, height) / 90));
  let points = [];
  for (let step = 1; step < steps; step += 1) {
    const x = from[0] + ((to[0] - from[0]) * step) / steps;
    const y = from[1] + ((to[1] - from[1]) * step) / steps;
    let steepest = null;
    for (let off = -reach; off <= reach; off += 1) {
      const [column, row] = [Math.round(x + off * line.cos), Math.round(y + off * line.sin)];
      if (column < 1 || row < 1 || column >= width - 1 || row >= height - 1) continue;
      const at = row * width + column;
      const slope = gx[at] * line.cos + gy[at] * line.sin;
      if (slope > (steepest?.slope ?? 0)) steepest = { slope, x: column, y: row };
    }
    if (steepest) points.push(steepest);
  }
  let found = line;
  for (const most of [reach + 1, 1.5]) {
    points = points.filter((one) => Math.abs(one.x * found.cos + one.y * found.sin - found.rho) <= most);
    if (points.length < 8) return line;
    const [mx, my] = [points.reduce((sum, one) => sum + one.x, 0) / points.length, points.reduce((sum, one) => sum + one.y, 0) / points.length];
    let [xx, xy, yy] = [0, 0, 0];
    for (const one of points) {
      xx += (one.x - mx) ** 2;
      xy += (one.x - mx) * (one.y - my);
      yy += (one.y - my) ** 2;
    }
    const turn = Math.atan2(2 * xy, xx - yy) / 2 + Math.PI / 2;
    const sign = Math.cos(turn) * line.cos + Math.sin(turn) * line.sin < 0 ? -1 : 1;
    const [cos, sin] = [sign * Math.cos(turn), sign * Math.sin(turn)];
    found = { cos, sin, rho: mx * cos + my * sin };
  }
  return found;
}

function areaOf(corners) {
  let twice = 0;
  for (let at = 0; at < 4; at += 1) {
    const [[x0, y0], [x1, y1]] = [corners[at], corners[(at + 1) % 4]];
    twice += x0 * y1 - x1 * y0;
  }
  return twice / 2;
}

function best(field, sides) {
  const { width, height } = field;
  const edges = [{ cos: 1, sin: 0, rho: 1 }, { cos: 0, sin: 1, rho: 1 }, { cos: -1, sin: 0, rho: -(width - 2) }, { cos: 0, sin: -1, rho: -(height - 2) }];
  const lines = sides.map((found, side) => [...found, { ...edges[side], border: true }]);
  const reach = 0.08 * Math.max(width, height);
  const kept = new Map();
  const worth = (line, key, from, to) => {
    const name = `${key}:${from.map(Math.round)}:${to.map(Math.round)}`;
    if (!kept.has(name)) kept.set(name, line.border ? BORDER_SUPPORT : support(field, line, from, to));
    return kept.get(name);
  };
  let found = null;
  for (const [l, left] of lines[0].entries()) {
    for (const [r, right] of lines[2].entries()) {
      for (const [t, top] of lines[1].entries()) {
        const [nw, ne] = [crossing(left, top), crossing(top, right)];
        if (!nw || !ne || ne[0] - nw[0] < width * 0.2) continue;
        for (const [b, bottom] of lines[3].entries()) {
          if ((left.border ?? 0) + (right.border ?? 0) + (top.border ?? 0) + (bottom.border ?? 0) > 2) continue;
          const [se, sw] = [crossing(right, bottom), crossing(bottom, left)];
          if (!se || !sw || se[0] - sw[0] < width * 0.2 || sw[1] - nw[1] < height * 0.15 || se[1] - ne[1] < height * 0.15) continue;
          const corners = [nw, ne, se, sw];
          if (corners.some(([x, y]) => x < -reach || y < -reach || x > width + reach || y > height + reach)) continue;
          const share = areaOf(corners) / (width * height);
          if (share < LEAST_AREA) continue;
          const supports = [worth(left, `l${l}`, sw, nw), worth(top, `t${t}`, nw, ne), worth(right, `r${r}`, ne, se), worth(bottom, `b${b}`, se, sw)];
          // The outermost of two frames is the sheet: what is printed on it has sides too.
          const score = supports.reduce((sum, one) => sum + one, 0) + 0.9 * Math.sqrt(share) + Math.min(...supports);
          if (!found || score > found.score) {
            found = { corners, supports, score, lines: [left, top, right, bottom], borders: [left, top, right, bottom].map((one) => Boolean(one.border)) };
          }
        }
      }
    }
  }
  if (found) {
    const [nw, ne, se, sw] = found.corners;
    const [l, t, r, b] = found.lines.map((line, side) => {
      const [from, to] = [[sw, nw], [nw, ne], [ne, se], [se, sw]][side];
      return line.border ? line : fitted(field, line, from, to);
    });
    const closer = [crossing(l, t), crossing(t, r), crossing(r, b), crossing(b, l)];
    if (closer.every(Boolean)) found.corners = closer;
  }
  return found;
}

/**
 * The sheet in a grey picture `{ data, width, height }` (Uint8Array, a byte a pixel): `{ corners, cut, share, support }`
 * or null when there is none. `corners` are [x, y] from the top left one clockwise, in pixels of the picture; `cut`
 * says that the sheet goes on outside it; `share` is its part of the picture and `support` that of its sides which are
 * really seen, both 0 to 1. `finest` is the longest side that is searched: the corners are as exact as its pixels.
 */
export function findPage(picture, finest = FINEST) {
  const small = shrink(picture, finest);
  const field = gradients(small);
  const lines = SIDES.map((normal) => linesOf(field, normal));
  let found = best(field, lines);
  // A sheet that is darker than its ground, such as a red book on a white table, grows brighter outwards.
  if (!found || Math.min(...found.supports) < 0.6) {
    const turned = { ...field, gx: field.gx.map((one) => -one), gy: field.gy.map((one) => -one) };
    const other = best(turned, FLIPPED.map((side) => lines[side].map(({ cos, sin, rho }) => ({ cos: -cos, sin: -sin, rho: -rho }))));
    if (other && (!found || other.score > found.score + 0.4)) found = other;
  }
  if (!found) return null;
  const real = found.supports.filter((_, side) => !found.borders[side]);
  const least = Math.min(...real);
  if (least < LEAST_SUPPORT) return null;
  const margin = 1.5;
  const outside = found.corners.some(([x, y]) => x < margin || y < margin || x > small.width - 1 - margin || y > small.height - 1 - margin);
  return {
    corners: found.corners.map(([x, y]) => [(x + 0.5) / small.scale - 0.5, (y + 0.5) / small.scale - 0.5]),
    cut: outside || found.borders.some(Boolean),
    share: areaOf(found.corners) / (small.width * small.height),
    support: least,
  };
}
