/** Labelled fields of the case form, each with its own line for what is wrong. */

import { el } from "/static/js/hall.js";

let made = 0;

/**
 * One labelled field. `control` is an input or select; `check` answers what is wrong, or null.
 * @param {{label: string, control: HTMLElement, check?: (text: string) => string|null, wide?: boolean}} spec
 */
export class Field {
  constructor({ label, control, check, wide }) {
    made += 1;
    this.control = control;
    this.check = check ?? (() => null);
    control.id = `field-${made}`;
    this.wrong = el("span", { class: "wrong", id: `wrong-${made}`, role: "status" });
    control.setAttribute("aria-describedby", this.wrong.id);
    this.node = el("div", { class: wide ? "field wide" : "field" },
      el("label", { for: control.id }, label), control, this.wrong);
    control.addEventListener("input", () => this.mark(null));
    control.addEventListener("change", () => this.text && this.mark(this.check(this.text)));
  }

  get text() {
    return this.control.value.trim();
  }

  /** Show what is wrong at the field; null clears it. */
  mark(message) {
    this.wrong.textContent = message ?? "";
    if (message) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }

  /** Whether the field may be sent; marks it otherwise. */
  passes() {
    const message = this.check(this.text);
    this.mark(message);
    return message === null;
  }
}

/** A line to write in; nothing of it is remembered by the browser. */
export function line({ maxlength = 100, upper, ...more } = {}) {
  return el("input", {
    class: upper ? "input upper" : "input", type: "text", maxlength,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...more,
  });
}

/** A list of [value, words] to choose one from. */
export function select(pairs, chosen) {
  return el("select", { class: "input" }, pairs.map(([value, words]) =>
    el("option", { value, selected: value === chosen }, words)));
}

/** A box to tick. */
export function check(words, checked, onchange, extra) {
  const box = el("input", { type: "checkbox", checked, onchange: (event) => onchange(event.target.checked) });
  return el("label", { class: "check" }, box, el("span", null, words, extra));
}
