/** What the kiosk asks of the hall: the outlook, a number, a slip again; and whether the hall is there. */

import { api, connect, pressKey } from "/static/js/hall.js";

const TRIES = 3;
const BETWEEN_MS = 800;
const BEAT_MS = 10000;
const AWAY_BEAT_MS = 3000;
const FAILURES_UNTIL_AWAY = 2;

export class Desk {
  /** @param {(away: boolean) => void} onAway the hall went away, or came back */
  constructor(onAway) {
    this.onAway = onAway;
    this.away = false;
    this.failures = 0;
    this.slipListeners = new Set();
    this.paperListeners = new Set();
    this.socket = connect("/kiosk");
    this.socket.on("slip", (slip) => this.slipListeners.forEach((tell) => tell(slip)));
    this.socket.on("paper", (paper) => this.paperListeners.forEach((tell) => tell(paper)));
    this.socket.on("disconnect", () => this.reopen());
    this.socket.on("connect_error", () => this.reopen());
    this.beat();
  }

  outlook(serviceId) {
    return this.ask("GET", `/services/${encodeURIComponent(serviceId)}/outlook`);
  }

  ticket(token) {
    return this.ask("GET", `/tickets/${encodeURIComponent(token)}`);
  }

  /** Whether a code that is no ticket's is a case's: one that was opened without a ticket has a code of its own. */
  async isCase(token) {
    const answer = await fetch(`/t/${encodeURIComponent(token)}/qr.svg`, { method: "HEAD", signal: AbortSignal.timeout(5000) }).catch(() => null);
    return Boolean(answer?.ok);
  }

  /** Take a number. One key for all tries: whatever gets lost on the way, one press gives one number. */
  takeNumber(serviceId, { answer, returnOf } = {}) {
    const body = { service_id: serviceId, ...(answer && { answer }), ...(returnOf && { return_of: returnOf }) };
    return this.ask("POST", "/tickets", body, pressKey());
  }

  printAgain(token) {
    return this.ask("POST", `/tickets/${encodeURIComponent(token)}/slip`, {}, pressKey());
  }

  reinstate(token) {
    return this.ask("POST", `/tickets/${encodeURIComponent(token)}/reinstate`, {}, pressKey());
  }

  /** Hear what becomes of slips; answers the function that ends it. */
  onSlip(tell) {
    this.slipListeners.add(tell);
    return () => this.slipListeners.delete(tell);
  }

  /** Hear whether slips come out here at all; answers the function that ends it. */
  onPaper(tell) {
    this.paperListeners.add(tell);
    return () => this.paperListeners.delete(tell);
  }

  async ask(method, path, body, key) {
    for (let tried = 1; ; tried += 1) {
      try {
        return (await api(method, path, body, { key, timeout: 5000 })).data;
      } catch (problem) {
        const passing = problem.status === 0 || problem.status === 503;
        if (!passing || tried >= TRIES) throw problem;
        await new Promise((done) => setTimeout(done, BETWEEN_MS * tried));
      }
    }
  }

  async beat() {
    clearTimeout(this.timer);
    try {
      await api("POST", "/devices/heartbeat", {}, { timeout: 4000 });
      this.failures = 0;
      this.tell(false);
    } catch (problem) {
      if (problem.status === 401 || problem.status === 403) this.enrolAnew();
      this.failures += 1;
      if (this.failures >= FAILURES_UNTIL_AWAY) this.tell(true);
    }
    this.timer = setTimeout(() => this.beat(), this.failures ? AWAY_BEAT_MS : BEAT_MS);
  }

  tell(away) {
    if (away === this.away) return;
    this.away = away;
    this.onAway(away);
  }

  /** The hall no longer knows this kiosk: the page, loaded anew, asks to be enrolled. */
  enrolAnew() {
    this.enrolled ??= setTimeout(() => location.reload(), 5000);
  }

  /** The client library gives up by itself when the server refuses a link: a kiosk never does. */
  reopen() {
    if (!this.socket.active) setTimeout(() => this.socket.connect(), 2000);
  }
}
