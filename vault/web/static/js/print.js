// Buttons that print the page; without scripts the browser's own menu does.

for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
