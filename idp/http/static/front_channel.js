// Goes on to the application once the others know that the person signed out. Without this file the button does it.
(() => {
  "use strict";

  const PATIENCE = 5000; // milliseconds: one that does not answer keeps nobody here
  const onward = document.querySelector("a[data-onward]");
  if (!onward) return;
  const go = () => location.replace(onward.href);
  addEventListener("load", go); // when all frames have answered
  setTimeout(go, PATIENCE);
})();
