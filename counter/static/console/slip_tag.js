/** What is known of a slip, as a word with its shape and colour. */

import { el } from "/static/js/hall.js";
import { slipWords } from "./words.js";

const LOOKS = { good: "tag tag-pine", warn: "tag tag-amber", bad: "tag tag-red", plain: "tag" };
const SHAPES = { good: "✓", warn: "▲", bad: "✕", plain: "○" };

/**
 * @param {string} paper which paper, such as 小票 @param {string} state what the hall knows of it
 * @param {string|null|undefined} place where it lies, if not at the printer of the place where it was ordered
 */
export function slipTag(paper, state, place) {
  const { text, look } = slipWords(state);
  const words = `${SHAPES[look]} ${paper}${text}`;
  return el("span", { class: `${LOOKS[look]} slip-tag` }, place ? `${words}（在${place}）` : words);
}
