/** The sign above a counter: whose turn it is there, or where to go instead. */

import { breakWords, openBeside, ranges, signState } from "./board.js";
import { Freshness } from "./fresh.js";
import { BoardLink } from "./link.js";
import { mark, say } from "./rows.js";

const main = document.querySelector("main");
const number = Number(main.dataset.counter);
const link = new BoardLink(Number(main.dataset.floor), draw);
const fresh = new Freshness(link, main);

/** What every sign of the hall says in each state, and what is only known of a counter on a short board. */
const WORDS = { ...JSON.parse(main.dataset.signWords), open: "请等叫号" };

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
