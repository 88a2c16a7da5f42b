/** The centre of the console: what to do now - call, take a case in, look one up - and the case just made. */

import { api, el } from "/static/js/hall.js";
import { CaseForm } from "./case_form.js";
import { CaseSearch } from "./case_search.js";
import { CaseSheet } from "./case_sheet.js";
import { choose } from "./dialog.js";
import { fill } from "./drawing.js";
import { clock, elsewhereWords, reasonText, waitSentence } from "./words.js";

export class Desk {
  /** @param {HTMLElement} place @param {import("./state.js").ConsoleState} state
   *  @param {import("./presses.js").Presses} presses */
  constructor(place, state, presses) {
    Object.assign(this, { place, state, presses });
    this.number = undefined;
    this.tab = "form";
    this.form = null;
    this.sheet = null;
    this.news = null;
    this.tabs = el("div", { class: "tabs", role: "tablist" });
    this.hint = el("span", { class: "muted small" });
    this.body = el("div", { class: "desk-body" });
    this.search = new CaseSearch(presses, (number) => this.openCase(number));
    this.drawn = "";
    state.listen(() => this.follow());
  }

  /** Another ticket at the counter means another desk; everything else leaves what is being written alone. */
  follow() {
    const { counter, ticket } = this.state;
    if (!counter) return;
    this.hint.textContent = ticket?.state === "called" ? "等人到窗口。到了按 F4 开始办理。" : "";
    if ((ticket?.token ?? null) !== this.number) {
      this.number = ticket?.token ?? null;
      this.sheet = null;
      this.form = ticket && this.opensCases(ticket) ? this.newForm() : null;
      this.tab = ticket && !this.form ? "search" : "form";
      this.draw();
    } else if (!ticket && this.tab === "form") this.drawIdle();
  }

  opensCases(ticket) {
    return ticket.kind !== "advice" && ticket.service_id !== "collect";
  }

  newForm() {
    return new CaseForm(this.state, this.presses, this.state.ticket, (opened, words) => this.accepted(opened, words));
  }

  draw() {
    this.drawn = "";
    const { ticket } = this.state;
    fill(this.place, this.tabs, this.body);
    fill(this.tabs, this.tabButton("form", ticket ? "受理" : "现在"), this.tabButton("search", "查办件"), this.hint);
    if (this.tab === "search") fill(this.body, this.sheet?.lookedUp ? this.sheet.root : this.search.root);
    else if (this.sheet && !this.sheet.lookedUp) fill(this.body, this.sheet.root);
    else if (this.form) fill(this.body, this.form.root);
    else if (ticket) fill(this.body, this.adviceNote());
    else this.drawIdle();
  }

  tabButton(tab, words) {
    return el("button", {
      type: "button", class: "tab", role: "tab", "aria-selected": String(this.tab === tab),
      onclick: () => this.open(tab),
    }, words);
  }

  open(tab) {
    this.tab = tab;
    this.draw();
    if (tab === "search") this.search.focus();
  }

  drawIdle() {
    const { counter, data } = this.state;
    const next = counter.queue.find((entry) => entry.state === "waiting");
    const until = counter.quiet_until;
    const drawn = JSON.stringify([counter.state, counter.reason, until, next, counter.elsewhere]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const reason = counter.reason && reasonText(data.reasons, "pause", counter.reason);
    fill(this.body, el("div", { class: "idle" }, counter.state === "paused"
      ? [el("h1", null, "窗口暂停中"), reason && el("p", { class: "muted" }, reason),
        el("p", null, "回来了，按 ", el("span", { class: "key" }, "F2"), " 恢复服务。")]
      : next
        ? [el("p", { class: "muted" }, "下一位"), el("p", { class: "idle-number" }, next.number),
          el("h2", null, next.service_title), el("p", { class: "muted" }, waitSentence(next)),
          until ? el("p", null, `午休前后不叫号，${clock(until)} 接着叫。`)
            : el("p", null, "按 ", el("span", { class: "key" }, "F2"), " 呼叫。")]
        : [el("h1", null, counter.elsewhere > 0 ? "没有本窗口可叫的号" : "现在没有人等"),
          counter.elsewhere > 0 && el("p", null, `${elsewhereWords(counter)}。`),
          el("p", { class: "muted" }, "有人取号，右边马上会出现。")]));
  }

  adviceNote() {
    const { ticket } = this.state;
    return el("div", { class: "idle" }, el("h1", null, ticket.service_title),
      el("p", { class: "muted" }, "这项业务答完就好，不用受理。要受理别的事，请先选业务。"),
      el("p", null, el("button", { type: "button", class: "button", onclick: () => this.takeInAnyway() }, "受理一件…")));
  }

  takeInAnyway() {
    this.form = this.newForm();
    this.draw();
    this.form.changeService();
  }

  accepted(opened, words) {
    this.form = null;
    this.sheet = new CaseSheet(this.state, this.presses, { words, onAgain: () => this.again() }).show(opened);
    this.tellNews();
    this.state.set({ notice: `${words}：${opened.case_number}`, undo: null });
    this.tab = "form";
    this.draw();
    this.sheet.root.focus();
    this.presses.read();
  }

  again() {
    this.sheet = null;
    this.form = this.newForm();
    this.draw();
  }

  async openCase(number) {
    try {
      const { data } = await api("GET", `/cases/${number}`);
      this.sheet = new CaseSheet(this.state, this.presses, { onBack: () => this.back() }).show(data);
      this.sheet.lookedUp = true;
      this.tab = "search";
      this.draw();
      this.sheet.root.focus();
    } catch (problem) {
      this.presses.refuse(problem);
    }
  }

  back() {
    this.sheet = null;
    this.open(this.form ? "form" : "search");
  }

  /** Paper may be quicker than the answer to the acceptance: the latest news of a case is kept until it is shown. */
  slipChanged(event) {
    if (!event.case) return;
    this.news = event;
    this.tellNews();
  }

  tellNews() {
    if (this.sheet && this.news?.case === this.sheet.opened.case_number) this.sheet.slipChanged(this.news);
  }

  /** After a gap in the line, what is known of a slip may be old. */
  async readSheet() {
    const sheet = this.sheet;
    if (sheet?.opened.slip !== "pending") return;
    try {
      sheet.show((await api("GET", `/cases/${sheet.opened.case_number}`)).data);
    } catch (problem) {
      this.presses.refuse(problem);
    }
  }

  /** Ask before a form that was begun is left; true when the clerk may go on. */
  async mayLeave() {
    if (!this.form?.begun) return true;
    const chosen = await choose({
      title: "这张表还没受理", text: "继续的话，填的内容就没有了。",
      options: [{ value: true, label: "不受理了，继续" }],
    });
    return Boolean(chosen);
  }
}
