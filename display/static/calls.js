/** The calls on a wall: the field of new ones, the list beside it, and telling the hall what was shown. */

import { el } from "/static/js/hall.js";
import { breakLine, soonNumbers, way } from "./board.js";
import { keep, mark, say, show } from "./rows.js";
import { advance, arrivals, field, firstTurns, isCurrent, NEWS_MS, recent } from "./stage.js";

const PULSE_MS = 3000;

export class CallField {
  /** @param {BoardLink} link @param {HTMLElement} main the page's `main` with data-field and data-recent */
  constructor(link, main) {
    this.link = link;
    this.fieldList = main.querySelector("[data-field]");
    this.recentList = main.querySelector("[data-recent]");
    this.empty = main.querySelector("[data-no-calls]");
    this.calls = [];
    this.counters = [];
    this.soon = [];
    this.known = null;
    this.turns = new Map();
    this.epoch = null;
    this.shown = new Set();
  }

  take(board) {
    if (board.epoch !== this.epoch) {
      this.epoch = board.epoch;
      this.known = null;
      this.shown.clear();
    }
    const now = Date.now();
    this.calls = arrivals(board.calls, this.known, now, this.link.offset);
    this.counters = board.counters;
    this.soon = soonNumbers(board);
    say(this.empty, breakLine(board, "现在没有叫号，请坐下等"));
    if (!this.known) this.turns = firstTurns(this.calls, now);
    this.known = new Map(this.calls.map((call) => [call.id, call.since]));
    this.draw();
  }

  /** Drawn at every board and now and then in between, because a call's time in the field runs out. */
  draw() {
    if (this.epoch === null) return;
    const now = Date.now();
    this.turns = advance(this.turns, this.calls, now, this.counters);
    const rows = field(this.calls, this.turns, this.counters, now);
    const others = recent(this.calls, rows, Number(this.recentList.dataset.rows), this.soon);
    mark(this.fieldList, "count", rows.length);
    show(this.empty, rows.length === 0);
    keep(this.fieldList, rows, (call) => call.id, (call) => fieldRow(call, now - this.entered(call)), (row, call) => {
      mark(row, "news", now - this.entered(call) < NEWS_MS);
    });
    keep(this.recentList, others, (call) => call.id, recentRow, (row, call) => {
      mark(row, "current", isCurrent(call, this.counters, now));
    });
    this.confirm([...rows, ...others]);
  }

  /** When a call entered the field, in ms of this screen's clock. */
  entered(call) {
    return this.turns.get(call.id)?.from ?? call.since;
  }

  /** A call counts as shown when the frame that holds it has been painted. */
  confirm(visible) {
    const ids = new Set(this.calls.map((call) => call.id));
    for (const id of this.shown) if (!ids.has(id)) this.shown.delete(id);
    const news = visible.map((call) => call.id).filter((id) => !this.shown.has(id)).sort((a, b) => a - b);
    if (!news.length || document.visibilityState !== "visible") return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      for (const id of news) if (!this.shown.has(id) && this.link.confirm("shown", id)) this.shown.add(id);
    }));
  }
}

function fieldRow(call, age) {
  const pulse = age < PULSE_MS ? "call call-new" : "call";
  return el("li", { class: pulse, "data-direction": call.direction, "data-long": String(call.number.length > 4) },
    el("span", { class: "call-number" }, call.number),
    el("span", { class: "call-way" }, arrow(), el("span", { class: "call-floor" }, way(call))),
    el("span", { class: "call-counter" }, arrow(), el("b", {}, String(call.counter)), el("span", {}, "号窗口")));
}

function recentRow(call) {
  return el("li", { class: "recent", "data-direction": call.direction },
    el("span", { class: "recent-number" }, call.number),
    el("span", { class: "recent-way" }, arrow(), `${call.floor}楼`),
    el("span", { class: "recent-counter" },
      el("b", {}, String(call.counter)), "号", el("span", { class: "recent-unit" }, "窗口")));
}

function arrow() {
  return el("span", { class: "arrow", "aria-hidden": "true" });
}
