/** What is known of a slip, as a word with its shape and colour. */

import { el } from "/static/js/hall.js";
import { slipWords } from "./words.js";

const LOOKS = { good: "tag tag-pine", warn: "tag tag-amber", bad: "tag tag-red", plain: "tag" };
const SHAPES = { good: "✓", warn: "▲", bad: "✕", plain: "○" };

/** @param {string} paper which paper, such as 小票 @param {string} state what the hall knows of it */
export function slipTag(paper, state) {
  const { text, look } = slipWords(state);
  return el("span", { class: LOOKS[look] }, `${SHAPES[look]} ${paper}${text}`);
}
