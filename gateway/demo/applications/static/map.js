// Moves the vehicles as the feed says; without it the page shows where they were when it was opened.
"use strict";

const state = document.getElementById("state");
const language = document.documentElement.lang;
const LONGEST_PAUSE = 15000; // ms between attempts to reconnect
let pause = 1000;

function show(vehicle) {
  const dot = document.getElementById(`vehicle-${vehicle.number}`);
  const towards = document.getElementById(`towards-${vehicle.number}`);
  if (!dot || !towards) return;
  dot.setAttribute("cx", vehicle.x);
  dot.setAttribute("cy", vehicle.y);
  if (towards.textContent !== vehicle.towards) towards.textContent = vehicle.towards;
}

function say(words) {
  if (state.textContent !== words) state.textContent = words;
}

function listen() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const feed = new WebSocket(`${scheme}://${location.host}/feed?lang=${language}`);
  let heard = false;
  feed.addEventListener("message", (message) => {
    heard = true;
    pause = 1000;
    say(state.dataset.live);
    JSON.parse(message.data).vehicles.forEach(show);
  });
  feed.addEventListener("close", () => {
    say(heard ? state.dataset.lost : state.dataset.over);
    setTimeout(listen, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

// On a narrow screen the map is wider than its frame: the own municipality comes into sight.
function showOwn() {
  const frame = document.querySelector(".map");
  const own = document.querySelector(".place.own");
  if (!frame || !own || frame.scrollWidth <= frame.clientWidth) return;
  const [at, edge] = [own.getBoundingClientRect(), frame.getBoundingClientRect()];
  frame.scrollLeft += at.left + at.width / 2 - edge.left - frame.clientWidth / 2;
}

showOwn();
listen();
