/** The one place where screens stand: shows them one at a time, and lets buttons rest after a press. */

import { el } from "/static/js/hall.js";

/** A pressed button rests so long: a double tap is one press. */
const REST_MS = 1500;
/** A new screen takes no touch at first, so that the second half of a double tap falls on nothing. */
const SETTLE_MS = 350;

const stage = document.querySelector("[data-stage]");
const said = document.querySelector("[data-said]");
let leave = null;

/** Put a screen on the stage. `name` marks it for styles, `onLeave` is called when another takes its place. */
export function show(name, nodes, { onLeave = null } = {}) {
  const first = shown() === "";
  leave?.();
  leave = onLeave;
  document.documentElement.dataset.at = name;
  stage.replaceChildren(el("div", { class: `screen screen-${name}` }, nodes));
  stage.scrollTop = 0;
  scrollTo(0, 0);
  watchMore();
  stage.inert = !first;
  setTimeout(() => { stage.inert = false; }, SETTLE_MS);
  say(stage.querySelector("h1")?.textContent ?? "");
}

/** Fewer pixels than this below the edge hide nothing that anybody would miss. */
const HINT_FROM = 12;
const more = el("p", { class: "more", "aria-hidden": "true", hidden: true }, "下面还有 ↓");
stage.after(more);
const grown = new ResizeObserver(() => tellMore());

function watchMore() {
  grown.disconnect();
  grown.observe(stage);
  grown.observe(stage.firstElementChild);
  tellMore();
}

/** Nothing may be out of sight without a sign: it stands above whatever stays at the foot. */
function tellMore() {
  const page = document.documentElement;
  const below = Math.max(stage.scrollHeight - stage.clientHeight - stage.scrollTop, page.scrollHeight - innerHeight - scrollY);
  const foot = stage.querySelector(".feet, .home-foot");
  const stays = foot && getComputedStyle(foot).position === "sticky";
  more.hidden = below < HINT_FROM;
  more.style.setProperty("--foot", `${stays ? foot.offsetHeight : 0}px`);
}

stage.addEventListener("scroll", tellMore, { passive: true });
addEventListener("scroll", tellMore, { passive: true });
addEventListener("resize", tellMore);

/** The name of the screen that is shown. */
export function shown() {
  return document.documentElement.dataset.at ?? "";
}

/** Tell a screen reader. */
export function say(text) {
  said.textContent = text;
}

/** A button that counts once: it rests while its work runs, and a while after. */
export function button(content, work, attributes = {}) {
  const { class: kind = "", ...others } = attributes;
  const node = el("button", { type: "button", class: `button ${kind}`.trim(), ...others }, content);
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-disabled") === "true") return;
    node.setAttribute("aria-disabled", "true");
    try {
      await Promise.all([work(node), new Promise((done) => setTimeout(done, REST_MS))]);
    } finally {
      node.removeAttribute("aria-disabled");
    }
  });
  return node;
}
