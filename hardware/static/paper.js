/** Keeps the paper on the page current: new slips come in front, nothing that stands there is drawn again. */

const EVERY_MS = 2000;
const page = document.querySelector("[data-paper]");
const list = page.querySelector("[data-slips]");
const empty = page.querySelector("[data-empty]");
const link = page.querySelector("[data-link]");

/** An element with a class and a text. */
function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** The line of a QR code: its content as a link. */
function makeQr(content) {
  const line = make("p", "slip-qr", "二维码：");
  const anchor = make("a", "", content);
  if (/^https?:/.test(content)) anchor.href = content;
  line.append(anchor);
  return line;
}

/** One slip: its picture, and beside it what the bytes said. */
function makeSlip(slip) {
  const card = make("article", "slip");
  card.dataset.slip = slip.id;
  const picture = make("img", "slip-picture");
  picture.loading = "lazy";
  picture.src = slip.picture;
  picture.width = slip.columns * 24 + 32;
  picture.alt = "小票图样";
  const facts = make("div", "slip-facts");
  facts.append(
    make("h2", "slip-name", `${slip.printer} · 第 ${slip.number} 张`),
    make("p", "slip-size", `${slip.columns} 列 · ${slip.size} 字节`),
    make("pre", "slip-text", slip.lines.join("\n")),
    ...slip.qr_contents.map(makeQr),
  );
  if (slip.unknown.length) {
    facts.append(make("p", "slip-unknown", `▲ 不认识的指令：${slip.unknown.join("；")}`));
  }
  card.append(picture, facts);
  return card;
}

/** Bring the page to the given slips, touching only what changed. */
function show(slips) {
  const wanted = new Set(slips.map((slip) => slip.id));
  const standing = new Map([...list.children].map((card) => [card.dataset.slip, card]));
  for (const [id, card] of standing) if (!wanted.has(id)) card.remove();
  let before = list.firstElementChild;
  for (const slip of slips) {
    if (before && before.dataset.slip === slip.id) before = before.nextElementSibling;
    else list.insertBefore(standing.get(slip.id) ?? makeSlip(slip), before);
  }
  empty.hidden = slips.length > 0;
}

/** Ask for the paper, show it, and ask again later whatever happened. */
async function refresh() {
  try {
    const answer = await fetch(page.dataset.paper, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show((await answer.json()).slips);
    link.textContent = "";
  } catch {
    link.textContent = "▲ 暂时连不上服务器";
  }
  setTimeout(refresh, EVERY_MS);
}

setTimeout(refresh, EVERY_MS);
