/** Listening for a scanner, which types a code without a pause and ends it with Enter. */

/** The ticket's code alone, or at the end of its page's address. */
const TOKEN = /(?:https?:\/\/\S*\/)?([0-9a-hjkmnp-tv-z]{26})$/i;
/** Between two keys of one scan, on a busy computer too; by hand nobody types 26 such characters and Enter. */
const GAP_MS = 500;

/** Call `onCode` with the ticket's code whenever one is scanned; what the scanner typed into a field is taken out. */
export function listenForScanner(onCode) {
  let burst = newBurst();
  document.addEventListener("keydown", (event) => {
    if (event.timeStamp - burst.last > GAP_MS) burst = newBurst();
    if (event.key === "Enter" && TOKEN.test(burst.typed)) {
      event.preventDefault();
      event.stopPropagation();
      const [scanned, token] = TOKEN.exec(burst.typed);
      const code = token.toLowerCase();
      burst.before.forEach((before, target) => takeOut(scanned, target, before));
      burst = newBurst();
      onCode(code);
    } else if (event.key.length === 1) {
      burst.typed += event.key;
      burst.last = event.timeStamp;
      // A redraw in the middle of a scan moves the focus: each field it typed into is put back.
      if (!burst.before.has(event.target)) burst.before.set(event.target, event.target.value);
    }
  }, true);
}

function newBurst() {
  return { typed: "", last: -Infinity, before: new Map() };
}

/** What a hand wrote just before the scan stays; a field that took only a part of it is put back whole. */
function takeOut(scanned, target, before) {
  if (!target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea")) return;
  const [head, ...tails] = target.value.split(scanned);
  target.value = tails.length ? head + tails.join(scanned) : before;
  target.dispatchEvent(new Event("input"));
}
