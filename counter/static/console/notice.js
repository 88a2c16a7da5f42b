/** The A4 notice: its one button prints the page; a code that is scanned here opens at the counter. */

import { listenToScanner } from "/static/js/scanner.js";
import { addressOf, otherWords } from "../office/scan.js";

document.getElementById("print").addEventListener("click", () => window.print());
listenToScanner({
  onCode: (code) => location.assign(addressOf("/counter", code)),
  onOther: (kind) => { document.getElementById("said").textContent = otherWords(kind); },
});
