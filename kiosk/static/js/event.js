/** What a matter means before a number is taken: the wait, the way, the limit, what to bring, what it contains. */

import { callText, el } from "/static/js/hall.js";
import { closedWords, isBreak, laterWords } from "./hours.js";
import { backButton, counterWords, fact, floorMark, picture } from "./parts.js";
import { button, show, shown } from "./stage.js";
import { liftLine, wayWords } from "./way.js";

const EVERY_MS = 5000;

/** @param {object} choice {answer?: string, note?: string, heading?: string} */
export function showEvent(kiosk, service, choice = {}) {
  const facts = el("div", { class: "facts", "aria-busy": "true" }, waitFact(kiosk, null, true), whereFact(kiosk, service, null), limitFact(service));
  const lift = el("div", { class: "event-lift" });
  const tellLift = (outlook) => lift.replaceChildren(liftLine(kiosk.content, outlook?.floor ?? service.floors[0]) ?? "");
  tellLift(null);
  const take = button([picture("printer"), "取号"], () => kiosk.take(service, choice.answer), { class: "button-primary take" });
  const lunch = isBreak(kiosk.content.hours, kiosk.clock());
  const feet = el("div", { class: "feet" }, backButton(() => kiosk.home(), lunch ? "下午再来" : "返回"), take);
  const refresh = async () => {
    const outlook = await kiosk.desk.outlook(service.id);
    if (!facts.isConnected) return;
    facts.removeAttribute("aria-busy");
    tellLift(outlook);
    if (!outlook.open && service.offered) closed(kiosk, facts, take, outlook);
    else facts.replaceChildren(waitFact(kiosk, outlook), whereFact(kiosk, service, outlook), limitFact(service));
  };
  // What was told once stays on the screen while the hall is slow; taking the number tells more.
  const timer = setInterval(() => refresh().catch((problem) => console.info("no outlook", problem.code)), EVERY_MS);
  show("event", [
    el("header", { class: "heading" }, picture(pictureOf(service)),
      el("div", {}, el("h1", {}, choice.heading || service.title), el("p", { class: "heading-under" }, under(service)))),
    lift,
    choice.note ? el("p", { class: "message event-note" }, choice.note) : null,
    facts,
    service.kind === "advice" ? null : materials(kiosk, service),
    contents(service),
    el("p", { class: "event-foot muted" }, kiosk.content.wording.foot),
    feet,
  ], { onLeave: () => clearInterval(timer) });
  refresh().catch((problem) => { if (shown() === "event") kiosk.unwell(problem); });
}

function pictureOf(service) {
  if (service.kind === "bundle") return service.id;
  return service.kind === "advice" ? "ask" : "papers";
}

function under(service) {
  if (service.kind === "advice") return "说不清、没找到，都可以问";
  if (service.kind === "service") return "可以当场问，不用交材料";
  if (service.kind === "automatic") return "一般不用您申请，窗口帮您看";
  return service.line || service.name;
}

function waitFact(kiosk, outlook, unknown = false) {
  if (unknown) return fact("要等多久", "正在看……", "", "fact-wait");
  const people = outlook.ahead ? `前面 ${outlook.ahead} 人` : "前面没有人";
  if (outlook.called_after) {
    const why = laterWords(kiosk.content.hours, kiosk.clock());
    return fact("什么时候叫", callText(outlook), `${people}。${why}`, "fact-wait fact-later");
  }
  if (!outlook.wait_seconds) return fact("要等多久", "现在还说不准", "没有窗口在办，可以先取号", "fact-wait");
  return fact("要等多久", callText(outlook), people, "fact-wait");
}

function whereFact(kiosk, service, outlook) {
  const floor = outlook?.floor ?? service.floors[0];
  if (!floor) return fact("到哪里", "请问导办台", "");
  const detail = [counterWords(outlook?.counters ?? []), wayWords(kiosk.content.here, floor)].filter(Boolean).join("，");
  return fact("到哪里", floorMark(floor), detail, "fact-where");
}

function limitFact(service) {
  if (service.kind === "advice" || service.kind === "service") return fact("多久办好", "当场回答您", "");
  return fact("多久办好", service.limit.main, service.limit.detail, "fact-limit");
}

function closed(kiosk, facts, take, outlook) {
  const words = closedWords(kiosk.content.hours, kiosk.clock(), outlook.opens_at);
  facts.replaceChildren(el("div", { class: "closed" }, picture("clock"),
    el("div", {}, el("h2", {}, words.title), el("p", {}, words.sentence))));
  take.hidden = true;
}

function materials(kiosk, service) {
  const known = service.materials;
  return el("section", { class: "bring" }, el("h2", {}, "要带什么"),
    known.length
      ? el("ul", {}, known.map((paper) => el("li", {}, paper.name,
          paper.note ? el("small", {}, paper.note) : null, el("small", { class: "muted" }, paper.checked))))
      : el("p", {}, `${kiosk.content.wording.materials}。`));
}

function contents(service) {
  if (!service.items.length) return null;
  const list = el("ol", { class: "contents-list", hidden: true }, service.items.map(item));
  const toggle = el("button", { type: "button", class: "button contents-toggle", "aria-expanded": "false", onclick: () => {
    list.hidden = !list.hidden;
    toggle.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) toggle.scrollIntoView({ block: "start" });
  } }, `包含 ${service.items.length} 项，窗口只办您需要的几项`, picture("next", "contents-arrow"));
  return el("section", { class: "contents" }, toggle, list);
}

function item(line) {
  const small = line.kind === "service" ? "可以当场问" : line.parts.length ? line.parts.join("、") : line.name;
  return el("li", {}, el("span", {}, line.title), small !== line.title ? el("small", { class: "muted" }, small) : null);
}
