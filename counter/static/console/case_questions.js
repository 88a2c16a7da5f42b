/** What the clerk is asked when a case is not simply accepted: what is missing, why not, with what result. */

import { el } from "/static/js/hall.js";
import { choose } from "./dialog.js";
import { select } from "./fields.js";

/**
 * Which papers are missing and why, told once and whole.
 * @param {string[]} papers what may be needed @param {{text: string}[]} reasons
 * @returns {Promise<string[]|null>} lines such as 银行卡（看不清）
 */
export async function askMissing(papers, reasons) {
  const rows = papers.map((name) => {
    const box = el("input", { type: "checkbox" });
    const why = select(reasons.map((one) => [one.text, one.text]));
    why.setAttribute("aria-label", `${name} 怎么了`);
    const node = el("div", { class: "missing" }, el("label", { class: "check" }, box, el("span", null, name)), why);
    return { name, box, why, node };
  });
  const read = (text) => [
    ...rows.filter((row) => row.box.checked).map((row) => `${row.name}（${row.why.value}）`),
    ...text.split(/[；;]/).map((one) => one.trim()).filter(Boolean),
  ];
  const chosen = await choose({
    title: "一次告知：还差哪些？",
    text: "只告知一次，请写全。带齐以前不算时限。",
    body: el("div", { class: "missing-list" }, rows.map((row) => row.node)),
    field: { label: "别的材料（用；隔开）" },
    options: [{ value: true, label: "收件并告知" }],
    ready: (text) => (read(text).length ? null : "请至少勾一样，或写一样。"),
  });
  return chosen && read(chosen.text);
}

/** Why a matter is not taken in; the applicant will read it. */
export async function askRefusal(reasons) {
  const chosen = await choose({
    title: "不予受理，为什么？", text: "申请人会看到这个原因。",
    field: { label: "补充说明（可不写）" },
    options: (reasons ?? []).map((one) => ({ value: one.text, label: one.text })),
  });
  return chosen && [chosen.value, chosen.text].filter(Boolean).join("：");
}

/** A reason in the clerk's own words. */
export async function askReason(title, text, label) {
  const field = { label: "原因", required: true };
  const chosen = await choose({ title, text, field, options: [{ value: true, label }] });
  return chosen?.text ?? null;
}
