/** Before the console: which counter to sign on to, floor by floor, with who is there. */

import { el } from "/static/js/hall.js";
import { choose } from "./dialog.js";
import { fill, walkable } from "./drawing.js";
import { COUNTER_STATES } from "./words.js";

/** At which counter a clerk sat last: it is proposed the next time, and tells nothing of a citizen. */
const HERE = "counter-here";
const LOOKS = { open: "tag-pine", paused: "tag-amber", closed: "" };

export class Chooser {
  /** @param {HTMLElement} place @param {import("./state.js").ConsoleState} state
   *  @param {import("./presses.js").Presses} presses
   *  @param {{issue: () => void, showNumber: () => void}} wishes what a guide may do without a counter */
  constructor(place, state, presses, wishes) {
    Object.assign(this, { place, state, presses, wishes });
    this.drawn = "";
    this.left = false;
    walkable(place, ".seat");
    state.listen(() => this.draw());
  }

  draw() {
    const { counter, counters, data, me } = this.state;
    this.place.hidden = Boolean(counter);
    if (!me) return;
    if (counter) return void this.remember(counter);
    const drawn = JSON.stringify(counters.map(
      (one) => [one.number, one.state, one.clerk, one.ticket?.number, one.held.map((held) => held.number), one.waiting]));
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = document.activeElement?.dataset?.counter;
    const mayFocus = this.left || document.activeElement === document.body || this.place.contains(document.activeElement);
    this.left = false;
    fill(
      this.place,
      el("h1", null, this.state.mayCall ? "请选您的窗口" : "各窗口现在的情况"),
      el("p", { class: "muted" }, this.state.mayCall
        ? "方向键选，回车上岗。上岗后才能叫号；离开时请暂停或下岗。"
        : "导办台不叫号。"),
      this.waiting(counters),
      !this.state.mayCall && el("div", { class: "guide-keys" },
        this.guideKey("替群众取号", "F1", this.wishes.issue), this.guideKey("找一个号，或扫小票", "F9", this.wishes.showNumber)),
      data.floors.map((floor) => this.floor(floor, counters.filter((one) => one.floor === floor.number))),
    );
    const first = this.seatAt(focused) ?? this.proposed();
    if (mayFocus) (this.state.mayCall ? first : this.place.querySelector(".guide-key"))?.focus();
  }

  waiting(counters) {
    const some = (counters[0]?.waiting ?? []).filter((series) => series.count > 0);
    return el("p", null, "现在等候：", el("b", null, some.map((one) => `${one.series} ${one.count} 人`).join("　") || "没有人"));
  }

  guideKey(words, key, onclick) {
    return el("button", { type: "button", class: "button guide-key", onclick },
      words, el("span", { class: "key" }, key));
  }

  /** While somebody sits at a counter; when they leave it, the list is drawn anew with the focus in it. */
  remember(counter) {
    this.drawn = "";
    this.left = true;
    localStorage.setItem(this.here, counter.number);
  }

  get here() {
    return `${HERE}:${this.state.me.username}`;
  }

  /** The counter of the last time as long as nobody else sits there, else the first free one. */
  proposed() {
    const last = this.seatAt(localStorage.getItem(this.here));
    return last?.matches(".free") ? last : this.place.querySelector(".seat.free") ?? last;
  }

  seatAt(number) {
    return number ? this.place.querySelector(`[data-counter="${Number(number)}"]`) : null;
  }

  floor(floor, counters) {
    if (!counters.length) return null;
    return el("section", { class: "seat-floor" },
      el("h2", { class: "floor-mark", dataset: { floor: floor.number } }, `${floor.shape} ${floor.name}`),
      el("div", { class: "seats" }, counters.map((counter) => this.seat(counter))));
  }

  seat(counter) {
    const free = counter.state === "closed" && !counter.clerk;
    const look = free ? "seat free" : "seat";
    const attrs = this.state.mayCall
      ? { class: look, type: "button", onclick: () => this.signOn(counter), dataset: { counter: counter.number } }
      : { class: look };
    return el(this.state.mayCall ? "button" : "div", attrs, el("b", { class: "seat-number" }, `${counter.number}号`),
      el("span", { class: `tag ${LOOKS[counter.state]}` }, COUNTER_STATES[counter.state]),
      el("span", { class: "small muted" }, counter.clerk ? counter.clerk.name : counter.profile),
      counter.ticket && el("span", { class: "small number" }, counter.ticket.number),
      counter.held.length > 0 && el("b", { class: "seat-held small" }, `挂起 ${counter.held.map((held) => held.number).join("、")}`));
  }

  async signOn(counter) {
    const taken = counter.clerk !== null;
    if (taken && !(await this.mayTakeOver(counter))) return;
    const answer = await this.presses.send(`/counters/${counter.number}/sign-on`, taken ? { take_over: true } : {});
    if (!answer) return void this.presses.read();
    this.state.set({ counter: answer.data, me: { ...this.state.me, counter: answer.data.number } });
  }

  async mayTakeOver(counter) {
    if (this.state.me.role === "clerk") {
      this.state.set({ problem: `${counter.number}号窗口现在是${counter.clerk.name}在岗，请选别的窗口，或请值班主任处理。` });
      return false;
    }
    const chosen = await choose({
      title: `接管${counter.number}号窗口？`,
      text: `${counter.clerk.name}还在岗。接管后由您叫号，窗口上的号留给您。`,
      options: [{ value: true, label: "接管这个窗口" }],
    });
    return Boolean(chosen);
  }
}
