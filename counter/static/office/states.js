/** The choice of states above the list, with how many items each holds. */

import { el } from "/static/js/hall.js";

/** States that still lie with an office come from one list; what is completed is asked for by itself. */
const SEGMENTS = [
  ["", "在手"],
  ["dispatched", "待接办"],
  ["in_progress", "办理中"],
  ["suspended", "暂停计时"],
  ["returned", "已退回"],
  ["completed", "已办结"],
];

/** Draw the choices; `state` is the present one, `items` are those of its list. */
export function drawStates(place, { state: present, items, choose }) {
  const completed = present === "completed";
  const count = (state) => {
    if (completed || state === "completed") return completed && state === "completed" ? items.length : null;
    return items.filter((item) => !state || item.state === state).length;
  };
  place.replaceChildren(
    ...SEGMENTS.map(([state, word]) =>
      el(
        "button",
        { type: "button", class: "state", "aria-pressed": String(state === present), onclick: () => choose(state) },
        word,
        count(state) !== null && el("span", { class: "state-count" }, count(state)),
      ),
    ),
  );
}

/** How many lamps are lit, in one line. */
export function sumText(items) {
  const lit = (lamp) => items.filter((item) => item.lamp === lamp).length;
  return `◆ 红灯 ${lit("red")}　◇ 黄灯 ${lit("yellow")}　共 ${items.length} 项`;
}
