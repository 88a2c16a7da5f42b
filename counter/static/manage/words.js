/** Words of the manager's page: waits, states of devices and printers, the verdict; nothing touches the page. */

export const COUNTER_STATES = {
  open: { shape: "○", word: "开着" },
  paused: { shape: "‖", word: "暂停" },
  closed: { shape: "－", word: "没开" },
};

export const PRINTER_STATES = {
  ok: { word: "正常", kind: "good" },
  near_end: { word: "纸快用完", kind: "near" },
  paper_out: { word: "没纸了", kind: "bad" },
  cover_open: { word: "盖子开着", kind: "bad" },
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
const ALWAYS_ON = new Set(["kiosk", "display", "sign"]);

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

/** Whether somebody was called to this counter and nobody serves there: it is paused or closed. */
export function isUnattended(counter) {
  return Boolean(counter.ticket) && counter.state !== "open";
}

/** Whether anybody waits in vain or too long, why, and what can be done: the one sentence of the page. */
export function verdict(overview, facts) {
  const unattended = overview.counters.filter(isUnattended);
  if (unattended.length) return unattendedWords(unattended);
  const rows = overview.waiting.filter((row) => row.count > 0);
  if (!rows.length) return { kind: "good", text: "现在没有人在等。", lead: openWords(overview.counters) };
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
  const tickets = counters.map((counter) => counter.ticket).join("、");
  return {
    kind: "bad",
    text: `${numbers}号窗口没人接待，${tickets} 还在等。`,
    lead: "请派人到窗口上岗，接着办；办不了的，上岗后放回队里。",
  };
}

function openWords(counters) {
  const open = counters.filter((counter) => counter.state === "open").length;
  return `${counters.length} 个窗口，${open} 个开着。`;
}

function adviceWords(floor, counters) {
  const near = counters.filter((counter) => floor === null || counter.floor === floor);
  const of = (state) => near.filter((counter) => counter.state === state).map((counter) => counter.number);
  const [open, paused, closed] = [of("open"), of("paused"), of("closed")];
  const why = open.length ? `只有 ${open.length} 个窗口在叫号。` : "没有窗口在叫号。";
  if (paused.length) return `${why}可以请 ${paused.slice(0, 5).join("、")} 号窗口恢复叫号。`;
  if (closed.length) return `${why}可以再开 ${closed.slice(0, 5).join("、")} 号窗口。`;
  return `本楼 ${open.length} 个窗口都在叫号，可以请别的楼层帮忙。`;
}
