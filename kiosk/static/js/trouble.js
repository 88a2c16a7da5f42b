/** Something cannot be done: a large calm screen with one sentence, one button, and the way home. */

import { el } from "/static/js/hall.js";
import { picture, ring } from "./parts.js";
import { button, show } from "./stage.js";

const HOME_SECONDS = 20;

/** @param {{title: string, sentence: string, image?: string, button?: string, work?: () => any, stay?: boolean, ways?: Node}} words
 *   `ways` is what else can be done */
export function showTrouble(kiosk, words) {
  const countdown = words.stay ? null : ring(HOME_SECONDS, () => kiosk.leave());
  show("trouble", [
    el("div", { class: "trouble" },
      picture(words.image ?? "ask"),
      el("h1", {}, words.title),
      el("p", { class: "trouble-sentence" }, words.sentence), words.ways),
    el("div", { class: "feet" }, countdown?.node,
      button(words.button ?? "知道了", words.work ?? (() => kiosk.home()), { class: "done" })),
  ], { onLeave: () => countdown?.stop() });
}

/** What a refusal of the hall means to the person here. */
export function troubleOf(problem) {
  if (problem.status === 0 || problem.status >= 500) return AWAY;
  if (problem.code === "service_not_offered") return NOT_OFFERED;
  if (problem.status === 429) return { title: "慢慢来，一次点一下", sentence: "请等一会儿再点，什么都没有丢。", image: "clock" };
  if (problem.code === "hall_closed") return { title: "现在不取号", sentence: problem.title, image: "clock" };
  return { title: "这件事请问导办台", sentence: problem.title };
}

export const AWAY = { title: "取号机暂时连不上", sentence: "请到导办台拿手写号，排队顺序一样算。", image: "hand" };
export const NOT_OFFERED = { title: "本厅目前不办这一项", sentence: "请问导办台哪里能办。" };
export const HELP = { title: "要帮忙", sentence: "请到导办台，工作人员在那里等您。", image: "hand" };

/** What was scanned is no code of this hall. */
export const NOT_OURS = Object.fromEntries(Object.entries({
  payment: "这里不收钱。请扫小票或受理通知书上的方码，离远一点再试。",
  address: "这里用不上这个码。请扫小票或受理通知书上的方码，离远一点再试。",
  other: "请扫小票或受理通知书上的方码，离远一点再试。",
}).map(([kind, sentence]) => [kind, { title: "这不是本厅的码", sentence, image: "scan" }]));
