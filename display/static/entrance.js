/** The entrance wall: the building floor by floor, and the newest calls of the whole hall. */

import { api, el } from "/static/js/hall.js";
import { breakLine, floorWait, ranges } from "./board.js";
import { Freshness } from "./fresh.js";
import { BoardLink } from "./link.js";
import { keep, say, show } from "./rows.js";
import { arrivals, calling } from "./stage.js";

const CALLS = 4;
/** Waits change slowly: the boards of the floors are asked for at most this often. */
const FLOORS_MS = 5000;

const main = document.querySelector("main");
const bands = [...main.querySelectorAll("[data-band]")];
const link = new BoardLink(null, draw);
const fresh = new Freshness(link, main);
let asked = -Infinity;
let asking = false;
let drawn = null;

function draw(board) {
  for (const band of bands) drawCounters(band, board.counters);
  show(main.querySelector("[data-lift]"), board.lift_works === false);
  say(main.querySelector("[data-no-calls]"), breakLine(board, "现在没有叫号"));
  drawCalls(board);
}

/** Drawn in between too: a call to a counter of which the board does not tell leaves when it is no news. */
function drawCalls(board) {
  const now = Date.now();
  const rows = calling(arrivals(board.calls, null, now, link.offset), board.counters, now, CALLS);
  show(main.querySelector("[data-no-calls]"), rows.length === 0);
  keep(main.querySelector("[data-latest]"), rows, (call) => call.id, latestRow);
}

function drawCounters(band, counters) {
  const place = band.querySelector("[data-counters]");
  const here = counters.filter((counter) => counter.floor === Number(band.dataset.band));
  const open = here.filter((counter) => counter.state === "open").length;
  const numbers = ranges(here.map((counter) => counter.number));
  if (place) say(place, open ? `${numbers} · 开 ${open} 个` : `${numbers} · 都没开`);
}

function latestRow(call) {
  return el("li", { class: "latest-call" },
    el("b", { class: "latest-number" }, call.number),
    el("span", { class: "latest-place" }, `${call.floor}楼 `, el("b", {}, String(call.counter)), "号窗口"));
}

/** The floors' waits stand on the floors' boards; they are asked for again when hall or time have changed. */
async function askFloors() {
  const due = performance.now() - asked >= FLOORS_MS;
  if (!link.board || asking || !due || drawn === link.board) return;
  asking = true;
  asked = performance.now();
  const { board } = link;
  try {
    for (const band of bands) {
      const { data } = await api("GET", `/board?floor=${band.dataset.band}`);
      show(band.querySelector("[data-now]"), data.waiting.some((series) => series.count > 0 || series.called_after));
      say(band.querySelector("[data-wait]"), floorWait(data.waiting));
    }
    drawn = board;
  } catch (problem) {
    console.warn("the boards of the floors did not come; asked again later", problem);
  } finally {
    asking = false;
  }
}

setInterval(() => {
  if (link.board) drawCalls(link.board);
  fresh.tick();
  askFloors();
}, 250);
