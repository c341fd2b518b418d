// Shows the passwords of a form as they are typed, for who asks. Without this file the box stays hidden.
(() => {
  "use strict";

  for (const part of document.querySelectorAll("[data-reveal]")) {
    const box = part.querySelector("input");
    const form = part.closest("form");
    const fields = [...form.querySelectorAll("input[type=password]")];
    const show = (shown) => {
      for (const field of fields) field.type = shown ? "text" : "password";
    };
    box.addEventListener("change", () => show(box.checked));
    form.addEventListener("submit", () => show(false)); // no browser remembers it as ordinary text
    box.checked = false; // a reload may have kept the tick
    part.hidden = false;
  }
})();
