/** Elements in few words. */

/** An element with a class and a text. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** The element within `root` that is marked `data-<name>`. */
export function byName(root, name) {
  return root.querySelector(`[data-${name}]`);
}

/** The hall's own clock, whatever this computer's is set to. */
const CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour12: false, hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3,
});

/** A time of day to the millisecond, or to the second. */
export function clock(at, short = false) {
  const text = CLOCK.format(new Date(at));
  return short ? text.slice(0, 8) : text;
}

/** A `<time>` element. */
export function makeTime(at, short = false) {
  const element = make("time", "", clock(at, short));
  element.dateTime = at;
  return element;
}
