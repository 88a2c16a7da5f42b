/** The sign above a counter: whose turn it is there, or where to go instead. */

import { breakWords, openBeside, ranges, signState } from "./board.js";
import { Freshness } from "./fresh.js";
import { BoardLink } from "./link.js";
import { mark, say } from "./rows.js";

const main = document.querySelector("main");
const number = Number(main.dataset.counter);
const link = new BoardLink(Number(main.dataset.floor), draw);
const fresh = new Freshness(link, main);

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
  const rest = state === "break" ? breakWords(board, number) : null;
  say(main.querySelector("[data-words]"), rest?.title ?? WORDS[state]);
  say(main.querySelector("[data-advice]"), rest?.until ?? advice(state, board));
}

function advice(state, board) {
  return state === "paused" || state === "closed" ? elsewhere(board) : "";
}

function elsewhere(board) {
  const others = openBeside(board, number);
  return others.length ? `请到 ${ranges(others)}号窗口` : "请问导办台";
}

setInterval(() => {
  if (link.board) draw(link.board);
  fresh.tick();
}, 250);
