/**
 * Which character a key means, read twice: as the browser tells it, and by the place of the key on the keyboard.
 * The second holds under an input method, another layout or the caps lock, for scanners press the keys of a US
 * keyboard. Nothing here touches the page.
 */

import { isResidentId } from "./resident_id.js";

/** Keys that move nothing by themselves. */
const MODIFIERS = /^(Shift|Control|Alt|Meta|CapsLock|NumLock|OS)/;
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);
const UPPER_DIGITS = ")!@#$%^&*(";
/** What other keys of a US keyboard write, without and with shift. */
const OTHERS = {
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:", Quote: "'\"",
  Backquote: "`~", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
  NumpadDecimal: "..", NumpadDivide: "//", NumpadMultiply: "**", NumpadSubtract: "--", NumpadAdd: "++",
};

/** Whether an input method has the key: then `key` tells nothing of it, and `code` all. */
function isTaken(event) {
  return event.key === "Process" || event.keyCode === 229 || event.isComposing;
}

/** What the key at this place writes on a US keyboard, "" when it writes nothing. */
function byPlace({ code, shiftKey }) {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shiftKey ? letter : letter.toLowerCase();
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit) return shiftKey ? UPPER_DIGITS[Number(digit)] : digit;
  return /^Numpad(\d)$/.exec(code)?.[1] ?? OTHERS[code]?.[Number(shiftKey)] ?? "";
}

/**
 * The character of a key in both readings, or null when it writes none.
 * @returns {{told: string, placed: string}|null}
 */
export function characterOf(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const placed = byPlace(event);
  // A full-width letter is the same letter.
  const told = event.key.normalize("NFKC");
  if (told.length === 1) return { told, placed: placed || told };
  const unknown = isTaken(event) || event.key === "Dead" || event.key === "Unidentified" || /^Numpad\d$/.test(event.code);
  return placed && unknown ? { told: placed, placed } : null;
}

/** Whether a scanner may end its code with this key. */
export function isEnd(event) {
  return ENDS.has(event.code) || event.key === "Enter" || event.key === "Tab";
}

/** Whether the key only changes what others write. */
export function isModifier(event) {
  return MODIFIERS.test(event.key) || (isTaken(event) && MODIFIERS.test(event.code));
}

/** The code of a ticket or a case: alone, behind other characters, or at the end of its page's address. By itself it
 *  has a letter: digits alone are a number of somebody else. */
const OWN = /(?:https?:\/\/\S*\/)?([0-9a-hjkmnp-tv-z]{26})$/i;
/** Addresses as codes have them, then any: what a hand wrote right before is no part of the first. */
const ADDRESSES = [/(?:https?|wxp|weixin|alipays?):\/\/\S*$/i, /[a-z][a-z0-9+.-]*:\/\/\S*$/i];

/**
 * The hall's own code at the end of the keys, or an address that is not ours; null when there is neither.
 * @param {{told: string, placed: string}[]} keys
 * @returns {{code: string|null, text: string, from: number, isBare?: boolean}|null} `from` is the place of its first
 *   key, `isBare` says that the code came without an address
 */
export function read(keys) {
  const texts = ["told", "placed"].map((reading) => keys.map((key) => key[reading]).join(""));
  const own = texts.map((text) => OWN.exec(text)).filter(Boolean);
  // Where the readings differ, the one in which the address came out whole is right.
  const found = own.find((match) => !isBare(match)) ?? own.find((match) => /[a-z]/i.test(match[1]));
  if (found) return { code: found[1].toLowerCase(), text: found[0], from: found.index, isBare: isBare(found) };
  const address = ADDRESSES.flatMap((form) => texts.map((text) => form.exec(text))).find(Boolean);
  return address ? { code: null, text: address[0], from: address.index } : null;
}

function isBare([whole, code]) {
  return whole.length === code.length;
}

/** What payers show: WeChat 10 to 15 and 18 digits in all, Alipay 25 to 30 and 16 to 24 digits in all. */
const PAYMENT = /^(?:1[0-5]\d{16}|(?:2[5-9]|30)\d{14,22})$/;

/** What another code is, as far as it can be seen, for a calm sentence; its content is never told or kept. */
export function kindOf(text) {
  if (/^(wxp|weixin|alipays?):/i.test(text) || (PAYMENT.test(text) && !isResidentId(text))) return "payment";
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? "address" : "other";
}
