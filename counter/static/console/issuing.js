/** Giving a number for somebody who cannot or will not use the kiosk, and finding a number by hand or scanner. */

import { api, el } from "/static/js/hall.js";
import { choose, find } from "./dialog.js";
import { select } from "./fields.js";
import { TICKET_STATES, waited } from "./words.js";

const TOKEN = /[0-9a-hjkmnp-tv-z]{26}$/i;
const LOOKED_UP = 200;

export class Issuing {
  /** @param {import("./state.js").ConsoleState} state @param {import("./presses.js").Presses} presses
   *  @param {(entry: object) => void} onPick what may be done with a number of today */
  constructor(state, presses, onPick) {
    Object.assign(this, { state, presses, onPick });
  }

  /** Take a number for somebody: which service, and whether there is a reason to let the person go first. */
  async issue() {
    const { data } = this.state;
    const service = await find({
      title: "替群众取号：办什么？", placeholder: "名称或编号，例如 退休、社保卡",
      entries: data.services.filter((one) => one.offered).map((one) => ({
        value: one, label: one.title, hint: one.kind === "single" ? `${one.id} ${one.name}` : one.name,
      })),
    });
    if (!service) return;
    const priority = select([["", "不优先"], ...(data.reasons.priority ?? []).map((one) => [one.code, one.text])], "");
    const need = select([["", "没有"], ...(data.reasons.needs ?? []).map((one) => [one.code, one.text])], "");
    const chosen = await choose({
      title: service.title,
      body: el("div", { class: "fields" }, labelled("需要帮忙的地方", need), labelled("优先（看过证件）", priority)),
      options: [{ value: true, label: "取号" }],
    });
    if (!chosen) return;
    const body = {
      service_id: service.id,
      ...(need.value && { needs: [need.value] }),
      ...(priority.value && { priority: { reason_code: priority.value } }),
    };
    const answer = await this.presses.send("/tickets", body);
    if (answer) await this.tell(answer.data);
  }

  async tell(ticket) {
    this.presses.read();
    const paper = ticket.slip.state === "none" ? "这里没有打印机，请把号写给群众。" : "小票在窗口打印机。";
    await choose({
      title: `号码 ${ticket.number}`,
      text: `请到 ${ticket.floor}楼 等候，前面 ${ticket.ahead} 人。${paper}`,
      options: [{ value: true, label: "好" }],
    });
  }

  /** Ask for a number, or take the code that a scanner types. */
  async findNumber() {
    const asked = await choose({
      title: "找一个号", field: { label: "号码，例如 A012；或扫小票上的码", required: true }, options: [{ value: true, label: "找" }],
    });
    if (asked) await this.showNumber(asked.text);
  }

  async showNumber(text) {
    try {
      const ticket = await this.lookUp(text.trim());
      if (!ticket) this.state.set({ problem: `今天没有 ${text.slice(0, 12)} 这个号。` });
      else if (["waiting", "held", "no_show"].includes(ticket.state)) await this.onPick(ticket);
      else await this.tellState(ticket);
    } catch (problem) {
      this.presses.refuse(problem);
    }
  }

  async lookUp(text) {
    const token = TOKEN.exec(text)?.[0];
    if (token) return (await api("GET", `/tickets/${token.toLowerCase()}`)).data;
    let cursor = null;
    do {
      const { data } = await api("GET", `/tickets?limit=${LOOKED_UP}${cursor ? `&cursor=${cursor}` : ""}`);
      const found = data.items.find((one) => one.number === text.toUpperCase());
      if (found) return found;
      cursor = data.next;
    } while (cursor);
    return null;
  }

  tellState(ticket) {
    const where = ticket.counter ? `，${ticket.counter}号窗口` : "";
    return choose({
      title: `${ticket.number}　${ticket.service_title}`,
      text: `${TICKET_STATES[ticket.state] ?? ticket.state}${where}。${waited(ticket.waited_seconds)}。`,
      options: [{ value: true, label: "好" }],
    });
  }
}

function labelled(words, control) {
  return el("label", { class: "field" }, el("b", null, words), control);
}
