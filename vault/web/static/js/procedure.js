// The procedure by name or code: a combobox over /api/v1/procedures (WAI-ARIA pattern, list with manual selection).

const input = document.getElementById("procedure");
const list = document.getElementById("procedures");
const PAUSE = 150;
let timer = 0;
let asked = 0;
let active = -1;

function close() {
  list.hidden = true;
  active = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  input.value = `${option.dataset.code} · ${option.dataset.name}`;
  close();
  // Others whom this procedure's papers are about get a line in the form.
  const parties = option.dataset.parties ? option.dataset.parties.split(" ") : [];
  document.dispatchEvent(new CustomEvent("procedure", { detail: { parties } }));
}

function mark(index) {
  const options = [...list.querySelectorAll("[role=option]")];
  if (!options.length) return;
  active = (index + options.length) % options.length;
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
  options[active].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", options[active].id);
}

function draw(found) {
  list.replaceChildren(...found.map((one, place) => {
    const option = document.createElement("li");
    option.id = `procedure-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, { code: one.code, name: one.name, parties: one.parties.join(" ") });
    const note = document.createElement("small");
    note.textContent = `${one.code} · ${one.field} · ${input.dataset.parts.replace("{count}", String(one.components))}`;
    option.append(one.name, note);
    return option;
  }));
  if (!found.length) {
    const none = document.createElement("li");
    none.setAttribute("role", "option");
    none.setAttribute("aria-disabled", "true");
    none.setAttribute("aria-selected", "false");
    none.textContent = input.dataset.none;
    list.append(none);
  }
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

async function ask() {
  const mine = ++asked;
  const answer = await fetch(`/api/v1/procedures?q=${encodeURIComponent(input.value.trim())}`);
  if (answer.ok && mine === asked) draw(await answer.json());
}

input.addEventListener("input", () => {
  // A list that answers an older text must not be chosen from.
  asked += 1;
  close();
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) ask();
    else mark(active + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter" && !list.hidden) {
    const option = list.querySelectorAll("[role=option]:not([aria-disabled])")[Math.max(active, 0)];
    if (option) {
      event.preventDefault();
      choose(option);
    }
  } else if (event.key === "Escape") close();
});
input.addEventListener("blur", close);
list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  const option = event.target.closest("[role=option]:not([aria-disabled])");
  if (option) choose(option);
});
