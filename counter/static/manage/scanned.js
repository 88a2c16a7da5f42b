/** A code scanned at the manager's page: what it is of, and the way to the page that opens it. */

import { el } from "/static/js/hall.js";
import { hallNow } from "../office/hall_time.js";
import { say } from "../office/notices.js";
import { addressOf, lookUp, numberWords, otherWords, refusalWords, standingWords } from "../office/scan.js";
import { isAsking, tell } from "./dialog.js";

const HALL_DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** Something that is not ours. */
export function tellOther(kind) {
  say(otherWords(kind), "wrong");
}

/** @param {string} code @param {{role: string}} facts */
export async function openScanned(code, facts) {
  try {
    const found = await lookUp(code);
    if (isAsking()) say("先做完或关上正在填的，再扫一次", "wrong");
    else tell(wordsOf(found, code, facts));
  } catch (problem) {
    if (problem.status === 401) location.reload();
    else say(refusalWords(problem), "wrong");
  }
}

/** An auditor has no counter. */
function wordsOf({ ticket, cases }, code, { role }) {
  const numbers = cases.map((one) => one.case_number).join("、");
  return {
    title: ticket ? `${numberWords(ticket, HALL_DAY.format(hallNow()))}　${ticket.service_title}` : `办件 ${numbers}`,
    lead: [ticket && `${standingWords(ticket)}。`, ticket && (numbers ? `办件 ${numbers}。` : "还没有办件。"),
      !ticket && `${cases[0].service_title}。`],
    ways: el("p", { class: "ask-ways" },
      role !== "auditor" && el("a", { class: "button", href: addressOf("/counter", code) }, "在窗口页面打开"),
      cases.length > 0 && el("a", { class: "button", href: addressOf("/office", code) }, "在股室页面打开")),
  };
}
