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

  const over = () => {
    clearInterval(beat);
    part.classList.add("expiry-due");
    warning.hidden = false;
    warning.textContent = part.dataset.ended;
    form.querySelector("button")?.remove();
  };

  // Work in another window moves the end; to ask about it does not.
  const ask = async () => {
    asked = Date.now();
    try {
      const answer = await fetch(part.dataset.check, { headers: { Accept: "application/json" } });
      if (answer.status === 401) over();
      else if (answer.ok) {
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
