// The phone that a desk let in: picture by picture, all pages of one paper become one file, sent when the person says so.

import { joinPictures } from "./onepdf.js";
import { findPage } from "./page-edges.js";
import { greyOf, lookAt } from "./page-quality.js";

const form = document.getElementById("phone");
const shot = document.getElementById("shot");
const thumbs = document.getElementById("thumbs");
const send = document.getElementById("send");
const told = document.getElementById("told");
const words = form.dataset;
const SIDE = 900;
const pages = [];
let sent = 0;

/** What an officer would send a picture back for, told before it goes; empty when it is good. */
async function advice(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(picture, 0, 0, width, height);
  const grey = greyOf(context.getImageData(0, 0, width, height).data, width, height);
  const code = lookAt(grey, findPage(grey)).advice;
  return document.querySelector(`#advice [data-code="${code}"]`)?.textContent ?? "";
}

function draw() {
  send.hidden = !pages.length;
  thumbs.replaceChildren(...pages.map((file, place) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = words.page.replace("{number}", String(place + 1));
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "quiet";
    drop.textContent = words.drop;
    drop.setAttribute("aria-label", words.dropPage.replace("{number}", String(place + 1)));
    drop.addEventListener("click", () => {
      pages.splice(pages.indexOf(file), 1);
      draw();
    });
    const why = document.createElement("p");
    why.className = "why";
    item.append(picture, why, drop);
    advice(file).then((text) => { why.textContent = text; }, () => {});
    return item;
  }));
}

shot.addEventListener("change", () => {
  pages.push(...shot.files);
  shot.value = "";
  told.textContent = "";
  draw();
});

send.addEventListener("click", async () => {
  send.disabled = true;
  told.textContent = words.sending;
  try {
    const file = await joinPictures(pages, `${words.joined}-${pages.length}.pdf`).catch(() => null);
    const body = new FormData();
    for (const one of file ? [file] : pages) body.append("file", one, one.name);
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok) {
      sent += 1;
      pages.length = 0;
      told.textContent = words.sent.replace("{count}", String(sent));
      draw();
    } else {
      const refusal = await answer.json().catch(() => ({}));
      told.textContent = refusal.title ?? words.lost;
    }
  } catch {
    told.textContent = words.lost;
  }
  send.disabled = false;
});
