// One key attaches the best paper of a component; where a check comes first, the key leads to the line that says which.
// 0 leads to the end: the paper that answers the dossier.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "0") {
    const end = document.getElementById("ket-qua");
    event.preventDefault();
    end.scrollIntoView({ block: "center" });
    (end.querySelector("input, button, a.button") ?? end).focus({ preventScroll: true });
    return;
  }
  const form = /^[1-9]$/.test(event.key) ? document.querySelector(`form[data-key="${event.key}"]`) : null;
  if (!form) return;
  event.preventDefault();
  const check = form.querySelector("input[name=checked]");
  form.closest(".component").scrollIntoView({ block: "center" });
  if (check) check.focus();
  else form.requestSubmit();
});

// A refusal answers a form: loading the page again shall show the dossier, not send the form twice.
const { address } = document.body.dataset;
if (address) history.replaceState(null, "", address);

(document.getElementById("refusal") ?? document.getElementById("result-error"))?.scrollIntoView({ block: "center" });
