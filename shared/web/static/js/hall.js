/** What every page needs: the API, the live line, building elements, and words that all screens share. */

import { io } from "/static/vendor/socket.io.esm.min.js";

const PREFIX = "/api/v1";
const TIMEOUT_MS = 10000;
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

/** A live line to one namespace, which never gives up. */
export function connect(namespace) {
  return io(namespace, {
    transports: ["websocket"],
    reconnection: true,
    reconnectionAttempts: Infinity,
    reconnectionDelay: 300,
    reconnectionDelayMax: 2000,
    timeout: 5000,
  });
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
