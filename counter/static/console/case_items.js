/** The lines of a service's list: which of them are taken in, and for the line in view how. */

import { el } from "/static/js/hall.js";
import { fill, walkable } from "./drawing.js";
import { check, select } from "./fields.js";
import { limitWords, plainName, ruledBy, shortOffice } from "./words.js";

const AT_COUNTER = "@";

export class CaseItems {
  /**
   * @param {object} form what the hall answers for a service's form
   * @param {{items: number[], office: string|null}|null} proposal what the person's own answer proposes
   * @param {() => void} onChange told when a tick changes
   */
  constructor(form, proposal, onChange) {
    this.onChange = onChange;
    this.subjects = [];
    this.touched = false;
    this.lines = form.items.map((line) => fresh(line, proposal));
    this.single = this.lines.length === 1;
    if (this.single && this.lines[0].opens) this.lines[0].taken = true;
    this.shown = this.lines.find((line) => line.taken) ?? this.lines.find((line) => line.opens) ?? this.lines[0];
    this.list = el("ol", { class: "items", "aria-label": "事项" });
    this.detail = el("section", { class: "detail", "aria-label": "这一项" });
    walkable(this.list, "input", ["ArrowDown", "ArrowUp"]);
    this.drawList();
    this.drawDetail();
  }

  drawList() {
    fill(this.list, this.lines.map((line) => this.row(line)));
    this.markShown();
  }

  row(line) {
    const { item } = line;
    const words = [
      el("span", { class: "item-place" }, item.ordinal),
      el("span", { class: "item-name", title: [item.name, plainName(item)].filter(Boolean).join("　") },
        item.name, item.code && el("small", { class: "muted" }, ` ${item.code}`)),
      el("span", { class: "item-limit" }, line.opens ? limitWords(item.limit) : ""),
    ];
    if (!line.opens) {
      return el("li", { class: "item asks" },
        el("span", { class: "item-box" }), words.slice(0, 2), el("span", { class: "tag" }, "可以当场问"));
    }
    line.box = el("input", {
      type: "checkbox", checked: line.taken, "aria-label": item.name,
      onchange: (event) => this.take(line, event.target.checked), onfocus: () => this.show(line),
    });
    line.row = el("li", { class: "item", onclick: () => this.show(line) },
      el("label", { class: "item-label" }, el("span", { class: "item-box" }, line.box), words));
    return line.row;
  }

  take(line, taken) {
    this.touched = true;
    line.taken = taken;
    if (taken && !line.leaves.size) line.item.leaf_items.forEach((leaf) => line.leaves.add(leaf.code));
    if (line.box.checked !== taken) line.box.checked = taken;
    this.show(line);
    this.drawDetail();
    this.onChange();
  }

  show(line) {
    if (this.shown === line) return;
    this.shown = line;
    this.markShown();
    this.drawDetail();
  }

  /** Tab goes from the list to the line in view, not through every line: one box at a time takes part. */
  markShown() {
    for (const line of this.lines.filter((one) => one.opens)) {
      line.row.classList.toggle("shown", line === this.shown);
      line.row.classList.toggle("taken", line.taken);
      line.box.tabIndex = line === this.shown ? 0 : -1;
    }
  }

  /** The persons a case is about changed: a line may be opened for each of them. */
  setSubjects(refs) {
    this.subjects = refs;
    const known = new Set(refs.map((one) => one.ref));
    for (const line of this.lines) line.subjects = new Set([...line.subjects].filter((ref) => known.has(ref)));
    this.drawDetail();
  }

  drawDetail() {
    const line = this.shown;
    if (!line) return fill(this.detail);
    const { item } = line;
    const by = ruledBy(item.limit);
    this.markShown();
    return fill(this.detail,
      el("h3", null, item.name),
      el("p", { class: "small muted" },
        [plainName(item), item.code, limitWords(item.limit) + (by ? `（${by}）` : "")].filter(Boolean).join("　")),
      line.opens && this.subjects.length > 0 && this.forWhom(line),
      item.leaf_items.length > 0 && this.leaves(line),
      item.conditions.length > 0 && this.conditions(line),
      line.opens && this.office(line),
      this.materials(item.materials));
  }

