/** Words of the manager's page: waits, states of devices and printers, the verdict; nothing touches the page. */

export const COUNTER_STATES = {
  open: { shape: "○", word: "开着" },
  paused: { shape: "‖", word: "暂停" },
  closed: { shape: "－", word: "没开" },
};

/** A printer that used to answer, or should, and does not. */
export const SILENT_PRINTER = { word: "没有回话", kind: "bad" };

export const PRINTER_STATES = {
  ok: { word: "正常", kind: "good" },
  near_end: { word: "纸快用完", kind: "near" },
  paper_out: { word: "没纸了", kind: "bad" },
  cover_open: { word: "盖子开着", kind: "bad" },
  fault: { word: "卡纸或故障", kind: "bad" },
  offline: { word: "连不上", kind: "bad" },
  unknown: { word: "还没有回话", kind: "quiet" },
};

/** Kinds of state as a tag: shape and word beside the colour. */
export const KINDS = {
  good: { tag: "tag-pine", shape: "✓" },
  near: { tag: "tag-amber", shape: "◇" },
  bad: { tag: "tag-red", shape: "◆" },
  quiet: { tag: "", shape: "…" },
};

/** Devices that should always be on, so that their silence is a fault. */
const ALWAYS_ON = new Set(["kiosk", "display", "sign", "agent"]);

/** So many numbers are named in a sentence. */
const FEW = 5;

const CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
/** Over this share of numbers with priority any rule makes the others wait much longer. */
const MANY_PRIORITY = 0.2;

/** What everybody on duty must know of today beside the waits, the gravest first; `numbers` belong to a
 *  standstill. An answer that does not tell a fact says nothing of it. */
export function alerts({ outages = [], lift_works: lift = true, priority_share: share = 0 }) {
  return [
    !lift && { text: "电梯停用。", lead: "要走无障碍的人就在所在楼层办，各楼大屏已经说明。" },
    ...outages.map(outageWords).reverse(),
    share > MANY_PRIORITY && { text: `优先号占 ${Math.round(share * 100)}%，超过两成。`, lead: "其他人会久等，请核对优先的原因。" },
  ].filter(Boolean);
}

function outageWords({ began_at: from, ended_at: to, seconds, numbers = [] }) {
  const span = `${CLOCK.format(new Date(from))}～${CLOCK.format(new Date(to))}`;
  const lead = numbers.length ? "停电时在等或在窗口的号，顺序不变：" : "当时没有人在等，窗口也没有号。";
  const minutes = Math.max(1, Math.round(seconds / 60));
  return { text: `停电（或停机）${span}，${minutesText(minutes * 60)}。`, lead, numbers };
}

