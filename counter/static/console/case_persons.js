/** Who a case is for: the applicant (person or unit), who stands in, and the persons it is about. */

import { el } from "/static/js/hall.js";
import { CardReading } from "./card_reading.js";
import { fill } from "./drawing.js";
import { Field, line, select } from "./fields.js";
import { normal, wrongCreditCode, wrongIdNumber } from "./identity.js";
import { ID_KINDS, SUBJECT_ROLES } from "./words.js";

/** What a unit usually brings - events and single services - and the role of the persons an event is about. */
const OF_UNITS = new Set([
  "hire", "terminate", "public-institution-hire", "1.1.1", "1.3.1", "1.8.9", "3.3.2", "3.3.3", "4.1.1",
]);
const ROLES = {
  hire: "employee", terminate: "employee", "public-institution-hire": "employee", "work-death": "dependant",
  "retiree-death": "heir", retirement: "retiree",
};

const nameGiven = (text) => (text ? null : "请填姓名。");

/** Name, kind of document and number of one person. */
class PersonFields {
  constructor({ phone, relation, role, reader } = {}) {
    this.name = new Field({ label: "姓名", control: line({ maxlength: 50 }), check: nameGiven });
    this.kind = new Field({ label: "证件", control: select(ID_KINDS, "resident_id") });
    this.number = new Field({
      label: "证件号码", control: line({ maxlength: 30, upper: true, dataset: { scan: "text" } }),
      check: (text) => wrongIdNumber(this.kind.control.value, text),
    });
    this.kind.control.addEventListener("change", () => this.number.text && this.number.passes());
    this.phone = phone && new Field({ label: "电话（可不填）", control: line({ maxlength: 20, inputmode: "tel" }) });
    this.relation = relation && new Field({ label: "和申请人的关系（可不填）", control: line({ maxlength: 20 }) });
    this.role = role && new Field({ label: "是什么人", control: select(SUBJECT_ROLES, role) });
    this.card = reader ? new CardReading(reader, (card) => this.take(card)) : null;
    const order = role
      ? [this.name, this.role, this.number, this.kind]
      : [this.name, this.kind, this.number, this.phone, this.relation];
    this.fields = order.filter(Boolean);
    this.nodes = this.fields.map((field) => field.node);
  }

  /** Fill in what a card says, as if it had been written. */
  take(card) {
    this.kind.control.value = card.id_kind;
    for (const [field, text] of [[this.name, card.name], [this.number, card.id_number]]) {
      field.control.value = text;
      field.control.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.number.control.focus();
  }

  read() {
    return {
      name: this.name.text, id_kind: this.kind.control.value, id_number: normal(this.number.text),
      ...(this.phone?.text && { phone: this.phone.text }), ...(this.relation?.text && { relation: this.relation.text }),
    };
  }

  get begun() {
    return Boolean(this.name.text || this.number.text);
  }

  named(name) {
    return {
      name: this.name, id_kind: this.kind, id_number: this.number, phone: this.phone, relation: this.relation,
    }[name];
  }
}

/** A unit's full name and credit code. */
class UnitFields {
  constructor() {
    this.name = new Field({ label: "单位全称", control: line(), wide: true, check: (text) => (text ? null : "请填单位全称。") });
    this.code = new Field({
      label: "统一社会信用代码", control: line({ maxlength: 22, upper: true, dataset: { scan: "text" } }), check: wrongCreditCode,
    });
    this.phone = new Field({ label: "电话（可不填）", control: line({ maxlength: 20, inputmode: "tel" }) });
    this.fields = [this.name, this.code, this.phone];
    this.nodes = this.fields.map((field) => field.node);
  }

  read() {
    const phone = this.phone.text && { phone: this.phone.text };
    return { kind: "unit", name: this.name.text, uscc: normal(this.code.text), ...phone };
  }

  get begun() {
    return Boolean(this.name.text || this.code.text);
  }

  named(name) {
    return { name: this.name, uscc: this.code, id_number: this.code, phone: this.phone }[name];
  }
}

export class CasePersons {
  /**
   * @param {string} serviceId @param {() => void} onSubjects told when persons come, go or are renamed
   * @param {number|null} reader the counter, if it has a reader of identity cards
   */
  constructor(serviceId, onSubjects, reader = null) {
    this.onSubjects = onSubjects;
    this.reader = reader;
    this.person = new PersonFields({ phone: true, reader });
    this.unit = new UnitFields();
    this.kind = "person";
    this.agent = null;
    this.subjects = [];
    this.counted = 0;
    this.root = el("section", { class: "persons", "aria-label": "申请人" });
    this.suit(serviceId);
  }

