/** The A4 notice: its one button prints the page. */

document.getElementById("print").addEventListener("click", () => window.print());
