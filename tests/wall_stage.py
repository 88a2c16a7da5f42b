"""An empty page that runs the display modules, and the boards that tests hand in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"/display/static/": ROOT / "display/static", "/static/": ROOT / "shared/web/static"}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ORIGIN = "http://wall.test"

#: A wall reduced to its lists, drawn by the real module from boards that a test hands in.
WALL = """
async () => {
  document.body.innerHTML =
    '<main><p data-no-calls></p><ol data-field></ol><ol data-recent data-rows="5"></ol></main>';
  const { CallField } = await import("/display/static/calls.js");
  window.confirmed = [];
  const link = { offset: 0, confirm: (event, id) => { window.confirmed.push([event, id]); return true; } };
  window.wall = new CallField(link, document.querySelector("main"));
}
"""

#: The rows of a wall's field, moment after moment.
STAGE = """
async (scenes) => {
  const { advance, field } = await import("/display/static/stage.js");
  let turns = new Map();
  return scenes.map(([now, calls, counters]) => {
    turns = advance(turns, calls, now, counters);
    return field(calls, turns, counters, now);
  });
}
"""


@pytest.fixture
def screen(page: Page) -> Page:
    """An empty page of an origin that serves the static files of the checkout."""
    page.route(f"{ORIGIN}/**", _serve)
    page.goto(ORIGIN)
    return page


def _serve(route: Route) -> None:
    address = route.request.url.removeprefix(ORIGIN).split("?")[0]
    for prefix, folder in FOLDERS.items():
        if address.startswith(prefix):
            path = folder / address.removeprefix(prefix)
            route.fulfill(path=path, content_type=TYPES[path.suffix])
            return
    route.fulfill(body="<!doctype html><html lang='zh-CN'><body></body></html>", content_type="text/html")


def rule(screen: Page, name: str, *arguments: Any) -> Any:
    """What a function of the board rules answers."""
    return screen.evaluate(
        "async ([name, given]) => (await import('/display/static/board.js'))[name](...given)",
        [name, list(arguments)],
    )


def call(
    number: str, identity: int, since: int = 0, *, counter: int = 3, floor: int = 2, way: str = "here"
) -> dict[str, Any]:
    """A call as a board tells it, already stamped with the moment this screen began to show it."""
    return {
        "id": identity,
        "number": number,
        "counter": counter,
        "floor": floor,
        "from_floor": 2,
        "direction": way,
        "called_at": "2026-11-23T02:00:00Z",
        "calls": 1,
        "since": since,
    }


def counter(number: int, state: str = "open", *, ticket: str | None) -> dict[str, Any]:
    at_it = None if ticket is None else {"number": ticket, "state": "called"}
    return {"number": number, "floor": 2, "state": state, "ticket": at_it}


def board(*calls: dict[str, Any], version: int = 1, epoch: str = "e", seconds: float = 0.0) -> dict[str, Any]:
    """A board on which every call is current."""
    counters = [counter(one["counter"], ticket=one["number"]) for one in calls]
    return {
        "epoch": epoch,
        "version": version,
        "seconds": seconds,
        "floor": 2,
        "calls": list(calls),
        "counters": counters,
    }


def numbers(calls: list[dict[str, Any]]) -> list[str]:
    return [one["number"] for one in calls]


def texts(screen: Page, selector: str) -> list[str]:
    return screen.locator(selector).all_inner_texts()
