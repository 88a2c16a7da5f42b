/** A scanner that types like a keyboard: quick keys, then Enter. */

const LONGEST = 512;
/** Keys further apart than this were not typed by one scan. */
const GAP_MS = 500;

/** @param {(text: string) => void} onScan called with all that one scan typed */
export function listenToScanner(onScan) {
  let typed = "";
  let last = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.timeStamp - last > GAP_MS) typed = "";
    last = event.timeStamp;
    if (event.key === "Enter") {
      const text = typed;
      typed = "";
      if (text.length >= 8) {
        event.preventDefault();
        event.stopPropagation();
        onScan(text);
      }
    } else if (event.key.length === 1) {
      typed = (typed + event.key).slice(-LONGEST);
    }
  }, true);
}
