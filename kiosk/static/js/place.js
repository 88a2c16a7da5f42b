/** A slip that somebody scans: their place in line, back into it after a missed call, and another visit. */

import { ApiProblem, el } from "/static/js/hall.js";
import { counterWords, floorMark, picture, ring } from "./parts.js";
import { showUnlock } from "./progress.js";
import { button, show } from "./stage.js";
import { expected, showTicket } from "./ticket.js";
import { showTrouble } from "./trouble.js";
import { way } from "./way.js";

const HOME_SECONDS = 20;
/** What the drawing says of the floor that concerns somebody in each state. */
const HERE = {
  waiting: "请到这里等", called: "请现在到这里", serving: "正在这里办", held: "请在附近等", no_show: "请到这里问",
};
/** From here on a case may have been opened. */
const AT_WORK = new Set(["serving", "held", "served"]);
/** Numbers that somebody still waits with, and slips that may not have come out. */
const IN_LINE = new Set(["waiting", "called", "held"]);
const MISSING = new Set(["failed", "unconfirmed"]);
/** Why a slip does not put its holder back by itself. */
const STAFF_PUT_BACK = {
  reinstated_already: "这张小票已经排回过一次，号还有效",
  clerk_reinstates: "没听到没关系，号还有效",
};

/** @param {string} token what the scanner typed */
export async function showPlace(kiosk, token) {
  try {
    const ticket = await kiosk.desk.ticket(token);
    if (ticket.service_day !== kiosk.clock().day) drawOld(kiosk, ticket);
    else if (ticket.state === "no_show") await putBack(kiosk, ticket);
    else draw(kiosk, ticket, standing(ticket));
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    if (problem.status === 404 && await kiosk.desk.isCase(token)) showUnlock(kiosk, token);
    else refused(kiosk, problem);
  }
}

/** Whoever missed the call goes back into line by the hall's rule; where it is left to staff, to them. */
async function putBack(kiosk, missed) {
  try {
    const ticket = await kiosk.desk.reinstate(missed.token);
    draw(kiosk, ticket, {
      title: "已为您排回来", sentence: `没听到没关系。${people(ticket)}，请在 ${ticket.floor}楼 等`, more: expected(ticket),
    });
  } catch (problem) {
    const why = STAFF_PUT_BACK[problem.code];
    if (!why) throw problem;
    draw(kiosk, missed, { title: "请让工作人员为您排", sentence: why, more: "请到导办台，或到下面的窗口" });
  }
}

function refused(kiosk, problem) {
  if (problem.status === 404) {
    showTrouble(kiosk, { title: "查不到这张小票", sentence: "码可能已作废。请带小票或身份证，到导办台。", image: "scan" });
  } else if (problem.status === 409) {
    showTrouble(kiosk, { title: problem.title, sentence: "请到导办台，工作人员帮您排。" });
  } else {
    kiosk.unwell(problem);
  }
}

/** A number of another day is not shown large: today's number of the same name is somebody else's. */
function drawOld(kiosk, ticket) {
  const [, month, day] = ticket.service_day.split("-").map(Number);
  const served = ticket.state === "served" && kiosk.takesReturns;
  showTrouble(kiosk, {
    title: `这张小票是 ${month}月${day}日 的`, image: "clock", button: "好了",
    sentence: served ? "补交材料、领结果，请再取一个号。" : "号已过期，要办事请重新取号。",
    ways: ways(kiosk, ticket, true),
  });
}

function draw(kiosk, ticket, words) {
  const countdown = ring(HOME_SECONDS, () => kiosk.leave());
  const floor = ticket.counter_floor ?? ticket.floor;
  const here = HERE[ticket.state] && floor;
  const counters = ticket.counter ? [ticket.counter] : ticket.counters;
  show("place", [
    el("div", { class: "ticket-head" },
      el("p", { class: "ticket-label" }, "您的号"),
      el("p", { class: "ticket-number number" }, ticket.number),
      el("h1", {}, words.title),
      words.sentence ? el("p", { class: "ticket-wait" }, words.sentence) : null,
      words.more ? el("p", { class: "ticket-more" }, words.more) : null),
    here ? el("p", { class: "ticket-where" }, floorMark(floor), " ", counterWords(counters)) : null,
    here ? way(kiosk.content, floor, counters, HERE[ticket.state]) : null,
    ways(kiosk, ticket, AT_WORK.has(ticket.state) || ticket.stop > 1),
    el("div", { class: "feet" }, countdown.node, button("好了", () => kiosk.leave(), { class: "done" })),
  ], { onLeave: countdown.stop });
}

/** What else a slip opens: how the case goes, and another number to bring papers or fetch the result. */
function ways(kiosk, ticket, mayHaveCase) {
  const returns = ticket.state === "served" && kiosk.takesReturns;
  const prints = kiosk.paper.well && MISSING.has(ticket.slip.state) && IN_LINE.has(ticket.state);
  if (!returns && !mayHaveCase && !prints) return null;
  return el("div", { class: "place-ways" },
    prints ? button([picture("printer"), "补打小票"], () => printAgain(kiosk, ticket), { class: "look-up reprint" }) : null,
    returns ? button([picture("printer"), "补交材料、领结果：再取一个号"], () => kiosk.takeReturn(ticket.token), { class: "look-up return" }) : null,
    mayHaveCase ? button([picture("find"), "查办理进度"], () => showUnlock(kiosk, ticket.token), { class: "look-up" }) : null);
}

/** The slip of a number that had none: somebody kept a picture of the code. */
async function printAgain(kiosk, ticket) {
  try {
    const printed = await kiosk.desk.printAgain(ticket.token);
    showTicket(kiosk, printed, kiosk.service(printed.service_id));
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    refused(kiosk, problem);
  }
}

function people(ticket) {
  if (ticket.ahead) return `前面 ${ticket.ahead} 人`;
  // Without a wait no counter is open for it, and over a break none calls: nobody is next.
  return ticket.wait_seconds && !ticket.called_after ? "下一位就是您" : "前面没有人";
}

function standing(ticket) {
  if (ticket.state === "waiting") return { title: people(ticket), sentence: expected(ticket) };
  const words = {
    called: ["叫到您了", `请现在到 ${ticket.counter}号窗口`],
    serving: ["正在办理", `${ticket.counter}号窗口`],
    held: ["请在窗口附近稍等", "您的号留着，一会儿接着办"],
    served: ["窗口办理结束了", ""],
    cancelled: ["这个号已经取消", "要办事，请重新取号"],
    expired: ["这个号已经过期", "要办事，请重新取号"],
  }[ticket.state] ?? ["请问导办台", ""];
  return { title: words[0], sentence: words[1] };
}
