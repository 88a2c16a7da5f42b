/** The paper, piece by piece; a piece that stands there is not drawn again. */

import { clock, make } from "./elements.js";

/** The width of the widest roll with its edges; narrower ones are drawn as much narrower. */
const WIDEST = 576 + 32;

function makePiece(piece, pick) {
  const box = make("div", "piece");
  box.dataset.piece = piece.id;
  box.dataset.number = piece.number;
  box.dataset.ending = piece.ending;
  box.tabIndex = 0;
  box.setAttribute("role", "button");
  const facts = make("p", "piece-facts");
  facts.append(
    make("b", "", `第 ${piece.number} 张`),
    make("span", "", clock(piece.at, true)),
    make("span", "", piece.ended),
    make("span", "", `${piece.size} 字节`),
  );
  const picture = make("img", "piece-picture");
  picture.src = piece.picture;
  picture.alt = piece.lines.join("\n") || "没有文字的纸";
  picture.style.width = `${Math.min(100, (piece.dots + 32) / WIDEST * 100)}%`;
  box.append(facts, picture);
  if (piece.unknown.length) box.append(make("p", "piece-unknown", `▲ 不认识的指令：${piece.unknown.join("；")}`));
  for (const content of piece.qr_contents) box.append(makeQr(content));
  if (piece.ending === "hanging") box.append(makeTear(box));
  box.addEventListener("click", (event) => { if (!event.target.closest("a, button")) pick(piece.number); });
  box.addEventListener("keydown", (event) => {
    if (event.target === box && ["Enter", " "].includes(event.key)) {
      event.preventDefault();
      pick(piece.number);
    }
  });
  return box;
}

function makeQr(content) {
  const line = make("p", "small", "二维码：");
  const anchor = make("a", "", content);
  if (/^https?:/.test(content)) anchor.href = content;
  line.append(anchor);
  return line;
}

function makeTear(box) {
  const button = make("button", "button", "撕下");
  button.type = "button";
  button.addEventListener("click", () => box.dispatchEvent(new CustomEvent("tear", { bubbles: true })));
  return button;
}

/** Bring the paper to the given pieces, newest first, touching only what changed. */
export function drawPieces(list, pieces, pick) {
  const mark = (piece) => `${piece.id}-${piece.ending}`;
  const wanted = new Set(pieces.map(mark));
  const standing = new Map([...list.children].map((card) => [`${card.dataset.piece}-${card.dataset.ending}`, card]));
  for (const [id, card] of standing) if (!wanted.has(id)) card.remove();
  let before = list.firstElementChild;
  for (const piece of pieces) {
    const card = standing.get(mark(piece));
    if (card && card === before) before = before.nextElementSibling;
    else list.insertBefore(card ?? makePiece(piece, pick), before);
  }
}
