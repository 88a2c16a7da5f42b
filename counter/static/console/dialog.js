/** One question in the middle of the screen, answered with a digit, the arrow keys or the mouse; Esc goes back. */

import { el } from "/static/js/hall.js";

/**
 * Ask to choose.
 * @param {{title: string, text?: string, options: {value: any, label: string, hint?: string, off?: string}[],
 *          field?: {label: string, value?: string, placeholder?: string, required?: boolean}, body?: Node,
 *          ready?: (text: string) => string|null, settle?: (text: string) => Promise<string|null>, wide?: boolean}} question
 *   `off` says why an option cannot be chosen now; `field` adds one line to write; `ready` says what is
 *   still missing; `settle` does the work while the question still stands, and says why it was refused
 * @returns {Promise<{value: any, text: string}|null>} null when the clerk went back
 */
export function choose(question) {
  const input = question.field && lineOf(question.field);
  const { dialog, close, answer } = opened(question, [question.body, input && labelled(question.field.label, input)]);
  const wrong = el("p", { class: "ask-wrong", role: "status" });
  const press = (option) => {
    const text = input?.value.trim() ?? "";
    const missing = option.off ?? question.ready?.(text) ?? (question.field?.required && !text ? "请先写明。" : null);
    if (!missing && question.settle) return settle({ value: option.value, text });
    if (!missing) return close({ value: option.value, text });
    wrong.textContent = missing;
    return input?.focus();
  };
  const settle = async (chosen) => {
    if (dialog.dataset.settling) return;
    dialog.dataset.settling = "true";
    wrong.textContent = (await question.settle(chosen.text)) ?? "";
    delete dialog.dataset.settling;
    if (!wrong.textContent) close(chosen);
  };
  const buttons = question.options.map((option, place) => optionButton(option, place, () => press(option)));
  dialog.append(wrong, el("div", { class: "choices" }, buttons), foot(close));
  dialog.addEventListener("keydown", (event) => onKey(event, buttons));
  (dialog.querySelector("input") ?? buttons.find((button) => button.getAttribute("aria-disabled") !== "true"))?.focus();
  return answer;
}

/** Ask to find one of many: typing narrows the list, arrow keys and Enter choose.
 *  @param {{title: string, entries: {value: any, label: string, hint: string}[], placeholder: string}} question
 *  @returns {Promise<any>} the chosen value, or null */
export function find(question) {
  const input = lineOf({ placeholder: question.placeholder });
  const { dialog, close, answer } = opened(question, [input]);
  const list = el("ul", { class: "found", role: "listbox", "aria-label": question.title });
  let shown = [];
  let place = 0;
  const draw = () => {
    const words = input.value.trim().toLowerCase();
    shown = question.entries.filter((entry) => `${entry.label} ${entry.hint}`.toLowerCase().includes(words));
    place = Math.min(place, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map((entry, index) => el("li", {
      role: "option", "aria-selected": String(index === place), onclick: () => close(entry.value),
    }, el("b", null, entry.label), el("span", { class: "muted small" }, entry.hint))));
    if (!shown.length) list.append(el("li", { class: "muted" }, "没有找到，请换一个词。"));
    list.children[place]?.scrollIntoView({ block: "nearest" });
  };
  input.addEventListener("input", () => { place = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      place = Math.max(0, Math.min(shown.length - 1, place + step));
      draw();
    } else if (event.key === "Enter" && !event.isComposing && shown[place]) {
      event.preventDefault();
      close(shown[place].value);
    }
  });
  dialog.append(list, foot(close));
  draw();
  input.focus();
  return answer;
}

/** Whether a question stands open, so that keys of the page rest. */
export function isAsking() {
  return document.querySelector("dialog[open]") !== null;
}

function opened(question, extra) {
  const dialog = el("dialog", { class: question.wide ? "dialog ask wide" : "dialog ask", "aria-label": question.title },
    el("h2", null, question.title), question.text && el("p", { class: "muted" }, question.text), extra ?? []);
  let close;
  const before = document.activeElement;
  const answer = new Promise((resolve) => {
    close = (value) => {
      if (dialog.dataset.settling) return;
      dialog.close();
      dialog.remove();
      before?.focus?.();
      resolve(value ?? null);
    };
  });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(null); });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close, answer };
}

function optionButton(option, place, onclick) {
  return el("button", { type: "button", class: "button choice", "aria-disabled": option.off ? "true" : null, onclick },
    el("span", { class: "key" }, place + 1), el("span", { class: "choice-words" }, el("b", null, option.label),
      (option.off ?? option.hint) && el("span", { class: "muted small" }, option.off ?? option.hint)));
}

function onKey(event, buttons) {
  const writing = ["INPUT", "SELECT"].includes(document.activeElement?.tagName);
  if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing) {
    event.preventDefault();
    return buttons.length === 1 ? buttons[0].click() : buttons[0]?.focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !writing) {
    event.preventDefault();
    const place = buttons.indexOf(document.activeElement);
    return buttons[(place + step + buttons.length) % buttons.length]?.focus();
  }
  const picked = !writing && /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
  if (picked) {
    // The next question may stand there at once, and must not be written this digit into.
    event.preventDefault();
    picked.click();
  }
  return undefined;
}

function lineOf(field) {
  return el("input", {
    class: "input", type: "text", autocomplete: "off", value: field.value ?? "", placeholder: field.placeholder ?? "",
    maxlength: "120", "aria-label": field.label ?? field.placeholder,
  });
}

function labelled(label, input) {
  return el("label", { class: "field" }, el("b", null, label), input);
}

function foot(close) {
  return el("div", { class: "dialog-actions" },
    el("button", { type: "button", class: "button", onclick: () => close(null) },
      "返回 ", el("span", { class: "key" }, "Esc")));
}
