/** The live line to the hall: a hint reads the counter again, a lost line is told calmly. */

import { api, connect } from "/static/js/hall.js";

const PAUSE_MS = 300;
const RETRY_MS = 2000;
/** A line that is away this long is lost; shorter gaps disturb nobody. */
const PATIENCE_MS = 1500;

/** @param {import("./state.js").ConsoleState} state @param {import("./presses.js").Presses} presses
 *  @param {{onSlip: (event: object) => void, onBack: () => void}} wishes */
export function openLine(state, presses, wishes) {
  const socket = connect("/counter");
  let waiting = null;
  let doubt = null;
  const readSoon = () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      presses.read();
    }, PAUSE_MS);
  };
  socket.on("connect", () => {
    clearTimeout(doubt);
    doubt = null;
    if (!state.linked) state.set({ linked: true, problem: null });
    readSoon();
    wishes.onBack();
  });
  const lost = () => {
    doubt ??= setTimeout(() => state.set({ linked: false }), PATIENCE_MS);
    // The client library gives up by itself when the hall ends or refuses the line.
    if (!socket.active) setTimeout(() => again(socket), RETRY_MS);
  };
  socket.on("disconnect", lost);
  socket.on("connect_error", lost);
  socket.on("queue", readSoon);
  socket.on("slip", (event) => {
    wishes.onSlip(event);
    if (event.ticket && event.ticket === state.ticket?.number) readSoon();
  });
  socket.on("shown", ({ id }) => confirm(state, id, { shown: true }));
  socket.on("sounded", ({ id }) => confirm(state, id, { sounded: true }));
  return socket;
}

/** A line is refused for ever when the sign-in has ended: then the page asks to sign in. */
async function again(socket) {
  try {
    await api("GET", "/me");
  } catch (problem) {
    if (problem.status === 401) return location.reload();
  }
  return socket.connect();
}

function confirm(state, id, what) {
  const before = state.call.id === id ? state.call : { id, shown: false, sounded: false };
  state.set({ call: { ...before, ...what } });
}
