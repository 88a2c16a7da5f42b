/** Keeps the phone page fresh: fetches the page itself again and puts its new main part in place. */

const EVERY_MS = 10000;
const RESTING = new Set(["served", "cancelled", "expired"]);

/** The tag of the page that is shown: the server sends nothing while it still holds. */
let tag = "";
let shownAt = document.querySelector("[data-at]").textContent;

async function refresh() {
  if (document.hidden || isBusy()) return;
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const response = await fetch(location.href, { cache: "no-store", headers, signal: AbortSignal.timeout(8000) });
    if (response.status === 304) return sayOnline();
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (replace(fresh)) tag = response.headers.get("ETag") ?? "";
  } catch {
    sayOffline();
  }
}

/** Nothing is pulled away from somebody who types. */
function isBusy() {
  return Boolean(document.querySelector("#last4")?.value) || document.activeElement?.id === "last4";
}

function replace(fresh) {
  const next = fresh.querySelector("[data-page]");
  const old = document.querySelector("[data-page]");
  if (!next || isBusy()) return false;
  shownAt = next.querySelector("[data-at]").textContent;
  document.title = fresh.title;
  if (next.dataset.state === "called" && old.dataset.state !== "called") navigator.vibrate?.([300, 150, 300]);
  const focused = document.activeElement;
  if (next.dataset.state === old.dataset.state) keepOpen(old, next);
  old.replaceWith(document.adoptNode(next));
  if (focused.isConnected) focused.focus({ preventScroll: true });
  return true;
}

/** What somebody has opened, and what was answered to their press, stays while the ticket's state does. */
function keepOpen(old, next) {
  const told = old.querySelector("[data-told]");
  if (told) next.querySelector("header").after(told);
  const opened = old.querySelector("details[open]");
  const closed = next.querySelector("details");
  if (opened && closed) closed.replaceWith(opened);
}

function sayOnline() {
  document.querySelector("[data-offline]").hidden = true;
}

function sayOffline() {
  document.querySelector("[data-offline-at]").textContent = shownAt.replace("更新于 ", "");
  document.querySelector("[data-offline]").hidden = false;
}

/** A press counts once: the button rests as soon as its form is on its way. */
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) queueMicrotask(() => button.setAttribute("aria-disabled", "true"));
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "true";
});

// A page that comes back from the browser's memory has its buttons back too.
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", refresh);
setInterval(() => {
  if (!RESTING.has(document.querySelector("[data-page]").dataset.state)) refresh();
}, EVERY_MS);
