/** The manager's page: keeps the hall's overview fresh and opens one panel at a time. */

import { api, connect } from "/static/js/hall.js";
import { listenToScanner } from "/static/js/scanner.js";
import { keepHallTime } from "../office/hall_time.js";
import { lineIs, tellTrouble } from "../office/notices.js";
import { openNotices } from "../troubles/notices.js";
import { openAccounts } from "./accounts.js";
import { openDevices } from "./devices.js";
import { openLift } from "./lift.js";
import { drawOverview } from "./overview.js";
import { openScanned, tellOther } from "./scanned.js";
import { openSettings } from "./settings.js";

const GATHER_MS = 1000;
const EVERY_MS = 15000;
const PANELS = { now: () => load(), accounts: openAccounts, devices: () => openDevices(facts), settings: () => openSettings(facts, overview) };

const at = (id) => document.getElementById(id);
const facts = JSON.parse(at("facts").textContent);
const drawLift = openLift(at("lift"), facts, load);
let overview = null;
let timer = 0;
let loading = false;
let again = false;

/** Read the overview; a change that comes meanwhile is read right after. */
async function load() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    overview = (await api("GET", "/overview")).data;
    keepHallTime(overview.at);
    lineIs(true);
    drawOverview(overview, facts);
    drawLift(overview.lift_works);
    at("at").textContent = `${clockText(overview.at)} 的情况`;
    at("page").dataset.stale = "false";
  } catch (problem) {
    at("page").dataset.stale = "true";
    tellTrouble(problem);
  } finally {
    loading = false;
  }
  if (again) {
    again = false;
    gather();
  }
}

function gather() {
  if (!timer) timer = setTimeout(refresh, GATHER_MS);
}

/** Read again what is in view; a list of devices in which somebody is about to press something is left alone. */
async function refresh() {
  timer = 0;
  await load();
  const devices = at("devices");
  if (!devices.hidden && !at("dialog").open && !devices.contains(document.activeElement)) openDevices(facts, overview);
}

function clockText(iso) {
  return new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(iso));
}

function show(name) {
  const wanted = name in PANELS ? name : "now";
  for (const panel of Object.keys(PANELS)) {
    at(panel).hidden = panel !== wanted;
    at(`tab-${panel}`).setAttribute("aria-selected", String(panel === wanted));
    at(`tab-${panel}`).tabIndex = panel === wanted ? 0 : -1;
  }
  PANELS[wanted](facts);
}

function onTabKey(event) {
  const tabs = [...document.querySelectorAll(".tab")];
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const place = tabs.indexOf(event.target);
  if (!by || place < 0) return;
  event.preventDefault();
  const next = tabs[(place + by + tabs.length) % tabs.length];
  next.focus();
  next.click();
}

function begin() {
  for (const tab of document.querySelectorAll(".tab")) {
    tab.addEventListener("click", () => (location.hash = tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", onTabKey);
  }
  addEventListener("hashchange", () => show(location.hash.slice(1)));
  const line = connect("/counter");
  openNotices(at("troubles"), line);
  for (const name of ["connect", "queue", "device", "slip", "trouble"]) line.on(name, gather);
  line.on("disconnect", () => lineIs(false));
  setInterval(gather, EVERY_MS);
  listenToScanner({ onCode: (code) => openScanned(code, facts), onOther: tellOther });
  load().then(() => location.hash && show(location.hash.slice(1)));
}

begin();
