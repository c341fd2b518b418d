// Passkeys and security keys (WebAuthn Level 3): a form with data-options asks the browser for a key, puts the
// answer into its field and is sent like any other. Without this file the form stays hidden.
(() => {
  "use strict";

  const form = document.querySelector("form[data-options]");
  if (!form || !window.PublicKeyCredential) return;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = () => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (form.dataset.key === "create") {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = named(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  };

  const answer = (credential) => {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    if (form.dataset.key === "create") {
      response.attestationObject = text(credential.response.attestationObject);
      response.transports = credential.response.getTransports ? credential.response.getTransports() : [];
    } else {
      response.authenticatorData = text(credential.response.authenticatorData);
      response.signature = text(credential.response.signature);
      if (credential.response.userHandle) response.userHandle = text(credential.response.userHandle);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  const button = form.querySelector("button");
  const failed = form.querySelector("[data-failed]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    failed.hidden = true;
    try {
      form.elements.key.value = answer(await asked());
    } catch {
      failed.hidden = false;
      button.disabled = false;
      button.focus();
      return;
    }
    form.submit();
  });

  form.hidden = false;
  const without = document.querySelector("[data-without]");
  if (without) without.hidden = true;
  if (button.autofocus) button.focus();
})();
