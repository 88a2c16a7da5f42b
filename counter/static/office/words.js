/** Words of the inbox: lamps, dates, limits, states; nothing here touches the page. */

const WEEKDAYS = "日一二三四五六";
const DAY_MS = 86400000;

/** Lamps have a shape and a word, so that they are told without colour; floors own ● ▲ ■. */
export const LAMPS = {
  red: { shape: "◆", word: "红灯", long: "红灯：已超期" },
  yellow: { shape: "◇", word: "黄灯", long: "黄灯：快到期" },
  none: { shape: "", word: "", long: "" },
};

/** Why there is no date, in two lines like a date. */
const NO_DATE = {
  calendar_unpublished: { date: "日历未发布", note: "发布后才算得出" },
  awaits_event: { date: "还没起算", note: "等事情发生" },
  none: { date: "没写期限", note: "" },
  provisional: { date: "还没起算", note: "受理后起算" },
};

const RULES = {
  law: "法定时限",
  list2: "提速清单",
  bundle: "打包承诺",
  list2_over_bundle: "提速清单单项时限",
};

/** States by colour of their tag; the word is always there. */
export const TAGS = {
  in_progress: "tag-blue",
  completed: "tag-pine",
  delivered: "tag-pine",
  suspended: "tag-amber",
  returned: "tag-amber",
};

/** What a state is called among staff: what was sent to an office waits to be taken up there. */
export function stateText(state, labels) {
  return state === "dispatched" ? "待接办" : labels[state];
}

/** The everyday name of an item, shown small beside the official one; nothing when both are the same. */
export function plainName(item) {
  return item.plain_name && item.plain_name !== item.name ? item.plain_name : "";
}

/** "12月14日" of an ISO date, with the year when it is another one. */
export function dayText(date, today) {
  const [year, month, day] = date.split("-").map(Number);
  const short = `${month}月${day}日`;
  return today && Number(today.slice(0, 4)) !== year ? `${year}年${short}` : short;
}

/** "周一" of an ISO date. */
export function weekday(date) {
  return `周${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]}`;
}

/** How far away a date is, in calendar days. */
export function distance(date, today) {
  const days = Math.round((Date.parse(date) - Date.parse(today)) / DAY_MS);
  if (days === 0) return "今天";
  if (days === 1) return "明天";
  if (days === 2) return "后天";
  return days < 0 ? `已过 ${-days} 天` : `还有 ${days} 天`;
}

/** The due date in two lines: the date itself, and how far or why there is none. */
export function dueText(item, today) {
  if (!item.due_on) return NO_DATE[item.due_state] ?? NO_DATE.none;
  const date = `${dayText(item.due_on, today)} ${weekday(item.due_on)}`;
  if (item.state === "suspended") return { date: dayText(item.due_on, today), note: "若今天恢复" };
  if (item.due_state === "provisional") return { date: dayText(item.due_on, today), note: "若今天受理" };
  if (["completed", "delivered"].includes(item.state)) return { date, note: "" };
  return { date, note: distance(item.due_on, today) };
}

/** Where a limit comes from. */
export function ruleText(rule) {
  return RULES[rule] ?? "";
}

/** "11月23日 09:41" of an ISO time, as the hall's clock shows it. */
export function momentText(iso) {
  if (!iso) return "";
  const parts = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(iso));
  const of = (type) => parts.find((part) => part.type === type).value;
  return `${of("month")}月${of("day")}日 ${of("hour")}:${of("minute")}`;
}

/** Whether the promised day has gone by. */
export function isLate(item, today) {
  return item.due_state === "fixed" && item.due_on !== null && item.due_on < today;
}

/** What a completed item brought. */
export function resultText(item) {
  return { granted: "✓ 办成", not_granted: "✕ 没办成" }[item.result] ?? "";
}
