"""A wall whose line or page fails at random while the hall goes on, and which must be right afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from conftest import Demo
from faulty_line import FaultyLine
from playwright.sync_api import Page
from test_sockets import Hand

FLOOR = 2
SERVICES = ("retirement", "unemployment", "social-card", "hire", "advice")

#: Keeps every board that the wall draws, in its order.
RECORD = """
() => {
  window.drawn = [];
  const note = () => window.drawn.push(document.documentElement.dataset.board);
  new MutationObserver(note).observe(document.documentElement, { attributeFilter: ["data-board"] });
}
"""
SHOWN = """
() => {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((part) => part.textContent);
  return {
    board: document.documentElement.dataset.board,
    fresh: document.querySelector("main").dataset.fresh === "true",
    soon: texts("[data-soon] li"),
    waiting: Object.fromEntries([...document.querySelectorAll("[data-waiting] .waiting")].map((row) => [
      row.dataset.key, Number.parseInt(row.querySelector(".waiting-people").textContent || "0", 10),
    ])),
    calls: texts("[data-field] .call-number, [data-recent] .recent-number"),
  };
}
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What failed, and how long the wall took to be right after that was mended, in seconds."""

    fault: str
    seconds: float


class Rounds:
    """A wall behind a faulty line, and a clerk and a kiosk that go on whatever it does."""

    def __init__(self, demo: Demo, page: Page, seed: int) -> None:
        self._demo, self._page = demo, page
        self._chance = random.Random(seed)
        self._line = FaultyLine(demo.base_url, self._chance)
        self._hand = Hand(demo)
        self._has_ticket = False
        self._browser = page.context.new_cdp_session(page)
        account = demo.account(role="clerk", floor=FLOOR)
        self._counter = account["counter"]
        self._clerk = self._hand.sign_in(demo, counter=self._counter)
        self._hand.post(f"/counters/{self._counter}/sign-on", self._clerk)
        self._faults: dict[str, Callable[[], None]] = {
            "cut": self._line.cut,
            "silent": self._line.fall_silent,
            "stalled": self._line.stall,
            "mixed": self._line.mix,
            "frozen": lambda: self._set_page("frozen"),
            "reloaded": lambda: None,
        }
        page.goto(f"{self._line.base_url}/display?floor={FLOOR}")
        page.evaluate(RECORD)
        self._await_right(30)

    def close(self) -> None:
        if self._has_ticket:
            self._hand.post(f"/counters/{self._counter}/finish", self._clerk)
        self._hand.post(f"/counters/{self._counter}/sign-off", self._clerk)
        self._line.close()
        self._hand.close()

    def run(self, count: int, patience: float) -> Iterator[Round]:
        """Each fault in turn, in an order of chance.

        Raises:
            AssertionError: the wall was not right ``patience`` seconds after, or went back to an older board.
        """
        faults: list[str] = []
        for _ in range(count):
            if not faults:
                faults = list(self._faults)
                self._chance.shuffle(faults)
            fault = faults.pop()
            # A line that lost its connections silently is known to be lost after four and a half seconds.
            seconds = self._chance.uniform(4.5, 7) if fault == "silent" else 0.5
            yield self.outage(fault, seconds, patience)
            self._check_order()

    def outage(self, fault: str, seconds: float, patience: float) -> Round:
        """One fault that lasts so long.

        Raises:
            AssertionError: the wall was not right ``patience`` seconds after.
        """
        self._suffer(fault, seconds)
        mended = time.monotonic()
        self._await_right(patience)
        return Round(fault, time.monotonic() - mended)

    def _suffer(self, fault: str, seconds: float = 0.5) -> None:
        self._faults[fault]()
        until = time.monotonic() + seconds
        for _ in range(self._chance.randint(2, 6)):
            self._press()
        while time.monotonic() < until:
            self._press()
            # The pace of the presses; the browser's driver must be listened to, but for a frozen page.
            self._page.wait_for_timeout(100) if fault != "frozen" else time.sleep(0.1)
        self._line.mend()
        if fault == "frozen":
            self._set_page("active")
        elif fault == "reloaded":
            self._page.reload()
            self._page.evaluate(RECORD)

    def _press(self) -> None:
        if self._chance.random() < 0.6:
            wish = {"service_id": self._chance.choice(SERVICES)}
            self._hand.post("/tickets", self._demo.token("kiosk"), wish)
        else:
            path = f"/counters/{self._counter}/call-next"
            self._has_ticket = self._hand.post(path, self._clerk, {"previous": "finish"}) is not None

    def _set_page(self, state: str) -> None:
        self._browser.send("Page.setWebLifecycleState", {"state": state})

    def _await_right(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while (wrong := self._differences()) and time.monotonic() < deadline:
            # Page and hall are compared as they are now: what makes them alike may come from either.
            self._page.wait_for_timeout(20)
        assert not wrong, wrong

    def _differences(self) -> dict[str, Any]:
        """What the wall shows otherwise than the hall's board says."""
        headers = {"Authorization": f"Bearer {self._demo.token('display')}"}
        board = httpx.get(f"{self._demo.base_url}/api/v1/board?floor={FLOOR}", headers=headers).json()
        shown = self._page.evaluate(SHOWN)
        right = {
            "board": f"{board['epoch']} {board['version']}",
            "fresh": True,
            "soon": board["soon"],
            "waiting": {row["series"]: row["count"] for row in board["waiting"]},
        }
        wrong = {name: (shown[name], value) for name, value in right.items() if shown[name] != value}
        if board["calls"] and board["calls"][0]["number"] not in shown["calls"]:
            wrong["calls"] = (shown["calls"], board["calls"][0]["number"])
        return wrong

    def _check_order(self) -> None:
        drawn = [text.split() for text in self._page.evaluate("window.drawn")]
        versions = [int(version) for _, version in drawn]
        assert len({epoch for epoch, _ in drawn}) <= 1
        assert versions == sorted(versions), f"an older board after a newer one: {versions}"


@contextmanager
def rounds(demo: Demo, page: Page, seed: int) -> Iterator[Rounds]:
    """A wall behind a faulty line, put away afterwards."""
    running = Rounds(demo, page, seed)
    try:
        yield running
    finally:
        running.close()
