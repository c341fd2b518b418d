// A button that prints the page. Without this file it stays hidden; the browser's own menu does the same.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
    button.hidden = false;
  }
})();
