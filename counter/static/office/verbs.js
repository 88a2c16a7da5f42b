/** What can be done with an item: the verbs' words and their small forms. */

import { el } from "/static/js/hall.js";
import { isLate } from "./words.js";

/** Words of each verb; `fields` are asked before it is done, a verb without fields is done at once; an `onward` verb
 *  brings the item nearer to its end, so that it is the primary button. */
export const VERBS = {
  start: { word: "接办", done: "已接办", fields: [], onward: true },
  complete: { word: "办结", done: "已办结", fields: ["result", "reason", "external_ref"], onward: true },
  return: {
    word: "退回窗口",
    done: "已退回窗口",
    fields: ["reason"],
    lead: "窗口会看到原因，再重新转办或请申请人补正。",
  },
  suspend: {
    word: "暂停计时",
    done: "已暂停计时",
    fields: ["reason"],
    lead: "只有等鉴定、等公示一类的事才停。申请人会看到原因。",
  },
  resume: { word: "恢复计时", done: "已恢复计时", fields: [], onward: true },
  extend: {
    word: "延期",
    done: "已延期",
    fields: ["until", "approver", "reason"],
    lead: "延期要经批准，并告诉申请人原因。",
  },
  hand_over: { word: "转交同事", done: "已转交", fields: ["reason"], lead: "写明交给谁、为什么。" },
  reassign: { word: "改派股室", done: "已改派", fields: ["office", "reason"] },
  reopen: {
    word: "重新办理",
    done: "已重新打开",
    fields: ["approver", "reason"],
    lead: "要经批准。原来的日期和新的日期都留着。",
  },
  dispatch: { word: "重新转办", done: "已重新转办", fields: ["reason"], onward: true },
};

/** 优化营商环境条例 36(2): whoever misses a published limit says why; the acceptance notice promises it. */
const LATE = { title: "这一项已经超期，请写明原因。", errors: [{ field: "reason" }] };

/** The form of a verb; `send` gets what was filled in, `cancel` closes it. */
export function verbForm(verb, item, facts, send, cancel) {
  const { word, lead, fields } = VERBS[verb];
  const form = el(
    "form",
    { class: "verb-form", dataset: { verb }, "aria-label": word },
    el("h3", {}, word),
    lead && el("p", { class: "muted small" }, lead),
    fields.map((name) => FIELDS[name](verb, item, facts)),
    el("p", { class: "wrong", role: "alert", hidden: true }),
    el(
      "div",
      { class: "verb-actions" },
      el("button", { class: "button button-primary", type: "submit" }, `确定${word}`),
      el("button", { class: "button", type: "button", onclick: cancel }, "不做了", el("kbd", { class: "key" }, "Esc")),
    ),
  );
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = filled(form, fields);
    if (body.result && isLate(item, facts.today) && !body.reason) sayWrong(form, LATE);
    else send(body);
  });
  return form;
}

/** Say in the form what is wrong, and lead to the field. */
export function sayWrong(form, problem) {
  const place = form.querySelector(".wrong");
  place.textContent = problem.title;
  place.hidden = false;
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  const field = problem.errors?.[0]?.field;
  const input = field && form.elements[field];
  const first = input instanceof RadioNodeList ? input[0] : input;
  first?.setAttribute("aria-invalid", "true");
  first?.focus();
}

function filled(form, fields) {
  const body = {};
  for (const name of fields) {
    const value = (form.elements[name]?.value ?? "").trim();
    if (value) body[name] = value;
  }
  return body;
}

const FIELDS = {
  result: () =>
    el(
      "fieldset",
      { class: "result" },
      el("legend", {}, "结果"),
      el("label", { class: "check" }, el("input", { type: "radio", name: "result", value: "granted" }), "✓ 办成"),
      el("label", { class: "check" }, el("input", { type: "radio", name: "result", value: "not_granted" }), "✕ 没办成"),
    ),
  reason: reasonField,
  until: (verb, item, facts) =>
    field("until", "新的办结日期", el("input", { class: "input", id: "verb-until", name: "until", type: "date", min: facts.today })),
  approver: () =>
    field("approver", "批准人", el("input", { class: "input", id: "verb-approver", name: "approver", maxlength: 64, autocomplete: "off" })),
  external_ref: () =>
    field(
      "external_ref",
      "业务系统里的编号（可以不填）",
      el("input", {
        class: "input", id: "verb-external_ref", name: "external_ref", maxlength: 64, autocomplete: "off", dataset: { scan: "text" },
      }),
    ),
  office: (verb, item, facts) =>
    field(
      "office",
      "改派给",
      el(
        "select",
        { class: "input", id: "verb-office", name: "office" },
        el("option", { value: "" }, "请选股室"),
        facts.offices.filter((name) => name !== item.office).map((name) => el("option", {}, name)),
      ),
    ),
};

function field(name, label, input) {
  return el("div", { class: "field" }, el("label", { for: `verb-${name}` }, label), input);
}

/** The reason: words of the hall's list to touch, and what is written is free. */
function reasonField(verb, item, facts) {
  const late = verb === "complete" && isLate(item, facts.today);
  const label = late ? "超期的原因（申请人会看到）" : reasonLabel(verb, facts);
  const input = el("textarea", { class: "input", id: "verb-reason", name: "reason", rows: 2, maxlength: 300 });
  const words = facts.reasons[late ? "extend" : verb] ?? [];
  const write = (text) => {
    input.value = input.value.trim() ? `${input.value.trim()}；${text}` : text;
    input.focus();
  };
  return el(
    "div",
    { class: "field" },
    el("label", { for: "verb-reason" }, label),
    words.length > 0 &&
      el(
        "div",
        { class: "reasons" },
        words.map((text) => el("button", { class: "button reason", type: "button", onclick: () => write(text) }, text)),
      ),
    input,
  );
}

function reasonLabel(verb, facts) {
  if (verb === "complete") return "原因（没办成必须写，申请人会看到）";
  return facts.need_reason.includes(verb) ? "原因" : "说明（可以不填）";
}
