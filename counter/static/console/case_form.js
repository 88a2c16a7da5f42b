/** The case form: one service, its lines, its persons, one acceptance. It lives in memory only. */

import { ApiProblem, api, el } from "/static/js/hall.js";
import { CaseItems } from "./case_items.js";
import { CasePersons } from "./case_persons.js";
import { askMissing, askRefusal } from "./case_questions.js";
import { find } from "./dialog.js";
import { fill } from "./drawing.js";
import { listedName } from "./services.js";

export class CaseForm {
  /**
   * @param {import("./state.js").ConsoleState} state @param {import("./presses.js").Presses} presses
   * @param {object} ticket @param {(opened: object, words: string) => void} onDone told with the case that was made
   */
  constructor(state, presses, ticket, onDone) {
    Object.assign(this, { state, presses, ticket, onDone });
    this.items = null;
    const { counter, data } = state;
    const reader = data.card_readers.includes(counter.number) ? counter.number : null;
    this.persons = new CasePersons(ticket.service_id, () => this.items?.setSubjects(this.persons.refs), reader);
    this.head = el("div", { class: "form-head" });
    this.left = el("div", { class: "form-left" });
    this.top = el("div", { class: "form-detail" });
    this.bar = el("div", { class: "form-bar" });
    this.root = el("form", { class: "case-form", autocomplete: "off", onsubmit: (event) => this.submitted(event) },
      el("div", { class: "form-column" }, this.head, this.left),
      el("div", { class: "form-column" }, this.top, this.persons.root, this.bar));
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.ctrlKey) {
        event.preventDefault();
        this.accept();
      } else if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
    });
    this.load(ticket.service_id);
  }

  /** Whether something was written or ticked that would be lost. */
  get begun() {
    return this.persons.begun || Boolean(this.items?.touched);
  }

  async load(serviceId) {
    this.serviceId = serviceId;
    try {
      const { data } = await api("GET", `/services/${encodeURIComponent(serviceId)}/form`);
      if (this.serviceId === serviceId) this.show(data);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      fill(this.left, el("p", { class: "message" }, problem.title), this.button("再试一次", () => this.load(serviceId)));
    }
  }

  show(form) {
    const answer = form.service.id === this.ticket.service_id ? this.answer() : null;
    this.form = form;
    this.persons.suit(form.service.id);
    this.items = new CaseItems(form, answer, () => this.drawBar());
    this.items.setSubjects(this.persons.refs);
    this.drawHead(answer);
    fill(this.left, this.items.list);
    fill(this.top, this.items.detail);
    this.drawBar();
    if (document.activeElement === document.body) this.items.focus();
  }

  answer() {
    return this.state.data.answers[this.ticket.service_id]?.[this.ticket.answer] ?? null;
  }

  drawHead(answer) {
    const { service } = this.form;
    const other = answer?.service && this.state.data.services.find((one) => one.id === answer.service);
    fill(this.head,
      el("div", { class: "form-title" }, el("h2", null, service.title), this.button("换业务", () => this.changeService())),
      other
        ? el("p", { class: "small" }, `取号时答“${answer.text}”，要先办：`, this.button(other.title, () => this.load(other.id)))
        : el("p", { class: "small muted" }, answer ? `取号时选了“${answer.text}”` : "↑↓ 选事项，空格勾选，Tab 往右"));
  }

  async changeService() {
    const chosen = await find({
      title: "受理哪项业务？", placeholder: "名称或编号，例如 退休、1.10.7",
      entries: this.state.data.services.filter((one) => one.offered && one.kind !== "advice").map((one) => ({
        value: one.id, label: one.title, hint: one.kind === "bundle" ? `一件事 ${one.name}` : listedName(one),
      })),
    });
    if (chosen) await this.load(chosen);
  }

  drawBar() {
    const count = this.items.taken.length;
    const opens = this.items.lines.some((line) => line.opens);
    fill(this.bar,
      el("span", { class: "form-count" }, opens ? el("b", null, `已选 ${count} 项`) : "这项业务不用受理"),
      this.button("材料不全", () => this.tellMissing()),
      this.button("不予受理", () => this.refuseCase()),
      el("button", { type: "submit", class: "button accept", "aria-keyshortcuts": "Control+Enter" },
        "受理 ", el("span", { class: "key" }, "Ctrl+Enter")));
  }

  button(words, onclick) {
    return el("button", { type: "button", class: "button small-button", onclick }, words);
  }

  submitted(event) {
    event.preventDefault();
    this.accept();
  }

  /** Whether the form may be sent; goes to the first thing that is missing. */
  isComplete() {
    if (!this.items?.taken.length) {
      this.state.set({ problem: "请先勾选要受理的事项。" });
      this.items?.focus();
      return false;
    }
    const wrong = this.persons.wrongFields();
    if (!wrong.length) return true;
    this.state.set({ problem: `${wrong.length} 处还没填对，已标在旁边。` });
    wrong[0].control.focus();
    return false;
  }

  async accept() {
    const answer = this.isComplete() && await this.open({});
    if (answer) this.onDone(answer.data, "已受理");
  }

  /** Everything that is missing is told once and whole; until it is there the clock does not run. */
  async tellMissing() {
    if (!this.isComplete()) return;
    const missing = await askMissing(this.items.papers, this.state.data.reasons.missing_paper);
    if (missing) await this.openAnd("supplement", { missing }, "已收件，等补材料");
  }

  async refuseCase() {
    if (!this.isComplete()) return;
    const reason = await askRefusal(this.state.data.reasons.refuse);
    if (reason) await this.openAnd("refuse", { reason }, "不予受理");
  }

  async openAnd(verb, body, words) {
    const received = await this.open({ receive_only: true });
    if (!received) return;
    const answer = await this.presses.send(`/cases/${received.data.case_number}/${verb}`, body);
    this.onDone((answer ?? received).data, answer ? words : "已收件");
  }

  open(more) {
    const body = {
      ticket_token: this.ticket.token, service_id: this.serviceId,
      ...this.persons.read(), items: this.items.read(), ...more,
    };
    return this.presses.send("/cases", body, { quiet: (problem) => this.showAt(problem) });
  }

  /** Show a refusal at the field it is about; false when it is about none. */
  showAt(problem) {
    const place = problem.errors[0]?.field ?? "";
    const field = this.persons.fieldAt(place);
    if (field) {
      field.mark(problem.title);
      field.control.focus();
      return true;
    }
    const [, item] = /^items\[(\d+)\]/.exec(place) ?? [];
    if (item !== undefined) this.items.focusTaken(Number(item));
    return false;
  }
}
