/** The lift as one switch: whoever may not press it sees how it stands. */

import { api, el, pressKey } from "/static/js/hall.js";
import { say, tellTrouble } from "../office/notices.js";
import { stateTag } from "./overview.js";

const ROLES = new Set(["duty_manager", "administrator"]);

/** @param {HTMLElement} place @param {object} facts @param {() => Promise<void>} onSwitched
 *  @returns {(works: boolean|undefined) => void} draws how the lift stands; an older answer does not tell it */
export function openLift(place, facts, onSwitched) {
  let works;
  const state = el("span", { class: "lift-state" });
  const press = async () => {
    knob.disabled = true;
    try {
      const { data } = await api("POST", "/hall/lift", { works: !works }, { key: pressKey() });
      say(data.works ? "电梯能用了，大屏已经撤下提示。" : "电梯停用，各楼大屏已经说明。");
      await onSwitched();
    } catch (problem) {
      tellTrouble(problem);
    } finally {
      knob.disabled = false;
      knob.focus();
    }
  };
  const knob = el("button", { class: "switch", type: "button", role: "switch", "aria-label": "电梯能用", onclick: press });
  place.append(el("b", {}, "电梯"), state, ROLES.has(facts.role) ? knob : "");
  return (now) => {
    works = now;
    place.hidden = works === undefined;
    if (place.hidden || knob.getAttribute("aria-checked") === String(works)) return;
    knob.setAttribute("aria-checked", String(works));
    state.replaceChildren(stateTag(works ? { word: "能用", kind: "good" } : { word: "停用", kind: "bad" }));
  };
}
