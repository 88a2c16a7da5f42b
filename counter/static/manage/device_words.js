/** The devices of the hall as parts with a state, what to do and what is known of each; nothing touches the page. */

import { advice, clockOf, deviceTitle } from "../troubles/words.js";
import { deviceState, PRINTER_STATES, secondsBetween, SILENT_PRINTER } from "./words.js";

/** The groups in their order, and what one of each is called. */
export const GROUPS = [
  { id: "kiosk", name: "取号机" },
  { id: "printer", name: "打印机" },
  { id: "display", name: "大屏" },
  { id: "sign", name: "窗口屏" },
  { id: "agent", name: "打印代理" },
  { id: "monitor", name: "监控" },
];

const ADDRESS_KINDS = { tcp: "网络", usb: "USB", serial: "串口", cups: "系统打印", file: "文件", log: "记录", virtual: "虚拟", agent: "代理" };
const PAPER_WIDTHS = { 576: "80 毫米", 512: "80 毫米（512 点）", 384: "58 毫米" };
const SLIPS = [["confirmed", "打出"], ["pending", "等打印"], ["unconfirmed", "说不准"], ["failed", "没打出来"]];
const TESTS = { pending: "正在打", confirmed: "已打出", unconfirmed: "说不准", failed: "没打出来" };
const FAULTS_FIRST = { bad: 0, near: 1, quiet: 2, good: 3 };

/** Every device, printer and line of signs of an overview; `troubles` are the open ones.
 *  @returns {object[]} parts with group, name, title, where, state, since, lead, heard, version, lines, seen */
export function partsOf(overview, facts, troubles = []) {
  const now = overview.machine_at ?? overview.at;
  const known = { overview, facts, now, seen: seenOf(troubles) };
  return [
    ...overview.devices.map((device) => devicePart(device, known)),
    ...overview.printers.map((printer) => printerPart(printer, known)),
    ...(overview.sign_lines ?? []).map((line) => linePart(line, known)),
  ];
}

/** Faults first, then what is to be watched; among equals by group and name. */
export function faultsFirst(parts) {
  const rank = ({ state, group }) => 10 * FAULTS_FIRST[state.kind] + GROUPS.findIndex((one) => one.id === group);
  return parts.toSorted((one, other) => rank(one) - rank(other) || byName(one, other));
}

export function byName(one, other) {
  return one.name.localeCompare(other.name, "zh-CN", { numeric: true });
}

export function isTroubled({ state }) {
  return state.kind === "bad" || state.kind === "near";
}

/** The one sentence over all devices, and its kind. */
export function fleetVerdict(parts) {
  const bad = parts.filter(({ state }) => state.kind === "bad").length;
  const near = parts.filter(({ state }) => state.kind === "near").length;
  const idle = parts.filter(({ state }) => state.kind === "quiet").length;
  const rest = idle ? `另有 ${idle} 台没有在用。` : "";
  if (bad) return { kind: "bad", text: `${bad} 台设备要处理${near ? `，${near} 台要留意` : ""}。`, lead: rest };
  if (near) return { kind: "near", text: `${near} 台设备要留意，其余正常。`, lead: rest };
  return { kind: "good", text: `${parts.length - idle} 台设备都正常。`, lead: rest };
}

/** How long ago, as people say it. */
export function agoText(at, now) {
  if (!at) return "";
  const seconds = secondsBetween(at, now);
  if (seconds < 60) return "刚刚";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分钟前`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} 小时前`;
  return `${Math.floor(seconds / 86400)} 天前`;
}

/** By device and kind of subject, who has seen its trouble: 张敏 10:45 知道了. */
function seenOf(troubles) {
  const found = new Map();
  for (const { what, device, seen_by: who, seen_at: at } of troubles) {
    if (who) found.set(`${what} ${device}`, `${who} ${clockOf(at)} 知道了`);
  }
  return (what, device) => found.get(`${what} ${device}`) ?? "";
}

function devicePart(device, { overview, facts, now, seen }) {
  const state = pageState(device, now, facts.silent_seconds);
  const own = overview.printers.find((printer) => printer.name === device.printer);
  return {
    group: device.role,
    what: device.role,
    name: device.name,
    title: device.role === "kiosk" && own?.kiosks?.length === 1 && own.place ? own.place : "",
    where: device.floor ? `${device.floor}楼` : "",
    state,
    since: state.since ? `${clockOf(state.since)} 起` : "",
    lead: state.lead ?? "",
    heard: agoText(device.last_seen_at, now),
    version: device.version ?? "",
    isOld: device.up_to_date === false,
    lines: [[screensText(device), ownPrinterText(own), agentText(device, overview)].filter(Boolean).join("；")],
    seen: seen(device.role, device.name),
    device,
  };
}

