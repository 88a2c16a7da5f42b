/** The line to the hall: whole boards in, confirmations out, and how long ago the hall was last heard. */

import { connect } from "/static/js/hall.js";
import { accept } from "./board.js";

/**
 * The hall speaks every three seconds. A connected line that stays silent for longer than the first of these is
 * opened anew; while that does not help, after twice as long each time, up to the second.
 */
const SILENT_MS = 4500;
const LONGEST_SILENCE_MS = 12000;
const RETRY_MS = 1000;
/** A screen that the hall refuses loads its page anew at most this often. */
const RELOAD_MS = 15000;

export class BoardLink {
  /** @param {number|null} floor the floor to watch, null for the whole hall
   *  @param {(board: object) => void} onBoard called with every board that counts */
  constructor(floor, onBoard) {
    this.floor = floor;
    this.request = floor === null ? {} : { floor };
    this.onBoard = onBoard;
    this.board = null;
    this.offset = 0;
    this.heard = clock();
    this.opened = this.heard;
    this.loaded = this.heard.steady;
    this.patience = SILENT_MS;
    this.socket = connect("/display");
    this.socket.on("connect", () => this.watch());
    this.socket.on("board", (board) => this.take(board));
    this.socket.on("alive", (sign) => this.live(sign));
    this.socket.on("disconnect", () => this.retry());
    this.socket.on("connect_error", () => this.refused());
    window.addEventListener("online", () => this.reopen());
    for (const event of ["resume", "visibilitychange"]) document.addEventListener(event, () => this.wake());
  }

  /** Milliseconds since the hall last said that this picture is right. */
  get age() {
    const now = clock();
    return Math.max(0, now.steady - this.heard.steady, now.wall - this.heard.wall);
  }

  /** The hall's clock, in ms since 1970. */
  get now() {
    return Date.now() + this.offset;
  }

  watch() {
    this.opened = clock();
    this.socket.emit("watch", this.request);
  }

  /**
   * The hall's board may come before the floor's, until the hall has heard what this screen watches. A board
   * counts only once it is drawn: a screen that fails to draw must not call itself fresh.
   */
  take(board) {
    if (board.floor !== this.floor || !accept(board, this.board)) return;
    this.offset = Date.parse(board.at) - Date.now();
    this.onBoard(board);
    this.board = board;
    document.documentElement.dataset.board = `${board.epoch} ${board.version}`;
    this.hear();
  }

  live({ epoch, version, at }) {
    if (this.board && epoch === this.board.epoch && version <= this.board.version) {
      this.offset = Date.parse(at) - Date.now();
      this.hear();
    } else {
      this.watch();
    }
  }

  hear() {
    this.heard = clock();
    this.patience = SILENT_MS;
  }

  /** A page that was frozen or hidden asks at once what it has missed. */
  wake() {
    if (document.visibilityState === "visible" && this.socket.connected) this.watch();
  }

  /** Let go of a line that looks open and is not; it comes back as any lost one does. */
  reopen() {
    this.opened = clock();
    this.socket.io.engine?.close();
  }

  /** The client library gives up by itself when the server refuses or ends a link: a wall never does. */
  retry() {
    if (this.socket.active || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.socket.connect();
    }, RETRY_MS);
  }

  /**
   * The client stops trying by itself only where the hall answered and refused: then this screen's registration
   * is gone, and the page loaded anew says how to enrol it. While the hall does not answer, the picture stays.
   */
  async refused() {
    if (this.socket.active) return;
    this.retry();
    if (clock().steady - this.loaded < RELOAD_MS) return;
    this.loaded = clock().steady;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.status < 500) location.reload();
    } catch (problem) {
      console.warn("the hall refused this screen and does not answer; tried again later", problem);
    }
  }

  /** Called now and then: a line that looks open and says nothing is opened anew. */
  check() {
    const silent = clock().steady - this.opened.steady;
    if (!this.socket.connected || Math.min(this.age, silent) < this.patience) return;
    this.patience = Math.min(2 * this.patience, LONGEST_SILENCE_MS);
    this.reopen();
  }

  /** Tell the hall what was done with a call; false when the line is down, then try again later. */
  confirm(event, id) {
    if (!this.socket.connected) return false;
    this.socket.emit(event, { id });
    return true;
  }
}

// The steady clock stands still while a computer sleeps, the other one may be set back: the later counts.
function clock() {
  return { steady: performance.now(), wall: Date.now() };
}
