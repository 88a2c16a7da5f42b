/** Devices of the hall: when each was last heard of; administrators let them in by a code and shut them out. */

import { api, el, pressKey } from "/static/js/hall.js";
import { momentText } from "../office/words.js";
import { hallNow } from "../office/hall_time.js";
import { say, tellTrouble } from "../office/notices.js";
import { ask, choice, field } from "./dialog.js";
import { stateTag } from "./overview.js";
import { deviceState } from "./words.js";

const place = document.getElementById("devices");
const ADDRESSES = { kiosk: "/kiosk", display: "/display", sign: "/display/counter/窗口号", agent: "打印代理程序", monitor: "监控程序" };

/** Read the devices and draw them. */
export async function openDevices(facts) {
  try {
    draw((await api("GET", "/devices")).data.items, facts);
  } catch (problem) {
    tellTrouble(problem);
  }
}

function draw(items, facts) {
  const mayAdd = facts.role === "administrator";
  const names = ["名称", "是什么", "楼层", "最近联系", "状态", ...(mayAdd ? [""] : [])];
  place.replaceChildren(
    el("div", { class: "panel-tools" }, el("h2", {}, `设备 ${items.length} 台`), mayAdd && el("button", { class: "button button-primary", type: "button", onclick: () => add(facts) }, "登记新设备")),
    el(
      "div",
      { class: "panel-list" },
      el("table", { class: "table" }, el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, items.map((device) => row(device, facts, mayAdd)))),
    ),
  );
}

function row(device, facts, mayChange) {
  const state = deviceState(device, new Date(hallNow()).toISOString(), facts.silent_seconds);
  return el(
    "tr",
    {},
    el("td", {}, el("b", {}, device.name)),
    el("td", {}, facts.role_words[device.role] ?? device.role),
    el("td", {}, device.floor ? `${device.floor}楼` : ""),
    el("td", {}, momentText(device.last_seen_at)),
    el("td", {}, stateTag(state)),
    mayChange &&
      el(
        "td",
        { class: "row-actions" },
        el("button", { class: "button", type: "button", onclick: () => renew(device, facts) }, "换登记码"),
        !device.revoked && el("button", { class: "button button-danger", type: "button", onclick: () => revoke(device, facts) }, "停用"),
      ),
  );
}

/** A device that was reset or replaced needs another code; whatever used the old one is shut out. */
function renew(device, facts) {
  ask({
    title: `给${device.name}换登记码`,
    lead: "换了以后，用这个名称的屏幕或机器马上断开，都要重新输入登记码。",
    fields: [],
    word: "换登记码",
    send: async () => {
      const { data } = await api("POST", `${address(device)}/code`, {}, { key: pressKey() });
      await openDevices(facts);
      return codeWords(data, device.role);
    },
  });
}

function revoke(device, facts) {
  ask({
    title: `停用${device.name}`,
    lead: "用这个名称的屏幕或机器马上断开，不能再用。要恢复，就换一个登记码。",
    fields: [],
    word: "停用",
    send: async () => {
      await api("POST", `${address(device)}/revoke`, {}, { key: pressKey() });
      say(`已停用：${device.name}`);
      await openDevices(facts);
    },
  });
}

function address(device) {
  return `/devices/${encodeURIComponent(device.name)}`;
}

function codeWords({ name, code }, role) {
  return { title: `${name}的登记码`, big: code, lead: `在设备上打开 ${ADDRESSES[role]}，输入这个码。只显示这一次，用过就失效。` };
}

function add(facts) {
  ask({
    title: "登记新设备",
    lead: "先在这里起名，再在设备上输入登记码。",
    fields: [
      field("name", "名称（取号机要和大厅资料里的名字一样）", { required: true, maxlength: 64 }),
      choice("role", "是什么", facts.device_roles.map((role) => [role, facts.role_words[role]])),
      choice("floor", "楼层", [["", "不分楼层"], ...facts.floors.map((floor) => [String(floor.number), floor.name])]),
    ],
    word: "生成登记码",
    send: async ({ name, role, floor }) => {
      const body = { name, role, floor: floor ? Number(floor) : null };
      const { data } = await api("POST", "/devices", body, { key: pressKey() });
      await openDevices(facts);
      return codeWords(data, role);
    },
  });
}
