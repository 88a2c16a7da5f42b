/** What each key of the console means, and when it rests. */

import { choose } from "./dialog.js";
import { clock, plannedStop } from "./words.js";

const NO_TICKET = "窗口没有号";
const LINE_LOST = "断线了，先不叫下一位";

/** @param {import("./actions.js").Actions} actions @returns {import("./keys.js").KeySpec[]} */
export function counterKeys(actions) {
  return [
    { key: "F2", large: true, face: nextFace, press: () => actions.next() },
    { key: "F3", face: recallFace, press: () => actions.recall() },
    { key: "F4", face: startFace, press: () => actions.start() },
    { key: "F6", face: missedFace, press: () => actions.missed() },
    { key: "F8", face: finishFace, press: () => actions.finish() },
    { key: "F7", face: holdFace, press: () => actions.hold() },
    { key: "F9", face: moreFace, press: () => actions.more() },
    { key: "F10", face: pauseFace, press: () => actions.pause() },
  ];
}

function nextFace({ ticket, counter, linked }) {
  const off = linked ? undefined : LINE_LOST;
  if (counter?.state === "paused") return { label: "恢复服务", hint: "窗口暂停中", off };
  const until = counter?.quiet_until;
  if (until) return quietFace(ticket, clock(until), off);
  const waits = counter?.queue.filter((entry) => entry.state === "waiting").length ?? 0;
  const hint = waits ? `下一位 ${counter.queue[0].number}` : counter?.elsewhere > 0 ? "没有本窗口可叫的号" : "现在没有人等";
  return ticket ? { label: "办结，叫下一位", hint, off } : { label: "呼叫下一位", hint, off };
}

/** Around a break nobody is called: the large key ends what is there, and says when it calls again. */
function quietFace(ticket, time, off) {
  if (ticket) return { label: "办结", hint: `先不叫下一位，${time} 接着叫`, off };
  return { label: "呼叫下一位", off: off ?? `午休前后不叫号，${time} 接着叫` };
}

function recallFace({ ticket }) {
  return { label: "重呼", hint: "再叫一次", off: onlyCalled(ticket) };
}

function startFace({ ticket }) {
  return { label: "开始办理", hint: "人到了", off: onlyCalled(ticket), due: ticket?.state === "called" };
}

function missedFace({ ticket, counter, data }) {
  const left = ticket ? data.calls_before - ticket.calls : 0;
  const early = counter?.quiet_until ? "午休前后不过号" : left > 0 ? `再叫 ${left} 次才行` : undefined;
  return { label: "过号", hint: "人没来", off: onlyCalled(ticket) ?? early };
}

function finishFace({ ticket }) {
  if (plannedStop(ticket)) return { label: "办结这一站", hint: "去下一站" };
  return { label: "办结", hint: "不叫下一位", off: ticket ? undefined : NO_TICKET };
}

function holdFace({ ticket }) {
  return { label: "挂起", hint: "先放一放", off: ticket ? undefined : NO_TICKET };
}

function moreFace() {
  return { label: "更多", hint: "转移、找号…" };
}

function pauseFace({ counter, ticket }) {
  if (counter?.state === "paused") return { label: "恢复", hint: "接着叫号" };
  return { label: "暂停", hint: "先不叫号", off: ticket ? "先处理窗口上的号" : undefined };
}

function onlyCalled(ticket) {
  if (!ticket) return NO_TICKET;
  return ticket.state === "called" ? undefined : "已经开始办理";
}

/** What becomes of a person who was called when the next one is to be called; null to go back. */
export function askPrevious(ticket, data) {
  const left = data.calls_before - ticket.calls;
  return choose({
    title: `${ticket.number} 怎么样了？`,
    options: [
      { value: "finish", label: "办完了，叫下一位" },
      { value: "no_show", label: "没有来，过号，叫下一位", off: left > 0 ? `再叫 ${left} 次才能过号` : undefined },
    ],
  });
}

/** What becomes of a person who was called and has not come when a break begins; null to go back. */
export function askBeforeBreak(ticket, until) {
  return choose({
    title: `${ticket.number} 怎么样了？`, text: `午休前后不叫号，${clock(until)} 接着叫。`,
    options: [
      { value: "finish", label: "办完了" },
      { value: "requeue", label: "没有来，放回队里", hint: `按原来的先后，${clock(until)} 以后再叫` },
      { value: "no_show", label: "没有来，过号", off: "午休前后不过号" },
    ],
  });
}

/** Sending a number where nobody is at work is asked once more. */
export async function maySendTo(where) {
  const chosen = await choose({
    title: `${where}没有人在岗，确定转去？`, text: "号会在那里等，直到有窗口开着。",
    options: [{ value: false, label: "不转了" }, { value: true, label: "转去" }],
  });
  return Boolean(chosen?.value);
}

const BACK = { value: "requeue", label: "放回队里", hint: "群众回座位等，按原来的先后，由别的窗口再叫" };
const LEFT = { value: "hand_over", label: "留给接班的人", hint: "群众留在这里等，接班的人上岗后接着办" };

/**
 * What becomes of the numbers at a counter whose clerk leaves: the open one and the held ones.
 * @param {{number: string, place: string}[]} left
 * @returns {Promise<{back: string[], handOver: boolean}|null>} which go back into the line, and whether others
 *   stay for the next clerk; null to go on working
 */
export async function askLeaving(counter, left) {
  const title = `从${counter}号窗口下岗？`;
  const numbers = left.map((one) => one.number);
  if (!numbers.length) {
    const chosen = await choose({ title, text: "下岗后这个窗口不再叫号。", options: [{ value: true, label: "下岗" }] });
    return chosen && { back: [], handOver: false };
  }
  const chosen = await choose({
    title, text: `${left.map(named).join("、")}还没办完。没有人接班，请放回队里。`,
    options: [
      { ...BACK, label: "放回队里再下岗" },
      { ...LEFT, label: "交班并下岗" },
      ...(numbers.length > 1 ? [{ value: "each", label: "一个一个选", hint: "有的放回队里，有的留给接班的人" }] : []),
      { value: "stay", label: "先不下岗", hint: "接着办，号不动" },
    ],
  });
  if (chosen?.value === "each") return askEach(left);
  if (!chosen || chosen.value === "stay") return null;
  return chosen.value === "requeue" ? { back: numbers, handOver: false } : { back: [], handOver: true };
}

async function askEach(left) {
  const back = [];
  for (const one of left) {
    const chosen = await choose({ title: `${named(one)}怎么办？`, options: [BACK, LEFT] });
    if (!chosen) return null;
    if (chosen.value === "requeue") back.push(one.number);
  }
  return { back, handOver: back.length < left.length };
}

function named({ number, place }) {
  return `${number}（${place}）`;
}
