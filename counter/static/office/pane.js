/** The open item beside the list: what it is, what can be done, the whole case, and what happened so far. */

import { el } from "/static/js/hall.js";
import { lampTag } from "./rows.js";
import { VERBS } from "./verbs.js";
import { dayText, dueText, momentText, plainName, resultText, ruleText, stateText, TAGS } from "./words.js";

const ID_KINDS = {
  resident_id: "身份证",
  hmt_permit: "港澳台居民来往通行证",
  foreign_permit: "外国人居留证",
  passport: "护照",
  military: "军官证",
  other: "证件",
  uscc: "统一社会信用代码",
};
const ROLES = { employee: "员工", deceased: "过世的人", retiree: "退休人员", heir: "继承人", dependant: "供养亲属", other: "相关人员" };

/** Draw the open item of a case; `entry` is its row in the inbox, if it still has one. */
export function drawPane(pane, { file, item, entry, facts, press, go, close }) {
  const due = dueText(item, facts.today);
  const state = item.was_returned && item.state === "suspended" ? "suspended_returned" : item.state;
  const verbs = facts.verbs[state] ?? [];
  pane.replaceChildren(
    el(
      "header",
      { class: "pane-head" },
      el(
        "div",
        { class: "pane-tags" },
        entry && entry.lamp !== "none" && lampTag(entry.lamp, true),
        el("span", { class: `tag ${TAGS[item.state] ?? ""}` }, stateText(item.state, facts.labels)),
        item.result && el("span", { class: `tag ${item.result === "granted" ? "tag-pine" : ""}` }, resultText(item)),
        el("button", { class: "button pane-close", type: "button", "aria-label": "关上", onclick: close }, "✕"),
      ),
      el("h2", { tabindex: -1 }, item.name),
      otherNames(item) && el("p", { class: "muted small" }, otherNames(item)),
      el("p", { class: "pane-due" }, el("b", {}, dueLine(item, due)), dueNote(item, due)),
      el("div", { class: "verbs", role: "group", "aria-label": "可以做的" }, verbs.map((verb, place) => verbButton(verb, place, press))),
      el("div", { class: "verb-place" }),
    ),
    el("div", { class: "pane-body" }, why(item), people(file), itemList(file, item, facts, go), log(file)),
  );
}

function verbButton(verb, place, press) {
  return el(
    "button",
    { class: `button ${place === 0 && VERBS[verb].onward ? "button-primary" : ""}`, type: "button", dataset: { verb }, onclick: () => press(verb) },
    VERBS[verb].word,
    el("kbd", { class: "key", "aria-hidden": "true" }, place + 1),
  );
}

/** The codes of the list, and how the hall tells citizens what it is. */
function otherNames(item) {
  const codes = item.leaf_codes?.length ? item.leaf_codes : [item.code].filter(Boolean);
  return [codes.join("、"), plainName(item)].filter(Boolean).join("　");
}

function dueLine(item, due) {
  if (due.note === "今天") return `今天（${due.date}）办结`;
  return item.due_on ? `${due.date.replace(/ (周.)$/, "（$1）")}前` : due.date;
}

function dueNote(item, due) {
  const rule = ruleText(item.ruled_by);
  const far = due.note === "今天" ? "" : due.note;
  return el("span", { class: "muted" }, [far, item.due_on && rule && `按${rule}`].filter(Boolean).join(" · "));
}

function why(item) {
  if (!item.reason) return null;
  return el("p", { class: `message ${item.result === "granted" ? "" : "message-amber"}` }, el("b", {}, "原因："), item.reason);
}

function people(file) {
  const who = file.applicant;
  const lines = [
    ["申请人", person(who)],
    file.agent && ["代办人", person(file.agent, file.agent.relation)],
    ...(file.subjects ?? []).map((one) => [ROLES[one.role] ?? "相关人员", person(one)]),
    ["来自", `${file.service_title}（${file.service_name}）`],
    ["办件编号", [file.case_number, file.ticket_number && `排队号 ${file.ticket_number}`].filter(Boolean).join("　")],
    ["受理", accepted(file)],
  ];
  return section("这一件", el("dl", { class: "facts" }, lines.filter(Boolean).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

function person(one, relation) {
  const number = `${ID_KINDS[one.id_kind] ?? "证件"}尾号 ${one.id_number.slice(-4)}`;
  return [
    el("b", {}, one.name),
    relation ? `（${relation}）` : "",
    el("small", { class: "muted" }, [number, one.phone && `电话尾号 ${one.phone.slice(-4)}`].filter(Boolean).join("　")),
  ];
}

function accepted(file) {
  if (!file.accepted_at) return "还没有受理";
  const where = file.counter ? `${file.counter}号窗口` : "";
  return [momentText(file.accepted_at), where, file.accepted_by].filter(Boolean).join("　");
}

function itemList(file, present, facts, go) {
  const rows = file.items.map((item) =>
    el(
      "tr",
      { "aria-selected": String(item.id === present.id), onclick: () => go(item.id) },
      el("td", {}, item.id === present.id ? el("b", {}, item.name) : item.name, el("small", { class: "muted" }, item.office)),
      el("td", { class: "nowrap" }, item.due_on ? dayText(item.due_on, facts.today) : ""),
      el("td", {}, el("span", { class: `tag ${TAGS[item.state] ?? ""}` }, item.result ? resultText(item) : stateText(item.state, facts.labels))),
    ),
  );
  return section(`这一件共 ${file.items.length} 项`, el("table", { class: "table case-items" }, el("tbody", {}, rows)));
}

function log(file) {
  const entries = [...(file.log ?? [])].reverse();
  return section(
    "经过",
    el(
      "ol",
      { class: "log" },
      entries.map((entry) => el("li", {}, el("time", { datetime: entry.at }, momentText(entry.at)), el("span", {}, entry.text), el("span", { class: "muted" }, entry.by))),
    ),
  );
}

function section(title, ...content) {
  return el("section", {}, el("h3", {}, title), content);
}
