/** The bytes of a piece of paper, one line a command. */

import { make } from "./elements.js";

function makeLine({ offset, hex, name, meaning, kind }) {
  const line = make("tr");
  line.dataset.kind = kind;
  const mark = kind === "unknown" ? "▲ " : "";
  line.append(
    make("td", "offset numeric", offset.toString(16).padStart(4, "0").toUpperCase()),
    make("td", "hex", hex),
    make("td", "name", name),
    make("td", "meaning", mark + meaning),
  );
  return line;
}

/** Show the commands of another piece from its beginning. */
export function drawCommands(body, commands) {
  body.replaceChildren(...commands.map(makeLine));
  body.closest(".reading-scroll").scrollTop = 0;
}
