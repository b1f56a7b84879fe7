// The phone that a desk let in: picture by picture, all pages of one paper become one file, sent when the person says so.

import { joinPictures } from "./onepdf.js";

const form = document.getElementById("phone");
const shot = document.getElementById("shot");
const thumbs = document.getElementById("thumbs");
const send = document.getElementById("send");
const told = document.getElementById("told");
const words = form.dataset;
const pages = [];
let sent = 0;

function draw() {
  send.hidden = !pages.length;
  thumbs.replaceChildren(...pages.map((file, place) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = words.page.replace("{number}", String(place + 1));
    item.append(picture);
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
