/**
 * Which calls stand in a wall's field, as pure functions: everyone called stands there for a while, whoever is
 * still expected at the counter stays until a newer call comes. Nothing here touches the page or the network.
 */

/** A call stands in the field at least this long; until then a later one shares the field with it. */
export const ALONE_MS = 8000;
/** However many calls wait for the field, each stands in it this long. */
export const SHORTEST_MS = 3000;
/** Calls that would wait longer than this for the field shorten the time of those in it. */
export const BACKLOG_MS = 30000;
/** So many calls share the field at most. */
export const FIELD_ROWS = 4;
/** A call is the news for this long; after that the number stays, without the accent. */
export const NEWS_MS = 60000;

/**
 * The board's calls by rising id, each with `since`: when this screen first heard of it, in ms of its own
 * clock. `known` maps ids to the `since` of the board before, or is null on the first board, whose calls
 * count from the moment they were called; `offset` is the server's clock minus this screen's.
 */
export function arrivals(calls, known, now, offset) {
  return [...calls].sort((a, b) => a.id - b.id).map((call) => {
    const begun = known ? now : Math.min(now, Date.parse(call.called_at) - offset);
    return { ...call, since: known?.get(call.id) ?? begun };
  });
}

/**
 * Whether the person is still expected at the counter or is there: the counter has that number. Of a counter
 * that is not on this board only the time is known: its call counts as long as it is news.
 */
export function isCurrent(call, counters, now) {
  const counter = counters.find((one) => one.number === call.counter);
  if (counter?.ticket === undefined) return now - call.since < NEWS_MS;
  return counter.ticket?.number === call.number;
}

/** Whether the board tells that the number is no longer at the counter: taken back, ended or sent elsewhere. */
export function hasLeft(call, counters) {
  const counter = counters.find((one) => one.number === call.counter);
  return counter?.ticket !== undefined && counter.ticket?.number !== call.number;
}

/** How long a call stands in the field while so many wait for it, in ms. */
export function standingTime(waiting) {
  if (waiting * ALONE_MS <= BACKLOG_MS * FIELD_ROWS) return ALONE_MS;
  return Math.max(SHORTEST_MS, BACKLOG_MS * FIELD_ROWS / waiting);
}

/** The turns at a screen's start: calls that had their time before it was switched on do not enter again. */
export function firstTurns(calls, now) {
  const before = calls.filter((call) => now - call.since >= ALONE_MS);
  return new Map(before.map((call) => [call.id, { from: call.since, over: true }]));
}

/**
 * Moves the field on. `turns` maps a call's id to `{from, over}`: when it entered the field and whether it had
 * its time. Calls enter in the order of calling as soon as there is room, the oldest leave first, and no call
 * is passed over whose number is at its counter; one that has left it takes no room. A number called again
 * takes its own place with the newer call.
 */
export function advance(turns, calls, now, counters = []) {
  const latest = latestOfEachNumber(calls).filter((call) => !hasLeft(call, counters));
  const queue = latest.filter((call) => !turns.has(call.id));
  const time = standingTime(queue.length);
  const next = new Map();
  for (const { id } of calls) {
    const turn = turns.get(id);
    if (turn) next.set(id, { from: turn.from, over: turn.over || now - turn.from >= time });
  }
  const room = FIELD_ROWS - latest.filter((call) => next.get(call.id)?.over === false).length;
  const places = new Map(queue.map((call) => [call.id, place(call, calls, turns)]));
  queue.sort((a, b) => places.get(a.id) - places.get(b.id));
  for (const { id } of queue.slice(0, Math.max(0, room))) next.set(id, { from: now, over: false });
  return next;
}

/** A number that is called again while it waits for the field keeps the place of its first call. */
function place(call, calls, turns) {
  const own = calls.filter((one) => one.number === call.number).map((one) => one.id);
  const entered = Math.max(-Infinity, ...own.filter((id) => turns.has(id)));
  return Math.min(...own.filter((id) => id > entered));
}

/** The calls in the field, by rising id: those whose time runs and whose number is at its counter; without any,
 *  the newest that is current. */
export function field(calls, turns, counters, now) {
  const latest = latestOfEachNumber(calls);
  const rows = latest.filter((call) => turns.get(call.id)?.over === false && !hasLeft(call, counters));
  return rows.length ? rows : latest.filter((call) => isCurrent(call, counters, now)).slice(-1);
}

/** The calls beside the field, newest first, at most `count`; neither a number in the field nor one that is to
 *  be called soon stands there. */
export function recent(calls, rows, count, soon = []) {
  const elsewhere = new Set([...rows.map((call) => call.number), ...soon]);
  return latestOfEachNumber(calls).filter((call) => !elsewhere.has(call.number)).reverse().slice(0, count);
}

/** The calls on the entrance wall, newest first: those whose number is at its counter. */
export function calling(calls, counters, now, count) {
  return recent(latestOfEachNumber(calls).filter((call) => isCurrent(call, counters, now)), [], count);
}

function latestOfEachNumber(calls) {
  const latest = new Map();
  for (const call of calls) {
    if (!latest.has(call.number) || latest.get(call.number).id < call.id) latest.set(call.number, call);
  }
  return [...latest.values()].sort((a, b) => a.id - b.id);
}