  /** Propose what fits an event, as long as nothing was written. */
  suit(serviceId) {
    this.role = ROLES[serviceId] ?? "other";
    if (!this.begun) {
      this.kind = OF_UNITS.has(serviceId) ? "unit" : "person";
      // Somebody always comes for a unit; for a person mostly the person.
      this.agent = this.kind === "unit" ? new PersonFields({ phone: true, reader: this.reader }) : null;
    }
    this.draw();
  }

  get applicant() {
    return this.kind === "unit" ? this.unit : this.person;
  }

  get begun() {
    return [this.person, this.unit, this.agent, ...this.subjects.map((one) => one.fields)].some((part) => part?.begun);
  }

  draw() {
    fill(this.root,
      el("div", { class: "persons-head" }, el("h3", null, "申请人"), this.kindSwitch(),
        this.kind === "person" && this.person.card?.button, el("span", { class: "grow" }),
        !this.agent && this.adder(this.kind === "unit" ? "＋经办人" : "＋代办人", () => this.addAgent()),
        this.adder("＋涉及的人", () => this.addSubject())),
      this.applicant.card?.told,
      el("div", { class: "fields" }, this.applicant.nodes),
      this.agent && el("div", { class: "persons-head" }, el("h3", null, this.kind === "unit" ? "经办人" : "代办人"),
        this.agent.card?.button, this.remover("去掉", () => { this.agent = null; })),
      this.agent?.card?.told,
      this.agent && el("div", { class: "fields" }, this.agent.nodes),
      this.subjects.map((subject, place) => [
        el("div", { class: "persons-head" }, el("h3", null, `涉及的人 ${place + 1}`), subject.fields.card?.button,
          this.remover("去掉", () => {
            this.subjects = this.subjects.filter((one) => one !== subject);
            this.onSubjects();
          })),
        subject.fields.card?.told,
        el("div", { class: "fields" }, subject.fields.nodes),
      ]));
  }

  kindSwitch() {
    const radio = (kind, words) => el("label", { class: "switch-part" },
      el("input", { type: "radio", name: "applicant-kind", value: kind, checked: this.kind === kind, onchange: () => {
        this.kind = kind;
        this.draw();
        this.root.querySelector(`input[value=${kind}]`).focus();
      } }), el("span", null, words));
    return el("div", { class: "switch", role: "radiogroup", "aria-label": "申请人是个人还是单位" },
      radio("person", "个人"), radio("unit", "单位"));
  }

  adder(words, onclick) {
    return el("button", { type: "button", class: "button button-quiet small-button", onclick }, words);
  }

  remover(words, remove) {
    return this.adder(words, () => {
      remove();
      this.draw();
    });
  }

  addAgent() {
    this.agent = new PersonFields({ phone: true, relation: this.kind === "person", reader: this.reader });
    this.draw();
    this.agent.name.control.focus();
  }

  addSubject() {
    this.counted += 1;
    const fields = new PersonFields({ role: this.role, reader: this.reader });
    fields.name.control.addEventListener("change", () => this.onSubjects());
    this.subjects.push({ ref: `p${this.counted}`, fields });
    this.draw();
    this.onSubjects();
    fields.name.control.focus();
  }

  /** The persons a case is about, as chips name them; a person without a name cannot be chosen yet. */
  get refs() {
    return this.subjects.filter((subject) => subject.fields.name.text).map((subject) => (
      { ref: subject.ref, name: subject.fields.name.text }));
  }

  /** An agent that was opened and left empty is none. */
  get sentAgent() {
    return this.agent?.begun ? this.agent : null;
  }

  /** A person of the case that was opened and left empty is none. */
  get sentSubjects() {
    return this.subjects.filter((one) => one.fields.begun);
  }

  /** The fields that may not be sent, each marked. */
  wrongFields() {
    const parts = [this.applicant, this.sentAgent, ...this.sentSubjects.map((one) => one.fields)].filter(Boolean);
    return parts.flatMap((part) => part.fields).filter((field) => !field.passes());
  }

  read() {
    return {
      applicant: this.kind === "unit" ? this.unit.read() : { kind: "person", ...this.person.read() },
      ...(this.sentAgent && { agent: this.sentAgent.read() }),
      ...(this.sentSubjects.length && {
        subjects: this.sentSubjects.map((one) => (
          { ref: one.ref, role: one.fields.role.control.value, ...one.fields.read() })),
      }),
    };
  }

  /** The field that the server's path names, such as `applicant.id_number` or `subjects[0].name`. */
  fieldAt(path) {
    const [, part, place, name] = /^(\w+)(?:\[(\d+)\])?\.(\w+)$/.exec(path) ?? [];
    const parts = { applicant: this.applicant, agent: this.agent, subjects: this.sentSubjects[Number(place)]?.fields };
    return parts[part]?.named(name) ?? null;
  }
}
