// Shows what is added to the log, as the server tells it. Without this file the page is looked at again as a whole.
(() => {
  "use strict";

  const part = document.querySelector("[data-live]");
  if (!part) return;
  const rows = part.querySelector("[data-rows]");
  const said = part.querySelector("[data-said]");
  const away = part.querySelector("[data-away]");
  const pause = part.querySelector("[data-pause]");
  const resume = part.querySelector("[data-continue]");
  const every = Number(part.dataset.every) * 1000;
  const kept = Number(part.dataset.kept);
  const OVER = [401, 403, 404, 410]; // the sign-in, the right to look, or the time is over

  const news = new URL(part.dataset.live, location.href);
  let paused = false;
  let timer = 0;

  const over = () => {
    clearTimeout(timer);
    away.hidden = pause.hidden = resume.hidden = true;
    part.querySelector("[data-over]").hidden = false;
  };

  const show = (told) => {
    const there = new Set([...rows.querySelectorAll("a[href]")].map((link) => link.pathname));
    const added = [...told.querySelectorAll("tbody > tr")].filter(
      (row) => !there.has(new URL(row.querySelector("a").getAttribute("href"), location.href).pathname),
    );
    rows.prepend(...added.map((row) => document.adoptNode(row)));
    while (rows.children.length > kept) rows.lastElementChild.remove();
    const words = told.querySelector("[data-said]");
    if (words) said.replaceChildren(...words.childNodes);
    news.searchParams.set("after", told.querySelector("[data-after]").dataset.after);
  };

  const ask = async () => {
    clearTimeout(timer);
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(news, { headers: { Accept: "text/html" }, redirect: "error" });
      if (OVER.includes(answer.status)) {
        over();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      away.hidden = true;
    } catch {
      away.hidden = false;
    }
    if (!paused) timer = setTimeout(ask, every);
  };

  const turn = (stop) => {
    paused = stop;
    pause.hidden = stop;
    resume.hidden = !stop;
    (stop ? resume : pause).focus();
    if (!stop) ask();
    else clearTimeout(timer);
  };

  pause.addEventListener("click", () => turn(true));
  resume.addEventListener("click", () => turn(false));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !pause.hidden) ask();
  });
  pause.hidden = false;
  timer = setTimeout(ask, every);
})();
