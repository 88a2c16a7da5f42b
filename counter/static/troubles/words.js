/** Words of devices in trouble: what they are called, what is wrong, what to do; nothing here touches the page. */

const CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

/** What is wrong, after the name of the device; the gravest first. */
const WRONG = {
  silent: "没有消息",
  paper_out: "没纸了",
  cover_open: "盖子开着",
  fault: "卡纸或出故障了",
  offline: "连不上",
  unknown: "没有回话",
  paperless: "先不打小票",
  near_end: "的纸快用完了",
};
const KINDS = Object.keys(WRONG);

/** What to do, in one short sentence. */
const ADVICE = {
  paper_out: "换一卷纸，换好自动恢复。",
  cover_open: "合上盖子，自动恢复。",
  fault: "打开盖子取出卡住的纸，再合上。",
  offline: "看电源和连接线，接好自动恢复。",
  unknown: "看电源；打一张测试页试试。",
  near_end: "备好一卷纸，用完再换。",
  paperless: "号照常取；打印机好了自动恢复。",
  silent: "看电源和网络，连上自动恢复。",
};
const LINE_ADVICE = "看转换器的电源和线，接好自动恢复。";
const AGENT_ADVICE = "看那台电脑和代理程序开着没有。";

/** So many devices that fall silent together are one notice: then it is the network. */
const CROWD = 4;

/** What people call a device. @param {{what: string, device: string, place?: string}} one */
export function deviceTitle({ what, device, place }) {
  if (place) return place;
  const number = /-(\d+)$/.exec(device)?.[1];
  switch (what) {
    case "kiosk": return number && device.startsWith("kiosk-") ? `${number}号取号机` : device;
    case "display": return number && device.startsWith("display-") ? `${number}楼大屏` : `大屏 ${device}`;
    case "sign": return `窗口屏 ${device}`;
    case "agent": return `打印代理 ${device}`;
    case "line": return `窗口屏线路 ${device}`;
    case "printer": return `打印机 ${device}`;
    default: return device;
  }
}

/** What to do about a trouble. */
export function advice(kind, what) {
  if (what === "line") return LINE_ADVICE;
  return what === "agent" && kind === "silent" ? AGENT_ADVICE : ADVICE[kind] ?? "";
}

/** 10:42 of an ISO time, in Shanghai. */
export function clockOf(iso) {
  return CLOCK.format(new Date(iso));
}

/**
 * The notices of open troubles that nobody has seen: one for all that belongs together, the grave before the mild,
 * the newest first.
 * @returns {{key: string, ids: number[], mild: boolean, text: string, at: string, lead: string, shaky: boolean}[]}
 */
export function noticesOf(troubles) {
  const parts = Object.values(Object.groupBy(troubles, (one) => one.part_of)).map(unseen).filter((part) => part.length);
  const silent = parts.filter((part) => part.every((one) => one.kind === "silent"));
  const crowd = silent.length >= CROWD ? silent : [];
  const notices = parts.filter((part) => !crowd.includes(part)).map(noticeOf);
  if (crowd.length) notices.push(crowdNotice(crowd.flat()));
  return notices.sort((one, other) => Number(one.mild) - Number(other.mild) || Date.parse(other.began) - Date.parse(one.began));
}

/** What is to be told of a part. While something grave is open, seen or not, the mild is no news of its own. */
function unseen(part) {
  const told = part.filter((one) => !one.seen_by);
  return told.every((one) => one.mild) && part.some((one) => !one.mild) ? [] : told;
}

function noticeOf(part) {
  const told = part.toSorted((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  // A printer that runs short of paper and has none needs one word.
  const worst = told.filter((one, place) => place === 0 || !one.mild);
  const words = worst.map((one) => WRONG[one.kind] ?? one.kind);
  const shaky = worst.some((one) => one.times > 1);
  return facts(worst, {
    key: part[0].part_of,
    // Whoever has seen the worst has seen it all.
    ids: told.map((one) => one.id),
    title: deviceTitle(worst[0]),
    words: [...words, shaky && "时好时坏"].filter(Boolean).join("，"),
    shaky,
  });
}

function crowdNotice(silent) {
  const title = `${deviceTitle(silent[0])}等 ${silent.length} 台设备`;
  const notice = facts(silent, { key: "silent", ids: silent.map((one) => one.id), title, words: WRONG.silent, shaky: false });
  return { ...notice, lead: "多半是网络：看交换机和网线。" };
}

function facts(troubles, { key, ids, title, words, shaky }) {
  const began = troubles.map((one) => one.began_at).sort()[0];
  return {
    key,
    ids,
    mild: troubles.every((one) => one.mild),
    title,
    text: `${title}${words}`,
    at: clockOf(began),
    began,
    lead: advice(troubles[0].kind, troubles[0].what),
    shaky,
  };
}
