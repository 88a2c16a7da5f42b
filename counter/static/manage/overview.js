/** The hall at a glance: numbers first, then who waits, who serves, and what is broken. */

import { el } from "/static/js/hall.js";
import { faultsFirst, fleetVerdict, isTroubled, partsOf, partTitle } from "./device_words.js";
import { alerts, COUNTER_STATES, floorText, isResting, isUnattended, KINDS, minutesText, secondsBetween, verdict } from "./words.js";

const at = (id) => document.getElementById(id);
/** So many numbers of a standstill are named in the line itself. */
const FEW = 8;
/** So many devices in trouble are named on the first panel. */
const FEW_PARTS = 5;

/** Draw everything of one answer. */
export function drawOverview(overview, facts) {
  drawVerdict(verdict(overview, facts));
  drawAlerts(overview);
  drawNumbers(overview);
  at("waiting").replaceChildren(...waiting(overview, facts));
  at("counters").replaceChildren(...counters(overview, facts));
  at("health").replaceChildren(...health(overview, facts));
}

/** A state as a tag: shape and word beside the colour. */
export function stateTag({ word, kind }) {
  const { tag, shape } = KINDS[kind];
  return el("span", { class: `tag ${tag}` }, el("span", { "aria-hidden": "true" }, shape), word);
}

function drawVerdict({ kind, text, lead }) {
  at("verdict").dataset.kind = kind;
  at("verdict").replaceChildren(el("span", { class: "verdict-shape", "aria-hidden": "true" }, KINDS[kind].shape), el("b", {}, text), el("span", {}, lead));
}

let alertsDrawn = "";

/** What else everybody must know; drawn anew only when it changes, so that an opened list stays open. */
function drawAlerts(overview) {
  const told = alerts(overview);
  if (JSON.stringify(told) === alertsDrawn) return;
  alertsDrawn = JSON.stringify(told);
  at("alerts").hidden = !told.length;
  at("alerts").replaceChildren(...told.map(({ text, lead, numbers = [] }) => el("li", {},
    el("span", { "aria-hidden": "true" }, "▲"), el("p", {}, el("b", {}, text), lead, numberList(numbers)))));
}

/** A few numbers at once, all of a crowd on demand. */
function numberList(numbers) {
  const first = el("b", { class: "alert-numbers" }, numbers.slice(0, FEW).join("、"));
  if (numbers.length <= FEW) return numbers.length ? first : null;
  return el("details", {}, el("summary", {}, first, ` 等 ${numbers.length} 个`), el("span", { class: "alert-numbers" }, numbers.slice(FEW).join("、")));
}

function drawNumbers({ today, slips, counters: desks }) {
  const serving = desks.filter((counter) => counter.ticket).length;
  const rows = [
    ["在等", today.waiting],
    ["在窗口", serving],
    ["现在挂起", today.held ?? 0],
    ["现在过号", today.no_show],
    ["今天取号", today.issued],
    ["今天办结", today.served],
    ["小票没打出来", slips.failed, slips.failed > 0],
  ];
  at("numbers").replaceChildren(
    ...rows.map(([name, value, wrong]) => el("div", { class: wrong ? "number-wrong" : "" }, el("dt", {}, wrong && el("span", { "aria-hidden": "true" }, "◆ "), name), el("dd", {}, value))),
  );
}

function waiting(overview, facts) {
  const { waiting: rows } = overview;
  const resting = isResting(overview);
  const longest = Math.max(facts.long_wait_seconds, ...rows.map((row) => row.longest_seconds));
  const floors = [...facts.floors.map((floor) => floor.number), null];
  return floors
    .map((floor) => [floor, rows.filter((row) => row.floor === floor && row.count > 0)])
    .filter(([floor, found]) => floor !== null || found.length)
    .map(([floor, found]) => {
      const sum = found.reduce((total, row) => total + row.count, 0);
      return el(
        "section",
        { class: "floor" },
        el("h3", {}, floorMark(floor, facts), el("span", {}, sum ? `${sum} 人在等` : "没有人在等")),
        found.map((row) => waitingRow(row, longest, !resting && row.longest_seconds >= facts.long_wait_seconds)),
      );
    });
}

