/** A slip that somebody scans: their place in line, and back into it after a missed call. */

import { ApiProblem, el, waitText } from "/static/js/hall.js";
import { counterWords, floorMark, picture, ring } from "./parts.js";
import { showUnlock } from "./progress.js";
import { button, show } from "./stage.js";
import { showTrouble } from "./trouble.js";
import { way } from "./way.js";

const HOME_SECONDS = 20;
/** What the drawing says of the floor that concerns somebody in each state. */
const HERE = { waiting: "请到这里等", called: "请现在到这里", serving: "正在这里办", held: "请在附近等" };
/** From here on a case may have been opened. */
const AT_WORK = new Set(["serving", "held", "served"]);

/** @param {string} token what the scanner typed */
export async function showPlace(kiosk, token) {
  try {
    let ticket = await kiosk.desk.ticket(token);
    const missed = ticket.state === "no_show" ? ticket.calls : 0;
    if (missed) ticket = await kiosk.desk.reinstate(token);
    draw(kiosk, ticket, missed);
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    refused(kiosk, problem);
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

function draw(kiosk, ticket, missed) {
  if (ticket.service_day !== kiosk.clock().day) {
    const [, month, day] = ticket.service_day.split("-").map(Number);
    showTrouble(kiosk, {
      title: `这张小票是 ${month}月${day}日 的`, sentence: "号已过期，要办事请重新取号。查进度，请点下面。",
      image: "clock", button: "查进度", work: () => showUnlock(kiosk, ticket.token),
    });
    return;
  }
  const words = standing(ticket, missed);
  const countdown = ring(HOME_SECONDS, () => kiosk.leave());
  const floor = ticket.counter_floor ?? ticket.floor;
  const moving = ["waiting", "called", "serving", "held"].includes(ticket.state);
  show("place", [
    el("div", { class: "ticket-head" },
      el("p", { class: "ticket-label" }, "您的号"),
      el("p", { class: "ticket-number number" }, ticket.number),
      el("h1", {}, words.title),
      words.sentence ? el("p", { class: "ticket-wait" }, words.sentence) : null),
    moving && floor ? el("p", { class: "ticket-where" }, floorMark(floor), " ",
      ticket.counter ? `${ticket.counter}号窗口` : counterWords(ticket.counters)) : null,
    moving && floor ? way(kiosk.content, floor, ticket.counter ? [ticket.counter] : ticket.counters, HERE[ticket.state]) : null,
    AT_WORK.has(ticket.state) || ticket.stop > 1
      ? button([picture("find"), "查办理进度"], () => showUnlock(kiosk, ticket.token), { class: "look-up" }) : null,
    el("div", { class: "feet" }, countdown.node, button("好了", () => kiosk.leave(), { class: "done" })),
  ], { onLeave: countdown.stop });
}

function standing(ticket, missed) {
  // Without a wait no counter is open for it: nobody is next.
  const nobody = ticket.wait_seconds ? "下一位就是您" : "前面没有人";
  const people = ticket.ahead ? `前面 ${ticket.ahead} 人` : nobody;
  if (missed) return { title: "已为您排回来", sentence: `没听到没关系。${people}，请在 ${ticket.floor}楼 等` };
  if (ticket.state === "waiting") {
    return { title: people, sentence: ticket.wait_seconds ? waitText(ticket.wait_seconds) : "等多久现在还说不准" };
  }
  const words = {
    called: ["叫到您了", `请现在到 ${ticket.counter}号窗口`],
    serving: ["正在办理", `${ticket.counter}号窗口`],
    held: ["请在窗口附近稍等", "您的号留着，一会儿接着办"],
    served: ["窗口办理结束了", "查进度，请点下面"],
    cancelled: ["这个号已经取消", "要办事，请重新取号"],
    expired: ["这个号已经过期", "要办事，请重新取号"],
  }[ticket.state] ?? ["请问导办台", ""];
  return { title: words[0], sentence: words[1] };
}

/** Whether a scanner's line ends in something that can be a ticket's code. */
export function codeIn(typed) {
  const end = typed.trim().slice(-26).toLowerCase();
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(end) ? end : null;
}
