// Looks at frames and straightens pictures beside the page, so that the camera's picture never stutters.

import { findPage } from "./page-edges.js";
import { assess, greyOf, lookAt } from "./page-quality.js";
import { sizeOf, straighten } from "./page-straighten.js";

const FINE = 700;
const NEAR = 0.02;

const act = {
  /** A frame: where the sheet is and what to say about it. */
  look({ data, width, height }) {
    const grey = greyOf(data, width, height);
    const page = findPage(grey);
    return { page, advice: lookAt(grey, page).advice };
  },
  /** A picture: the straightened sheet and its report; without corners the picture as it is. */
  take({ data, width, height, corners }) {
    const grey = greyOf(data, width, height);
    const fine = findPage(grey, FINE)?.corners ?? null;
    // Corners that the film showed are looked for again in the picture, closely; another sheet is not taken for it.
    const near = corners && fine && Math.max(...fine.map(([x, y], at) => Math.hypot(x - corners[at][0], y - corners[at][1]))) < NEAR * Math.max(width, height);
    const found = corners === undefined || near ? fine : corners;
    const size = found ? sizeOf(found) : { width, height, dpi: Math.round(Math.max(width, height) / (297 / 25.4)) };
    const made = found ? straighten({ data, width, height }, found, size) : { data, width, height };
    const report = assess(greyOf(made.data, made.width, made.height), size.dpi);
    return { ...made, cropped: Boolean(found), advice: report.advice };
  },
};

addEventListener("message", ({ data: { id, name, input } }) => {
  const output = act[name](input);
  postMessage({ id, output }, output.data ? [output.data.buffer] : []);
});
