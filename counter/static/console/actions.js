/** What the clerk does with tickets and with the counter itself, key by key. */

import { api } from "/static/js/hall.js";
import { askBeforeBreak, askLeaving, askPrevious, maySendTo } from "./counter_keys.js";
import { choose, find } from "./dialog.js";
import { pickService } from "./services.js";
import { attendedFirst, needsWords, nextStopWords, plannedStop, priorityWords } from "./words.js";

/** What can be done with a number only by whoever sits at a counter. */
const AT_A_COUNTER = new Set(["call", "resume"]);

export class Actions {
  /** @param {import("./state.js").ConsoleState} state @param {import("./presses.js").Presses} presses
   *  @param {{mayLeave: () => Promise<boolean>, showNumber: (text?: string) => void, issue: () => void}} desk
   *   `mayLeave` asks about a form that was begun and not yet accepted */
  constructor(state, presses, desk) {
    Object.assign(this, { state, presses, desk });
  }

  async next() {
    const { ticket, counter, data } = this.state;
    if (counter.state === "paused") return this.presses.verb("reopen");
    if (counter.quiet_until) return this.endBeforeBreak();
    if (!(await this.desk.mayLeave())) return null;
    const body = {};
    if (ticket) {
      const chosen = ticket.state === "called" ? await askPrevious(ticket, data) : { value: "finish" };
      if (!chosen) return null;
      body.previous = chosen.value;
    }
    const answer = await this.presses.verb("call-next", body);
    if (answer) this.told(answer, ticket, body.previous);
    return answer;
  }

  /** Around a break the key that calls only ends what is there. */
  async endBeforeBreak() {
    const { ticket, counter } = this.state;
    if (ticket.state !== "called") return this.finish();
    const chosen = await askBeforeBreak(ticket, counter.quiet_until);
    if (chosen?.value === "requeue") return this.verbWithUndo("requeue", "已放回队里");
    return chosen && this.finish();
  }

  told(answer, before, previous) {
    const called = answer.data?.number;
    const ended = before && `${before.number} ${previous === "no_show" ? "已过号" : this.endWords(before)}`;
    const words = [ended, called ? `已叫 ${called}` : "没有人等了"].filter(Boolean).join("，");
    this.undoable(words, called ?? before?.number);
  }

  /** What finishing makes of a number: its visit is over, or goes on at the stop that is planned. */
  endWords(ticket) {
    return plannedStop(ticket) ? `去下一站：${nextStopWords(ticket, this.state.data.services)}` : "已办结";
  }

  async recall() {
    const answer = await this.presses.verb("recall", this.named());
    if (answer) this.state.set({ notice: `已再叫 ${answer.data.number}，第 ${answer.data.calls} 次`, undo: null });
    return answer;
  }

  start() {
    return this.verbWithUndo("start", "已开始办理");
  }

  async missed() {
    return this.verbWithUndo("no-show", "已过号");
  }

  async finish() {
    return (await this.desk.mayLeave()) ? this.verbWithUndo("finish", this.endWords(this.state.ticket)) : null;
  }

  async hold() {
    return (await this.desk.mayLeave()) ? this.verbWithUndo("hold", this.state.counter.quiet_until ? "已挂起" : "已挂起，可以叫下一位") : null;
  }

  async verbWithUndo(name, words, body = {}) {
    const { number } = this.state.ticket;
    const answer = await this.presses.verb(name, { ...this.named(), ...body });
    const done = typeof words === "function" ? answer && words(answer.data) : words;
    if (answer) this.undoable(`${number} ${done}`, number);
    return answer;
  }

  named() {
    return { ticket: this.state.ticket.number };
  }

  undoable(words, number) {
    const until = Date.now() + this.state.data.undo_seconds * 1000;
    this.state.set({ notice: words, undo: number ? { number, until } : null });
  }

  /** Take back the press that last moved a ticket; the hall allows it for some seconds. */
  async undo() {
    const { undo } = this.state;
    if (!undo) return;
    this.state.set({ undo: null, notice: null });
    const answer = await this.presses.verb("undo", { ticket: undo.number });
    if (answer) this.state.set({ notice: "已撤回" });
  }

