/** Nobody touches the screen: asks once, then goes home, so that nobody's choices stay on the screen. */

import { el } from "/static/js/hall.js";
import { button } from "./stage.js";

const QUIET_SECONDS = 45;
const ANSWER_SECONDS = 15;

export class Idle {
  /** @param {() => boolean} counts whether silence matters on the present screen
   *  @param {() => void} onGone nobody is here any more */
  constructor(counts, onGone) {
    this.counts = counts;
    this.onGone = onGone;
    this.quiet = 0;
    this.words = el("p", { class: "trouble-sentence" });
    this.dialog = el("dialog", { class: "dialog idle" }, el("h1", {}, "您还在吗？"), this.words,
      button("我还在", () => this.touched(), { class: "button-primary" }));
    document.body.append(this.dialog);
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.touched(), true);
    setInterval(() => this.tick(), 1000);
  }

  touched() {
    this.quiet = 0;
    if (this.dialog.open) this.dialog.close();
  }

  tick() {
    this.quiet = this.counts() ? this.quiet + 1 : 0;
    const left = QUIET_SECONDS + ANSWER_SECONDS - this.quiet;
    if (left <= 0) {
      this.touched();
      this.onGone();
    } else if (left <= ANSWER_SECONDS) {
      this.words.textContent = `${left} 秒后回到首页。`;
      if (!this.dialog.open) this.dialog.showModal();
    } else if (this.dialog.open) {
      this.dialog.close();
    }
  }
}
