// Shows only the actions that the chosen application has. Without this file all stay, each saying whose it is.
(() => {
  "use strict";

  const chosen = document.getElementById("application");
  const fields = document.querySelectorAll("[data-actions] [data-applications]");
  const show = () => {
    for (const field of fields) {
      const has = !chosen.value || field.dataset.applications.split(" ").includes(chosen.value);
      field.hidden = !has;
      field.querySelector("input").disabled = !has; // what is not seen is not sent
      const only = field.querySelector("[data-only]");
      if (only) only.hidden = Boolean(chosen.value);
    }
  };
  chosen.addEventListener("change", show);
  window.addEventListener("pageshow", show); // back in the history keeps what was chosen
})();
