/** The Chinese words of the console: states, waits, dates, limits. Pure functions, no page and no network. */

import { hallNow } from "../office/hall_time.js";
import { stateText } from "../office/words.js";

export { plainName } from "../office/words.js";

export const TICKET_STATES = {
  waiting: "等候", called: "已叫号", serving: "办理中", held: "挂起", no_show: "过号",
  served: "已办结", cancelled: "已取消", expired: "已过期",
};
export const COUNTER_STATES = { open: "开着", paused: "暂停", closed: "没有人" };
export const CASE_STATES = {
  received: "已收件", open: "办理中", completed: "已办结", closed: "已了结", refused: "不予受理", withdrawn: "已撤回",
};
export const ID_KINDS = [
  ["resident_id", "居民身份证"], ["hmt_permit", "港澳台通行证"], ["foreign_permit", "外国人永居证"],
  ["passport", "护照"], ["military", "军人证件"], ["other", "其他证件"],
];
export const SUBJECT_ROLES = [
  ["employee", "员工"], ["deceased", "过世的人"], ["retiree", "退休人员"], ["heir", "继承人"],
  ["dependant", "供养亲属"], ["other", "其他"],
];

const SLIPS = {
  none: ["没有打印", "plain"], pending: ["正在打印", "plain"], confirmed: ["已打印", "good"],
  unconfirmed: ["打印机没回音，请看一眼", "warn"], failed: ["没打出来", "bad"],
};
const RULED_BY = { law: "法定", list2: "提速清单", bundle: "打包清单", list2_over_bundle: "提速清单" };
const HALL_CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const HALL_DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** What is known of a slip: its words, and how they are to look (plain, good, warn, bad). */
export function slipWords(state) {
  const [text, look] = SLIPS[state] ?? SLIPS.none;
  return { text, look };
}

/** 09:41, in the hall's time. */
export function clock(moment) {
  return HALL_CLOCK.format(new Date(moment));
}

