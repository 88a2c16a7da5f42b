/** What every page needs: the API, the live line, building elements, and words that all screens share. */

import { io } from "/static/vendor/socket.io.esm.min.js";

const PREFIX = "/api/v1";
const TIMEOUT_MS = 10000;
/** An attempt that began while the network was away is lost, so attempts are short and follow one another closely. */
const ATTEMPT_MS = 1200;
const PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 1000;
const HALL_CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "use", "g", "path", "circle", "rect", "line", "polyline", "polygon", "text", "title"]);

/** A refusal of the hall (its words are for people), or a hall that cannot be reached (status 0). */
export class ApiProblem extends Error {
  /** @param {number} status @param {{code?: string, title?: string, detail?: string, errors?: object[]}} problem */
  constructor(status, problem) {
    super(problem.title ?? String(status));
    this.name = "ApiProblem";
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.title = problem.title ?? "没有办成";
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
  }
}

/** Ask the hall; a press that must count once carries a key.
 *  @returns {Promise<{status: number, data: any}>} @throws {ApiProblem} */
export async function api(method, path, body, { key, timeout = TIMEOUT_MS } = {}) {
  const headers = { Accept: "application/json" };
  const proof = document.querySelector('meta[name="csrf-token"]')?.content;
  if (proof) headers["X-CSRF-Token"] = proof;
  if (key) headers["Idempotency-Key"] = key;
  if (body !== undefined && body !== null) headers["Content-Type"] = "application/json";
  const request = {
    method,
    headers,
    body: body === undefined || body === null ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(timeout),
  };
  const { response, text } = await send(PREFIX + path, request);
  const data = parse(text);
  if (!response.ok) throw new ApiProblem(response.status, data ?? {});
  if (data === undefined) throw unreachable("answer is not JSON");
  return { status: response.status, data };
}

async function send(address, request) {
  try {
    const response = await fetch(address, request);
    return { response, text: await response.text() };
  } catch (cause) {
    throw unreachable(cause);
  }
}

function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(cause) {
  const problem = new ApiProblem(0, { code: "unreachable", title: "暂时连不上", detail: "请稍后再试。" });
  problem.cause = cause;
  return problem;
}

/** A new key for one press of a button; send it again with the same press, never with another. */
export function pressKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A live line to one namespace, which never gives up. Attempts that fail make the browser hold back later ones, for
 * seconds after a long outage, so a line that was lost is only opened anew when the hall answers a plain request.
 */
export function connect(namespace) {
  const told = (name) => document.querySelector(`meta[name="hall-${name}"]`)?.content ?? "";
  const auth = { version: told("build"), role: told("role") };
  const socket = io(namespace, { auth, transports: ["websocket"], reconnection: false, timeout: ATTEMPT_MS });
  let trying = false;
  let rest = PAUSE_MS;
  const comeBack = async () => {
    if (trying) return;
    trying = true;
    let answered = false;
    // A line that the hall has refused or ended is not active: what then is for the page to decide.
    while (socket.active && !answered) {
      await pause(rest * (0.5 + Math.random()));
      const asked = performance.now();
      answered = await answers();
      // A question that nothing came back to has taken its time already; one that failed at once has not.
      rest = performance.now() - asked < ATTEMPT_MS / 2 ? Math.min(rest * 1.5, LONGEST_PAUSE_MS) : PAUSE_MS / 2;
    }
    trying = false;
    if (socket.active) socket.io.open();
  };
  socket.io.on("close", comeBack);
  socket.io.on("error", comeBack);
  socket.on("connect", () => { rest = PAUSE_MS; });
  return socket;
}

/** Whether the hall answers: it is asked for nothing but the head of this very file. */
async function answers() {
  try {
    const request = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ATTEMPT_MS) };
    return (await fetch(import.meta.url, request)).ok;
  } catch {
    return false;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Build an element. `class`, `dataset` and `on...` listeners are understood; children become text nodes, so data
 *  can never be read as markup; null, undefined and false are left out. */
export function el(tag, attrs, ...children) {
  const node = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "dataset") Object.assign(node.dataset, value);
    else if (typeof value === "function") node.addEventListener(name.replace(/^on/, "").toLowerCase(), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** The shape that stands beside a floor's number, so that the way is told without colour. */
export function floorShape(floor) {
  return { 1: "●", 2: "▲", 3: "■" }[floor] ?? "";
}

/** A wait as people say it: a band, never a promise. Steps of 5 minutes, so that it does not flicker. */
export function waitText(wait) {
  if (!wait) return "现在还说不准";
  const low = Math.floor(wait.low / 300) * 5;
  const high = Math.max(low + 5, Math.ceil(wait.high / 300) * 5);
  return low === 0 ? `约等 ${high} 分钟以内` : `约等 ${low}～${high} 分钟`;
}

/** A moment of the day as people say it in the hall: 下午 14:35. */
export function clockText(iso) {
  const time = HALL_CLOCK.format(new Date(iso));
  return `${time < "12" ? "上午" : "下午"} ${time}`;
}

/** When somebody may expect the call: after a break as a clock time, else the wait as a band.
 *  @param {{wait_seconds: object|null, called_after?: string|null}} told a ticket, or an outlook */
export function callText({ wait_seconds: wait, called_after: after }) {
  return after ? `约在${clockText(after)} 以后叫到` : waitText(wait);
}
