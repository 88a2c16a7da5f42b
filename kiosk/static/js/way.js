/** The way drawn from the hall's own data: its floors one above the other, the counters, and "you are here". */

import { el } from "/static/js/hall.js";
import { floorMark } from "./parts.js";

/** @param {object} content the kiosk's content  @param {number} target the floor to go to
 *  @param {number[]} counters the counters that take this matter
 *  @param {string} words what to do on that floor */
export function way(content, target, counters, words = "请到这里等") {
  const floors = [...content.floors].sort((a, b) => b.number - a.number);
  return el("ol", { class: "way", "aria-label": wayWords(content.here, target) },
    floors.map((floor) => band(content, floor.number, target, new Set(counters), words)),
    liftLine(content, target, "li"));
}

/** What to do while the lift is out, for whoever is to go to another floor; null for everybody else. */
export function liftLine(content, target, tag = "p") {
  const words = liftWords(content, target);
  return words ? el(tag, { class: "lift-line" }, el("span", { "aria-hidden": "true" }, "▲ "), words) : null;
}

/** "电梯停用，请走楼梯；上楼不便请告诉工作人员", "" when the lift works or nobody has to take it. */
export function liftWords({ here, lift_works: works = true }, target) {
  if (works || !target || target === here) return "";
  return `电梯停用，请走楼梯；${here && target < here ? "下楼" : "上楼"}不便请告诉工作人员`;
}

/** "就在本楼", "上 1 层楼", "下 2 层楼". */
export function wayWords(here, target) {
  if (!here || here === target) return here ? "就在本楼" : "";
  return target > here ? `从这里上 ${target - here} 层楼` : `从这里下 ${here - target} 层楼`;
}

function band(content, floor, target, counters, words) {
  const there = floor === target;
  const known = content.counters.filter((counter) => counter.floor === floor);
  return el("li", { class: "way-floor", dataset: { floor, there: there ? "true" : "false" } },
    el("span", { class: "way-name" }, floorMark(floor)),
    el("span", { class: "way-counters" }, there
      ? known.map(({ number }) => el("span", { class: "way-counter number", dataset: { on: counters.has(number) ? "true" : "false" } }, number))
      : null),
    el("span", { class: "way-here" }, floor === content.here ? "您在这里" : there ? words : ""));
}