function waitingRow(row, longest, long) {
  return el(
    "div",
    { class: "series", dataset: { long: String(long) } },
    el("b", { class: "series-letter" }, row.series),
    el("span", { class: "series-count" }, el("b", {}, row.count), " 人"),
    el("progress", { class: "series-wait", max: longest, value: row.longest_seconds, "aria-label": "最久的等待" }),
    el("span", { class: "series-longest" }, long && "◆ ", `最久 ${minutesText(row.longest_seconds)}`),
  );
}

function floorMark(floor, facts) {
  return el("span", { class: "floor-mark", dataset: { floor: String(floor) } }, floorText(floor, facts));
}

function counters({ counters: desks, at: now, counters_open_at: opens }, facts) {
  return facts.floors.map((floor) => {
    const here = desks.filter((counter) => counter.floor === floor.number);
    const open = here.filter((counter) => counter.state === "open").length;
    return el(
      "section",
      { class: "floor" },
      el("h3", {}, floorMark(floor.number, facts), el("span", {}, `${here.length} 个窗口，${open} 个开着`)),
      el("div", { class: "desks" }, here.map((counter) => desk(counter, now, !opens && isUnattended(counter)))),
    );
  });
}

function desk(counter, now, unattended) {
  const { shape, word } = COUNTER_STATES[counter.state];
  const held = counter.held ?? [];
  const idle = counter.state === "open" ? "空闲" : word;
  const paused = counter.state === "paused" && counter.since ? ` ${Math.floor(secondsBetween(counter.since, now) / 60)}分` : "";
  return el(
    "div",
    {
      class: "desk",
      dataset: { state: counter.state, busy: String(Boolean(counter.ticket)), unattended: String(unattended) },
    },
    el("b", { class: "desk-number" }, counter.number),
    el("span", { class: "desk-ticket number" }, counter.ticket ? [unattended && `${KINDS.bad.shape} `, counter.ticket] : [el("span", { "aria-hidden": "true" }, `${unattended ? KINDS.bad.shape : shape} `), idle]),
    unattended && !counter.clerk && el("span", { class: "desk-clerk" }, "没人接待"),
    counter.clerk && el("span", { class: "desk-clerk", title: counter.clerk }, counter.clerk, paused),
    held.length > 0 && el("span", { class: "desk-held" }, `挂起 ${held.join("、")}`),
  );
}

/** What is in trouble, in a few lines; all of it stands in the panel of the devices. */
function health(overview, facts) {
  const parts = partsOf(overview, facts);
  const troubled = faultsFirst(parts.filter(isTroubled));
  const { text } = fleetVerdict(parts);
  return [
    troubled.length === 0 && el("p", { class: "message message-good" }, `✓ ${text}`),
    slipLine(overview.slips),
    troubled.length > 0 && el("ul", { class: "parts" }, troubled.slice(0, FEW_PARTS).map(part)),
    el("p", {}, el("a", { href: "#devices" }, troubled.length > FEW_PARTS ? `还有 ${troubled.length - FEW_PARTS} 台，看全部设备` : `看全部 ${parts.length} 台设备`)),
    assumedLine(overview.configuration),
  ].filter(Boolean);
}

function part(one) {
  const title = partTitle(one);
  return el("li", { title: one.lead || null }, el("span", { class: "part-name" }, el("b", {}, title), one.since && el("small", { class: "muted" }, one.since)), stateTag(one.state));
}

function slipLine(slips) {
  const words = [
    ["confirmed", "已打出"],
    ["unconfirmed", "说不准"],
    ["pending", "等打印"],
    ["failed", "没打出来"],
  ];
  return el("p", { class: "slips" }, "今天的小票：", words.map(([state, word]) => [el("span", { class: state === "failed" && slips.failed ? "slips-failed" : "" }, word, " ", el("b", {}, slips[state] ?? 0)), "　"]));
}

function assumedLine({ number, assumed }) {
  if (!assumed.length) return el("p", { class: "slips" }, `大厅资料第 ${number} 版。`);
  return el("p", { class: "message message-amber assumed" }, `◇ 大厅资料第 ${number} 版：${assumed.length} 类还是默认的，请核对。`, el("a", { href: "#settings" }, "去看"));
}
