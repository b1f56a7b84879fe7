// Takes dropped, chosen and photographed files and sends them one by one, so that each shows how far it has come.

import { watchFolder } from "./folder.js";
import { joinPictures } from "./onepdf.js";

const form = document.getElementById("upload");
const list = document.getElementById("sent");
const words = form.dataset;
const join = document.getElementById("join");
const tray = document.getElementById("tray");
const thumbs = document.getElementById("thumbs");
const pages = [];
const waiting = [];
let busy = false;

function line(name) {
  const item = document.createElement("li");
  const row = document.createElement("div");
  row.className = "line";
  const label = document.createElement("span");
  label.className = "grow";
  label.textContent = name;
  const state = document.createElement("span");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  state.textContent = words.sending;
  row.append(label, state, bar);
  item.append(row);
  list.append(item);
  return { item, label, state, bar };
}

function send(file, shown, channel = "PAGE") {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, file.name);
    body.append("channel", channel);
    request.open("POST", "/api/v1/intakes");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    };
    request.onload = () => resolve({ ok: request.status === 202, status: request.status, answer: request.response });
    request.onerror = () => resolve({ ok: false, status: 0, answer: null });
    request.send(body);
  });
}

// What a better picture would mend, said while the paper still lies on the scanner.
function adviceOf(code) {
  const told = document.createElement("p");
  told.className = "why";
  told.textContent = document.querySelector(`#advice [data-code="${code}"]`)?.textContent ?? code;
  return told;
}

function finish(shown, { ok, answer }) {
  shown.bar.remove();
  if (!ok) {
    const why = document.createElement("p");
    why.className = "why";
    why.textContent = answer?.title ?? words.lost;
    shown.state.textContent = "";
    shown.item.append(why);
    return null;
  }
  const link = document.createElement("a");
  link.href = `/so-hoa/${answer.intake.id}`;
  link.append(shown.label, answer.duplicate ? words.twice : words.done);
  shown.item.replaceChildren(link, ...(answer.advice ?? []).map(adviceOf));
  return answer.advice?.length ? null : link.href;
}

async function run() {
  if (busy) return;
  busy = true;
  const opened = [];
  let refused = false;
  while (waiting.length) {
    const { file, shown } = waiting.shift();
    const href = finish(shown, await send(file, shown));
    if (href) opened.push(href);
    else refused = true;
  }
  busy = false;
  // One paper: go on with it. Several: the officer chooses which first.
  if (opened.length === 1 && !refused && list.children.length === 1) location.assign(opened[0]);
}

function push(file) {
  waiting.push({ file, shown: line(file.name) });
  run();
}

// Pictures wait for the word that they are one paper's pages; everything else goes at once.
function take(files) {
  const pictures = files.filter((file) => /^image\/(jpeg|png)$/.test(file.type));
  for (const file of files) if (!pictures.includes(file)) push(file);
  if (!join.checked) pictures.forEach(push);
  else {
    pages.push(...pictures);
    drawPages();
  }
}

function drawPages() {
  tray.hidden = !pages.length;
  thumbs.replaceChildren(...pages.map((file, place) => {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = words.page.replace("{number}", String(place + 1));
    item.append(picture);
    return item;
  }));
}

document.getElementById("join-send").addEventListener("click", async () => {
  const taken = pages.splice(0);
  drawPages();
  try {
    push(await joinPictures(taken, `${words.joined}-${taken.length}.pdf`));
  } catch {
    // A picture that this browser cannot open: the service says about each what is wrong with it.
    taken.forEach(push);
  }
});
join.addEventListener("change", () => {
  if (join.checked) return;
  pages.splice(0).forEach(push);
  drawPages();
});

// A folder that a scanner fills: chosen once, then every new file goes by itself.
const folder = document.getElementById("folder");
const told = document.getElementById("folder-told");
folder.hidden = typeof window.showDirectoryPicker !== "function";
folder.addEventListener("click", async () => {
  const chosen = await window.showDirectoryPicker({ mode: "readwrite" }).catch((error) => error);
  if (chosen instanceof Error) {
    if (chosen.name !== "AbortError") told.textContent = words.folderRefused;
    return;
  }
  folder.disabled = true;
  told.textContent = words.folderOn.replace("{folder}", chosen.name || "/");
  await watchFolder(chosen, async (file) => {
    const shown = line(file.name);
    const came = await send(file, shown, "FOLDER");
    // Without network or with a part down the file waits in its folder; only what is no paper goes aside.
    if (!came.ok && came.status !== 422) {
      shown.item.remove();
      return "LATER";
    }
    finish(shown, came);
    return came.ok ? "SENT" : "REFUSED";
  });
});

for (const id of ["file", "camera"]) {
  const input = document.getElementById(id);
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
}
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.toggle("over", name === "dragover");
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}
