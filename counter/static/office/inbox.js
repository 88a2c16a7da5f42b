/** The office inbox: loads the list, moves through it with keys, opens an item and does what is pressed. */

import { api, connect, pressKey } from "/static/js/hall.js";
import { listenToScanner } from "/static/js/scanner.js";
import { openNotices } from "../troubles/notices.js";
import { lineIs, say, tellTrouble } from "./notices.js";
import { drawPane } from "./pane.js";
import { codeInAddress, lookUp, numberWords, otherWords, refusalWords, standingWords } from "./scan.js";
import { drawRows, emptyText, markRow, rowKey } from "./rows.js";
import { drawStates, sumText } from "./states.js";
import { sayWrong, VERBS, verbForm } from "./verbs.js";

const GATHER_MS = 300;
const at = (id) => document.getElementById(id);
const facts = JSON.parse(at("facts").textContent);
const here = {
  office: facts.office ?? new URLSearchParams(location.search).get("office") ?? "",
  state: "",
  words: "",
  items: [],
  chosen: null,
  place: 0,
  open: null,
  file: null,
  busy: false,
};
let gatherTimer = 0;

// The list

function listAddress() {
  const query = new URLSearchParams();
  if (here.office && !facts.office) query.set("office", here.office);
  if (here.words) query.set("q", here.words);
  if (here.state === "completed") query.set("state", "completed");
  return `/inbox${query.size ? `?${query}` : ""}`;
}

async function load() {
  const asked = listAddress();
  try {
    const { data } = await api("GET", asked);
    if (asked !== listAddress()) return;
    here.items = data.items;
    lineIs(true);
    draw();
  } catch (problem) {
    tellTrouble(problem);
  }
}

function shown() {
  const state = here.state;
  return state && state !== "completed" ? here.items.filter((item) => item.state === state) : here.items;
}

function draw() {
  const items = shown();
  const place = items.findIndex((item) => rowKey(item) === here.chosen);
  if (place >= 0) here.place = place;
  else here.chosen = null;
  if (!here.chosen && !here.open && items.length) here.chosen = rowKey(items[0]);
  const focused = document.activeElement?.closest("#rows tr") !== null && document.activeElement !== document.body;
  drawRows(at("rows"), items, { chosen: here.chosen, today: facts.today, labels: facts.labels, offices: !here.office, open: openRow });
  markRow(at("rows"), here.chosen, focused);
  at("from").textContent = here.office ? "来自哪件事" : "股室";
  const kind = here.words ? "search" : here.state === "completed" ? "completed" : here.state ? "state" : "all";
  at("empty").hidden = items.length > 0;
  at("empty").replaceChildren(...(items.length ? [] : emptyText(kind)));
  drawStates(at("states"), { state: here.state, items: here.items, choose });
  at("sum").textContent = here.state === "completed" ? "" : sumText(here.items);
}

function choose(state) {
  const reload = state === "completed" || here.state === "completed";
  here.state = state;
  here.chosen = null;
  if (reload) load();
  else draw();
}

// Moving and opening

function step(by) {
  const items = shown();
  if (!items.length) return;
  // A row that has just left the list gave its place to the next one.
  const from = here.chosen || by < 0 ? here.place : here.place - 1;
  here.place = Math.min(items.length - 1, Math.max(0, from + by));
  here.chosen = rowKey(items[here.place]);
  markRow(at("rows"), here.chosen, true);
  if (here.open) openRow(here.chosen, true);
}

async function openRow(key, keepFocus = false) {
  here.chosen = key;
  here.place = Math.max(0, shown().findIndex((item) => rowKey(item) === key));
  markRow(at("rows"), key, keepFocus);
  const [number, id] = key.split("/");
  await openItem(number, Number(id), keepFocus);
}

async function openItem(number, id, keepFocus) {
  const key = `${number}/${id}`;
  here.open = key;
  try {
    const { data } = await api("GET", `/cases/${encodeURIComponent(number)}`);
    // A form that was opened while the case was on its way is left alone too.
    if (here.open !== key || (keepFocus && at("pane").dataset.form)) return;
    here.file = data;
    // Drawing anew takes away whatever in the pane has the focus.
    const inside = at("pane").contains(document.activeElement);
    drawOpen();
    if (!keepFocus || inside) at("pane").querySelector("h2").focus({ preventScroll: true });
  } catch (problem) {
    tellTrouble(problem);
  }
}

function drawOpen() {
  const id = Number(here.open.split("/")[1]);
  const item = here.file.items.find((one) => one.id === id);
  const entry = here.items.find((one) => rowKey(one) === here.open);
  at("page").dataset.open = "true";
  delete at("pane").dataset.form;
  at("pane").hidden = false;
  drawPane(at("pane"), { file: here.file, item: seen(item), entry, facts: allowed(item), press, go, close });
  markRow(at("rows"), here.chosen, false);
}

/** Items of other offices can be read but not moved. */
function allowed(item) {
  return !facts.office || item.office === facts.office ? facts : { ...facts, verbs: {} };
}

function seen(item) {
  return { ...item, case_number: here.file.case_number };
}

function go(id) {
  const key = `${here.file.case_number}/${id}`;
  if (here.items.some((item) => rowKey(item) === key)) here.chosen = key;
  here.open = key;
  drawOpen();
}