/** The state of a device that shows pages or runs a program: silence goes before all else. */
function pageState(device, now, silentSeconds) {
  const state = deviceState(device, now, silentSeconds);
  if (state.kind === "bad") return { ...state, since: device.last_seen_at, lead: advice("silent", device.role) };
  if (state.kind === "near") return { ...state, lead: "在这台设备上输入登记码。" };
  if (state.kind !== "good") return state;
  if (device.paperless_since) {
    return { word: "先不打小票", kind: "bad", since: device.paperless_since, lead: advice("paperless") };
  }
  if (device.up_to_date !== false) return state;
  const isAgent = device.role === "agent";
  return { word: isAgent ? "旧版程序" : "旧版页面", kind: "near", lead: isAgent ? "给那台电脑装上新版本。" : "在那块屏幕上刷新页面（F5）。" };
}

function screensText({ screens = 0, role }) {
  return screens > 1 ? `${screens} ${role === "agent" ? "个程序" : "块屏幕"}连着` : "";
}

function ownPrinterText(printer) {
  if (!printer) return "";
  const { word, kind } = printerState(printer);
  return `打印机 ${printer.name}${kind === "good" ? "" : `（${word}）`}`;
}

function agentText({ role, name }, { printers }) {
  if (role !== "agent") return "";
  const hanging = printers.filter((printer) => printer.agent === name).map((printer) => printer.name);
  return hanging.length ? `连着 ${hanging.join("、")}` : "没有打印机连着";
}

function printerState(printer) {
  if (printer.silent) return SILENT_PRINTER;
  return PRINTER_STATES[printer.state] ?? PRINTER_STATES.unknown;
}

function printerPart(printer, { now, seen }) {
  const state = printerState(printer);
  const isWrong = state.kind === "bad" || state.kind === "near";
  return {
    group: "printer",
    what: "printer",
    name: printer.name,
    title: printer.place && !printer.place.endsWith("打印机") ? `${printer.place}的打印机` : printer.place,
    where: "",
    state,
    since: isWrong && printer.since ? `${clockOf(printer.since)} 起` : "",
    lead: isWrong ? [advice(printer.state, "printer"), printer.detail && `（${printer.detail}）`].filter(Boolean).join("") : "",
    heard: agoText(printer.heard_at, now),
    version: "",
    isOld: false,
    lines: [[setUpText(printer), standInText(printer)].filter(Boolean).join("；"), fareText(printer)],
    seen: seen("printer", printer.name),
    printer,
  };
}

/** 网络 · 80 毫米 · GB18030 · 文字 */
function setUpText({ kind, agent, dots, encoding, mode }) {
  const address = kind === "agent" ? `代理 ${agent}` : ADDRESS_KINDS[kind] ?? kind;
  const width = PAPER_WIDTHS[dots] ?? `${dots} 点`;
  return [address, width, encoding?.toUpperCase(), mode === "raster" ? "图形" : "文字"].filter(Boolean).join(" · ");
}

function standInText({ stand_ins: others = [], stands_in_for: broken = [] }) {
  return [others.length && `坏了改到 ${others.join("、")}`, broken.length && `可替 ${broken.join("、")}`].filter(Boolean).join("；");
}

/** 今天打出 120、说不准 2；测试页 10:42 已打出 */
function fareText({ slips = {}, tested_at: tested, test_state: test }) {
  const told = SLIPS.filter(([state]) => slips[state]).map(([state, word]) => `${word} ${slips[state]}`);
  const today = told.length ? `今天${told.join("、")}` : "今天没有小票";
  return tested ? `${today}；测试页 ${clockOf(tested)} ${TESTS[test]}` : today;
}

function linePart(line, { seen }) {
  const state = printerState(line);
  const isWrong = state.kind === "bad";
  return {
    group: "sign",
    what: "line",
    name: line.name,
    title: "",
    where: "",
    state,
    since: isWrong && line.since ? `${clockOf(line.since)} 起` : "",
    lead: isWrong ? advice(line.state, "line") : "",
    // A line is told of and does not answer: that it was heard some time ago would say nothing.
    heard: "",
    version: "",
    isOld: false,
    lines: [[ADDRESS_KINDS[line.kind], line.counters?.length && `${line.counters.join("、")} 号窗口`].filter(Boolean).join(" · "), isWrong ? line.detail : ""],
    seen: seen("line", line.name),
  };
}

/** What a part is called in a sentence. */
export function partTitle(part) {
  return deviceTitle({ what: part.what, device: part.name, place: part.title });
}
