/** The number just taken: large, with the way, the code, and what became of the slip. */

import { callText, el, floorShape } from "/static/js/hall.js";
import { counterWords, picture, ring } from "./parts.js";
import { button, say, show } from "./stage.js";
import { way } from "./way.js";

const HOME_SECONDS = 20;
/** The slip's state also comes over the live line; asking is for the time when that is down. */
const ASK_MS = 1500;
const WITHOUT_PAPER = new Set(["failed", "none"]);

/** @param {string} over what stands above the number */
export function showTicket(kiosk, ticket, service, over = "您的号是") {
  const slip = el("section", { class: "slip", role: "status" });
  const countdown = ring(HOME_SECONDS, () => kiosk.leave());
  const caption = el("figcaption");
  const paper = new Paper(kiosk, ticket, { slip, caption, countdown });
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
        caption),
      slip),
    el("p", { class: "ticket-farewell" }, kiosk.content.wording[service.farewell]),
    el("div", { class: "feet" }, countdown.node, button("好了", () => kiosk.leave(), { class: "done" })),
  ], { onLeave: () => { countdown.stop(); paper.stop(); } });
  paper.draw();
}

/** When the holder of a number may expect the call, in a sentence that can follow others. */
export function expected(ticket) {
  return ticket.wait_seconds || ticket.called_after ? callText(ticket) : "等多久现在还说不准";
}

function waitLine(ticket) {
  const people = ticket.ahead ? `前面 ${ticket.ahead} 人` : "前面没有人";
  return `${people}，${expected(ticket)}`;
}

/** What the code is good for: without a slip it is the picture of it that is scanned. */
function codeWords(kiosk, state) {
  if (kiosk.content.phone_reachable) return "手机扫码：看还有几人，办理后查进度";
  return WITHOUT_PAPER.has(state) ? "请拍下来，取号机上能扫" : "在取号机上扫一扫小票：看还有几人";
}

/** What is said of a slip at this kiosk's own printer. */
const SLIPS = {
  pending: { image: "printer", title: "正在打印小票", sentence: "请稍等一下。" },
  confirmed: { image: "tick", title: "小票已打印", sentence: "请拿好小票。看到或听到您的号，再去窗口。" },
  failed: { image: "hand", title: "没有打出小票", sentence: "号有效。请拍照或记下，工作人员已知道。没有手机，请到导办台。" },
  none: { image: "hand", title: "这里不打小票", sentence: "号有效。请拍照或记下您的号。没有手机，请到导办台。" },
};
/** And of one that comes out elsewhere: nobody here can see whether it did. */
const ELSEWHERE = {
  pending: { image: "printer", title: (place) => `小票改到${place}`, sentence: "请稍等一下。号有效，可以先拍照。" },
  confirmed: { image: "tick", title: (place) => `小票在${place}`, sentence: "这里没打出来，已在那里打好，请去拿。" },
  unconfirmed: { image: "hand", title: (place) => `小票可能在${place}`, sentence: "号有效。请拍照或记下，不用等小票。" },
};

function wordsOf({ state, place }) {
  const there = place && ELSEWHERE[state];
  return there ? { ...there, title: there.title(place) } : SLIPS[state] ?? SLIPS.none;
}

/** What becomes of the slip of the number on the screen. */
class Paper {
  constructor(kiosk, ticket, { slip, caption, countdown }) {
    Object.assign(this, { kiosk, ticket, node: slip, caption, countdown, slip: ticket.slip });
    this.ends = [
      kiosk.desk.onSlip((slip) => slip.ticket === ticket.number && this.take(slip)),
      kiosk.desk.onPaper(() => this.slip.state === "failed" && this.draw()),
    ];
    this.timer = setInterval(() => this.ask(), ASK_MS);
  }

  stop() {
    this.ends.forEach((end) => end());
    clearInterval(this.timer);
  }

  take({ state, place }) {
    if (state === this.slip.state && place === this.slip.place) return;
    this.slip = { state, place };
    this.draw();
    this.countdown.again();
  }

  async ask() {
    if (this.slip.state !== "pending") return;
    try {
      this.take((await this.kiosk.desk.ticket(this.ticket.token)).slip);
    } catch (problem) {
      // The number is valid whatever the line does; the next turn asks again.
      console.info("slip state unknown", problem.code);
    }
  }

  draw() {
    const { state, place } = this.slip;
    this.node.dataset.slip = state;
    document.documentElement.dataset.slip = state;
    this.caption.textContent = codeWords(this.kiosk, state);
    // Bytes were sent and nothing tells: only the person in front of the printer knows, and is asked once.
    if (state === "unconfirmed" && !place && !this.asked) this.drawQuestion();
    else if (state === "unconfirmed" && !place) this.drawWords(wordsOf({ state: "failed" }));
    else this.drawWords(wordsOf(this.slip));
  }

  drawWords({ image, title, sentence }) {
    const again = this.slip.state === "failed" && this.kiosk.paper.well;
    this.node.replaceChildren(picture(image), el("div", {}, el("h2", {}, title), el("p", {}, sentence),
      again ? el("div", { class: "slip-answers" }, button("补打小票", () => this.printAgain())) : null));
    say(`${title}。${sentence}`);
  }

  drawQuestion() {
    this.node.replaceChildren(picture("printer"), el("div", {}, el("h2", {}, "小票出来了吗？"),
      el("div", { class: "slip-answers" },
        button("出来了", () => this.take({ state: "confirmed" }), { class: "button-primary" }),
        button("没出来，再打一张", () => this.printOnceMore()))));
    say("小票出来了吗？");
  }

  printOnceMore() {
    this.asked = true;
    return this.printAgain();
  }

  async printAgain() {
    this.countdown.again();
    try {
      this.take((await this.kiosk.desk.printAgain(this.ticket.token)).slip);
    } catch (problem) {
      console.info("no second slip", problem.code);
      this.take({ state: "failed" });
    }
  }
}
