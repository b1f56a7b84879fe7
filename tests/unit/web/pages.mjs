// Runs the camera's pure modules over raw RGB pictures: reads a list of { file, width, height, dpi } from standard input,
// prints for each what was found. `straight`, when given, is where the straightened sheet's RGB pixels go.

import { readFileSync, writeFileSync } from "node:fs";

import { findPage } from "../../../vault/web/static/js/page-edges.js";
import { assess, greyOf, lookAt } from "../../../vault/web/static/js/page-quality.js";
import { sizeOf, straighten } from "../../../vault/web/static/js/page-straighten.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const told = asked.map(({ file, width, height, dpi, straight }) => {
  const rgb = readFileSync(file);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at += 1) for (let band = 0; band < 3; band += 1) rgba[4 * at + band] = rgb[3 * at + band];
  const grey = greyOf(rgba, width, height);
  if (dpi) return { quality: assess(grey, dpi) };
  const begin = performance.now();
  const page = findPage(grey);
  const ms = performance.now() - begin;
  const fine = findPage(grey, 700);
  const seen = { page, fine, ms, ...lookAt(grey, page) };
  if (!straight || !fine) return seen;
  const size = sizeOf(fine.corners);
  const { data } = straighten({ data: rgba, width, height }, fine.corners, size);
  const flat = Buffer.alloc(size.width * size.height * 3);
  for (let at = 0; at < size.width * size.height; at += 1) for (let band = 0; band < 3; band += 1) flat[3 * at + band] = data[4 * at + band];
  writeFileSync(straight, flat);
  return { ...seen, size };
});
process.stdout.write(JSON.stringify(told));
