/** Giving a number for somebody who cannot or will not use the kiosk, and finding a number by hand or scanner. */

import { api, callText, el } from "/static/js/hall.js";
import { choose } from "./dialog.js";
import { IssueForm } from "./issue_form.js";
import { UNANSWERED } from "./presses.js";
import { pickService } from "./services.js";
import { TICKET_STATES, numberText, waitSentence } from "./words.js";

const TOKEN = /[0-9a-hjkmnp-tv-z]{26}$/i;
const LOOKED_UP = 200;

export class Issuing {
  /** @param {import("./state.js").ConsoleState} state @param {import("./presses.js").Presses} presses
   *  @param {(entry: object) => void} onPick what may be done with a number of today */
  constructor(state, presses, onPick) {
    Object.assign(this, { state, presses, onPick });
  }

  /** Take a number for somebody: which service, and what the person needs. */
  async issue() {
    const { data, counter } = this.state;
    const id = await pickService(data, "替群众取号：办什么？");
    if (!id) return;
    const form = new IssueForm(data, counter?.floor ?? null, () => pickService(data, "办完还要去办什么？"));
    let given = null;
    await choose({
      title: `替群众取号：${data.services.find((one) => one.id === id).title}`, wide: true, body: form.root,
      ready: () => form.missing(),
      settle: async () => {
        let refusal = UNANSWERED;
        const quiet = (problem) => {
          refusal = problem.status ? problem.title : UNANSWERED;
          return true;
        };
        given = await this.presses.send("/tickets", { service_id: id, ...form.wishes }, { quiet });
        return given ? null : refusal;
      },
      options: [{ value: true, label: "取号" }],
    });
    if (given) await this.tell(given.data, form.wishes);
  }

  async tell(ticket, wishes) {
    this.presses.read();
    const counters = await this.presses.counters();
    const here = (one) => one.state === "open" && (!ticket.floor || one.floor === ticket.floor);
    const nobody = counters && !counters.some(here);
    const where = [ticket.floor && `请到 ${ticket.floor}楼 等候`, `前面 ${ticket.ahead} 人`, callText(ticket)].filter(Boolean).join("，");
    await choose({
      title: `号码 ${ticket.number}`, text: `${where}。${paperWords(ticket, wishes)}`,
      body: nobody && el("p", { class: "message message-amber" },
        `▲ ${ticket.floor ? `${ticket.floor}楼` : "大厅里"}现在没有窗口开着，请告诉群众，并报告值班主任。`),
      options: [{ value: true, label: "好" }],
    });
  }

  /** Ask for a number, or take the code that a scanner types. */
  async findNumber() {
    let found = null;
    const settle = async (text) => {
      try {
        found = await this.lookUp(text);
        return found ? null : missed(text);
      } catch (problem) {
        return problem.status ? problem.title : "没有收到回答，请再试一次。";
      }
    };
    await choose({
      title: "找一个号", field: { label: "号码，例如 A012；或扫小票上的码", required: true },
      settle, options: [{ value: true, label: "找" }],
    });
    if (found) await this.showTicket(found);
  }

  showTicket(ticket) {
    return ["waiting", "held", "no_show"].includes(ticket.state) ? this.onPick(ticket) : this.tellState(ticket);
  }

  async lookUp(text) {
    const token = TOKEN.exec(text)?.[0];
    if (token) return (await api("GET", `/tickets/${token.toLowerCase()}`)).data;
    const number = numberText(text);
    let cursor = null;
    do {
      const { data } = await api("GET", `/tickets?limit=${LOOKED_UP}${cursor ? `&cursor=${cursor}` : ""}`);
      const found = data.items.find((one) => one.number === number);
      if (found) return found;
      cursor = data.next;
    } while (cursor);
    return null;
  }

  tellState(ticket) {
    const where = ticket.counter ? `，${ticket.counter}号窗口` : "";
    return choose({
      title: `${ticket.number}　${ticket.service_title}`,
      text: `${TICKET_STATES[ticket.state] ?? ticket.state}${where}。${waitSentence(ticket)}。`,
      options: [{ value: true, label: "好" }],
    });
  }
}

function missed(text) {
  return `今天没有 ${text.slice(0, 12)} 这个号。`;
}

function paperWords(ticket, wishes) {
  if (wishes.hand_number) return "照手写号叫，不另打小票。";
  if (ticket.slip.state === "none") return "这里没有打印机，请把号写给群众。";
  if (ticket.slip.place) return `窗口打印机坏着，小票在${ticket.slip.place}。`;
  return ticket.slip.state === "failed" ? "小票打不出来，请把号写给群众。" : "小票在窗口打印机。";
}
