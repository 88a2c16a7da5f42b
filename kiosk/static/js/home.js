/** The first screen: ten tiles, four other ways in, and whether the hall is closed or the kiosk without paper. */

import { el } from "/static/js/hall.js";
import { closedWords } from "./hours.js";
import { picture } from "./parts.js";
import { button, show } from "./stage.js";

/** @param {import("./kiosk.js").Kiosk} kiosk */
export function showHome(kiosk) {
  const { home } = kiosk.content;
  const tiles = (ids, kind = "") => ids.map((id) => tile(kiosk, kiosk.service(id), kind));
  show("home", [
    el("header", { class: "home-head" },
      el("h1", { class: "home-title" }, "您今天来办什么事？", el("small", {}, "（点一下）")),
      closedBand(kiosk) ?? paperBand(kiosk)),
    el("section", { class: "tiles people" },
      tiles(home.wide, "tile-wide"),
      el("h2", { class: "home-label" }, "个人和家里的事"),
      tiles(home.personal)),
    el("section", { class: "tiles employers" }, el("h2", { class: "home-label" }, "单位的事"), tiles(home.unit)),
    el("div", { class: "home-foot" }, el("div", { class: "ways" },
      button([picture("list"), "只办其中一项"], () => kiosk.groups()),
      button([picture("find"), "帮我找"], () => kiosk.find()),
      button([picture("ask"), "都不是，问工作人员"], () => kiosk.choose("advice"))),
    el("p", { class: "scan" }, picture("scan"), el("b", {}, "我有小票："), "请扫一扫", el("span", {}, "，看还有几人"))),
  ]);
}

/** Nobody should choose first and hear only then that no number is given. */
function closedBand(kiosk) {
  const { hours } = kiosk.content;
  if (hours.open) return null;
  const words = closedWords(hours, kiosk.clock(), hours.opens_at);
  return el("p", { class: "home-closed" }, picture("clock"), el("b", {}, words.title), el("span", {}, words.sentence));
}

/** Said before the number is taken, so that a phone is at hand. */
function paperBand(kiosk) {
  if (!kiosk.paper.paperless) return null;
  return el("p", { class: "home-closed home-paper" }, picture("printer"), el("b", {}, "暂不打小票："), el("span", {}, "请用手机拍下号"));
}

function tile(kiosk, service, kind) {
  return button([
    picture(service.id, "tile-picture"),
    el("span", { class: "tile-text" },
      el("span", { class: "tile-title" }, service.title),
      el("span", { class: "tile-line" }, service.line)),
  ], () => kiosk.choose(service.id), { class: `tile ${kind}`.trim(), dataset: { service: service.id } });
}
