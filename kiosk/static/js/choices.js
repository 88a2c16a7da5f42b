/** Screens on which one thing is chosen: an event's question, the groups of single services, 帮我找. */

import { el } from "/static/js/hall.js";
import { backButton, picture, row } from "./parts.js";
import { button, show } from "./stage.js";

/** The one question that some events ask; no answer blocks. */
export function showQuestion(kiosk, service, said = {}) {
  const answers = service.question.answers.map((answer) =>
    row(answer.text, "", () => kiosk.answer(service, answer, said), { dataset: { answer: answer.code } }));
  show("question", [
    heading(service.question.text, said.heading || service.title, service.id),
    el("div", { class: "rows" }, answers),
    el("div", { class: "feet" }, backButton(() => kiosk.home())),
  ]);
}

/** The ways of the list for doing it by phone: one of them is enough. */
export function showOnline(kiosk, service) {
  show("online", [
    heading("用手机这样办", service.title, service.id),
    el("ul", { class: "online-ways" }, service.online.ways.map(onlineWay)),
    el("p", {}, service.online.remark, el("span", { class: "muted" }, "不会用手机也没关系，窗口照样办。")),
    el("div", { class: "feet" },
      backButton(() => kiosk.choose(service.id)),
      button("还是到窗口办", () => kiosk.event(service, { answer: "counter" }), { class: "button-primary" })),
  ]);
}

function onlineWay(way, place, ways) {
  return el("li", { class: "online-way" },
    ways.length > 1 ? el("p", { class: "heading-over" }, `办法${"一二三四五六七八九"[place] ?? place + 1}`) : null,
    el("h2", {}, way.title),
    way.steps.length ? el("ol", { class: "steps" }, way.steps.map((step) => el("li", {}, step))) : null,
    way.note ? el("p", { class: "muted" }, way.note) : null);
}

/** All single services, by what they are about. */
export function showGroups(kiosk) {
  const rows = kiosk.content.groups.map((group) => {
    const only = group.services.length === 1 ? kiosk.service(group.services[0]) : null;
    return group.title
      ? row(group.title, groupLine(kiosk, group), () => showGroup(kiosk, group))
      : row(only.title, "", () => kiosk.choose(only.id));
  });
  show("groups", [
    heading("您要办哪一类？", "只办其中一项", "list"),
    el("div", { class: "rows rows-two" }, rows),
    el("div", { class: "feet" }, backButton(() => kiosk.home()), askButton(kiosk)),
  ]);
}

function groupLine(kiosk, group) {
  const titles = group.services.map((id) => kiosk.service(id).title);
  return titles.length > 2 ? `${titles.slice(0, 2).join("、")}等` : titles.join("、");
}

function showGroup(kiosk, group) {
  show("group", [
    heading("您要办哪一项？", group.title, "list"),
    el("div", { class: "rows rows-two" }, group.services.map((id) => serviceRow(kiosk, kiosk.service(id)))),
    el("div", { class: "feet" }, backButton(() => showGroups(kiosk)), askButton(kiosk)),
  ]);
}

function serviceRow(kiosk, service) {
  if (!service.offered) {
    return row(service.title, "本厅目前不办", () => kiosk.notOffered(), { class: "row-off", dataset: { service: service.id } });
  }
  const small = service.kind === "service" ? "可以当场问" : service.line || service.name;
  return row(service.title, small, () => kiosk.choose(service.id), { dataset: { service: service.id } });
}

/** 帮我找: at most three plain questions, with advice under each. */
export function showFinder(kiosk, id = kiosk.content.finder.first, path = []) {
  const question = kiosk.content.finder.questions[id];
  const rows = question.choices.map((choice) => row(choice.text, "", () => follow(kiosk, choice, [...path, id])));
  const former = path.at(-1);
  show("finder", [
    heading(question.text, `帮我找 · 第 ${path.length + 1} 问`, "find"),
    el("div", { class: `rows ${rows.length > 6 ? "rows-two" : ""}`.trim() }, rows),
    el("div", { class: "feet" },
      backButton(() => (former ? showFinder(kiosk, former, path.slice(0, -1)) : kiosk.home())),
      askButton(kiosk)),
  ]);
}

function follow(kiosk, choice, path) {
  if (choice.question) showFinder(kiosk, choice.question, path);
  else kiosk.choose(choice.service, { note: choice.note, heading: choice.heading, asked: path.length });
}

function askButton(kiosk) {
  return button([picture("ask"), "都不是，问工作人员"], () => kiosk.choose("advice"));
}

function heading(title, over, image) {
  return el("header", { class: "heading" }, picture(image), el("div", {}, el("p", { class: "heading-over" }, over), el("h1", {}, title)));
}
