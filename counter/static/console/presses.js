/** What the clerk presses: each press counts once, its refusal becomes a calm line, then the counter is read again. */

import { api, pressKey } from "/static/js/hall.js";
import { keepHallTime } from "../office/hall_time.js";

export const UNANSWERED = "没有收到回答。再按一次同样的键，不会重复。";
const AT_COUNTER = ["called", "serving"];

export class Presses {
  /** @param {import("./state.js").ConsoleState} state */
  constructor(state) {
    this.state = state;
    this.unanswered = null;
    this.written = null;
    this.onTheWay = null;
    this.reading = null;
    this.again = false;
  }

  /**
   * Send one press. A press that got no answer keeps its key while the same ticket is there: pressing the same
   * again goes on with that press, so that nobody is called twice.
   * @returns {Promise<{status: number, data: any}|null>} null when it was refused, did not arrive, or is
   * on its way already; another press waits for the one before it
   * @param {{quiet?: (problem: object) => boolean}} options `quiet` shows a refusal itself and answers true
   */
  async send(path, body = {}, { quiet } = {}) {
    const written = path + JSON.stringify(body);
    while (this.state.busy) {
      if (this.written === written) return null;
      await this.onTheWay;
    }
    this.written = written;
    this.onTheWay = this.sendOnce(path, body, written, quiet);
    return this.onTheWay;
  }

  async sendOnce(path, body, written, quiet) {
    const ticket = this.state.ticket?.number;
    const key = this.unanswered?.written === written ? this.unanswered.key : pressKey();
    this.state.set({ busy: true, problem: null });
    try {
      const answer = await api("POST", path, body, { key });
      this.unanswered = null;
      this.state.set({ busy: false });
      return answer;
    } catch (problem) {
      this.unanswered = problem.status ? null : { written, key, ticket };
      this.refuse(problem, quiet);
      return null;
    }
  }

  /** A verb of the counter that is signed on; the answered ticket is shown at once, and the counter read after
   *  it, so that what is said of this press never comes after what is said of the next. */
  async verb(name, body = {}) {
    const number = this.state.counter.number;
    const answer = await this.send(`/counters/${number}/${name}`, body);
    if (answer?.data?.token) this.showTicket(answer.data, number);
    this.read();
    return answer;
  }

  /** Read the counter again; while one reading is on its way a second one waits for it, a third is not needed. */
  read() {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.readOnce().finally(() => {
      this.reading = null;
      if (!this.again) return undefined;
      this.again = false;
      return this.read();
    });
    return this.reading;
  }

  async readOnce() {
    const mine = this.state.counter;
    try {
      if (mine) {
        const { data } = await api("GET", `/counters/${mine.number}`);
        this.keepTime([data]);
        await this.takeCounter(data);
        this.settle();
      } else {
        const { data } = await api("GET", "/counters");
        this.keepTime(data.items);
        this.state.set({ counters: data.items });
      }
    } catch (problem) {
      this.refuse(problem);
    }
  }

  /** Another ticket at the counter tells that the press without an answer did arrive. */
  settle() {
    if (!this.unanswered || this.unanswered.ticket === this.state.ticket?.number) return;
    this.unanswered = null;
    this.state.set({ problem: null });
  }

  /** A counter that somebody else took over, or that was closed meanwhile, is no longer this clerk's. */
  async takeCounter(counter) {
    const { me } = this.state;
    if (counter.clerk?.name === me.name && counter.clerk?.staff_number === me.staff_number) {
      return this.state.set({ counter });
    }
    const { data: now } = await api("GET", "/me");
    if (now.counter === counter.number) return this.state.set({ me: now, counter });
    const { data } = await api("GET", "/counters");
    const problem = `您已不在${counter.number}号窗口，请重新选窗口。`;
    return this.state.set({ me: now, counter: null, counters: data.items, problem });
  }

  /** The hall's clock, from counters that were just read; the answer to a press that was sent again may be old. */
  keepTime([counter]) {
    if (counter) keepHallTime(counter.at);
  }

  /** All counters, or null when the hall did not answer. */
  async counters() {
    try {
      return (await api("GET", "/counters")).data.items;
    } catch (problem) {
      this.refuse(problem);
      return null;
    }
  }

  showTicket(ticket, number) {
    const here = AT_COUNTER.includes(ticket.state) && ticket.counter === number;
    this.state.set({ counter: { ...this.state.counter, ticket: here ? ticket : null } });
  }

  refuse(problem, quiet) {
    if (problem.status === 401) return location.reload();
    const text = problem.status === 0 ? UNANSWERED : problem.title;
    const shown = quiet?.(problem) ?? false;
    return this.state.set({ busy: false, problem: shown ? null : text });
  }
}
