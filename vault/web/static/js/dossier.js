// One key attaches the best paper of a component; where a check comes first, the key leads to the line that says which.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  const form = /^[1-9]$/.test(event.key) ? document.querySelector(`form[data-key="${event.key}"]`) : null;
  if (!form) return;
  event.preventDefault();
  const check = form.querySelector("input[name=checked]");
  form.closest(".component").scrollIntoView({ block: "center" });
  if (check) check.focus();
  else form.requestSubmit();
});

document.getElementById("refusal")?.scrollIntoView({ block: "center" });
