// The dossier's form: a value that is not the paper's is told while it is typed; Enter goes to the next line, Ctrl and
// Enter submit. Without this script the server says the same when the form is sent.

import "./address.js";
import { sameValue } from "./same-value.js";

const form = document.getElementById("form");

function judge(field) {
  const input = field.querySelector("input");
  let differs = false;
  for (const source of field.querySelectorAll(".source")) {
    const same = sameValue(field.dataset.kind, source.dataset.kept, input.value);
    source.classList.toggle("differs", !same);
    differs ||= !same;
  }
  field.classList.toggle("doubt", differs);
  if (differs) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

form.addEventListener("input", (event) => {
  const field = event.target.closest(".field[data-kind]");
  if (field) judge(field);
});

form.addEventListener("click", (event) => {
  const back = event.target.closest("button.back");
  if (!back) return;
  event.preventDefault();
  const field = back.closest(".field");
  const input = field.querySelector("input");
  input.value = back.closest(".source").dataset.kept;
  judge(field);
  input.focus();
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) {
    form.requestSubmit(document.getElementById("submit"));
    return;
  }
  const all = [...form.querySelectorAll("input, button#submit")].filter((one) => one.checkVisibility());
  all[all.indexOf(event.target) + 1]?.focus();
});

