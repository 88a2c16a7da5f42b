/** The hall's settings in force: what is only assumed, and how much the catalogue holds. */

import { el } from "/static/js/hall.js";

const place = document.getElementById("settings");
const COUNTS = [
  ["bundles", "打包一件事"],
  ["items", "其中事项"],
  ["single_services", "提速单项"],
  ["other_services", "其他业务"],
  ["offices", "股室"],
  ["materials_confirmed", "已核对的材料"],
  ["materials_draft", "没核对的材料"],
];

/** Draw what the page knows of the configuration. */
export function openSettings(facts, overview) {
  const assumed = facts.settings.filter((line) => line.assumed);
  const version = overview ? `第 ${overview.configuration.number} 版` : "";
  const since = overview?.configuration.effective_from?.slice(0, 10);
  place.replaceChildren(
    el("div", { class: "panel-tools" }, el("h2", {}, `大厅资料${version}`), since && el("span", { class: "muted" }, `${since} 起用`), assumed.length > 0 && el("span", { class: "tag tag-amber" }, `◇ ${assumed.length} 类还是默认的`)),
    el(
      "div",
      { class: "panel-list settings" },
      el("dl", { class: "counts" }, COUNTS.map(([name, words]) => el("div", {}, el("dt", {}, words), el("dd", {}, facts.catalogue[name])))),
      el("p", { class: "muted" }, `工作日历：${facts.calendar}。日历以外的日期不写，写“日历未发布”。两份清单没有写的，都在下面；没核对的不当作事实告诉群众。`),
      el(
        "table",
        { class: "table" },
        el("thead", {}, el("tr", {}, ["资料", "现在是", "核对"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, [...facts.settings, waitLine(facts)].map(row)),
      ),
    ),
  );
}

function waitLine(facts) {
  return { subject: "等太久的提醒", now: `等到 ${facts.long_wait_seconds / 60} 分钟，这一页就提醒`, assumed: true };
}

function row(line) {
  return el(
    "tr",
    {},
    el("td", { class: "nowrap" }, el("b", {}, line.subject)),
    el("td", {}, line.now),
    el("td", {}, el("span", { class: `tag ${line.assumed ? "tag-amber" : "tag-pine"}` }, line.assumed ? "◇ 默认，待核对" : "✓ 已核对")),
  );
}
