/** The faults as switches with their figures. */

import { make } from "./elements.js";

const UNITS = { paper_out_after: "字节后", late_seconds: "秒", bytes_per_second: "字节/秒", reset_after: "字节", seed: "种子" };

function makeFigure(fault, turn) {
  const box = make("span", "switch-figure");
  const field = make("input");
  field.type = "number";
  field.min = "0";
  field.step = fault.figure === "late_seconds" ? "any" : "1";
  field.placeholder = fault.figure === "paper_out_after" ? "不限" : "";
  field.setAttribute("aria-label", `${fault.label}：${UNITS[fault.figure]}`);
  field.addEventListener("change", () => {
    const value = field.value === "" ? null : Number(field.value);
    if (value === null && fault.figure !== "paper_out_after") return;
    turn({ [fault.figure]: value });
  });
  box.append(field, UNITS[fault.figure]);
  return box;
}

function makeSwitch(fault, turn) {
  const line = make("li", "switch");
  line.dataset.fault = fault.name;
  line.title = fault.meaning;
  const box = make("input");
  box.type = "checkbox";
  box.id = `fault-${fault.name}`;
  box.setAttribute("role", "switch");
  box.addEventListener("change", () => turn({ [fault.name]: box.checked }));
  const label = make("label", "", fault.label);
  label.htmlFor = box.id;
  box.setAttribute("aria-describedby", `meaning-${fault.name}`);
  const meaning = make("small", "switch-meaning", fault.meaning);
  meaning.id = `meaning-${fault.name}`;
  line.append(box, label, fault.figure ? makeFigure(fault, turn) : make("span"), meaning);
  return line;
}

/** Bring the switches to what is on; a field in which somebody types is left alone. */
export function drawSwitches(list, faults, turn) {
  if (!list.children.length) list.append(...faults.map((fault) => makeSwitch(fault, turn)));
  for (const fault of faults) {
    const line = list.querySelector(`[data-fault="${fault.name}"]`);
    line.dataset.on = String(fault.on);
    line.querySelector("[type=checkbox]").checked = fault.on;
    const field = line.querySelector("[type=number]");
    if (field && document.activeElement !== field) field.value = fault.value ?? "";
  }
}