  leaves(line) {
    return group("办哪几样", line.item.leaf_items.map((leaf) => this.tick(line, "leaves", leaf.code,
      leaf.name, el("small", { class: "muted" }, ` ${plainName(leaf)} ${leaf.code}`))));
  }

  conditions(line) {
    return group("符合的请勾上，时限随之变", line.item.conditions.map((one) => this.tick(line, "conditions", one.code, one.text)));
  }

  forWhom(line) {
    return group("为谁办（不勾是整件办一次）", this.subjects.map((one) => this.tick(line, "subjects", one.ref, one.name)));
  }

  tick(line, set, code, words, extra) {
    return check(words, line[set].has(code), (ticked) => {
      if (ticked) line[set].add(code);
      else line[set].delete(code);
      if (ticked && !line.taken) this.take(line, true);
      if (set === "leaves" && !line.leaves.size) this.take(line, false);
      this.onChange();
    }, extra);
  }

  office(line) {
    const offices = line.item.offices.map((office) => [office, `转 ${shortOffice(office)}`]);
    const control = select([...offices, [AT_COUNTER, "本窗口当场办结"]], line.atCounter ? AT_COUNTER : line.office);
    control.addEventListener("change", () => {
      line.atCounter = control.value === AT_COUNTER;
      if (!line.atCounter) line.office = control.value;
      this.onChange();
    });
    return el("label", { class: "detail-office" }, el("span", null, "谁来办"), control);
  }

  materials(materials) {
    if (!materials.length) return el("p", { class: "small muted" }, "材料：本厅还没有登记这一项要带什么。");
    const draft = materials.some((one) => one.status !== "confirmed");
    return el("div", { class: "materials" },
      el("p", { class: "small" }, el("b", null, "材料"), draft && el("span", { class: "tag tag-amber" }, "▲ 未核对，只供参考")),
      el("ul", null, materials.map((one) => el("li", { class: "small" },
        one.name, one.note && el("span", { class: "muted" }, `（${one.note}）`)))));
  }

  get taken() {
    return this.lines.filter((line) => line.taken);
  }

  /** Papers that the lines taken may need, for telling at once what is missing. */
  get papers() {
    return [...new Set(this.taken.flatMap((line) => line.item.materials.map((one) => one.name)))];
  }

  read() {
    return this.taken.map((line) => ({
      ordinal: line.item.ordinal,
      ...(line.item.leaf_items.length && { leaf_codes: [...line.leaves] }),
      office: line.office,
      ...(line.conditions.size && { conditions: [...line.conditions] }),
      ...(line.subjects.size && { subjects: [...line.subjects] }),
      ...(line.atCounter && { at_counter: true }),
    }));
  }

  /** Go to the line that stands at a place of the request. */
  focusTaken(place) {
    const line = this.taken[place] ?? this.shown;
    this.show(line);
    line.box?.focus();
  }

  focus() {
    this.shown?.box?.focus();
  }
}

function fresh(item, proposal) {
  const opens = item.kind !== "service";
  const taken = opens && (proposal?.items.includes(item.ordinal) ?? false);
  const proposed = item.offices.includes(proposal?.office) ? proposal.office : item.offices[0];
  return {
    item, opens, taken, office: proposed, atCounter: false, conditions: new Set(), subjects: new Set(),
    leaves: new Set(taken ? item.leaf_items.map((leaf) => leaf.code) : []), box: null, row: null,
  };
}

function group(title, ticks) {
  const long = ticks.some((tick) => tick.textContent.length > 16);
  return el("fieldset", { class: long ? "ticks one" : "ticks" }, el("legend", null, title), ticks);
}
