/** What the clerk does with tickets and with the counter itself, key by key. */

import { askLeaving, askPrevious } from "./counter_keys.js";
import { choose, find } from "./dialog.js";

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

  told(answer, before, previous) {
    const called = answer.data?.number;
    const ended = before && `${before.number} ${previous === "no_show" ? "已过号" : "已办结"}`;
    const words = [ended, called ? `已叫 ${called}` : "没有人等了"].filter(Boolean).join("，");
    this.undoable(words, called ?? before?.number);
  }

  recall() {
    return this.presses.verb("recall", this.named());
  }

  start() {
    return this.verbWithUndo("start", "已开始办理");
  }

  async missed() {
    return this.verbWithUndo("no-show", "已过号");
  }

  async finish() {
    return (await this.desk.mayLeave()) ? this.verbWithUndo("finish", "已办结") : null;
  }

  async hold() {
    return (await this.desk.mayLeave()) ? this.verbWithUndo("hold", "已挂起，可以叫下一位") : null;
  }

  async verbWithUndo(name, words, body = {}) {
    const { number } = this.state.ticket;
    const answer = await this.presses.verb(name, { ...this.named(), ...body });
    if (answer) this.undoable(`${number} ${words}`, number);
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
    const rest = [ticket?.number, ...counter.held.map((held) => held.number)].filter(Boolean);
    const chosen = await askLeaving(counter.number, rest);
    if (!chosen || chosen.value === "stay") return;
    const address = `/counters/${counter.number}`;
    const left = chosen.value === "requeue" ? rest : [];
    for (const number of left) {
      const back = await this.presses.send(`${address}/requeue`, { ticket: number });
      if (!back) return void this.presses.read();
    }
    const body = chosen.value === "hand_over" ? { hand_over: true } : {};
    const answer = await this.presses.send(`${address}/sign-off`, body);
    if (!answer) return void this.presses.read();
    const notice = left.length ? `${left.join("、")} 已放回队里，请群众回座位等` : null;
    const counters = this.state.counters.map((one) => (one.number === answer.data.number ? answer.data : one));
    this.state.set({ counter: null, counters, me: { ...this.state.me, counter: null }, notice, undo: null });
    await this.presses.read();
  }

  async more() {
    const { ticket } = this.state;
    const off = ticket ? undefined : "窗口没有号";
    const planned = ticket?.stops.some((stop) => stop.state === "planned");
    const chosen = await choose({
      title: ticket ? `${ticket.number} 还可以` : "更多",
      options: [
        { value: "find", label: "找一个号", hint: "输入号码，或扫小票" },
        { value: "service", label: "转到别的业务", off },
        { value: "counter", label: "转到别的窗口", off },
        { value: "requeue", label: "放回队里，按原来的先后", off },
        { value: "stop", label: planned ? "办结这一站，去下一站" : "办结这一站，再排一站…", off },
        { value: "priority", label: "登记优先", hint: "原因只有工作人员看得到", off },
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
    const service = await this.pickService("转到哪项业务？");
    return service && this.verbWithUndo("transfer", "已转走", { service_id: service });
  }

  async transferToCounter() {
    const { counter } = this.state;
    const listed = await this.presses.counters();
    const target = listed && await find({
      title: "转到哪个窗口？", placeholder: "窗口号或姓名",
      entries: listed.filter((one) => one.number !== counter.number).map((one) => ({
        value: one.number, label: `${one.number}号窗口`,
        hint: [`${one.floor}楼`, one.clerk?.name ?? "没有人", one.state === "paused" && "暂停"].filter(Boolean).join(" "),
      })),
    });
    return target && this.verbWithUndo("transfer", `已转到${target}号窗口`, { counter: target });
  }

  async nextStop(planned) {
    if (!(await this.desk.mayLeave())) return null;
    const service = planned ? undefined : await this.pickService("下一站办什么？");
    if (!planned && !service) return null;
    return this.verbWithUndo("next-stop", "已排到下一站", planned ? {} : { service_id: service });
  }

  pickService(title) {
    const entries = this.state.data.services.filter((service) => service.offered).map((service) => ({
      value: service.id, label: service.title,
      hint: service.kind === "single" ? `${service.id} ${service.name}` : service.name,
    }));
    return find({ title, entries, placeholder: "名称或编号，例如 社保卡、1.10.7" });
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
    const options = {
      waiting: [{ value: "call", label: "现在就叫这个号", off: busy ?? closed }],
      held: [{ value: "resume", label: ticket ? "排成本窗口下一位" : "继续办这个号", off: closed }],
      no_show: [
        { value: "call", label: "人来了，现在叫", off: busy ?? closed },
        { value: "reinstate", label: "人来了，再排回去", hint: "请坐着等，前面几位之后叫" },
      ],
    }[entry.state] ?? [];
    if (entry.state === "waiting") options.push({ value: "priority", label: "登记优先" });
    options.push({ value: "cancel", label: "不办了，取消这个号" });
    const chosen = await choose({
      title: `${entry.number}　${entry.service_title ?? ""}`,
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
    if (answer) this.undoable(verb === "call" ? `已叫 ${number}` : `${number} 已取回`, number);
    return answer;
  }
}