/** A stretch of time in whole minutes, as people say it. */
export function minutesText(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return "不到 1 分钟";
  if (minutes < 120) return `${minutes} 分钟`;
  return `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
}

/** Seconds between two ISO times, never below nothing. */
export function secondsBetween(from, to) {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

/** The state of a device: a word and its kind. */
export function deviceState(device, now, silentSeconds) {
  if (device.revoked) return { word: "已停用", kind: "quiet" };
  if (!device.enrolled) return { word: "还没登记", kind: "near" };
  if (!device.last_seen_at) return { word: "还没联系过", kind: "quiet" };
  const silent = secondsBetween(device.last_seen_at, now);
  if (silent <= silentSeconds) return { word: "在线", kind: "good" };
  const word = `${minutesText(silent)}没有消息`;
  return { word, kind: ALWAYS_ON.has(device.role) ? "bad" : "quiet" };
}

/** Whether a number lies at this counter and nobody serves it: it was called and the counter does not call, or
 *  it was put on hold and the clerk has left. */
export function isUnattended({ ticket, held = [], state }) {
  return (Boolean(ticket) && state !== "open") || (held.length > 0 && state === "closed");
}

/** Whether the hours say that counters do not call now. */
export function isResting({ counters_open_at: opens, quiet_until: back }) {
  return Boolean(opens ?? back);
}

/** Whether anybody waits in vain or too long, why, and what can be done: the one sentence of the page. What would
 *  be a fault while counters call is none before they open, nor is a floor without counters in a break; a number
 *  left at a counter over a break is one. */
export function verdict(overview, facts) {
  const said = callingVerdict(overview, facts);
  const { counters_open_at: opens, quiet_until: back, counters } = overview;
  if (said.kind !== "bad") return said;
  if (opens) return restWords(`还没到叫号时间，窗口 ${CLOCK.format(new Date(opens))} 开。`, overview, facts);
  if (back && !counters.some(isUnattended)) return restWords(`现在不叫号，${CLOCK.format(new Date(back))} 再叫。`, overview, facts);
  return said;
}

/** The same while counters call: a number left at a counter comes first, then a floor where nobody calls, then the
 *  longest wait. */
function callingVerdict(overview, facts) {
  const unattended = overview.counters.filter(isUnattended);
  if (unattended.length) return unattendedWords(unattended);
  const rows = overview.waiting.filter((row) => row.count > 0);
  if (!rows.length) return { kind: "good", text: "现在没有人在等。", lead: openWords(overview.counters) };
  const deserted = desertedFloors(rows, overview.counters);
  if (deserted.length) return desertedWords(deserted, overview.counters, facts);
  const worst = rows.reduce((one, other) => (other.longest_seconds > one.longest_seconds ? other : one));
  const where = `${floorText(worst.floor, facts)} ${worst.series} 号段`;
  const longest = minutesText(worst.longest_seconds);
  if (worst.longest_seconds < facts.long_wait_seconds) {
    return { kind: "good", text: "没有人等太久。", lead: `最久的在${where}，等了 ${longest}。` };
  }
  return { kind: "bad", text: `${where}等得太久：${longest}，${worst.count} 人。`, lead: adviceWords(worst.floor, overview.counters) };
}

/** "2楼▲" of a floor's number; a ticket without a floor may be called anywhere. */
export function floorText(number, facts) {
  const floor = facts.floors.find((one) => one.number === number);
  return floor ? `${floor.name}${floor.shape}` : "任一楼层";
}

function unattendedWords(counters) {
  const numbers = counters.map((counter) => counter.number).join("、");
  const tickets = counters.map((counter) => counter.ticket).filter(Boolean);
  const held = counters.flatMap((counter) => counter.held ?? []);
  return {
    kind: "bad",
    text: `${numbers}号窗口没人接待，${leftWords(tickets, held)}还在等。`,
    lead: "请派人到窗口上岗，接着办；办不了的，上岗后放回队里。",
  };
}

/** "A001 ", "A012 挂起，" or both: which numbers lie there, and how. */
function leftWords(tickets, held) {
  if (!held.length) return `${few(tickets)} `;
  return tickets.length ? `${few(tickets)} 和挂起的 ${few(held)} ` : `${few(held)} 挂起，`;
}

function few(numbers) {
  const named = numbers.slice(0, FEW).join("、");
  return numbers.length > FEW ? `${named} 等 ${numbers.length} 个号` : named;
}

/** Floors where people wait and no counter is open, from the lowest; null is anywhere in the hall. */
function desertedFloors(rows, counters) {
  const floors = [...new Set(rows.map((row) => row.floor))];
  const isOpen = (floor) => counters.some((one) => one.state === "open" && (floor === null || one.floor === floor));
  return countsOnFloors(floors.filter((floor) => !isOpen(floor)).sort((one, other) => (one ?? 99) - (other ?? 99)), rows);
}

function countsOnFloors(floors, rows) {
  return floors.map((floor) => ({ floor, count: rows.filter((row) => row.floor === floor).reduce((sum, row) => sum + row.count, 0) }));
}

/** "1楼● 2 人、2楼▲ 1 人" */
function peopleWords(floors, facts) {
  return floors.map(({ floor, count }) => `${floor === null ? "大厅里" : floorText(floor, facts)} ${count} 人`).join("、");
}

function desertedWords(deserted, counters, facts) {
  const near = counters.filter((counter) => deserted.some(({ floor }) => floor === null || counter.floor === floor));
  const lead = near.length ? stateAdvice(near) : "请到楼上楼下安排窗口接着办。";
  return { kind: "bad", text: `${peopleWords(deserted, facts)}在等，没有窗口开着。`, lead };
}

/** When counters call, who waits until then and which numbers lie at counters. */
function restWords(text, { waiting, counters }, facts) {
  const floors = [...new Set(waiting.map((row) => row.floor))];
  const people = countsOnFloors(floors, waiting).filter(({ count }) => count > 0);
  const left = counters.filter(isUnattended).map(({ number, ticket, held = [] }) => `${leftWords([ticket].filter(Boolean), held)}在 ${number} 号窗口`);
  return { kind: "quiet", text, lead: `${[people.length && `${peopleWords(people, facts)}在等`, ...left].filter(Boolean).join("；")}。` };
}

function openWords(counters) {
  const open = counters.filter((counter) => counter.state === "open").length;
  return `${counters.length} 个窗口，${open} 个开着。`;
}

function adviceWords(floor, counters) {
  const near = counters.filter((counter) => floor === null || counter.floor === floor);
  const open = near.filter((counter) => counter.state === "open");
  const why = open.length ? `只有 ${open.length} 个窗口在叫号。` : "没有窗口在叫号。";
  const advice = stateAdvice(near);
  if (advice) return `${why}${advice}`;
  return `本楼 ${open.length} 个窗口都在叫号，可以请别的楼层帮忙。`;
}

/** Which counters can call again or be opened, "" when all of them call. */
function stateAdvice(counters) {
  const of = (state) => counters.filter((counter) => counter.state === state).map((counter) => counter.number);
  const [paused, closed] = [of("paused"), of("closed")];
  if (paused.length) return `可以请 ${paused.slice(0, FEW).join("、")} 号窗口恢复叫号。`;
  return closed.length ? `可以再开 ${closed.slice(0, FEW).join("、")} 号窗口。` : "";
}
