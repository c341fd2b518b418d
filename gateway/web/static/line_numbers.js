// Numbers the lines of a text field, as faults name them, and says in which line and column one writes.
(() => {
  "use strict";

  const area = document.querySelector("textarea.code-area");
  const place = document.getElementById("text-place");
  const numbers = document.createElement("div");
  numbers.className = "line-numbers";
  numbers.setAttribute("aria-hidden", "true"); // the place is said beside it, in words
  area.before(numbers);
  area.parentElement.classList.add("numbered-lines");

  let numbered = 0;
  const number = () => {
    const lines = area.value.split("\n").length;
    if (lines === numbered) return;
    numbered = lines;
    numbers.textContent = Array.from({ length: lines }, (_, before) => before + 1).join("\n");
    numbers.style.width = `${String(lines).length + 2}ch`;
  };
  const follow = () => {
    numbers.scrollTop = area.scrollTop;
  };
  const tell = () => {
    const before = area.value.slice(0, area.selectionStart).split("\n");
    const column = [...before.at(-1)].length + 1; // characters, not halves of one
    place.textContent = place.dataset.words.replace("{line}", before.length).replace("{column}", column);
  };
  const all = () => {
    number();
    follow();
    tell();
  };
  area.addEventListener("input", all);
  area.addEventListener("scroll", follow);
  for (const moved of ["keyup", "pointerup", "focus"]) area.addEventListener(moved, tell);
  window.addEventListener("pageshow", all); // back in the history keeps what was typed
  all();
  place.hidden = false;
})();
