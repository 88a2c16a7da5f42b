/**
 * What a wall shows of a board, as pure functions: which board counts, what a sign
 * says, and the words for waits, counters, time and age. Nothing here touches the page or the network.
 */

import { waitText } from "/static/js/hall.js";

/** Without a sign of life for this long the screen says that it is not up to date. */
export const STALE_MS = 8000;

const STEP_SECONDS = 300;
const HALL_CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

/**
 * Whether `board` replaces `last`: another epoch always does, the same one unless it is older. Of one version
 * hall time tells which is the older: it never goes back, as a clock may.
 */
export function accept(board, last) {
  if (!last || board.epoch !== last.epoch) return true;
  return board.version > last.version || (board.version === last.version && board.seconds >= last.seconds);
}

/**
 * What is said around a break while nobody is called: `title` and `until`, for a counter's sign those of its
 * counter alone; null while somebody calls.
 */
export function breakWords(board, number = null) {
  if (!board.quiet_until) return null;
  const calls = (counter) => !counter.quiet && (counter.number === number || counter.state === "open");
  const counters = board.counters.filter((counter) => number === null || counter.number === number);
  return counters.some(calls) ? null
    : { title: "午休", until: `${hallTime(Date.parse(board.quiet_until))} 接着叫号` };
}

/** The same in one line: "午休，14:32 接着叫号", or `otherwise` while somebody calls. */
export function breakLine(board, otherwise) {
  const words = breakWords(board);
  return words ? `${words.title}，${words.until}` : otherwise;
}

/** The way to a call's floor, seen from this board: "上3楼", "下1楼", or "" on the floor itself. */
export function way(call) {
  if (call.direction === "here") return "";
  return `${call.direction === "up" ? "上" : "下"}${call.floor}楼`;
}

/** A clock time that is told instead of a wait, because a break lies before the call. */
function clock(after) {
  return hallTime(Date.parse(after));
}

/**
 * How long somebody waits who takes a number of a series now, in the fewest words and in the steps of five
 * minutes that all screens use, or the clock time behind a break; the wall says once beside them what they are.
 */
export function waitWords({ count, wait_seconds: band, called_after: after }) {
  if (after) return `${clock(after)}以后`;
  if (count === 0) return "没有人等";
  if (!band) return "说不准";
  const low = Math.floor(band.low / STEP_SECONDS) * 5;
  const high = Math.max(5, Math.ceil(band.high / STEP_SECONDS) * 5);
  return low === 0 ? `${high}分以内` : `${low}～${high}分`;
}

/** What stands beside the waits of a floor: around a break not all of them are lengths. */
export function waitLabel(waiting) {
  return waiting.some((series) => series.called_after) ? "大约" : "约等";
}

/**
 * Everybody's wait on a floor, from the shortest to the longest of the series with people in them; around a
 * break the clock time from which people are called again.
 */
export function floorWait(waiting) {
  const busy = waiting.filter((series) => series.count > 0);
  const told = busy.length ? busy : waiting;
  const behind = told.filter((series) => series.called_after);
  if (behind.length) {
    const first = behind.map((series) => clock(series.called_after)).sort()[0];
    return `${behind.length === told.length ? "约" : "有的"} ${first} 以后`;
  }
  if (!busy.length) return "没有人等";
  const bands = busy.map((series) => series.wait_seconds).filter(Boolean);
  if (!bands.length) return waitText(null);
  const low = Math.min(...bands.map((band) => band.low));
  return waitText({ low, high: Math.max(...bands.map((band) => band.high)) });
}

/** Whether any counter of the board is open. */
export function isCalling(board) {
  return board.counters.some((counter) => counter.state === "open");
}

/** Who is to be called soon: nobody where no counter calls, or around a break. */
export function soonNumbers(board) {
  return isCalling(board) && !breakWords(board) ? board.soon ?? [] : [];
}

/** What stands there instead of numbers. */
export function soonNone(board) {
  const none = isCalling(board) || !board.soon?.length ? "现在没有人等" : "没有窗口开着，请坐着等或问导办台";
  return breakLine(board, none);
}

/** Counter numbers in the fewest words: "1～3、5". */
export function ranges(numbers) {
  const runs = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => {
    if (from === to) return `${from}`;
    return to === from + 1 ? `${from}、${to}` : `${from}～${to}`;
  }).join("、");
}

/** "6、7号窗口" for the paused counters, "" when none is. */
export function pausedWords(counters) {
  const paused = counters.filter((counter) => counter.state === "paused").map((counter) => counter.number);
  return paused.length ? `${ranges(paused)}号窗口` : "";
}

/** How old the picture is, in words, and whether people must be told. */
export function freshness(age) {
  const seconds = Math.floor(age / 1000);
  const words = seconds < 5 ? "刚刚更新" : seconds < 60 ? `${seconds} 秒前更新`
    : seconds < 3600 ? `${Math.floor(seconds / 60)} 分钟前更新` : `${Math.floor(seconds / 3600)} 小时前更新`;
  return { stale: age >= STALE_MS, words };
}

/** The hall's time of day, "10:42", whatever zone this screen is set to. */
export function hallTime(milliseconds) {
  return HALL_CLOCK.format(milliseconds);
}

/**
 * What a counter's sign says: `state` (calling, serving, break, free, paused, closed, open) and the ticket's number.
 * A board may tell the counter's ticket itself. Where it does not, the counter's newest call on the board is all
 * that is known: then nobody is said to be served, and no counter to be free.
 */
export function signState(board, number) {
  const counter = board.counters.find((one) => one.number === number);
  const here = counter && counter.state !== "closed" ? counter.ticket : null;
  if (here) return { state: here.state === "serving" ? "serving" : "calling", ticket: here.number };
  if (counter && breakWords(board, number)) return { state: "break", ticket: null };
  if (!counter || counter.state === "closed") return { state: "closed", ticket: null };
  if (counter.state === "paused") return { state: "paused", ticket: null };
  if (counter.ticket === null) return { state: "free", ticket: null };
  const call = board.calls.filter((one) => one.counter === number).sort((a, b) => a.id - b.id).at(-1);
  return call ? { state: "calling", ticket: call.number } : { state: "open", ticket: null };
}

/** The two nearest open counters of the same floor, where a person before a counter that rests may go. */
export function openBeside(board, number) {
  const floor = board.counters.find((one) => one.number === number)?.floor;
  return board.counters
    .filter((one) => one.state === "open" && !one.quiet && one.number !== number && one.floor === floor)
    .map((one) => one.number).sort((a, b) => Math.abs(a - number) - Math.abs(b - number)).slice(0, 2);
}
