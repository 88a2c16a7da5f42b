/** What the console knows at this moment, and who is told when it changes. Nothing of it is kept on the disk. */

export class ConsoleState {
  /** @param {object} data what the page was opened with: services, floors, reasons */
  constructor(data) {
    this.data = data;
    this.me = null;
    this.counter = null;
    this.counters = [];
    this.linked = true;
    this.busy = false;
    this.problem = null;
    this.notice = null;
    this.undo = null;
    this.call = { id: null, shown: false, sounded: false };
    this.listeners = [];
  }

  /** The ticket at the counter, or null. */
  get ticket() {
    return this.counter?.ticket ?? null;
  }

  /** Whoever calls the numbers of a counter may sign on; a guide only looks on and gives numbers. */
  get mayCall() {
    return ["clerk", "duty_manager", "administrator"].includes(this.me?.role);
  }

  /** Call `listener` after every change. */
  listen(listener) {
    this.listeners.push(listener);
  }

  /** Take over what changed and tell everybody. */
  set(changes) {
    Object.assign(this, changes);
    for (const listener of this.listeners) listener(this);
  }
}
