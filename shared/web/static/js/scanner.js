/**
 * A scanner that types like a keyboard, on any page. What it typed never reaches the page: keys outside of fields
 * are held back until it is clear that a hand pressed them, fields are put back as the hand left them, and the
 * Enter or Tab at the end presses and sends nothing. In a field with `data-scan="text"`, into which codes and numbers
 * are scanned on purpose, only the hall's own code is taken out; all else stays, without the Enter.
 */

import { characterOf, isEnd, isModifier, kindOf, read } from "./scanned_keys.js";

/** Between two keys of one scan, on a busy computer too; by hand nobody types 26 such characters without a pause. */
const GAP_MS = 500;
/** A scanner's keys come faster than this, and no hand's do for so many keys. */
const MACHINE_MS = 45;
const SHORTEST = 8;
/** So many quick pauses in a row are no hand's. */
const RUN = 3;
const LONGEST = 2048;
/** So long a key outside of fields waits for the next one. */
const HOLD_MS = 40;
/** With fewer keys, or fewer different ones, somebody walks through a list. */
const HAND_KEYS = 6;
const HAND_DIFFERENT = 4;
/** What follows a scan so closely is its own tail: a second Enter, a line feed. */
const TAIL_MS = 100;
/** An input method may hand over what it was writing after the scan has ended. */
const LATE_MS = 400;
/** Without Enter at the end a code is taken after this silence. */
const SILENCE_MS = 150;
const NO_FIELD = new Set(["button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit"]);

/**
 * @typedef {object} Reaction
 * @property {(code: string) => void} onCode the code of a ticket or a case was scanned
 * @property {(kind: "payment"|"address"|"other") => void} onOther something else was scanned
 * @property {boolean} [alone] nobody types on this page: whatever ends with Enter is a scan
 */

/** @param {Reaction} reaction */
export function listenToScanner(reaction) {
  const scanner = new Scanner(reaction);
  addEventListener("keydown", (event) => scanner.onKey(event), true);
  addEventListener("pointerdown", () => scanner.handActs(), true);
  addEventListener("input", (event) => scanner.onInput(event), true);
  addEventListener("compositionstart", (event) => { scanner.composing = event.target; }, true);
  addEventListener("compositionend", () => { scanner.composing = null; }, true);
}

class Scanner {
  constructor(reaction) {
    this.reaction = reaction;
    this.keys = [];
    this.held = [];
    this.released = new WeakSet();
    this.patience = HOLD_MS;
    this.composing = null;
    this.deafUntil = -Infinity;
    this.endsUntil = -Infinity;
    this.late = null;
    this.timers = [];
  }

  onKey(event) {
    if (this.released.has(event) || isModifier(event)) return;
    if (this.isTail(event)) {
      swallow(event);
      if (this.late) this.deafUntil = event.timeStamp + TAIL_MS;
      else this.endsUntil = event.timeStamp + TAIL_MS;
      return;
    }
    this.handActs();
    if (this.keys.length && event.timeStamp - this.keys.at(-1).at > GAP_MS) this.forget();
    const character = characterOf(event);
    if (isEnd(event)) this.end(event);
    else if (character && !event.repeat) this.take(event, character);
    else this.forget();
  }

  /** A key that belongs to no scan, or the pointer: whatever follows is not the tail of the last one. */
  handActs() {
    this.late = null;
    this.deafUntil = this.endsUntil = -Infinity;
  }

  /** What comes right behind a scan belongs to it; behind one that ended in silence, or that stays in its field, only
   *  a late Enter does. */
  isTail(event) {
    const isLineFeed = event.ctrlKey && event.code === "KeyJ";
    if (isLineFeed || isEnd(event)) return event.timeStamp < Math.max(this.endsUntil, this.deafUntil);
    return event.timeStamp < this.deafUntil && characterOf(event) !== null;
  }

  take(event, character) {
    const since = this.keys.length ? event.timeStamp - this.keys.at(-1).at : Infinity;
    const field = isField(event.target);
    this.keys.push({ ...character, at: event.timeStamp, target: event.target, before: field ? stateOf(event.target) : null });
    if (this.keys.length > LONGEST) this.keys.shift();
    if (!field && !(isNative(event) && (since > MACHINE_MS || this.keys.at(-2).told === " "))) {
      swallow(event);
      this.held.push(event);
    }
    this.wait();
  }

  /** After a pause keys of a hand go on to the page; after a longer one, or at once behind a whole code, that is all. */
  wait() {
    for (const timer of this.timers) clearTimeout(timer);
    const whole = this.pace() <= MACHINE_MS && this.scan(false)?.code;
    this.timers = [
      setTimeout(() => this.looksLikeHand() && this.letGo(), this.patience),
      setTimeout(() => this.silence(), whole ? SILENCE_MS : GAP_MS),
    ];
  }

  silence() {
    const scan = this.scan(false);
    if (scan && !this.stays(scan)) this.finish(scan, GAP_MS);
    else this.forget();
  }

  end(event) {
    const scan = this.scan(true);
    if (!scan) return this.forget();
    if (this.stays(scan)) return this.leave(event);
    swallow(event);
    return this.finish(scan, TAIL_MS);
  }

