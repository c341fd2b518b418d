// Closes a group of the menu at Escape, and where somebody clicks or goes elsewhere. Without this file it is closed by its own heading.
(() => {
  "use strict";

  const groups = document.querySelectorAll(".menu");
  const close = (kept) => groups.forEach((group) => {
    if (!group.contains(kept)) group.open = false;
  });
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("focusin", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    const open = document.querySelector(".menu[open]");
    if (event.key !== "Escape" || !open) return;
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    close(null);
  });
})();
