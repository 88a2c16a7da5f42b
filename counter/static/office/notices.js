/** Words that appear for a moment at the foot, and whether the line to the hall holds. */

const NOTICE_MS = 6000;
const at = (id) => document.getElementById(id);
let timer = 0;

/** Say something for a moment; `kind` is "done" or "wrong". */
export function say(text, kind = "done") {
  clearTimeout(timer);
  const notice = at("notice");
  notice.textContent = text;
  notice.dataset.kind = kind;
  notice.hidden = false;
  timer = setTimeout(() => (notice.hidden = true), NOTICE_MS);
}

/** Show in the bar that the hall cannot be reached, until it can. */
export function lineIs(on) {
  at("link").dataset.state = on ? "on" : "off";
  at("link").textContent = on ? "" : "△ 连接断了，正在重连";
}

/** What a failed request means for the page; a sign-in that ended leads to the form. */
export function tellTrouble(problem) {
  if (problem.status === 401) location.reload();
  else if (problem.status === 0) lineIs(false);
  else say(problem.title ?? String(problem), "wrong");
}
