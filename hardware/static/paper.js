/** The bench: asks for one printer's state twice a second, shows it, and turns its switches. */

import { drawCommands } from "./commands.js";
import { byName, make } from "./elements.js";
import { drawPieces } from "./pieces.js";
import { drawSwitches } from "./switches.js";
import { drawVisits } from "./visits.js";

const EVERY_MS = 500;
const bench = document.querySelector("[data-bench]");
const part = (name) => byName(bench, name);
const csrf = document.querySelector("meta[name=csrf-token]").content;

let printer = new URLSearchParams(location.search).get("printer") ?? part("printers").value;
let seen = "";
let state = null;
/** The piece that somebody picked; null: the newest one is shown. */
let picked = null;
let shown = "";

const address = (...parts) => [bench.dataset.bench, ...parts.map(encodeURIComponent)].join("/");

/** Ask the server; a page instead of data means that the sign-in has ended. */
async function ask(url, body) {
  const answer = await fetch(url, body && {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
  if (answer.status === 204) return null;
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) {
    if (answer.ok) location.reload();
    throw new Error(`status ${answer.status}`);
  }
  const data = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(data.title), { said: data.title, code: data.code });
  if (answer.headers.get("X-State")) seen = answer.headers.get("X-State");
  return data;
}

/** Fill the choice of printers, keeping the one that is chosen. */
function drawPrinters(names) {
  const choice = part("printers");
  const standing = [...choice.options].map((option) => option.value);
  if (standing.join("\n") !== names.join("\n")) {
    choice.replaceChildren(...names.map((name) => make("option", "", name)));
  }
  if (!names.includes(printer)) printer = names[0] ?? "";
  choice.value = printer;
  part("none").hidden = names.length > 0;
  part("columns").hidden = names.length === 0;
}

function drawParts() {
  part("summary").textContent = `${{ good: "●", warn: "▲", bad: "■" }[state.summary.tone]} ${state.summary.text}`;
  part("summary").dataset.tone = state.summary.tone;
  part("address").textContent = `${state.addresses.join("　")}　${state.dots} 点　${state.encoding}`;
  part("parts").replaceChildren(...state.parts.map(({ name, text, tone }) => {
    const line = make("div");
    const value = make("dd", "", text);
    value.dataset.tone = tone;
    line.append(make("dt", "", name), value);
    return line;
  }));
  part("bits").replaceChildren(...state.status.map((text) => make("li", "", text)));
}

/** Show the piece that is picked, or the newest one, command by command. */
async function drawChosen() {
  const pieces = state.pieces;
  const chosen = pieces.find((piece) => piece.number === picked) ?? pieces[0];
  if (chosen?.number !== picked) picked = null;
  part("follow").hidden = picked === null;
  for (const card of part("pieces").children) {
    card.setAttribute("aria-pressed", String(card.dataset.number === String(chosen?.number)));
  }
  part("copy").disabled = !chosen;
  part("chosen").textContent = chosen ? `第 ${chosen.number} 张，${chosen.size} 字节` : "";
  if (!chosen) {
    part("commands").replaceChildren();
    part("download").removeAttribute("href");
    shown = "";
    return;
  }
  part("download").href = chosen.bytes;
  part("download").removeAttribute("aria-disabled");
  if (shown === chosen.id) return;
  shown = chosen.id;
  const data = await ask(chosen.explained);
  if (shown === chosen.id) drawCommands(part("commands"), data.commands);
}

function draw() {
  drawPrinters(state.printers);
  drawParts();
  drawSwitches(part("switches"), state.switches, turn);
  drawPieces(part("pieces"), state.pieces, pick);
  part("blank").hidden = state.pieces.length > 0;
  drawVisits(part("visits"), state.visits);
  return drawChosen();
}

function pick(number) {
  picked = number === picked ? null : number;
  return drawChosen().catch(lost);
}

/** Turn switches and show what came of it at once. */
async function turn(changes) {
  try {
    await ask(address(printer, "faults"), changes);
    part("refused").textContent = "";
  } catch (error) {
    part("refused").textContent = `▲ ${error.said ?? "没有改成，请再试"}`;
    seen = "";
  }
  await refresh();
}

function lost() {
  part("lost").textContent = "▲ 暂时连不上服务器";
}

async function refresh() {
  try {
    if (!printer) {
      drawPrinters((await ask(address("printers.json"))).printers);
      if (!printer) return;
    }
    const asked = printer;
    const data = await ask(`${address(printer, "state.json")}?seen=${seen}`);
    part("lost").textContent = "";
    if (data && asked === printer) {
      state = data;
      await draw();
    }
  } catch (error) {
    seen = "";
    // Beside a server of several processes stands each process's own printer; the next answer may have it.
    if (error.code === "unknown_virtual_printer" && !state) printer = "";
    else lost();
  }
}

/** The bytes of the piece shown, as hex. */
async function copy() {
  const bytes = new Uint8Array(await (await fetch(part("download").href)).arrayBuffer());
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
  await navigator.clipboard.writeText(hex);
  part("copy").textContent = "已复制";
  setTimeout(() => { part("copy").textContent = "复制十六进制"; }, 1500);
}

part("printers").addEventListener("change", (event) => {
  printer = event.target.value;
  [seen, picked, shown] = ["", null, ""];
  history.replaceState(null, "", `?printer=${encodeURIComponent(printer)}`);
  refresh();
});
part("well").addEventListener("click", () => turn({ all_well: true }));
part("follow").addEventListener("click", () => pick(picked));
part("copy").addEventListener("click", () => copy().catch(() => { part("copy").textContent = "没有复制成"; }));
bench.addEventListener("tear", () => ask(address(printer, "tear"), {}).then(refresh).catch(lost));

async function keepOn() {
  await refresh();
  setTimeout(keepOn, EVERY_MS);
}

keepOn();