  /** Whether what was scanned is meant for the field in which it stands. */
  stays({ code, from }) {
    return !code && this.keys.slice(from).every((key) => takesCodes(key.target));
  }

  /** Its Enter sends nothing, for more may be to write; a Tab goes on to the next field. */
  leave(event) {
    if (event.code !== "Tab" && event.key !== "Tab") swallow(event);
    this.forget();
    this.endsUntil = event.timeStamp + TAIL_MS;
  }

  /** What was scanned, if anything was; `ended` says whether Enter or Tab came. */
  scan(ended) {
    const from = this.reaction.alone ? 0 : this.machineFrom();
    const found = this.found(from);
    if (found?.code) return found;
    const length = this.keys.length - from;
    // A hand writes addresses too, though never so fast.
    if (length < SHORTEST || !(ended || (found && from <= found.from))) return null;
    return found ?? { code: null, text: this.keys.slice(from).map((key) => key.placed).join(""), from };
  }

  /** Our code or an address; the end of a longer code that is scanned into a field for codes is not ours. */
  found(from) {
    const found = read(this.keys);
    const isPart = found?.isBare && from < found.from && this.keys.slice(from).every((key) => takesCodes(key.target));
    return isPart ? null : found;
  }

  /** From which key on all came as fast as only a machine types; a busy computer may stop in the middle of that. */
  machineFrom() {
    const quick = (place) => place > 0 && this.keys[place].at - this.keys[place - 1].at <= MACHINE_MS;
    const stopped = (place) => place > RUN && Array.from({ length: RUN }, (_, back) => place - 1 - back).every(quick);
    let from = this.keys.length - 1;
    while (quick(from) || stopped(from)) from -= 1;
    return Math.max(0, from);
  }

  pace() {
    return Math.max(0, ...this.keys.slice(1).map((key, place) => key.at - this.keys[place].at));
  }

  looksLikeHand() {
    return this.keys.length < HAND_KEYS || new Set(this.keys.map((key) => key.placed)).size < HAND_DIFFERENT;
  }

  finish({ code, text, from }, tail) {
    const scanned = this.keys.slice(from);
    this.patience = Math.max(this.patience, Math.min(GAP_MS, 2 * this.pace()));
    this.held = [];
    this.forget();
    const fields = new Map();
    for (const key of scanned) if (key.before && !fields.has(key.target)) fields.set(key.target, key.before);
    this.putBack(fields);
    this.late = { fields, until: performance.now() + LATE_MS };
    this.deafUntil = performance.now() + TAIL_MS;
    this.endsUntil = performance.now() + tail;
    if (code) this.reaction.onCode(code);
    else this.reaction.onOther(kindOf(text));
  }

  putBack(fields) {
    const focused = document.activeElement;
    // What an input method is writing ends where the field loses the focus.
    if (this.composing && fields.has(this.composing)) this.composing.blur();
    for (const [field, before] of fields) restore(field, before);
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
    if (fields.has(focused)) select(focused, fields.get(focused));
  }

  /** Words that an input method made of the scan and hands over late. */
  onInput(event) {
    if (!this.late || performance.now() > this.late.until || !this.late.fields.has(event.target)) return;
    if (!/^insert/.test(event.inputType ?? "")) return;
    event.stopImmediatePropagation();
    this.putBack(new Map([[event.target, this.late.fields.get(event.target)]]));
  }

  /** Nothing was scanned: what was held back goes on if a hand can have pressed it. */
  forget() {
    if (this.looksLikeHand()) this.letGo();
    for (const timer of this.timers) clearTimeout(timer);
    this.keys = [];
    this.held = [];
  }

  /** Each by itself, as they came: the first may open what the second is meant for. */
  letGo() {
    const [first, ...others] = this.held;
    this.held = [];
    if (first) this.again(first);
    for (const event of others) setTimeout(() => this.again(event));
  }

  again({ key, code, location, shiftKey }) {
    const event = new KeyboardEvent("keydown", { key, code, location, shiftKey, bubbles: true, cancelable: true, composed: true });
    this.released.add(event);
    (document.activeElement ?? document.body).dispatchEvent(event);
  }
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Whether keys write into it. */
function isField(element) {
  if (element.tagName === "INPUT") return !NO_FIELD.has(element.type);
  return element.tagName === "TEXTAREA" || element.tagName === "SELECT";
}

/** Whether codes are scanned into it on purpose. */
function takesCodes(element) {
  return isField(element) && element.dataset.scan === "text";
}

/** A key that the browser itself takes to press a button; held back it would be lost to the hand. */
function isNative(event) {
  return event.key === " ";
}

function stateOf(field) {
  return { value: field.value, start: field.selectionStart ?? null, end: field.selectionEnd ?? null };
}

function restore(field, before) {
  if (!field.isConnected || field.value === before.value) return;
  field.value = before.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (field.tagName === "SELECT") field.dispatchEvent(new Event("change", { bubbles: true }));
}

function select(field, { start, end }) {
  if (start !== null) field.setSelectionRange(start, end);
}
