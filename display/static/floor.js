/** The wall of a floor: its calls, who is soon, how long each series waits, paused counters, the notice. */

import { el } from "/static/js/hall.js";
import { pausedWords, soonNone, soonNumbers, waitLabel, waitWords } from "./board.js";
import { CallField } from "./calls.js";
import { Freshness } from "./fresh.js";
import { BoardLink } from "./link.js";
import { keep, mark, say, show } from "./rows.js";

const main = document.querySelector("main");
const part = (name) => main.querySelector(`[data-${name}]`);
const link = new BoardLink(Number(main.dataset.floor), draw);
const calls = new CallField(link, main);
const fresh = new Freshness(link, main);

/** A notice of more characters is set smaller, in two lines. */
const NOTICE_LINE = 28;

function draw(board) {
  const paused = pausedWords(board.counters);
  show(part("notice"), Boolean(board.notice));
  say(part("notice"), board.notice ?? "");
  show(part("lift"), board.lift_works === false);
  mark(part("notice"), "long", (board.notice ?? "").length > NOTICE_LINE);
  say(part("paused"), paused && `暂停：${paused}`);
  const soon = soonNumbers(board);
  show(part("soon-none"), soon.length === 0);
  say(part("soon-none"), soonNone(board));
  mark(part("recent"), "rows", recentRows());
  keep(part("soon"), soon, (number) => number, (number) => el("li", {}, number));
  drawWaiting(board.waiting);
  calls.take(board);
}

/** A notice, the line of the lift and the band of a stale screen each take a row, on an upright screen two. */
function recentRows() {
  const taken = ["notice", "lift", "stale-band"].filter((name) => !part(name).hidden).length;
  return Math.max(1, 5 - taken * (matchMedia("(orientation: portrait)").matches ? 2 : 1));
}

function drawWaiting(waiting) {
  say(part("wait-label"), waitLabel(waiting));
  const busy = waiting.filter((series) => series.count > 0);
  const rows = waiting.length > 4 ? busy.slice(0, 4) : waiting;
  mark(part("waiting"), "count", rows.length);
  keep(part("waiting"), rows, (series) => series.series, waitingRow, (row, series) => {
    say(row.querySelector(".waiting-people"), series.count ? `${series.count}人` : "");
    say(row.querySelector(".waiting-time"), waitWords(series));
  });
}

function waitingRow(series) {
  return el("li", { class: "waiting" },
    el("span", { class: "waiting-head" }, el("b", {}, series.series), el("span", { class: "waiting-people" })),
    el("span", { class: "waiting-time" }));
}

setInterval(() => {
  fresh.tick();
  mark(part("recent"), "rows", recentRows());
  calls.draw();
}, 250);
