/** A code scanned at the console: the ticket or the case behind it is opened, and nothing written is lost. */

import { el } from "/static/js/hall.js";
import { hallNow } from "../office/hall_time.js";
import { lookUp, numberWords, otherWords, refusalWords, standingWords } from "../office/scan.js";
import { choose } from "./dialog.js";
import { CASE_STATES } from "./words.js";

/** From these something can be done with the number. */
const MAY_BE_MOVED = new Set(["waiting", "held", "no_show"]);
const HALL_DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

export class Scanned {
  /** @param {import("./state.js").ConsoleState} state
   *  @param {{openCase: (number: string) => void, showDesk: () => void, pick: (ticket: object) => void}} ways */
  constructor(state, ways) {
    Object.assign(this, { state, ways });
  }

  /** Something that is not ours. */
  other(kind) {
    this.tellNothing(otherWords(kind));
  }

  /** Nothing went wrong that a clerk must mend; beside a press that can be taken back it must not look like its word. */
  tellNothing(words) {
    this.state.set(this.state.undo ? { problem: words } : { notice: words, problem: null });
  }

  async open(code) {
    let found = null;
    try {
      found = await lookUp(code);
    } catch (problem) {
      if (problem.status === 401) location.reload();
      else this.tellNothing(refusalWords(problem));
      return;
    }
    this.state.set({ problem: null });
    if (await leaveQuestions(this.title(found))) await this.show(found);
  }

  show({ ticket, cases }) {
    const { state, ways } = this;
    if (ticket && MAY_BE_MOVED.has(ticket.state)) return ways.pick(ticket);
    if (cases.length && state.counter) return this.openCase(cases);
    if (ticket && ticket.token === state.ticket?.token) {
      ways.showDesk();
      return state.set({ notice: `${ticket.number} 就在本窗口` });
    }
    return this.tell({ ticket, cases });
  }

  async openCase(cases) {
    const chosen = cases.length === 1 ? { value: cases[0].case_number } : await choose({
      title: `这个码有 ${cases.length} 个办件，打开哪个？`,
      options: cases.map((one) => ({ value: one.case_number, label: one.case_number, hint: caseWords(one) })),
    });
    if (chosen) this.ways.openCase(chosen.value);
  }

  title({ ticket, cases }) {
    return ticket ? `${numberWords(ticket, HALL_DAY.format(hallNow()))}　${ticket.service_title}`
      : `办件 ${cases[0].case_number}`;
  }

  tell({ ticket, cases }) {
    return choose({
      title: this.title({ ticket, cases }), text: ticket && `${standingWords(ticket)}。`,
      body: cases.length > 0 && el("ul", null, cases.map((one) => el("li", null,
        el("b", { class: "number" }, one.case_number), `　${caseWords(one)}`))),
      options: [{ value: true, label: "好" }],
    });
  }
}

function caseWords(one) {
  return `${one.service_title}，${CASE_STATES[one.state] ?? one.state}`;
}

/** Close the questions that stand open; one in which something was written only if the clerk says so. */
async function leaveQuestions(title) {
  const open = [...document.querySelectorAll("dialog[open]")].reverse();
  if (open.some(isWritten)) {
    const chosen = await choose({
      title: `扫到 ${title}`, text: "正在填的还没做完。",
      options: [{ value: true, label: "不填了，打开扫到的" }],
    });
    if (!chosen) return false;
  }
  for (const dialog of open) dialog.dispatchEvent(new Event("cancel"));
  return true;
}

function isWritten(dialog) {
  return [...dialog.querySelectorAll("input, textarea, select")].some((field) => {
    if (field.tagName === "SELECT") return field.selectedIndex > 0;
    return ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  });
}
