// The holder of a new dossier: typed, typed by a hand scanner, or read from a card or a paper before the camera.

const form = document.getElementById("new-dossier");
const words = form.dataset;
const told = document.getElementById("holder-told");
const button = document.getElementById("scan-holder");
const frame = document.getElementById("holder-frame");
const video = frame.querySelector("video");
const PAUSE_MS = 350;
const SIDE = 1280;
let stream = null;
let field = form.querySelector("[name=holder]");

function fill({ number, name, card }) {
  const row = field.closest("[data-person]");
  row.querySelector("[data-number]").value = number;
  const named = row.querySelector("[data-name]");
  if (named) named.value = name;
  row.querySelector("[data-card]").value = card ?? "";
  told.textContent = words.found.replace("{name}", name).replace("{number}", number);
}

async function ask(body) {
  const answer = await fetch("/ho-so/chu-the", { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.status === 204) return false;
  const found = await answer.json();
  if (answer.ok) fill(found);
  else told.textContent = found.title ?? words.lost;
  return true;
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  frame.hidden = true;
  button.textContent = words.scan;
}

async function look() {
  const canvas = document.createElement("canvas");
  while (stream) {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    if (video.videoWidth) {
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
      const body = new FormData();
      body.append("picture", picture, "frame.jpg");
      if (stream && await ask(body).catch(() => { told.textContent = words.lost; return true; })) {
        stop();
        (form.querySelector("[name=due_on]") ?? field).focus();
        return;
      }
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
}

button.hidden = !navigator.mediaDevices?.getUserMedia;
button.addEventListener("click", async () => {
  if (stream) {
    stop();
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch {
    told.textContent = words.noCamera;
    return;
  }
  frame.hidden = false;
  button.textContent = words.stop;
  video.srcObject = stream;
  await video.play();
  look();
});

// Whose number is being entered: the camera fills the person whose field was last in hand.
form.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-number]")) field = event.target;
});

// A hand scanner types the whole text and Enter: it is read before the form goes.
form.addEventListener("submit", async (event) => {
  const typed = [...form.querySelectorAll("[data-number]")].find((one) => /\||VNQ/i.test(one.value));
  if (!typed) return;
  event.preventDefault();
  field = typed;
  const body = new FormData();
  body.append("text", typed.value);
  if (await ask(body).catch(() => false)) {
    if (!/\||VNQ/i.test(typed.value)) (form.querySelector("[name=due_on]") ?? form.querySelector("button.primary")).focus();
  } else told.textContent = words.nobody;
});

// Others in the dossier: as many lines as are needed, with the parts that the procedure speaks of.
const people = document.getElementById("people");
const add = document.getElementById("add-person");
const MOST = Number(people.dataset.most);
add.hidden = people.children.length >= MOST;
add.addEventListener("click", () => {
  const copy = people.lastElementChild.cloneNode(true);
  const row = people.children.length;
  for (const one of copy.querySelectorAll("input, select")) {
    one.name = one.name.replace(/^p\.\d+/, `p.${row}`);
    if (one.tagName === "INPUT") one.value = "";
  }
  copy.querySelector("legend").textContent = copy.querySelector("legend").textContent.replace(/\d+/, String(row + 1));
  people.append(copy);
  add.hidden = people.children.length >= MOST;
  copy.querySelector("[data-number]").focus();
});
document.addEventListener("procedure", (event) => {
  const wanted = event.detail.parties.filter((role) => ![...people.querySelectorAll("select")].some((one) => one.value === role));
  if (!wanted.length) return;
  document.getElementById("others").open = true;
  for (const role of wanted.slice(0, MOST)) {
    let line = [...people.children].find((one) => !one.querySelector("[data-number]").value && one.dataset.offered === undefined);
    if (!line) {
      add.click();
      line = people.lastElementChild;
    }
    line.dataset.offered = role;
    line.querySelector("select").value = role;
  }
});
