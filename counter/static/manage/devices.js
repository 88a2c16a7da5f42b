/** Devices of the hall, those in trouble first; test pages, and for administrators letting in and shutting out. */

import { api, el, pressKey } from "/static/js/hall.js";
import { say, tellTrouble } from "../office/notices.js";
import { byName, faultsFirst, fleetVerdict, GROUPS, isTroubled, partsOf } from "./device_words.js";
import { ask, choice, field } from "./dialog.js";
import { stateTag } from "./overview.js";
import { KINDS } from "./words.js";

const place = document.getElementById("devices");
const ADDRESSES = { kiosk: "/kiosk", display: "/display", sign: "/display/counter/窗口号", agent: "打印代理程序", monitor: "监控程序" };
const COLUMNS = ["设备", "状态", "说明", "最近联系", "版本"];

/** Read how the devices are and draw them; `known` is an overview that was read just now. */
export async function openDevices(facts, known) {
  try {
    const [overview, troubles] = await Promise.all([
      known ?? api("GET", "/overview").then((answer) => answer.data),
      api("GET", "/troubles?open=true").then((answer) => answer.data.items),
    ]);
    draw(partsOf(overview, facts, troubles), facts);
  } catch (problem) {
    tellTrouble(problem);
  }
}

function draw(parts, facts) {
  const rights = { test: facts.role !== "auditor", change: facts.role === "administrator" };
  const columns = COLUMNS.length + (rights.test ? 1 : 0);
  const troubled = faultsFirst(parts.filter(isTroubled));
  const scrolled = place.querySelector(".panel-list")?.scrollTop ?? 0;
  const list = el(
    "div",
    { class: "panel-list" },
    el(
      "table",
      { class: "table fleet" },
      el("thead", {}, el("tr", {}, COLUMNS.map((name) => el("th", { scope: "col" }, name)), rights.test && el("th", { scope: "col" }, el("span", { class: "visually-hidden" }, "可以做的")))),
      troubled.length > 0 && group({ id: "troubled", name: "先看这些" }, troubled, facts, rights, columns),
      GROUPS.map((one) => {
        const all = parts.filter((part) => part.group === one.id);
        const well = all.filter((part) => !isTroubled(part)).sort(byName);
        return all.length > 0 && group({ ...one, all }, well, facts, rights, columns);
      }),
    ),
  );
  place.replaceChildren(tools(parts, facts, rights), list);
  list.scrollTop = scrolled;
}

function tools(parts, facts, rights) {
  const { kind, text, lead } = fleetVerdict(parts);
  return el(
    "div",
    { class: "panel-tools" },
    el("h2", { class: "fleet-verdict", dataset: { kind } }, el("span", { "aria-hidden": "true" }, KINDS[kind].shape), ` ${text}`),
    lead && el("p", { class: "muted" }, lead),
    rights.change && el("button", { class: "button button-primary", type: "button", onclick: () => add(facts) }, "登记新设备"),
  );
}

function group({ id, name, all }, parts, facts, rights, columns) {
  return el(
    "tbody",
    { dataset: { group: id } },
    el("tr", { class: "fleet-group" }, el("th", { colspan: columns, scope: "rowgroup" }, name, el("span", {}, groupText(parts, all)))),
    parts.map((part) => row(part, facts, rights)),
  );
}

/** How many there are, and where the others stand. */
function groupText(parts, all) {
  if (!all) return `${parts.length} 台`;
  const troubled = all.length - parts.length;
  return troubled ? `${all.length} 台，${troubled} 台在上面` : `${all.length} 台`;
}

function row(part, facts, rights) {
  const { state, lines } = part;
  const words = [part.lead, ...lines].filter(Boolean);
  return el(
    "tr",
    { dataset: { kind: state.kind } },
    el("td", { class: "fleet-name" }, el("b", {}, part.title || part.name), el("small", {}, nameText(part, facts))),
    el("td", { class: "fleet-state" }, stateTag(state), part.since && el("small", {}, part.since)),
    el("td", { class: "fleet-words" }, words.map((text, nth) => el(nth === 0 && part.lead ? "b" : "small", {}, text)), part.seen && el("small", { class: "fleet-seen" }, `✓ ${part.seen}`)),
    el("td", { class: "fleet-heard" }, part.heard),
    el("td", { class: "fleet-version" }, part.isOld && el("span", { "aria-hidden": "true" }, `${KINDS.near.shape} `), part.version),
    rights.test && el("td", { class: "row-actions" }, actions(part, facts, rights)),
  );
}

/** Its own name when people call it otherwise, and what it is where it stands among others. */
function nameText({ title, name, what, where }, facts) {
  const role = { printer: "打印机", line: "窗口屏线路" }[what] ?? facts.role_words[what];
  return [title && name, role, where].filter(Boolean).join(" · ");
}

function actions({ printer, device }, facts, rights) {
  if (printer) return el("button", { class: "button", type: "button", onclick: () => test(printer, facts) }, "打测试页");
  if (!device || !rights.change) return null;
  return [
    el("button", { class: "button", type: "button", onclick: () => renew(device, facts) }, "换登记码"),
    !device.revoked && el("button", { class: "button button-danger", type: "button", onclick: () => revoke(device, facts) }, "停用"),
  ];
}

async function test(printer, facts) {
  try {
    await api("POST", `/printers/${encodeURIComponent(printer.name)}/test`, {}, { key: pressKey() });
    say(`测试页已交给 ${printer.name}，打没打出来，看它那一行。`);
    // A list with the focus in it is not drawn anew, and here the result is to be seen.
    document.activeElement?.blur();
    await openDevices(facts);
  } catch (problem) {
    tellTrouble(problem);
  }
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
