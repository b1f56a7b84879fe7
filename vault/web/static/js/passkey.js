// Passkeys: add one, sign in with one, prove again with one. Buttons stay hidden where the browser has no WebAuthn, and
// at a bare IP address, which no passkey can belong to (WebAuthn section 5.1.3: the relying party is a domain).
const address = /^[\d.]+$|^\[/.test(location.hostname);
const problem = document.getElementById("passkey-error");

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(told.title);
  return told;
}

async function add(button) {
  const asked = await post("/api/v1/session/factors/passkeys/ask");
  const made = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.options),
  });
  await post("/api/v1/session/factors/passkeys", { step: asked.step, answer: made.toJSON(), name: button.dataset.name });
  location.assign("/tai-khoan");
}

async function use(button) {
  const asked = await post("/api/v1/session/passkey/ask");
  const shown = await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options),
  });
  const body = { step: asked.step, answer: shown.toJSON() };
  const path = button.dataset.passkey === "again" ? "/api/v1/session/step-up" : "/api/v1/session/passkey";
  const told = await post(path, body);
  const waiting = document.getElementById("waiting");
  if (waiting) waiting.submit();
  else location.assign(button.dataset.onward || told?.home || "/");
}

if (!address && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      problem.hidden = true;
      try {
        await (button.dataset.passkey === "add" ? add(button) : use(button));
      } catch (error) {
        // What the browser says (a person who closed its window, say) is not for people; our own sentences are.
        problem.textContent = error instanceof DOMException ? button.dataset.failed : error.message;
        problem.hidden = false;
      }
    });
  }
}
