/** Nobody touches the screen: asks once, then goes home, so that nobody's choices stay on the screen. */

import { el } from "/static/js/hall.js";
import { button } from "./stage.js";

const QUIET_MS = 45000;
const ANSWER_MS = 15000;

export class Idle {
  /** @param {() => boolean} counts whether silence matters on the present screen
   *  @param {() => void} onGone nobody is here any more */
  constructor(counts, onGone) {
    this.counts = counts;
    this.onGone = onGone;
    this.touchedAt = performance.now();
    this.words = el("p", { class: "idle-words" });
    this.dialog = el("dialog", { class: "dialog idle" }, el("h2", {}, "您还在吗？"), this.words,
      button("我还在", () => this.touched(), { class: "button-primary" }));
    document.body.append(this.dialog);
    // While it asks, a touch ends with its click: ended earlier, it would fall through to the screen below.
    this.dialog.addEventListener("click", () => this.touched());
    const heard = () => this.dialog.open || this.touched();
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, heard, true);
    setInterval(() => this.tick(), 1000);
  }

  touched() {
    this.touchedAt = performance.now();
    if (this.dialog.open) this.dialog.close();
  }

  tick() {
    if (!this.counts()) this.touched();
    const left = QUIET_MS + ANSWER_MS - (performance.now() - this.touchedAt);
    if (left <= 0) {
      this.touched();
      this.onGone();
    } else if (left <= ANSWER_MS) {
      this.words.textContent = `${Math.ceil(left / 1000)} 秒后回到首页。`;
      if (!this.dialog.open) this.dialog.showModal();
    } else if (this.dialog.open) {
      this.dialog.close();
    }
  }
}
