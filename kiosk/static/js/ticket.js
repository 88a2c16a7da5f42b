/** The number just taken: large, with the way, the code, and what became of the slip. */

import { callText, el, floorShape } from "/static/js/hall.js";
import { counterWords, picture, ring } from "./parts.js";
import { button, say, show } from "./stage.js";
import { way } from "./way.js";

const HOME_SECONDS = 20;
/** The slip's state also comes over the live line; asking is for the time when that is down. */
const ASK_MS = 1500;

/** @param {string} over what stands above the number */
export function showTicket(kiosk, ticket, service, over = "您的号是") {
  const slip = el("section", { class: "slip", role: "status" });
  const countdown = ring(HOME_SECONDS, () => kiosk.leave());
  const watch = watchSlip(kiosk, ticket, (state) => {
    drawSlip(kiosk, ticket, slip, state, countdown);
    countdown.again();
  });
  show("ticket", [
    el("div", { class: "ticket-head" },
      el("h1", {}, over),
      el("p", { class: "ticket-number number" }, ticket.number),
      el("p", { class: "ticket-where" }, "请到 ", el("span", { class: "floor-mark", dataset: { floor: ticket.floor } },
        `${ticket.floor}楼 ${floorShape(ticket.floor)}`), " 等候"),
      el("p", { class: "ticket-wait" }, waitLine(ticket)),
      ticket.counters.length ? el("p", { class: "ticket-counters muted" }, counterWords(ticket.counters)) : null),
    way(kiosk.content, ticket.floor, ticket.counters),
    el("div", { class: "ticket-paper" },
      el("figure", { class: "code" },
        el("img", { src: ticket.qr_svg_url, alt: "您的号的方码" }),
        el("figcaption", {}, codeWords(kiosk))),
      slip),
    el("p", { class: "ticket-farewell" }, kiosk.content.wording[service.farewell]),
    el("div", { class: "feet" }, countdown.node, button("好了", () => kiosk.leave(), { class: "done" })),
  ], { onLeave: () => { countdown.stop(); watch.stop(); } });
  drawSlip(kiosk, ticket, slip, ticket.slip.state, countdown);
}

/** When the holder of a number may expect the call, in a sentence that can follow others. */
export function expected(ticket) {
  return ticket.wait_seconds || ticket.called_after ? callText(ticket) : "等多久现在还说不准";
}

function waitLine(ticket) {
  const people = ticket.ahead ? `前面 ${ticket.ahead} 人` : "前面没有人";
  return `${people}，${expected(ticket)}`;
}

function codeWords(kiosk) {
  return kiosk.content.phone_reachable
    ? "手机扫码：看还有几人，办理后查进度"
    : "在取号机上扫一扫小票：看还有几人";
}

function watchSlip(kiosk, ticket, tell) {
  let state = ticket.slip.state;
  const take = (next) => {
    if (next === state) return;
    state = next;
    tell(state);
  };
  const end = kiosk.desk.onSlip((slip) => slip.ticket === ticket.number && take(slip.state));
  const timer = setInterval(async () => {
    if (state !== "pending") return;
    try {
      take((await kiosk.desk.ticket(ticket.token)).slip.state);
    } catch (problem) {
      // The number is valid whatever the line does; the next turn asks again.
      console.info("slip state unknown", problem.code);
    }
  }, ASK_MS);
  return { stop: () => { end(); clearInterval(timer); } };
}

const SLIPS = {
  pending: { image: "printer", title: "正在打印小票", sentence: "请稍等一下。" },
  confirmed: { image: "tick", title: "小票已打印", sentence: "请拿好小票。看到或听到您的号，再去窗口。" },
  failed: { image: "hand", title: "没有打出小票", sentence: "号有效。请拍照或记下，工作人员已知道。没有手机，请到导办台。" },
  none: { image: "hand", title: "这里不打小票", sentence: "号有效。请拍照或记下您的号。没有手机，请到导办台。" },
};

function drawSlip(kiosk, ticket, node, state, countdown) {
  node.dataset.slip = state;
  document.documentElement.dataset.slip = state;
  if (state === "unconfirmed") {
    askSlip(kiosk, ticket, node, countdown);
    return;
  }
  const words = SLIPS[state] ?? SLIPS.none;
  node.replaceChildren(picture(words.image), el("div", {}, el("h2", {}, words.title), el("p", {}, words.sentence)));
  say(`${words.title}。${words.sentence}`);
}

/** Bytes were sent and nothing tells: only the person in front of the printer knows. */
function askSlip(kiosk, ticket, node, countdown) {
  const itCame = () => drawSlip(kiosk, ticket, node, "confirmed", countdown);
  const again = async () => {
    countdown.again();
    try {
      const printed = await kiosk.desk.printAgain(ticket.token);
      drawSlip(kiosk, ticket, node, printed.slip.state, countdown);
    } catch (problem) {
      console.info("no second slip", problem.code);
      drawSlip(kiosk, ticket, node, "failed", countdown);
    }
  };
  node.replaceChildren(picture("printer"), el("div", {}, el("h2", {}, "小票出来了吗？"),
    el("div", { class: "slip-answers" },
      button("出来了", itCame, { class: "button-primary" }),
      button("没出来，再打一张", again))));
  say("小票出来了吗？");
}
