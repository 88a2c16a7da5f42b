/** Listening for a scanner, which types a code much faster than a hand and ends it with Enter. */

const TOKEN = /[0-9a-hjkmnp-tv-z]{26}$/i;
/** Between two keys of a scanner; no hand types 26 characters of a code at this pace. */
const FAST_MS = 150;

/** Call `onCode` with the ticket's code whenever one is scanned; what the scanner typed into a field is taken out. */
export function listenForScanner(onCode) {
  let burst = { target: null, typed: "", before: "", last: -Infinity };
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key === "Enter" && TOKEN.test(burst.typed) && target === burst.target) {
      event.preventDefault();
      event.stopPropagation();
      const code = TOKEN.exec(burst.typed)[0].toLowerCase();
      restore(burst);
      burst = { target: null, typed: "", before: "", last: -Infinity };
      onCode(code);
    } else if (event.key.length === 1) {
      const goesOn = target === burst.target && event.timeStamp - burst.last <= FAST_MS;
      burst = goesOn
        ? { ...burst, typed: burst.typed + event.key, last: event.timeStamp }
        : { target, typed: event.key, before: target.value, last: event.timeStamp };
    }
  }, true);
}

function restore({ target, before }) {
  if (!target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea")) return;
  target.value = before;
  target.dispatchEvent(new Event("input"));
}
