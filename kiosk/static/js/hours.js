/** What the hall's hours mean to somebody who stands here now: closed and why, lunch, not yet calling. */

const WEEKDAYS = ["日", "一", "二", "三", "四", "五", "六"];

/** The hall's own time of day and date, whatever this computer's zone: {day: "2026-11-25", time: "08:05"}. */
export function hallClock(milliseconds) {
  const local = new Date(milliseconds + 8 * 3600 * 1000).toISOString();
  return { day: local.slice(0, 10), time: local.slice(11, 16) };
}

/** "11月25日 星期三 8:30" for a moment of the hall. */
export function dayWords(iso) {
  const { day, time } = hallClock(Date.parse(iso));
  const [, month, date] = day.split("-").map(Number);
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()];
  return `${month}月${date}日 星期${weekday} ${plain(time)}`;
}

/** Why no number is given now. @returns {{title: string, sentence: string}} */
export function closedWords(hours, clock, opensAt) {
  if (!opensAt) return { title: "今天不上班", sentence: "什么时候开门，请看门口的告示。" };
  const opens = hallClock(Date.parse(opensAt));
  if (opens.day === clock.day) return { title: "还没到开门时间", sentence: `${plain(opens.time)} 开始取号。` };
  if (hours.works_today && clock.time > hours.numbers_until) {
    return { title: "今天的号取完了", sentence: `急事请找导办台；${dayWords(opensAt)} 起取号。` };
  }
  return { title: "今天不上班", sentence: `下次开门：${dayWords(opensAt)}。` };
}

/** Whether this time of day lies between two shifts. */
export function isBreak(hours, clock) {
  return !hours.always_open && hours.shifts.slice(1).some(([begin], before) =>
    hours.shifts[before][1] <= clock.time && clock.time < begin);
}

/** Why somebody who takes a number now is called only later, at a time of day. */
export function laterWords(hours, clock) {
  if (isBreak(hours, clock)) return "现在是午休，可以先取号";
  const [first] = hours.shifts;
  return first && clock.time < first[0] ? "现在还没有叫号，可以先取号" : "中间有午休，号一直有效";
}

function plain(time) {
  return time.replace(/^0/, "");
}
