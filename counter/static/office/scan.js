/** What a scanned code is of, for every staff page: looked up once, and told in calm words where nothing opens. */

import { api } from "/static/js/hall.js";

const PLEASE = "请扫小票或受理通知书上的方码。";
const OTHERS = {
  payment: `扫到的像是付款码，不是本厅的码。${PLEASE}`,
  address: `扫到的是一个网址（也可能是健康码），不是本厅的码。${PLEASE}`,
  other: `扫到的不是本厅的码。${PLEASE}`,
};
const UNKNOWN = "本厅没有这个码，或者已经作废。请按号码或证件查找。";
const STATES = {
  waiting: "等候", called: "已叫号", serving: "办理中", held: "挂起", no_show: "过号",
  served: "已办结", cancelled: "已取消", expired: "已过期",
};

/** @param {"payment"|"address"|"other"} kind */
export function otherWords(kind) {
  return OTHERS[kind];
}

/** Why a code could not be looked up. @param {import("/static/js/hall.js").ApiProblem} problem */
export function refusalWords(problem) {
  if (problem.status === 404) return UNKNOWN;
  return problem.status ? problem.title : "没有收到回答，请再扫一次。";
}

/** @returns {Promise<{ticket: object|null, cases: object[]}>} @throws {ApiProblem} */
export async function lookUp(code) {
  return (await api("GET", `/scans/${code}`)).data;
}

/** The number, with its day when that is not today's: today's number of the same name is somebody else's. */
export function numberWords({ number, service_day: day }, today) {
  if (day === today) return number;
  const [, month, date] = day.split("-").map(Number);
  return `${month}月${date}日的 ${number}`;
}

/** How a ticket stands, and where. */
export function standingWords({ state, counter }) {
  return `${STATES[state] ?? state}${counter ? `，${counter}号窗口` : ""}`;
}

/** The code that another page handed over in the address; it does not stay there. */
export function codeInAddress() {
  const code = /^#scan=([0-9a-hjkmnp-tv-z]{26})$/.exec(location.hash)?.[1] ?? null;
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Where a page that opens neither tickets nor cases leads with a code. */
export function addressOf(page, code) {
  return `${page}#scan=${code}`;
}
