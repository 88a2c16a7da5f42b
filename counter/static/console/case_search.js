/** Finding a case again: by its number, the ticket's number, or the applicant's own number or name. */

import { api, el } from "/static/js/hall.js";
import { fill, walkable } from "./drawing.js";
import { line } from "./fields.js";
import { normal, wrongCreditCode, wrongIdNumber } from "./identity.js";
import { CASE_STATES, dueWords } from "./words.js";

export class CaseSearch {
  /** @param {import("./presses.js").Presses} presses @param {(number: string) => void} onOpen */
  constructor(presses, onOpen) {
    Object.assign(this, { presses, onOpen });
    this.input = line({
      maxlength: 60, "aria-label": "找办件", placeholder: "办件编号、排队号、身份证号、信用代码或姓名", dataset: { scan: "text" },
    });
    this.found = el("ul", { class: "cases-found" });
    walkable(this.found, "button");
    this.root = el("form", { class: "case-search", autocomplete: "off", onsubmit: (event) => {
      event.preventDefault();
      this.search();
    } },
    el("h2", null, "查办件"),
    el("p", { class: "small muted" }, "来拿结果、补材料、问进度的，在这里找。证件号和姓名只送到服务器，不留在电脑上。"),
    el("div", { class: "search-line" }, this.input, el("button", { type: "submit", class: "button" }, "找")),
    this.found);
  }

  async search() {
    const text = this.input.value.trim();
    if (!text) return this.input.focus();
    try {
      this.show((await this.ask(text)).data.items);
    } catch (problem) {
      this.presses.refuse(problem);
    }
    return undefined;
  }

  // Names and identity numbers travel in a body: an address would end up in logs.
  ask(text) {
    if (!wrongIdNumber("resident_id", text)) return api("POST", "/cases/search", { id_number: normal(text) });
    if (!wrongCreditCode(text)) return api("POST", "/cases/search", { uscc: normal(text) });
    if (/^[\dA-Za-z-]+$/.test(text)) return api("GET", `/cases?limit=20&q=${encodeURIComponent(text)}`);
    return api("POST", "/cases/search", { name: text });
  }

  show(cases) {
    fill(this.found, cases.length === 0
      ? el("li", { class: "muted" }, "没有找到。请核对号码，或换一种找法。")
      : cases.map((one) => el("li", null, this.entry(one))));
    this.found.querySelector("button")?.focus();
  }

  entry(one) {
    const now = [CASE_STATES[one.state], one.state === "open" && dueWords(one)].filter(Boolean).join("　");
    return el("button", { type: "button", class: "case-entry", onclick: () => this.onOpen(one.case_number) },
      el("b", { class: "number" }, one.case_number), el("span", null, one.service_title),
      el("span", { class: "muted small" }, now));
  }

  focus() {
    this.input.focus();
  }
}