  async pause() {
    const { counter, data } = this.state;
    if (counter.state === "paused") return this.presses.verb("reopen");
    const chosen = await choose({
      title: "暂停叫号", text: "排在本窗口的号会由别的窗口叫。",
      options: (data.reasons.pause ?? []).map((reason) => ({ value: reason.code, label: reason.text })),
    });
    return chosen && this.presses.verb("pause", { reason: chosen.value });
  }

  /** Leave the counter; whoever was called, or is held there, is never forgotten on the way. */
  async signOff() {
    const { counter, ticket } = this.state;
    if (!(await this.desk.mayLeave())) return;
    const held = counter.held.map(({ number }) => ({ number, place: "挂起" }));
    const chosen = await askLeaving(counter.number, ticket ? [{ number: ticket.number, place: "在窗口" }, ...held] : held);
    if (!chosen) return;
    const address = `/counters/${counter.number}`;
    for (const number of chosen.back) {
      const back = await this.presses.send(`${address}/requeue`, { ticket: number });
      if (!back) return void this.presses.read();
    }
    const body = chosen.handOver ? { hand_over: true } : {};
    const answer = await this.presses.send(`${address}/sign-off`, body);
    if (!answer) return void this.presses.read();
    const notice = chosen.back.length ? `${chosen.back.join("、")} 已放回队里，请群众回座位等` : null;
    const counters = this.state.counters.map((one) => (one.number === answer.data.number ? answer.data : one));
    this.state.set({ counter: null, counters, me: { ...this.state.me, counter: null }, notice, undo: null });
    await this.presses.read();
  }

  async more() {
    const { ticket } = this.state;
    const off = ticket ? undefined : "窗口没有号";
    const planned = Boolean(plannedStop(ticket));
    const chosen = await choose({
      title: ticket ? `${ticket.number} 还可以` : "更多",
      options: [
        { value: "find", label: "找一个号", hint: "输入号码，或扫小票" },
        { value: "service", label: "转到别的业务", off },
        { value: "counter", label: "转到别的窗口", off },
        { value: "requeue", label: "放回队里，按原来的先后", off },
        { value: "stop", label: planned ? "办结这一站，去下一站" : "办结这一站，再排一站…", off },
        { value: "priority", label: "登记优先", hint: "原因只有工作人员看得到", off: off ?? (priorityWords(ticket, this.state.data.reasons) || undefined) },
        { value: "issue", label: "替群众取号", hint: "F1" },
      ],
    });
    const steps = {
      find: () => this.desk.showNumber(),
      service: () => this.transferToService(), counter: () => this.transferToCounter(),
      requeue: () => this.verbWithUndo("requeue", "已放回队里"), stop: () => this.nextStop(planned),
      priority: () => this.grantPriority(ticket.number), issue: () => this.desk.issue(),
    };
    return chosen && steps[chosen.value]();
  }

  async transferToService() {
    const service = await pickService(this.state.data, "转到哪项业务？");
    if (!service || !(await this.mayTransfer(service))) return null;
    const title = this.state.data.services.find((one) => one.id === service).title;
    const words = ({ floor }) => ["已转到", floor && `${floor}楼`, title].filter(Boolean).join(" ");
    return this.verbWithUndo("transfer", words, { service_id: service });
  }

  /** Whether the floor that another service leads to has an open counter, or the clerk sends the number anyway. */
  async mayTransfer(service) {
    const { ticket } = this.state;
    const listed = await this.presses.counters();
    if (!listed) return false;
    try {
      const floor = ticket.needs.includes("step_free") ? ticket.floor
        : (await api("GET", `/services/${encodeURIComponent(service)}/outlook`)).data.floor;
      const open = listed.some((one) => one.state === "open" && (!floor || one.floor === floor));
      return open || maySendTo(floor ? `${floor}楼` : "大厅里");
    } catch (problem) {
      this.presses.refuse(problem);
      return false;
    }
  }