function close() {
  here.open = here.file = null;
  at("page").dataset.open = "false";
  delete at("pane").dataset.form;
  at("pane").hidden = true;
  at("pane").replaceChildren();
  if (!here.chosen) draw();
  markRow(at("rows"), here.chosen, true);
}

// Verbs

function present() {
  const id = Number(here.open?.split("/")[1]);
  return here.file?.items.find((item) => item.id === id);
}

function press(verb) {
  const item = present();
  if (!item || here.busy) return;
  if (!VERBS[verb].fields.length) {
    send(verb, {}, null);
    return;
  }
  const place = at("pane").querySelector(".verb-place");
  const form = verbForm(verb, item, facts, (body) => send(verb, body, form), closeForm);
  place.replaceChildren(form);
  at("pane").dataset.form = verb;
  form.querySelector("input, select, textarea")?.focus();
}

function closeForm() {
  at("pane").querySelector(".verb-place")?.replaceChildren();
  delete at("pane").dataset.form;
  at("pane").querySelector("h2")?.focus({ preventScroll: true });
}

async function send(verb, body, form) {
  const item = present();
  const { case_number } = here.file;
  here.busy = true;
  try {
    await api("POST", `/cases/${case_number}/items/${item.id}/${verb}`, { expected: item.version, ...body }, { key: pressKey() });
    say(`${VERBS[verb].done}：${item.name}`);
    await refresh();
  } catch (problem) {
    await onRefusal(problem, form);
  } finally {
    here.busy = false;
  }
}

/** Somebody was quicker: show what is now, and let the person look before pressing again. */
async function onRefusal(problem, form) {
  if (["changed_meanwhile", "illegal_move"].includes(problem.code)) {
    await refresh();
    say(problem.title, "wrong");
  } else if (form && problem.status >= 400 && problem.status < 500 && problem.status !== 401) {
    sayWrong(form, problem);
  } else {
    tellTrouble(problem);
  }
}

async function refresh() {
  await load();
  if (here.open) {
    const [number, id] = here.open.split("/");
    await openItem(number, Number(id), false);
  }
}

// Scanned codes

/** Open the case behind a code at the item of this office; what is being written is left alone. */
async function scanned(code) {
  try {
    const { ticket, cases } = await lookUp(code);
    if (at("pane").dataset.form) say("先做完或关上正在填的，再扫一次", "wrong");
    else if (!cases.length) say(`${numberWords(ticket, facts.today)}：${standingWords(ticket)}，还没有办件`);
    else openCase(cases);
  } catch (problem) {
    if (problem.status === 401) location.reload();
    else say(refusalWords(problem), "wrong");
  }
}

function openCase(cases) {
  const ours = (item) => here.office && item.office === here.office;
  const one = cases.find((found) => found.items.some(ours)) ?? cases[0];
  const { id } = one.items.find(ours) ?? one.items[0];
  if (cases.length > 1) say(`这个码有 ${cases.length} 个办件：${cases.map((found) => found.case_number).join("、")}`);
  openRow(`${one.case_number}/${id}`);
}

// What changes by itself, keys

function gather() {
  clearTimeout(gatherTimer);
  gatherTimer = setTimeout(changed, GATHER_MS);
}

/** The list follows at once; an open form is left alone, its version tells later whether it is too old. */
async function changed() {
  await load();
  if (here.open && !at("pane").dataset.form && !here.busy) {
    const [number, id] = here.open.split("/");
    await openItem(number, Number(id), true);
  }
}

function onKey(event) {
  if (event.isComposing) return;
  const typing = event.target.closest?.("input, textarea, select");
  if (event.key === "Escape") return onEscape(event);
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const place = Number(event.key) - 1;
  const button = here.open && at("pane").querySelectorAll(".verbs .button")[place];
  if (event.key === "j" || event.key === "ArrowDown") step(1);
  else if (event.key === "k" || event.key === "ArrowUp") step(-1);
  else if (event.key === "/") at("words").select();
  else if (event.key === "Enter" && here.chosen && !event.target.closest?.("button, a")) openRow(here.chosen);
  else if (button && !event.repeat) button.click();
  else return;
  event.preventDefault();
}

function onEscape(event) {
  event.preventDefault();
  if (at("pane").dataset.form) closeForm();
  else if (here.open) close();
  else if (here.words || at("words").value) search("");
  at("words").blur();
}

function search(words) {
  at("words").value = words;
  here.words = words.trim();
  here.chosen = null;
  load();
}

function begin() {
  at("search").addEventListener("submit", (event) => {
    event.preventDefault();
    search(at("words").value);
    at("words").blur();
  });
  at("words").addEventListener("input", () => at("words").value || search(""));
  const office = at("office");
  if (office) {
    office.value = here.office;
    office.addEventListener("change", () => {
      here.office = office.value;
      history.replaceState(null, "", here.office ? `?office=${encodeURIComponent(here.office)}` : location.pathname);
      here.chosen = null;
      close();
      load();
      office.blur();
    });
  }
  document.addEventListener("keydown", onKey);
  listenToScanner({ onCode: scanned, onOther: (kind) => say(otherWords(kind), "wrong") });
  const line = connect("/counter");
  openNotices(at("troubles"), line);
  line.on("connect", gather);
  line.on("disconnect", () => lineIs(false));
  line.on("cases", ({ offices }) => (!here.office || offices.includes(here.office) || here.open) && gather());
  load();
  const code = codeInAddress();
  if (code) scanned(code);
}

begin();
