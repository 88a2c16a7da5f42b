/** The left side of the console: the person at the counter, as far as the ticket tells. */

import { el } from "/static/js/hall.js";
import { fill } from "./drawing.js";
import { slipTag } from "./slip_tag.js";
import { TICKET_STATES, needsWords, nextStopWords, plannedStop, reasonText, takenWords } from "./words.js";

const LANGUAGES = new Intl.DisplayNames(["zh-CN"], { type: "language" });
const LOOKS = { called: "tag-copper", serving: "tag-pine" };

export class Person {
  /** @param {HTMLElement} place @param {import("./state.js").ConsoleState} state
   *  @param {{openCase: (number: string) => void, printSlip: () => void}} wishes */
  constructor(place, state, wishes) {
    Object.assign(this, { place, state, wishes });
    this.drawn = "";
    state.listen(() => this.draw());
  }

  draw() {
    const { ticket, call } = this.state;
    const drawn = JSON.stringify([ticket, call]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.place, ticket ? this.ofTicket(ticket) : this.nobody());
  }

  nobody() {
    return [
      el("p", { class: "person-free" }, "空闲"),
      el("p", { class: "muted" }, "窗口上没有号。"),
    ];
  }

  ofTicket(ticket) {
    return [
      el("p", { class: "person-number" }, ticket.number),
      el("p", null, el("span", { class: `tag ${LOOKS[ticket.state] ?? ""}` }, this.stateWords(ticket))),
      el("h2", { class: "person-event" }, ticket.service_title),
      ticket.service_name !== ticket.service_title && el("p", { class: "muted small" }, ticket.service_name),
      el("dl", { class: "facts" }, this.facts(ticket)),
      this.nextStop(ticket),
      this.reception(ticket),
      this.slip(ticket),
      this.cases(ticket),
    ];
  }

  stateWords(ticket) {
    const times = ticket.calls > 1 ? `，叫了 ${ticket.calls} 次` : "";
    return `${TICKET_STATES[ticket.state] ?? ticket.state}${ticket.state === "called" ? times : ""}`;
  }

  facts(ticket) {
    const { data } = this.state;
    const answer = data.answers[ticket.service_id]?.[ticket.answer]?.text;
    const needs = needsWords(ticket, data.reasons);
    return [
      fact("取号", takenWords(ticket)),
      answer && fact("选的是", answer),
      ticket.priority_reason && fact("优先", reasonText(data.reasons, "priority", ticket.priority_reason), "copper"),
      needs && fact("需要", needs, "copper"),
      ticket.language !== "zh" && fact("语言", LANGUAGES.of(ticket.language)),
      ticket.stops.length > 1 && fact("环节", `第 ${ticket.stop} 站，共 ${ticket.stops.length} 站`),
    ];
  }

  /** Told before the person goes: the number stays, and is called there next. */
  nextStop(ticket) {
    if (!plannedStop(ticket)) return null;
    return el("p", { class: "next-stop" }, "办完后下一站：", el("b", null, nextStopWords(ticket, this.state.data.services)));
  }

  /** Only what screens and loudspeakers have confirmed may be held against a person who missed a call. */
  reception(ticket) {
    const { call } = this.state;
    if (ticket.state !== "called" || call.id !== ticket.announcement || !(call.shown || call.sounded)) return null;
    const confirmed = [call.shown && "大屏已显示", call.sounded && "广播已播"].filter(Boolean);
    return el("p", { class: "small muted" }, confirmed.join(" · "));
  }

  slip(ticket) {
    return el("p", { class: "slip-line" }, slipTag("小票", ticket.slip.state, ticket.slip.place),
      el("button", { type: "button", class: "button button-quiet small-button", onclick: this.wishes.printSlip },
        "补打"));
  }

  cases(ticket) {
    if (!ticket.cases.length) return null;
    return el("div", { class: "person-cases" }, el("p", { class: "small muted" }, `这个号的办件`),
      ticket.cases.map((number) => el("button", {
        type: "button", class: "button case-link", onclick: () => this.wishes.openCase(number),
      }, number)));
  }
}

function fact(name, value, look) {
  return el("div", { class: look === "copper" ? "fact copper" : "fact" }, el("dt", null, name), el("dd", null, value));
}
