/** The one dialog of the page: a small form that is sent once, with its mistakes said inside. */

import { el } from "/static/js/hall.js";

const dialog = document.getElementById("dialog");

/** Ask with a form; `send` gets the filled fields and may throw a problem, whose words are then shown. */
export function ask({ title, lead, fields, word, send }) {
  const wrong = el("p", { class: "field-wrong", role: "alert", hidden: true });
  const form = el(
    "form",
    { class: "ask" },
    el("h2", {}, title),
    lead && el("p", { class: "muted" }, lead),
    fields,
    wrong,
    el(
      "div",
      { class: "dialog-actions" },
      el("button", { class: "button", type: "button", onclick: () => dialog.close() }, "不做了"),
      el("button", { class: "button button-primary", type: "submit" }, word),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector('[type="submit"]');
    button.disabled = true;
    try {
      const after = await send(Object.fromEntries(new FormData(form)));
      if (after) tell(after);
      else dialog.close();
    } catch (problem) {
      wrong.textContent = problem.errors?.[0]?.message ?? problem.title;
      wrong.hidden = false;
      form.elements[problem.errors?.[0]?.field]?.focus?.();
    } finally {
      button.disabled = false;
    }
  });
  show(form);
}

/** Whether a form stands open. */
export function isAsking() {
  return dialog.open && dialog.querySelector("form") !== null;
}

/** Show something that was made or found, for instance a code that is told only once; `ways` lead on from it. */
export function tell({ title, lead, big, ways }) {
  show(
    el(
      "div",
      { class: "ask" },
      el("h2", {}, title),
      big && el("p", { class: "ask-big number" }, big),
      lead && el("p", { class: "muted" }, lead),
      ways,
      el("div", { class: "dialog-actions" }, el("button", { class: "button button-primary", type: "button", onclick: () => dialog.close() }, "知道了")),
    ),
  );
}

/** A field with its label. */
export function field(name, label, attrs = {}) {
  return el("div", { class: "field" }, el("label", { for: `ask-${name}` }, label), el("input", { class: "input", id: `ask-${name}`, name, autocomplete: "off", ...attrs }));
}

/** A choice with its label; `options` are pairs of value and words. */
export function choice(name, label, options, chosen = "") {
  return el(
    "div",
    { class: "field" },
    el("label", { for: `ask-${name}` }, label),
    el("select", { class: "input", id: `ask-${name}`, name }, options.map(([value, words]) => el("option", { value, selected: value === chosen }, words))),
  );
}

function show(content) {
  dialog.replaceChildren(content);
  if (!dialog.open) dialog.showModal();
  content.querySelector("input, select, .button-primary")?.focus();
}
