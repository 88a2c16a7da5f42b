/** The kiosk: holds the content, and leads from one screen to the next. */

import { listenToScanner } from "/static/js/scanner.js";
import { showFinder, showGroups, showOnline, showQuestion } from "./choices.js";
import { Desk } from "./desk.js";
import { showEvent } from "./event.js";
import { showHome } from "./home.js";
import { hallClock } from "./hours.js";
import { Idle } from "./idle.js";
import { picture } from "./parts.js";
import { showPlace } from "./place.js";
import { button, shown } from "./stage.js";
import { showTicket } from "./ticket.js";
import { AWAY, HELP, NOT_OFFERED, NOT_OURS, showTrouble, troubleOf } from "./trouble.js";

/** Content older than this is fetched again when the kiosk comes home. */
const STALE_MS = 120000;
/** How often a kiosk at home looks whether the hall has opened or closed. */
const LOOK_MS = 30000;
/** What somebody comes back for. */
const RETURN = "collect";
/** Screens with a countdown of their own, and home, do not ask whether somebody is there. */
const OWN_COUNTDOWN = new Set(["home", "ticket", "place", "cases", "trouble", ""]);

export class Kiosk {
  constructor(content) {
    this.keep(content);
    this.unwell = (problem) => this.trouble(troubleOf(problem));
    this.desk = new Desk((away) => this.onAway(away));
    this.desk.onPaper((paper) => this.onPaper(paper));
    this.idle = new Idle(() => !OWN_COUNTDOWN.has(shown()) || (shown() === "home" && isLarge()), () => this.leave());
    listenToScanner({ onCode: (code) => showPlace(this, code), onOther: (kind) => this.trouble(NOT_OURS[kind]), alone: true });
    setInterval(() => { if (shown() === "home") this.refresh(); }, LOOK_MS);
  }

  /** Take over content, and the hall's clock with it. */
  keep(content) {
    this.content = content;
    this.offset = Date.parse(content.at) - Date.now();
    this.keptAt = performance.now();
  }

  service(id) {
    return this.content.services[id];
  }

  /** The hall's day and time of day. */
  clock() {
    return hallClock(Date.now() + this.offset);
  }

  home() {
    if (this.desk.away) this.awayScreen();
    else showHome(this);
    if (performance.now() - this.keptAt > STALE_MS) this.refresh();
  }

  /** This person has gone: home, as the next one should find it. */
  leave() {
    largeType(false);
    this.home();
  }

  /** Whether slips come out here (`well`), and whether none are even tried (`paperless`). */
  get paper() { return this.content.paper; }

  onPaper(paper) {
    const before = this.paper.paperless;
    this.content.paper = paper;
    if (paper.paperless !== before && shown() === "home") showHome(this);
  }

  async refresh() {
    this.keptAt = performance.now();
    const response = await fetch("/kiosk/content", { cache: "no-store", signal: AbortSignal.timeout(5000) }).catch(() => null);
    const isContent = response?.ok && response.headers.get("Content-Type")?.startsWith("application/json");
    if (!isContent) return;
    const shape = ({ configuration, hours, paper }) => `${configuration} ${hours.open} ${hours.opens_at} ${paper.paperless}`;
    const before = shape(this.content);
    this.keep(await response.json());
    if (shape(this.content) !== before && shown() === "home") showHome(this);
  }

  groups() { showGroups(this); }

  find() { showFinder(this); }

  notOffered() { this.trouble(NOT_OFFERED); }

  trouble(words) { showTrouble(this, words); }

  /** A matter was chosen. Its question is left out when three were asked already. */
  choose(id, { note = "", heading = "", asked = 0 } = {}) {
    const service = this.service(id);
    if (!service.offered) this.notOffered();
    else if (service.question && asked < this.content.finder.most) showQuestion(this, service, { note, heading });
    else showEvent(this, service, { note, heading });
  }

  answer(service, answer, { note = "", heading = "" } = {}) {
    if (answer.code === "online" && service.online) showOnline(this, service);
    else if (answer.service) showEvent(this, this.service(answer.service), { note: `先办“${this.service(answer.service).title}”，再来办“${heading || service.title}”` });
    else showEvent(this, service, { answer: answer.code, note, heading });
  }

  event(service, choice) { showEvent(this, service, choice); }

  take(service, answer) { return this.number(service, { answer }); }

  /** Whether a number can be had for coming back after a visit. */
  get takesReturns() { return Boolean(this.service(RETURN)?.offered); }

  /** Another number for a visit that was served: for papers that were missing, or to fetch the result. */
  takeReturn(token) { return this.number(this.service(RETURN), { returnOf: token }, "您的回访号是"); }

  async number(service, wishes, over) {
    try {
      showTicket(this, await this.desk.takeNumber(service.id, wishes), service, over);
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      this.unwell(problem);
    }
  }

  onAway(away) {
    if (away && shown() === "home") this.awayScreen();
    else if (!away && shown() === "trouble") this.home();
  }

  awayScreen() {
    showTrouble(this, { ...AWAY, stay: true, button: "再试一次", work: () => this.desk.beat() });
  }
}

function isLarge() {
  return document.documentElement.dataset.type === "large";
}

function largeType(on) {
  document.documentElement.dataset.type = on ? "large" : "normal";
  document.querySelector("[data-large]")?.setAttribute("aria-pressed", String(on));
}

function bar(kiosk) {
  document.querySelector("[data-bar]").append(
    button([picture("hall"), "首页"], () => kiosk.home(), { class: "bar-home" }),
    button([picture("large-type"), "大字"], () => largeType(!isLarge()), { dataset: { large: "" }, "aria-pressed": "false" }),
    button([picture("hand"), "要帮忙"], () => kiosk.trouble(HELP)));
}

function start() {
  const kiosk = new Kiosk(JSON.parse(document.getElementById("content").textContent));
  bar(kiosk);
  const clock = document.querySelector("[data-clock]");
  const tell = () => { clock.textContent = kiosk.clock().time; };
  tell();
  setInterval(tell, 1000);
  kiosk.home();
}

start();
