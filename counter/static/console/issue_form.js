/** What a number is given with: needs and where the person is, a reason to go first, further stops, a number
 *  that was written by hand. */

import { el } from "/static/js/hall.js";
import { fill } from "./drawing.js";
import { check, line, select } from "./fields.js";

const STEP_FREE = "step_free";
const MOST_STOPS = 8;

export class IssueForm {
  /** @param {object} data what the page was opened with: floors, services, reasons
   *  @param {number|null} floor the floor of the counter, where the person most likely is
   *  @param {() => Promise<string|null>} pickService asks for the service of a further stop */
  constructor(data, floor, pickService) {
    Object.assign(this, { data, floor, pickService });
    this.needs = new Set();
    this.stops = [];
    this.priority = select([["", "不优先"], ...(data.reasons.priority ?? []).map((one) => [one.code, one.text])], "");
    this.hand = line({ maxlength: 8, upper: true, placeholder: "例如 H012" });
    this.where = el("div", { class: "issue-where", hidden: true }, el("b", null, "人现在在几楼（就在这层办）"), this.floorChoice());
    this.list = el("ol", { class: "issue-stops" });
    this.more = el("button", { type: "button", class: "button small-button", onclick: () => this.addStop() }, "＋ 加一站");
    this.root = el("div", { class: "issue-form" },
      part("需要帮忙的地方", el("div", { class: "issue-needs" }, (data.reasons.needs ?? []).map((need) => this.need(need)))),
      this.where,
      el("div", { class: "issue-pair" },
        el("label", { class: "field" }, el("b", null, "优先（看过证件或凭证）"), this.priority),
        el("label", { class: "field" }, el("b", null, "手写号（断网时写的）"), this.hand)),
      part("办完还要去", this.list, this.more));
    this.drawStops();
  }

  need({ code, text }) {
    return check(text, false, (on) => {
      if (on) this.needs.add(code);
      else this.needs.delete(code);
      this.where.hidden = !this.needs.has(STEP_FREE);
    });
  }

  floorChoice() {
    return el("div", { class: "issue-needs" }, this.data.floors.map((floor) => el("label", { class: "check" },
      el("input", { type: "radio", name: "issue-floor", value: floor.number, checked: floor.number === this.floor,
        onchange: () => { this.floor = floor.number; } }),
      el("span", { class: "floor-mark", dataset: { floor: floor.number } }, `${floor.shape} ${floor.name}`))));
  }

  async addStop() {
    const service = await this.pickService();
    if (!service || this.stops.length >= MOST_STOPS) return;
    this.stops.push({ service_id: service, floor: null });
    this.drawStops();
  }

  drawStops() {
    this.more.hidden = this.stops.length >= MOST_STOPS;
    fill(this.list, this.stops.map((stop) => this.stopRow(stop)));
  }

  stopRow(stop) {
    const title = this.data.services.find((one) => one.id === stop.service_id)?.title ?? "别的业务";
    const floors = [["", "哪层等得短去哪层"], ...this.data.floors.map((one) => [String(one.number), one.name])];
    const floor = select(floors, String(stop.floor ?? ""));
    floor.setAttribute("aria-label", `${title} 在几楼`);
    floor.addEventListener("change", () => { stop.floor = floor.value ? Number(floor.value) : null; });
    return el("li", null, el("span", { class: "muted" }, "再去"), el("b", null, title), floor,
      el("button", { type: "button", class: "button small-button", "aria-label": `不去 ${title}`, onclick: () => this.dropStop(stop) }, "✕"));
  }

  dropStop(stop) {
    this.stops = this.stops.filter((one) => one !== stop);
    this.drawStops();
    this.more.focus();
  }

  /** What is still to be chosen, or null. */
  missing() {
    return this.needs.has(STEP_FREE) && !this.floor ? "请选人现在在几楼。" : null;
  }

  /** What was chosen, as the hall takes it. */
  get wishes() {
    const stops = this.stops.map(({ service_id, floor }) => (floor ? { service_id, floor } : { service_id }));
    const hand = this.hand.value.trim().toUpperCase();
    return {
      ...(this.needs.size && { needs: [...this.needs] }),
      ...(this.needs.has(STEP_FREE) && { floor: this.floor }),
      ...(this.priority.value && { priority: { reason_code: this.priority.value } }),
      ...(hand && { hand_number: hand }),
      ...(stops.length && { stops }),
    };
  }
}

function part(title, ...nodes) {
  return el("section", { class: "issue-part" }, el("b", null, title), nodes);
}
