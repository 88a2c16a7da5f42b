/** Small pieces that several screens are made of: pictures, floor marks, facts, rows, the ring. */

import { el, floorShape } from "/static/js/hall.js";
import { button } from "./stage.js";

const RING = 2 * Math.PI * 20;

/** One of the hall's line drawings. */
export function picture(name, kind = "") {
  return el("svg", { class: `picture ${kind}`.trim(), viewBox: "0 0 48 48", fill: "none", stroke: "currentColor",
    "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" },
    el("use", { href: `/static/icons/${name}.svg#icon` }));
}

/** A floor's number with its shape. */
export function floorMark(floor) {
  return el("span", { class: "floor-mark", dataset: { floor } }, `${floor}楼 ${floorShape(floor)}`);
}

/** One large fact: what it is about, the fact, and a word more. */
export function fact(label, main, detail, kind = "") {
  return el("section", { class: `fact ${kind}`.trim() },
    el("h2", { class: "fact-label" }, label),
    el("p", { class: "fact-main" }, main),
    detail ? el("p", { class: "fact-detail" }, detail) : null);
}

/** A row that can be touched: everyday words, the official name small. */
export function row(title, small, work, attributes = {}) {
  return button([
    el("span", { class: "row-text" },
      el("span", { class: "row-title" }, title),
      small && small !== title ? el("span", { class: "row-small" }, small) : null),
    picture("next", "row-arrow"),
  ], work, { ...attributes, class: `row ${attributes.class ?? ""}`.trim() });
}

export function backButton(work, words = "返回") {
  return button([picture("back"), words], work, { class: "back" });
}

/** Counters in the fewest words: "3～9、12号窗口", "" when none is known. */
export function counterWords(numbers) {
  const runs = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  if (!runs.length) return "";
  const parts = runs.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}、${to}` : `${from}～${to}`));
  return `${parts.join("、")}号窗口`;
}

/** A ring that counts down to home; calling `again` starts it anew, `stop` ends it. */
export function ring(seconds, done) {
  const arc = el("circle", { class: "ring-arc", cx: 24, cy: 24, r: 20, "stroke-dasharray": RING });
  const words = el("span", { class: "ring-seconds number" });
  const node = el("p", { class: "ring" },
    el("svg", { viewBox: "0 0 48 48", fill: "none", "aria-hidden": "true" },
      el("circle", { class: "ring-track", cx: 24, cy: 24, r: 20 }), arc),
    words, el("span", { class: "ring-words" }, "秒后回到首页"));
  let until = 0;
  let timer = null;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    words.textContent = String(left);
    arc.setAttribute("stroke-dashoffset", String(RING * (1 - left / seconds)));
    if (left > 0) return;
    clearInterval(timer);
    done();
  };
  const again = () => {
    clearInterval(timer);
    until = performance.now() + seconds * 1000;
    timer = setInterval(tick, 1000);
    tick();
  };
  again();
  return { node, again, stop: () => clearInterval(timer) };
}
