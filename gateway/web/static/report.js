// Folds and unfolds all demands at once, and prints them unfolded in browsers whose style sheets cannot. Without this
// file each is unfolded by itself.
(() => {
  "use strict";

  const all = document.querySelectorAll(".report-demands details");
  const folds = document.getElementById("report-folds");
  if (!folds) return; // nothing is shown
  let folded = [];
  folds.hidden = false;
  folds.addEventListener("click", (event) => {
    if (!event.target.dataset || event.target.dataset.open === undefined) return;
    for (const one of all) one.open = Boolean(event.target.dataset.open);
  });
  window.addEventListener("beforeprint", () => {
    folded = [...all].filter((one) => !one.open);
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
