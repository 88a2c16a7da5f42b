/** The right side of the console: who comes next, who is held here, who missed the call. */

import { el } from "/static/js/hall.js";
import { fill, walkable } from "./drawing.js";
import { elsewhereWords, needsWords, waitInList } from "./words.js";

/** So many numbers fit beside the desk without scrolling; of those who missed the call the latest few. */
const ROWS = 9;
const MISSED = 4;

export class Queue {
  /** @param {HTMLElement} place @param {import("./state.js").ConsoleState} state
   *  @param {(entry: object) => void} onPick what to do when a number is chosen */
  constructor(place, state, onPick) {
    Object.assign(this, { place, state, onPick });
    this.drawn = "";
    walkable(place, ".line-entry");
    state.listen(() => this.draw());
  }

  draw() {
    const { counter } = this.state;
    if (!counter) return;
    const drawn = JSON.stringify([counter.queue, counter.held.map((one) => one.number), counter.waiting, counter.elsewhere]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = document.activeElement?.dataset?.number;
    const waiting = counter.queue.filter((entry) => entry.state === "waiting");
    const missed = counter.queue.filter((entry) => entry.state === "no_show").reverse();
    const held = counter.held.map((ticket) => ({
      number: ticket.number, service_title: ticket.service_title, waited_seconds: ticket.waited_seconds, state: "held",
      issued_at: ticket.issued_at, priority_reason: ticket.priority_reason, needs: ticket.needs,
    }));
    fill(
      this.place,
      el("h2", null, "等候", el("span", { class: "counts" }, this.counts(counter.waiting))),
      counter.elsewhere > 0 && el("p", { class: "small muted elsewhere" }, elsewhereWords(counter)),
      this.list(waiting.slice(0, this.room(held, missed)), counter.elsewhere > 0 ? "没有本窗口可叫的号" : "现在没有人等", true),
      held.length > 0 && el("h3", null, `挂起 ${held.length}`),
      held.length > 0 && this.list(held),
      missed.length > 0 && el("h3", null, `过号 ${missed.length}`),
      missed.length > 0 && this.list(missed.slice(0, MISSED)),
    );
    if (focused) this.place.querySelector(`[data-number="${focused}"]`)?.focus();
  }

  room(held, missed) {
    const told = this.state.counter.elsewhere > 0 ? 1 : 0;
    return Math.max(4, ROWS - told - held.length - Math.min(MISSED, missed.length));
  }

  counts(waiting) {
    const some = waiting.filter((series) => series.count > 0);
    return some.map((series) => `${series.series} ${series.count} 人`).join("　");
  }

  list(entries, empty, marksNext) {
    if (!entries.length) return el("p", { class: "muted small" }, empty);
    return el("ol", { class: "line" }, entries.map((entry, place) => el("li", null, el("button", {
      type: "button", class: marksNext && place === 0 ? "line-entry next" : "line-entry",
      dataset: { number: entry.number }, onclick: () => this.onPick(entry),
    },
    el("b", { class: "number" }, entry.number),
    el("span", { class: "small muted nowrap" }, waitInList(entry)),
    el("span", { class: "line-title" }, entry.service_title),
    this.marks(entry)))));
  }

  /** For staff alone: who goes first, and who needs a hand. */
  marks(entry) {
    const words = [(entry.priority || entry.priority_reason) && "优先", needsWords(entry, this.state.data.reasons)].filter(Boolean);
    return words.length ? el("span", { class: "line-marks" }, el("span", { "aria-hidden": "true" }, "◆ "), words.join(" · ")) : null;
  }
}
