/** A case as the clerk sees it: number, what was promised for each item, its notice, and what may be done now. */

import { el } from "/static/js/hall.js";
import { askMissing, askReason, askRefusal } from "./case_questions.js";
import { choose } from "./dialog.js";
import { fill } from "./drawing.js";
import { slipTag } from "./slip_tag.js";
import { CASE_STATES, clock, dueWords, itemStateWords, plainName, shortOffice } from "./words.js";

const COLUMNS = ["", "事项", "股室", "答应的日期", "现在", ""];

export class CaseSheet {
  /**
   * @param {import("./state.js").ConsoleState} state @param {import("./presses.js").Presses} presses
   * @param {{words?: string, onAgain?: () => void, onBack?: () => void}} wishes what the buttons at its end do
   */
  constructor(state, presses, wishes) {
    Object.assign(this, { state, presses, wishes });
    this.opened = null;
    this.root = el("div", { class: "sheet", tabindex: "-1" });
  }

  show(opened) {
    this.opened = { ...this.opened, ...opened };
    this.draw();
    return this;
  }

  /** A slip of this case changed. */
  slipChanged({ state, place }) {
    this.show({ slip: state, slip_place: place ?? null });
  }

  draw() {
    const { opened } = this;
    fill(this.root,
      el("div", { class: "sheet-head" },
        el("div", null,
          el("p", { class: "small muted" }, this.wishes.words ?? CASE_STATES[opened.state] ?? opened.state),
          el("p", { class: "case-number" }, opened.case_number)),
        el("div", { class: "sheet-facts" },
          el("h2", null, opened.service_title),
          el("p", { class: "muted" }, [this.applicant(), this.promise()].filter(Boolean).join("　")))),
      this.notice(),
      el("div", { class: "sheet-items" }, this.table(), this.log()),
      el("div", { class: "sheet-bar" }, this.verbs(), el("span", { class: "grow" }), this.ends()));
  }

  applicant() {
    const { applicant, agent } = this.opened;
    return applicant && `${applicant.name}（${applicant.id_number.slice(-4)}）${agent ? `　代办 ${agent.name}` : ""}`;
  }

  promise() {
    const { opened } = this;
    if (opened.state === "refused" || opened.state === "withdrawn") return null;
    if (!opened.accepted_at) return "还没受理，时限没有开始";
    return opened.due_on ? `全部办结：${dueWords({ due_on: opened.due_on })}` : "全部办结：有的项还没有日期";
  }

  notice() {
    if (!this.opened.accepted_at) return null;
    const address = `/cases/${this.opened.case_number}`;
    return el("p", { class: "sheet-notice" }, slipTag("受理通知书", this.opened.slip, this.opened.slip_place),
      this.button(this.opened.slip === "none" ? "打印通知书" : "再打一张", () => this.send(`${address}/slip`)),
      el("a", { class: "button small-button", target: "_blank", href: `/counter${address}/notice` }, "A4 通知书"));
  }

  table() {
    return el("table", { class: "table" },
      el("thead", null, el("tr", null, COLUMNS.map((words) => el("th", { scope: "col" }, words)))),
      el("tbody", null, this.opened.items.map((item) => el("tr", null,
        el("td", { class: "muted" }, item.id),
        el("td", null, item.name, plainName(item) && el("small", { class: "muted" }, `　${plainName(item)}`),
          this.subject(item),
          item.reason && el("p", { class: "small muted" }, item.reason)),
        el("td", { class: "muted" }, item.state === "accepted" ? "本窗口" : shortOffice(item.office)),
        el("td", { class: "nowrap" }, dueWords(item)),
        el("td", { class: "nowrap" }, this.itemState(item)),
        el("td", { class: "row-verbs" }, this.itemVerbs(item))))));
  }

  subject(item) {
    const person = item.subject && this.opened.subjects?.find((one) => one.ref === item.subject);
    return person ? el("span", { class: "muted" }, `　${person.name}`) : null;
  }

  itemState(item) {
    if (item.result === "not_granted") return "没办成";
    return item.result === "granted" && item.state === "completed" ? "办成" : itemStateWords(item);
  }

  itemVerbs(item) {
    if (item.state === "accepted") {
      return [
        this.button("办成", () => this.itemVerb(item, "complete", { result: "granted" })),
        this.button("没办成", () => this.notGranted(item)),
        this.button("转股室", () => this.itemVerb(item, "dispatch", {})),
      ];
    }
    if (item.state === "returned") return [this.button("再转股室", () => this.itemVerb(item, "dispatch", {}))];
    if (item.state === "supplementing") return [this.button("补齐了", () => this.itemVerb(item, "receive", {}))];
    return null;
  }

  async notGranted(item) {
    const reason = await askReason(`${item.name}：没办成`, "申请人会看到原因和能怎么办。", "没办成");
    if (reason) await this.itemVerb(item, "complete", { result: "not_granted", reason });
  }

  itemVerb(item, verb, body) {
    return this.send(`/cases/${this.opened.case_number}/items/${item.id}/${verb}`, { expected: item.version, ...body });
  }

  verbs() {
    const has = (...states) => this.opened.items.some((item) => states.includes(item.state));
    return [
      has("received") && this.button("受理", () => this.verb("accept")),
      has("received") && this.button("材料不全", () => this.tellMissing()),
      has("received") && this.button("不予受理", () => this.refuseCase()),
      has("completed") && this.button("交给本人", () => this.verb("deliver")),
      has("accepted", "dispatched", "in_progress", "suspended", "received", "supplementing", "returned")
        && this.button("申请人不办了", () => this.withdraw()),
    ];
  }

  async tellMissing() {
    const missing = await askMissing([], this.state.data.reasons.missing_paper);
    if (missing) await this.verb("supplement", { missing });
  }

  async refuseCase() {
    const reason = await askRefusal(this.state.data.reasons.refuse);
    if (reason) await this.verb("refuse", { reason });
  }

  async withdraw() {
    const chosen = await choose({
      title: `${this.opened.case_number} 不办了？`, text: "没有办结的项都会撤回，办结的不变。",
      options: [{ value: true, label: "申请人要求撤回" }],
    });
    if (chosen) await this.verb("withdraw", { reason: "申请人要求撤回" });
  }

  verb(name, body = {}) {
    return this.send(`/cases/${this.opened.case_number}/${name}`, body);
  }

  async send(path, body = {}) {
    const answer = await this.presses.send(path, body);
    if (!answer) return;
    // The words told how the case began; from here on its own state tells.
    this.wishes.words = undefined;
    this.show(answer.data);
  }

  ends() {
    return [
      this.wishes.onAgain && this.button("再开一件", this.wishes.onAgain),
      this.wishes.onBack && this.button("返回", this.wishes.onBack),
    ];
  }

  log() {
    if (!this.opened.log?.length) return null;
    return el("ol", { class: "sheet-log" }, [...this.opened.log].reverse().map((entry) => el("li", { class: "small" },
      el("span", { class: "muted nowrap" }, clock(entry.at)), ` ${entry.text}`,
      el("span", { class: "muted" }, `　${entry.by}`))));
  }

  button(words, onclick) {
    return el("button", { type: "button", class: "button small-button", onclick }, words);
  }
}
