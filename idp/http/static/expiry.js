"use strict";
// Warns before a sign-in ends by itself, and keeps it alive without losing what is written on the page.
// The page works without this: it says the time, and its button is a form.
(() => {
  const part = document.querySelector("[data-expiry]");
  if (!part) return;
  const form = part.querySelector("form");
  const warning = part.querySelector("[data-warning]");
  const left = part.querySelector("[data-left]");
  const time = part.querySelector("time"); // the first one: of the end that work moves
  const warnedFrom = Number(part.dataset.warned);
  const ASKED_EVERY = 20; // seconds between two questions while the warning stands

  let ends = 0; // by this browser's clock, of which only differences matter
  let asked = 0;
  const seconds = () => Math.round((ends - Date.now()) / 1000);
  const endsIn = (lapse) => {
    ends = Date.now() + lapse * 1000;
  };

  const show = () => {
    const rest = seconds();
    const due = rest <= warnedFrom;
    part.classList.toggle("expiry-due", due);
    warning.hidden = !due;
    left.textContent = `${Math.floor(Math.max(rest, 0) / 60)}:${String(Math.max(rest, 0) % 60).padStart(2, "0")}`;
  };

  // Whatever was typed and not sent stays; nothing else may be read, or taken for a sign-in that still holds.
  const written = (field) =>
    ["checkbox", "radio"].includes(field.type)
      ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.type !== "hidden" && field.value !== field.defaultValue;

  const clear = (whole, kept) => {
    for (const one of whole.children) {
      if (kept.includes(one)) continue;
      if (kept.some((other) => one.contains(other))) clear(one, kept);
      else one.hidden = true;
    }
  };

  const over = () => {
    clearInterval(beat);
    const fields = [...document.querySelectorAll("main :is(input, textarea, select)")].filter(written);
    const again = part.querySelector("[data-again]");
    part.querySelector("[data-unsent]").hidden = fields.length === 0;
    if (fields.length > 0) again.target = "_blank";
    clear(document.querySelector("main"), [part, ...fields.map((field) => field.form ?? field)]);
    for (const one of document.querySelectorAll(".account, header nav:not(.languages)")) one.hidden = true;
    part.classList.add("expiry-due");
    warning.hidden = true;
    part.querySelector("[data-over]").hidden = false;
    form.querySelector("button")?.remove();
  };

  // Work in another window moves the end; to ask about it does not.
  const ask = async () => {
    asked = Date.now();
    try {
      const answer = await fetch(part.dataset.check, { headers: { Accept: "application/json" } });
      if (answer.status === 401) {
        over();
        return;
      }
      if (answer.ok) {
        const told = await answer.json();
        endsIn(told.seconds);
        if (told.extendable) time.textContent = told.at;
      }
    } catch {
      // no answer: what is known stays
    }
    show();
  };

  const beat = setInterval(() => {
    const due = seconds() <= warnedFrom;
    if (due && Date.now() - asked > ASKED_EVERY * 1000) ask();
    else show();
  }, 1000);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw new Error(String(answer.status));
      await ask();
    } catch {
      form.submit();
    }
  });

  endsIn(Number(part.dataset.seconds));
  show();
})();
