/** The keys at the foot: one large key always in one place, the others beside it, each with its shortcut. */

import { el } from "/static/js/hall.js";
import { isAsking } from "./dialog.js";
import { fill } from "./drawing.js";

/**
 * @typedef {object} KeySpec
 * @property {string} key the shortcut as the keyboard names it
 * @property {boolean} [large]
 * @property {(state: object) => {label: string, hint?: string, off?: string, due?: boolean}} face what it
 *   shows; `off` says why it rests, `due` that it is what comes next
 * @property {() => void} press
 */

export class Keys {
  /** @param {HTMLElement} place @param {import("./state.js").ConsoleState} state @param {KeySpec[]} specs */
  constructor(place, state, specs) {
    Object.assign(this, { place, state, specs });
    this.buttons = specs.map((spec) => el("button", {
      type: "button", class: spec.large ? "foot-key large button button-primary" : "foot-key button",
      "aria-keyshortcuts": spec.key, onclick: () => this.press(spec),
    }));
    this.faces = specs.map(() => "");
    fill(place, this.buttons);
    document.addEventListener("keydown", (event) => this.onKey(event));
    state.listen(() => this.draw());
  }

  draw() {
    this.specs.forEach((spec, place) => {
      const face = this.face(spec);
      const drawn = JSON.stringify(face);
      if (drawn === this.faces[place]) return;
      this.faces[place] = drawn;
      const button = this.buttons[place];
      button.setAttribute("aria-disabled", String(Boolean(face.off)));
      button.classList.toggle("due", Boolean(face.due));
      fill(button, el("span", { class: "foot-words" }, el("b", null, face.label),
        el("span", { class: "foot-hint" }, face.off ?? face.hint ?? "")), el("span", { class: "key" }, spec.key));
    });
  }

  face(spec) {
    const face = spec.face(this.state);
    return this.state.counter ? face : { ...face, off: "先选窗口上岗" };
  }

  press(spec) {
    if (this.state.busy) return;
    const { label, off } = this.face(spec);
    if (off) this.state.set({ notice: `${label}：${off}` });
    else spec.press();
  }

  onKey(event) {
    const spec = this.specs.find((one) => one.key === event.key);
    if (!spec || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    // The browser's own meaning of these keys (search, address line, caret browsing) must never come instead.
    event.preventDefault();
    if (!event.repeat && !isAsking() && this.state.counter) this.press(spec);
  }
}
