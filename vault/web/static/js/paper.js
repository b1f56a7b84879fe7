// The officer's eyes stay on the paper: the field in hand is marked on its page, Enter goes to the next one.

const form = document.getElementById("confirm");
const viewer = document.getElementById("viewer");
const MARGIN = 6;

function show(field) {
  for (const box of viewer.querySelectorAll(".box")) box.setAttribute("width", "0");
  if (!field?.dataset.box) return;
  const sheet = document.getElementById(`page-${field.dataset.page}`);
  const [x, y, width, height] = field.dataset.box.split(" ").map(Number);
  const box = sheet.querySelector(".box");
  for (const [name, value] of Object.entries({ x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN })) {
    box.setAttribute(name, String(value));
  }
  const scale = sheet.clientWidth / sheet.viewBox.baseVal.width;
  const top = sheet.offsetTop - viewer.offsetTop + y * scale;
  viewer.scrollTo({ top: top - viewer.clientHeight / 3 });
}

function inputs() {
  return [...form.querySelectorAll("input, select, button#seal")].filter((one) => one.checkVisibility());
}

form.addEventListener("focusin", (event) => show(event.target.closest(".field")));
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id === "seal") return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (!event.target.matches("input, select")) return;
  event.preventDefault();
  const all = inputs();
  all[all.indexOf(event.target) + 1]?.focus();
});

// The first field that needs a look gets the eye; with none, the first field of all.
const first = form.querySelector(".field.doubt input, .field.look input") ?? form.querySelector("#fields input");
first?.focus({ preventScroll: true });

const add = document.getElementById("add-holder");
const holders = document.getElementById("holders");
const MOST = 6;
add.hidden = false;
add.addEventListener("click", () => {
  const last = holders.lastElementChild;
  const copy = last.cloneNode(true);
  const row = holders.children.length;
  copy.querySelector("legend").textContent = last.querySelector("legend").textContent.replace(/\d+/, String(row + 1));
  for (const input of copy.querySelectorAll("input, select")) {
    input.name = input.name.replace(/^h\.\d+/, `h.${row}`);
    if (input.tagName === "INPUT") input.value = "";
    input.required = false;
  }
  holders.append(copy);
  copy.querySelector("input").focus();
  add.hidden = holders.children.length >= MOST;
});

form.addEventListener("submit", () => {
  document.getElementById("seal").disabled = true;
});