  async transferToCounter() {
    const { counter } = this.state;
    const listed = await this.presses.counters();
    const target = listed && await find({
      title: "转到哪个窗口？", placeholder: "窗口号或姓名",
      entries: attendedFirst(listed.filter((one) => one.number !== counter.number)).map((one) => ({
        value: one.number, label: `${one.number}号窗口`,
        hint: [`${one.floor}楼`, one.clerk?.name ?? "没有人", one.state === "paused" && "暂停"].filter(Boolean).join(" "),
      })),
    });
    if (!target) return null;
    const { floor, state } = listed.find((one) => one.number === target);
    const where = `${floor}楼${target}号窗口`;
    if (state === "closed" && !(await maySendTo(where))) return null;
    return this.verbWithUndo("transfer", `已转到 ${where}`, { counter: target });
  }

  async nextStop(planned) {
    if (!(await this.desk.mayLeave())) return null;
    const service = planned ? undefined : await pickService(this.state.data, "下一站办什么？");
    if (!planned && !service) return null;
    return this.verbWithUndo("next-stop", "已排到下一站", planned ? {} : { service_id: service });
  }

  async grantPriority(number) {
    const chosen = await choose({
      title: `${number} 为什么优先？`, text: "先看证件或凭证。不会显示在小票和大屏上。",
      options: (this.state.data.reasons.priority ?? []).map((reason) => ({ value: reason.code, label: reason.text })),
    });
    const answer = chosen && await this.presses.send(`/tickets/${number}/priority`, { reason_code: chosen.value });
    if (answer) this.state.set({ notice: `${number} 已登记优先` });
    await this.presses.read();
  }

  /** A number of the list at the right was chosen. */
  async pick(entry) {
    const { ticket, counter } = this.state;
    const busy = ticket ? `窗口上还有 ${ticket.number}` : undefined;
    const closed = counter?.state === "open" ? undefined : "没有上岗，或窗口没有开";
    const quiet = counter?.quiet_until ? "午休前后不叫号" : undefined;
    const off = busy ?? closed ?? quiet;
    const options = {
      waiting: [{ value: "call", label: "现在就叫这个号", off }],
      held: [{ value: "resume", label: ticket ? "排成本窗口下一位" : "继续办这个号", off: closed }],
      no_show: [
        { value: "call", label: "人来了，现在叫", off },
        { value: "reinstate", label: "人来了，再排回去", hint: "请坐着等，前面几位之后叫" },
      ],
    }[entry.state] ?? [];
    const { reasons } = this.state.data;
    const first = priorityWords(entry, reasons);
    const needs = needsWords(entry, reasons);
    if (entry.state === "waiting" && !first) options.push({ value: "priority", label: "登记优先" });
    options.push({ value: "cancel", label: "不办了，取消这个号" });
    const chosen = await choose({
      title: `${entry.number}　${entry.service_title ?? ""}`,
      text: [first, needs && `需要：${needs}`].filter(Boolean).join("　"),
      options: counter ? options : options.filter((option) => !AT_A_COUNTER.has(option.value)),
    });
    if (chosen) await this.doPicked(chosen.value, entry.number);
  }

  async doPicked(verb, number) {
    if (verb === "priority") return this.grantPriority(number);
    if (!AT_A_COUNTER.has(verb)) {
      const answer = await this.presses.send(`/tickets/${number}/${verb}`, {});
      const words = verb === "cancel" ? "已取消" : `已排回去，前面 ${answer?.data.ahead} 人`;
      if (answer) this.state.set({ notice: `${number} ${words}` });
      return this.presses.read();
    }
    const body = verb === "call" ? { number } : { ticket: number };
    const answer = await this.presses.verb(verb, body);
    const back = answer?.data.state === "waiting" ? `${number} 排为本窗口下一位` : `${number} 已取回`;
    if (answer) this.undoable(verb === "call" ? `已叫 ${number}` : back, number);
    return answer;
  }
}
