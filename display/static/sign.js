/** The sign above a counter: whose turn it is there, or where to go instead. */

import { openBeside, ranges, signState } from "./board.js";
import { Freshness } from "./fresh.js";
import { BoardLink } from "./link.js";
import { mark, say } from "./rows.js";

const main = document.querySelector("main");
const number = Number(main.dataset.counter);
const link = new BoardLink(Number(main.dataset.floor), draw);
const fresh = new Freshness(link, main);
const LUNCH_MS = 60000;
let lunch = { end: null, asked: -Infinity };

const WORDS = {
  calling: "请到本窗口",
  serving: "正在办理",
  free: "空闲",
  paused: "暂停",
  closed: "现在没有开",
  open: "请等叫号",
};

function draw(board) {
  const { state, ticket } = signState(board, number);
  mark(main, "state", state);
  say(main.querySelector("[data-ticket]"), ticket ?? "");
  say(main.querySelector("[data-words]"), state === "closed" && lunch.end ? "午休" : WORDS[state]);
  say(main.querySelector("[data-advice]"), advice(state, board));
  if (state === "closed") askLunch();
}

function advice(state, board) {
  if (state === "closed" && lunch.end) return `${lunch.end} 开`;
  return state === "paused" || state === "closed" ? elsewhere(board) : "";
}

/** Only a closed counter needs to know whether it is lunch; the answer holds for a minute. */
async function askLunch() {
  if (performance.now() - lunch.asked < LUNCH_MS) return;
  lunch = { ...lunch, asked: performance.now() };
  try {
    const answer = await fetch("/display/lunch");
    lunch = { ...lunch, end: answer.ok ? (await answer.json()).lunch_end : null };
  } catch (problem) {
    lunch = { ...lunch, end: null };
    console.warn("the midday break is not known; asked again in a minute", problem);
  }
}

function elsewhere(board) {
  const others = openBeside(board, number);
  return others.length ? `请到 ${ranges(others)}号窗口` : "请问导办台";
}

setInterval(() => {
  if (link.board) draw(link.board);
  fresh.tick();
}, 250);
