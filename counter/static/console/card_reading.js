/** 读身份证: the reader at this counter fills a person's name and number. What was read is kept nowhere else. */

import { ApiProblem, api, el } from "/static/js/hall.js";

/** How often the hall is asked how far a reading is. */
const LOOK_MS = 300;

const PROBLEMS = {
  no_card: "没有读到身份证，请放好再读一次。",
  trouble: "读卡器出错了，请手工填写。",
  unreadable: "这张证件读不出来，请手工填写。",
  no_answer: "读卡器没有回应，请手工填写，并告诉值班。",
  not_taken: "读得太久，请再读一次。",
  cancelled: "",
};

export class CardReading {
  /** @param {number} counter @param {(card: {name: string, id_number: string, id_kind: string}) => void} onCard */
  constructor(counter, onCard) {
    Object.assign(this, { counter, onCard });
    this.reading = null;
    this.button = el("button", {
      type: "button", class: "button button-quiet small-button", onclick: () => this.pressed(),
    });
    this.told = el("p", { class: "card-told small", role: "status" });
    this.draw("");
  }

  draw(told) {
    this.button.textContent = this.reading ? "不读了" : "读身份证";
    this.told.textContent = told;
  }

  pressed() {
    if (this.reading) this.cancel();
    else this.begin();
  }

  get address() {
    return `/counters/${this.counter}/card`;
  }

  /** Ask for the card, and wait until it is read, given up or too late. */
  async begin() {
    const mine = {};
    this.reading = mine;
    this.draw("请把身份证放在读卡器上");
    let told = "";
    try {
      const { data } = await api("POST", this.address, {});
      mine.id = data.id;
      if (this.reading !== mine) await this.giveUp(mine);
      else told = await this.follow(mine);
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
      told = problem.title;
    }
    if (this.reading === mine) this.end(told);
  }

  /** What to say in the end; nothing when the card is in the fields. */
  async follow(mine) {
    let state = { state: "asked" };
    while (state.state === "asked") {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      if (this.reading !== mine) return "";
      if (!this.button.isConnected) {
        await this.giveUp(mine);
        return "";
      }
      state = (await api("GET", `${this.address}/${mine.id}`)).data;
    }
    if (state.state !== "read") return PROBLEMS[state.problem] ?? PROBLEMS.trouble;
    const { data } = await api("POST", `${this.address}/${mine.id}/take`, {});
    if (this.reading === mine) this.onCard(data);
    return "";
  }

  cancel() {
    const mine = this.reading;
    this.end("");
    if (mine.id !== undefined) this.giveUp(mine);
  }

  async giveUp(mine) {
    try {
      await api("DELETE", `${this.address}/${mine.id}`);
    } catch (problem) {
      // The hall forgets it by itself within a minute.
      if (!(problem instanceof ApiProblem)) throw problem;
    }
  }

  end(told) {
    this.reading = null;
    this.draw(told);
  }
}
