/** The counter console: joins the hall's data, the live line, the panes and the keys. */

import { api, el } from "/static/js/hall.js";
import { listenToScanner } from "/static/js/scanner.js";
import { hallNow } from "../office/hall_time.js";
import { codeInAddress } from "../office/scan.js";
import { openNotices } from "../troubles/notices.js";
import { Actions } from "./actions.js";
import { Chooser } from "./chooser.js";
import { counterKeys } from "./counter_keys.js";
import { Desk } from "./desk.js";
import { isAsking } from "./dialog.js";
import { fill } from "./drawing.js";
import { Issuing } from "./issuing.js";
import { Keys } from "./keys.js";
import { openLine } from "./live.js";
import { Person } from "./person.js";
import { Presses } from "./presses.js";
import { Queue } from "./queue.js";
import { Scanned } from "./scanned.js";
import { ConsoleState } from "./state.js";
import { COUNTER_STATES, clock } from "./words.js";

const LINK_LOST = "与服务器断开，现在的号继续办，先不叫下一位，已写的都在。";
const TICK_MS = 1000;
/** What time alone changes, no hint tells: a break begins or ends, waits grow. */
const READ_MS = 15000;
const $ = (id) => document.getElementById(id);

const state = new ConsoleState(JSON.parse($("console-data").textContent));
const presses = new Presses(state);
const desk = new Desk($("desk"), state, presses);
const issuing = new Issuing(state, presses, (entry) => actions.pick(entry));
const actions = new Actions(state, presses, {
  mayLeave: () => desk.mayLeave(), showNumber: () => issuing.findNumber(), issue: () => issuing.issue(),
});
new Chooser($("chooser"), state, presses, { issue: () => issuing.issue(), showNumber: () => issuing.findNumber() });
new Person($("person"), state, {
  openCase: (number) => desk.openCase(number),
  printSlip: () => presses.send(`/tickets/${state.ticket.number}/slip`).then(() => presses.read()),
});
new Queue($("queue"), state, (entry) => actions.pick(entry));
new Keys($("keys"), state, counterKeys(actions));
$("sign-off").addEventListener("click", () => actions.signOff());
$("issue").addEventListener("click", () => issuing.issue());
const scanned = new Scanned(state, {
  openCase: (number) => desk.openCase(number), showDesk: () => desk.tab === "form" || desk.open("form"), pick: (ticket) => actions.pick(ticket),
});
listenToScanner({ onCode: (code) => scanned.open(code), onOther: (kind) => scanned.other(kind) });
document.addEventListener("keydown", (event) => {
  if (isAsking()) return;
  if (event.key === "F1") {
    event.preventDefault();
    issuing.issue();
  } else if (event.key === "F9" && !state.counter) {
    event.preventDefault();
    issuing.findNumber();
  }
  const writing = document.activeElement?.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.key === "z" && event.ctrlKey && !writing && state.undo) {
    event.preventDefault();
    actions.undo();
  }
});

/** What was said of a press goes with the next one; what can still be taken back stays so. */
function forgetWords() {
  if (state.notice) state.set({ notice: null });
}
document.addEventListener("keydown", (event) => /^F\d+$/.test(event.key) && !event.repeat && forgetWords(), true);
document.addEventListener("click", (event) => {
  if (event.target.closest("button") && !$("words").contains(event.target)) forgetWords();
}, true);

/** That the line is lost, or that nobody is called around a break: the one above the panes, the other beside
 *  the counter's number, where it takes no room from the work. */
function drawBands() {
  const { counter, linked } = state;
  const until = counter?.state === "open" && counter.quiet_until;
  tell($("band"), linked ? "" : LINK_LOST);
  tell($("quiet"), until ? `‖ 午休前后不叫号，${clock(until)} 接着叫` : "");
}

function tell(place, words) {
  place.hidden = !words;
  if (words && place.textContent !== words) place.textContent = words;
}

/** What stands around the panes: who is where, the line of words, the bands. */
function drawFrame() {
  const { counter, data, me } = state;
  $("work").hidden = !counter;
  $("keys").hidden = !counter;
  $("sign-off").hidden = !counter;
  const floor = data.floors.find((one) => one.number === counter?.floor);
  fill($("where"), counter && [
    el("b", { class: "where-number" }, `${counter.number}号窗口`),
    floor && el("span", { class: "floor-mark", dataset: { floor: floor.number } }, `${floor.shape} ${floor.name}`),
    el("span", { class: counter.state === "open" ? "tag tag-pine" : "tag tag-amber" }, COUNTER_STATES[counter.state]),
  ]);
  $("who").textContent = me ? [me.name, me.staff_number && `工号 ${me.staff_number}`].filter(Boolean).join(" ") : "";
  drawBands();
  drawWords();
}

let wordsDrawn = "";

/** The line above the keys: a refusal, else what was done last and how long it can be taken back. */
function drawWords() {
  const { problem, notice, undo } = state;
  const seconds = undo ? Math.ceil((undo.until - Date.now()) / 1000) : 0;
  const drawn = JSON.stringify([problem, notice, seconds > 0 ? seconds : 0, undo?.number]);
  if (drawn === wordsDrawn) return;
  wordsDrawn = drawn;
  $("words").className = problem ? "words wrong" : "words";
  fill($("words"), el("span", null, problem ?? notice ?? ""), !problem && seconds > 0 && el("button", {
    type: "button", class: "button small-button", onclick: () => actions.undo(),
  }, `撤回${notice ? "" : ` ${undo.number} `}（${seconds} 秒内）`, el("span", { class: "key" }, "Ctrl+Z")));
}

function tick() {
  $("clock").textContent = clock(hallNow());
  if (state.undo && state.undo.until <= Date.now()) state.set({ undo: null });
  else drawWords();
}

/** Which devices concern a clerk depends on the counter. */
function tellOfDevices(notices) {
  let seat = state.counter?.number;
  state.listen(() => {
    if (state.counter?.number === seat) return;
    seat = state.counter?.number;
    notices.read();
  });
}

async function begin() {
  try {
    const { data: me } = await api("GET", "/me");
    const { data: counters } = await api("GET", "/counters");
    presses.keepTime(counters.items);
    const mine = counters.items.find((one) => one.number === me.counter) ?? null;
    state.set({ me, counters: counters.items, counter: mine });
  } catch (problem) {
    presses.refuse(problem);
    setTimeout(begin, 2000);
    return;
  }
  const line = openLine(state, presses, {
    onSlip: (event) => desk.slipChanged(event), onBack: () => desk.readSheet(),
  });
  const code = codeInAddress();
  if (code) scanned.open(code);
  tellOfDevices(openNotices($("troubles"), line));
  setInterval(tick, TICK_MS);
  setInterval(() => state.linked && !state.busy && presses.read(), READ_MS);
  tick();
}

state.listen(drawFrame);
begin();
