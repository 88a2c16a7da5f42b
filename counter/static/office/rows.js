/** The list of the inbox: one row per item, what is due first. */

import { el } from "/static/js/hall.js";
import { dueText, LAMPS, stateText, TAGS } from "./words.js";

const EMPTY = {
  all: ["都办完了", "有新的事项转来，会自己出现在这里。"],
  completed: ["还没有办结的事项", "办结以后，在这里还能看到。"],
  state: ["这一类现在没有", "换一个状态看看。"],
  search: ["没有找到", "请核对编号：办件编号像 20261123-0042，排队号像 A012。"],
};

/** The name under which a row is known: case and item. */
export function rowKey(item) {
  return `${item.case_number}/${item.id}`;
}

/** Draw the rows; `chosen` is the key of the present one. */
export function drawRows(body, items, { chosen, today, labels, offices, open }) {
  body.replaceChildren(...items.map((item) => row(item, { chosen, today, labels, offices, open })));
}

/** Mark the present row and keep it in sight. */
export function markRow(body, chosen, focus) {
  for (const line of body.rows) {
    const present = line.dataset.key === chosen;
    line.setAttribute("aria-selected", String(present));
    line.tabIndex = present ? 0 : -1;
    if (!present) continue;
    line.scrollIntoView({ block: "nearest" });
    if (focus) line.focus({ preventScroll: true });
  }
}

/** What is said instead of an empty list. */
export function emptyText(kind) {
  const [title, lead] = EMPTY[kind] ?? EMPTY.state;
  return [
    el(
      "svg",
      { viewBox: "0 0 48 48", width: 72, height: 72, fill: "none", "stroke-width": 2, "aria-hidden": "true" },
      el("path", { class: "empty-ink", d: "M8 26v12h32V26l-6-14H14L8 26Zm0 0h10l3 5h6l3-5h10" }),
    ),
    el("h2", {}, title),
    el("p", { class: "muted" }, lead),
  ];
}

function row(item, { chosen, today, labels, offices, open }) {
  const due = dueText(item, today);
  const key = rowKey(item);
  const lamp = LAMPS[item.lamp] ?? LAMPS.none;
  return el(
    "tr",
    {
      dataset: { key, lamp: item.lamp, state: item.state },
      "aria-selected": String(key === chosen),
      tabindex: key === chosen ? 0 : -1,
      onclick: () => open(key),
    },
    el("td", { class: "cell-lamp" }, lamp.word && lampTag(item.lamp)),
    el("td", { class: "cell-due" }, el("b", {}, due.date), due.note && el("small", {}, due.note)),
    el(
      "td",
      { class: "cell-item" },
      el("b", { title: item.plain_name }, item.name),
      el("small", {}, [offices ? item.office : item.service_title, item.case_number].join(" · ")),
    ),
    el("td", { class: "cell-applicant", title: item.applicant }, item.applicant),
    el("td", { class: "cell-service" }, offices ? item.office : item.service_title),
    el("td", { class: "cell-case" }, item.case_number),
    el("td", { class: "cell-state" }, el("span", { class: `tag ${TAGS[item.state] ?? ""}` }, stateText(item.state, labels))),
  );
}

/** A lamp as a tag: shape and word beside the colour. */
export function lampTag(name, long = false) {
  const lamp = LAMPS[name];
  const colour = name === "red" ? "tag-red" : "tag-amber";
  return el("span", { class: `tag ${colour}` }, el("span", { "aria-hidden": "true" }, lamp.shape), long ? lamp.long : lamp.word);
}