/** How long somebody has waited: 刚到, 12 分钟, 1 小时 5 分. */
export function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return "刚到";
  if (minutes < 60) return `${minutes} 分钟`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分` : `${minutes / 60} 小时`;
}

/** The same as a sentence: 等了 12 分钟. */
export function waited(seconds) {
  return seconds < 60 ? "刚到" : `等了 ${span(seconds)}`;
}

/** The stop that is planned after the present one, or undefined. */
export function plannedStop(ticket) {
  return ticket?.stops.find((stop) => stop.state === "planned");
}

/** Where a visit goes next, and what for: 1楼 领取. A step-free person's next stop comes to this floor. */
export function nextStopWords(ticket, services) {
  const stop = plannedStop(ticket);
  const title = services.find((one) => one.id === stop.service_id)?.title ?? "别的业务";
  const floor = ticket.needs.includes("step_free") ? ticket.counter_floor : stop.floor;
  return floor ? `${floor}楼 ${title}` : `${title}（哪层等得短，到时告诉您）`;
}

/** 12月14日, with the year when it is not this one. */
export function day(isoDay) {
  const [year, month, date] = isoDay.split("-").map(Number);
  const short = `${month}月${date}日`;
  return year === Number(HALL_DAY.format(hallNow()).slice(0, 4)) ? short : `${year}年${short}`;
}

const NO_PROMISE = new Set(["refused", "withdrawn", "not_applicable"]);

/** A number as the hall writes it, from what a hand wrote: "a1", "A 1" and "ａ００１" are A001. */
export function numberText(written) {
  const plain = written.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
  const parts = /^([A-Z]+)(\d+)$/.exec(plain);
  return parts ? parts[1] + String(Number(parts[2])).padStart(3, "0") : plain;
}

/** A clock time is surer than a wait that is much shorter than the time since the number was taken: a
 *  standstill lay between, or another stop. */
const MUCH_MS = 120000;
const DAY_MS = 86400000;

/** How long somebody waits, in a list: 12 分钟, 刚到, or 取号 05:05 for an old number with a new wait. */
export function waitInList({ waited_seconds: seconds, issued_at: from }, now = hallNow()) {
  return seconds < 60 && isOld(from, now) ? `取号 ${clock(from)}` : span(seconds);
}

/** The same as a sentence: 等了 12 分钟, 刚到, or 取号 05:05. */
export function waitSentence({ waited_seconds: seconds, issued_at: from }, now = hallNow()) {
  return seconds < 60 && isOld(from, now) ? `取号 ${clock(from)}` : waited(seconds);
}

/** When a number was taken and how long its holder waited, as one fact. */
export function takenWords({ waited_seconds: seconds, issued_at: from }, now = hallNow()) {
  return seconds < 60 && isOld(from, now) ? clock(from) : `${clock(from)}，${waited(seconds)}`;
}

function isOld(from, now) {
  const age = now - Date.parse(from ?? "");
  return age > MUCH_MS && age < DAY_MS;
}

/** What lets somebody go first, "" without: 已优先：残疾人. A list tells only that it was granted. */
export function priorityWords({ priority_reason: reason, priority }, reasons) {
  if (reason) return `已优先：${reasonText(reasons, "priority", reason)}`;
  return priority === true ? "已优先" : "";
}

/** Why fewer stand in the list than wait in the hall: other floors and counters call the rest. */
export function elsewhereWords({ elsewhere, queue }) {
  const all = !queue.some((entry) => entry.state === "waiting");
  return `${all ? "等候的" : "其中"} ${elsewhere} 人归别的楼层或窗口`;
}

/** Counters in the order in which somebody may be sent to them: open, paused, without anybody; each by number. */
export function attendedFirst(counters) {
  const rank = (one) => Object.keys(COUNTER_STATES).indexOf(one.state);
  return counters.toSorted((one, other) => rank(one) - rank(other) || one.number - other.number);
}

/** What a person needs, in words. */
export function needsWords({ needs = [] }, reasons) {
  return needs.map((need) => reasonText(reasons, "needs", need)).join("、");
}

/** The promise of an item or case as staff read it; an unknown date is said, never guessed. */
export function dueWords(entry) {
  if (NO_PROMISE.has(entry.state)) return "";
  if (entry.state === "completed" || entry.state === "delivered") return "今天已办结";
  if (entry.due_on) return entry.due_on === HALL_DAY.format(hallNow()) ? "今天办结" : `${day(entry.due_on)}前`;
  return { calendar_unpublished: "日历未发布", awaits_event: "条件满足后定" }[entry.due_state] ?? "未定时限";
}

/** A limit in a few characters. */
export function limitWords(limit) {
  if (!limit) return "";
  const days = limit.working_days;
  switch (limit.kind) {
    case "immediate": return "即时";
    case "working_days": return `${days}个工作日`;
    case "calendar_days": return `${days}天`;
    case "conditional": return "看条件";
    case "periodic": return "按季";
    case "after_event": return days ? `批复后${days}个工作日` : "批复后";
    case "not_offered": return "本厅不办";
    default: return "未定时限";
  }
}

/** Which list or law sets the limit, for staff. */
export function ruledBy(limit) {
  return RULED_BY[limit?.ruled_by] ?? "";
}

/** The words of a reason's code; the code itself when the list no longer has it. */
export function reasonText(reasons, purpose, code) {
  return reasons[purpose]?.find((reason) => reason.code === code)?.text ?? code;
}

/** 社保中心企业职工养老保险股 as 企业职工养老保险股: the centre's own sections need no prefix in a list. */
export function shortOffice(name) {
  return name.length > 8 ? name.replace(/^社保中心/, "") : name;
}

/** The state of an item as all staff read it. */
export function itemStateWords(item) {
  return stateText(item.state, { [item.state]: item.state_label });
}
