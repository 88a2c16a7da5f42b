/** How a case goes, on the kiosk's screen: after the last four characters, typed on a large keypad. */

import { ApiProblem, api, el } from "/static/js/hall.js";
import { backButton, picture, ring } from "./parts.js";
import { button, show } from "./stage.js";

const LENGTH = 4;
const DIGITS = [..."1234567890X"];
const LETTERS = [..."ABCDEFGHJKLMNPQRTUWXY"];
/** A case is read longer than a number, and still nobody else should find it here. */
const HOME_SECONDS = 60;

/** Ask for the four characters, then show the cases they open. */
export function showUnlock(kiosk, token) {
  let typed = "";
  const told = el("p", { class: "message message-amber", role: "alert", hidden: true });
  const fields = el("p", { class: "four number", "aria-live": "polite" });
  const draw = () => fields.replaceChildren(...Array.from({ length: LENGTH }, (_, place) => el("span", {}, typed[place] ?? "")));
  const type = (character) => {
    if (typed.length >= LENGTH) return;
    typed += character;
    draw();
    if (typed.length === LENGTH) open();
  };
  const open = async () => {
    try {
      const { data } = await api("POST", `/tickets/${encodeURIComponent(token)}/unlock`, { last4: typed });
      showCases(kiosk, data.words);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      if (problem.status !== 403 && problem.status !== 429) { kiosk.unwell(problem); return; }
      typed = "";
      draw();
      told.textContent = problem.title;
      told.hidden = false;
    }
  };
  const key = (character) => el("button", { type: "button", class: "button key-cap number", onclick: () => type(character) }, character);
  const keys = el("div", { class: "keypad" }, DIGITS.map(key),
    el("button", { type: "button", class: "button key-cap", onclick: () => { typed = typed.slice(0, -1); draw(); } }, picture("back"), "退一格"));
  const letters = el("div", { class: "keypad keypad-letters", hidden: true }, LETTERS.map(key));
  draw();
  show("unlock", [
    el("header", { class: "heading" }, picture("find"), el("div", {},
      el("p", { class: "heading-over" }, "查办理进度"), el("h1", {}, "请输入证件最后四位"))),
    el("p", { class: "muted" }, "申请人的身份证号码，或单位的统一社会信用代码"),
    fields, told, keys,
    button("有别的字母", () => { letters.hidden = !letters.hidden; }),
    letters,
    el("div", { class: "feet" }, backButton(() => kiosk.home())),
  ]);
}

/** @param {object[]} cases in plain words, as the hall tells them */
export function showCases(kiosk, cases) {
  const countdown = ring(HOME_SECONDS, () => kiosk.leave());
  show("cases", [
    cases.map((one) => el("section", { class: "case" },
      el("h1", {}, one.title, one.official === one.title ? null : el("small", { class: "muted" }, one.official)),
      el("p", { class: "muted" }, `编号 ${one.number}，申请人 ${one.applicant}`),
      el("p", { class: "case-summary" }, one.summary),
      one.advice ? el("p", {}, one.advice) : null,
      el("ol", { class: "case-items" }, one.items.map(item)))),
    el("p", { class: "event-foot muted" }, kiosk.content.wording.foot),
    el("div", { class: "feet" }, countdown.node, button("好了", () => kiosk.leave(), { class: "done" })),
  ], { onLeave: countdown.stop });
}

function item(one) {
  return el("li", { class: `case-item tone-${one.tone}` },
    el("span", { class: "case-name" }, one.name),
    el("span", { class: "case-word" }, picture(one.shape), one.word),
    one.note ? el("span", { class: "case-note" }, one.note) : null);
}
