/** The mark that says how fresh the picture is, the wide band when it is not, and the hall's clock. */

import { freshness, hallTime } from "./board.js";
import { mark, say, show } from "./rows.js";

export class Freshness {
  /** @param {BoardLink} link @param {HTMLElement} main the page's `main` */
  constructor(link, main) {
    this.link = link;
    this.main = main;
    this.clock = main.querySelector("[data-clock]");
    this.age = main.querySelector("[data-age]");
    this.band = main.querySelector("[data-stale-band]");
    this.bandAge = main.querySelector("[data-stale-age]");
  }

  tick() {
    const { stale, words: age } = freshness(this.link.age);
    const words = this.link.board ? age : "正在连接";
    mark(this.main, "fresh", !stale);
    if (this.clock) say(this.clock, hallTime(this.link.now));
    say(this.age, words);
    if (this.bandAge) say(this.bandAge, words);
    if (this.band) show(this.band, stale);
    this.link.check();
  }
}
