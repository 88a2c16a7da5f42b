/** Quiet notices of devices in trouble, the same on every staff page: one for each, until it ends or is seen. */

import { api, el, pressKey } from "/static/js/hall.js";
import { noticesOf } from "./words.js";

/** Hints that come together are read together; pages of one hall do not all ask at one moment. */
const GATHER_MS = 400;
const SPREAD_MS = 800;
const EVERY_MS = 30000;
const AGAIN_MS = 3000;
/** So long it is said that something is well again; what has come back before is watched for longer. */
const WELL_MS = 6000;
const SHAKY_MS = 120000;

const MARKS = { bad: "▲", mild: "◇", well: "✓", shaky: "◇" };

/** @param {HTMLElement} place an empty element of the page, `data-may-see` when whoever is here may say 知道了; before
 *    it stands an element that is always there and is read aloud
 *  @param {object} line the live line to `/counter`
 *  @returns {{read: () => void}} reads at once what concerns whoever is here */
export function openNotices(place, line) {
  const notices = new Notices(place);
  line.on("connect", () => notices.readSoon());
  line.on("trouble", () => notices.readSoon());
  setInterval(() => notices.readSoon(), EVERY_MS);
  return { read: () => notices.read() };
}

class Notices {
  constructor(place) {
    this.place = place;
    this.aloud = place.previousElementSibling;
    this.known = new Set();
    this.open = [];
    /** What has ended a moment ago, by key: its words, and until when they stay. */
    this.ended = new Map();
    this.drawn = "";
    this.isUnfolded = false;
    document.addEventListener("pointerdown", (event) => this.isUnfolded && !place.contains(event.target) && this.unfold(false));
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isUnfolded) return;
      event.stopPropagation();
      this.unfold(false);
    });
  }

  readSoon(milliseconds = GATHER_MS) {
    this.timer ??= setTimeout(() => this.read(), milliseconds + Math.random() * SPREAD_MS);
  }

  /** One question at a time: of two answers the older might come last. */
  async read() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.isReading) {
      this.readSoon();
      return;
    }
    this.isReading = true;
    try {
      this.take((await api("GET", "/troubles?open=true")).data.items);
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      // That the line is lost the page says elsewhere; whoever is not signed in any more is told nothing.
      if (problem.status !== 401) this.readSoon(AGAIN_MS);
    } finally {
      this.isReading = false;
    }
  }

  /** What is open now; what was shown and is no more has ended, unless somebody has seen it. */
  take(troubles) {
    const seen = new Set(troubles.filter((one) => one.seen_by).map((one) => one.part_of));
    const before = this.open;
    this.open = noticesOf(troubles);
    const keys = new Set(this.open.map((one) => one.key));
    for (const notice of before) {
      if (keys.has(notice.key) || seen.has(notice.key)) continue;
      this.keep(notice, notice.shaky ? SHAKY_MS : WELL_MS);
    }
    for (const key of keys) this.ended.delete(key);
    this.draw();
  }

  keep(notice, milliseconds) {
    const until = performance.now() + milliseconds;
    this.ended.set(notice.key, { ...notice, until });
    setTimeout(() => this.draw(), milliseconds + 20);
  }

  lines() {
    for (const [key, { until }] of this.ended) if (until <= performance.now()) this.ended.delete(key);
    const well = [...this.ended.values()].map((one) =>
      one.shaky
        ? { ...one, look: "shaky", text: `${one.title}时好时坏`, lead: "刚好，再看一会儿。", at: "", ids: [] }
        : { ...one, look: "well", text: `${one.title}好了`, lead: "", at: "", ids: [] });
    return [...this.open.map((one) => ({ ...one, look: one.mild ? "mild" : "bad" })), ...well];
  }

  draw() {
    const lines = this.lines();
    const drawn = JSON.stringify([lines.map(({ key, look, text, at }) => [key, look, text, at]), this.isUnfolded]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.tell(lines);
    if (lines.length < 1) this.isUnfolded = false;
    this.place.hidden = !lines.length;
    const focused = this.place.contains(document.activeElement);
    this.place.replaceChildren(...(lines.length ? [this.first(lines), this.isUnfolded && this.list(lines)].filter(Boolean) : []));
    if (focused && lines.length) this.place.querySelector(".trouble-words")?.focus({ preventScroll: true });
  }

  /** The newest line is read aloud, once; what flaps is no news each time. */
  tell(lines) {
    const name = ({ key, shaky, text }) => `${key} ${shaky ? "" : text}`;
    const [newest] = lines.filter((one) => !this.known.has(name(one))).sort((one, other) => Date.parse(other.began) - Date.parse(one.began));
    this.known = new Set(lines.map(name));
    if (newest) this.aloud.textContent = newest.text;
    else if (!lines.some((one) => one.text === this.aloud.textContent)) this.aloud.textContent = "";
  }

  /** The first one in a line; how many more there are. */
  first(lines) {
    const [line] = lines;
    const more = lines.length - 1;
    return el(
      "p",
      { class: "trouble", dataset: { look: line.look } },
      el(
        "button",
        { class: "trouble-words", type: "button", "aria-expanded": String(this.isUnfolded), title: line.lead || null, onclick: () => this.unfold(!this.isUnfolded) },
        mark(line),
        el("span", { class: "trouble-text" }, line.text),
        line.at && el("span", { class: "trouble-at" }, ` · ${line.at}`),
        more > 0 && el("b", { class: "trouble-more" }, `还有 ${more} 条`),
      ),
      more === 0 && this.button(line),
    );
  }

  list(lines) {
    return el("ul", { class: "trouble-list" }, lines.map((line) =>
      el(
        "li",
        { dataset: { look: line.look } },
        mark(line),
        el("p", {}, el("b", {}, line.text), line.at && el("span", { class: "trouble-at" }, ` · ${line.at}`), line.lead && el("small", {}, line.lead)),
        this.button(line),
      )));
  }

  button(line) {
    if (!line.ids.length || this.place.dataset.maySee !== "true") return null;
    return el("button", { class: "button trouble-seen", type: "button", onclick: () => this.see(line) }, "知道了");
  }

  unfold(on) {
    this.isUnfolded = on;
    this.draw();
  }

  /** Somebody here cares for it: nobody is told any more, and the manager's page says who. */
  async see(line) {
    this.open = this.open.filter((one) => one.key !== line.key);
    this.draw();
    try {
      for (const id of line.ids) await api("POST", `/troubles/${id}/seen`, {}, { key: pressKey() });
    } catch (problem) {
      if (problem.status === undefined) throw problem;
    }
    await this.read();
  }
}

function mark({ look }) {
  return el("span", { class: "trouble-mark", "aria-hidden": "true" }, MARKS[look]);
}
