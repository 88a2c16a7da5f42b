"""A running hall whose one printer stands on a real network port and can be broken in every way."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from demos import Demo, start_process, stop_demo
from test_sockets import Ear

from hardware.virtual_listener import VirtualListener
from hardware.virtual_printer import CutSlip, VirtualPrinter

#: So long something may take that comes by itself; it costs time only where a test fails.
PATIENCE = 20.0


class PaperStage:
    """The hall, its printer, and what a kiosk hears."""

    def __init__(self, demo: Demo, listener: VirtualListener) -> None:
        self.demo = demo
        self.printer: VirtualPrinter = listener.printer
        self.tokens = [device["token"] for device in demo.devices if device["role"] == "kiosk"]
        self.ears = [Ear(demo, "/kiosk", token) for token in self.tokens]
        self._web = httpx.Client(base_url=f"{demo.base_url}/api/v1", timeout=PATIENCE)

    def close(self) -> None:
        for ear in self.ears:
            ear.close()
        self._web.close()

    def begin_anew(self) -> None:
        """All is well, nothing was printed yet as far as a test can tell, and the kiosks print."""
        self.printer.switch({"all_well": True})
        self.await_rows("SELECT 1 FROM kiosk_papers WHERE paperless_since IS NOT NULL", at_most=0)
        ticket = self.take()
        assert self.outcome(ticket)["state"] == "confirmed"
        self.await_that(lambda: not self.printer.connected)
        self._taken = max(slip.number for slip in self.printer.slips)
        self._alarms = self._all_alarms()

    def take(self, kiosk: int = 0) -> dict[str, Any]:
        """A number taken at a kiosk, as it was answered."""
        return self.post(kiosk, "/tickets", {"service_id": "retirement"})

    def print_again(self, ticket: dict[str, Any], kiosk: int = 0) -> dict[str, Any]:
        return self.post(kiosk, f"/tickets/{ticket['token']}/slip", {})

    def post(self, kiosk: int, path: str, body: Any) -> dict[str, Any]:
        head = {"Authorization": f"Bearer {self.tokens[kiosk]}", "Idempotency-Key": uuid.uuid4().hex}
        answer = self._web.post(path, json=body, headers=head)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def slip(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """What a ticket's holder reads of the slip now."""
        found: dict[str, Any] = self._web.get(f"/tickets/{ticket['token']}").json()["slip"]
        return found

    def outcome(self, ticket: dict[str, Any], kiosk: int = 0) -> dict[str, Any]:
        """What the kiosk hears at last of a slip."""
        number = ticket["number"]
        heard: dict[str, Any] = self.ears[kiosk].wait(
            "slip", lambda slip: slip["ticket"] == number and slip["state"] != "pending", PATIENCE
        )
        return heard

    def taken_and_told(self, kiosk: int = 0) -> tuple[str, float]:
        """The end of a new slip, and how many seconds after the touch the kiosk heard of it."""
        begun = time.monotonic()
        ticket = self.take(kiosk)
        return self.outcome(ticket, kiosk)["state"], time.monotonic() - begun

    def hears_of_paper(self, *, paperless: bool, kiosk: int = 0) -> None:
        """Wait until the kiosk is told that it goes without paper, or no longer."""
        self.ears[kiosk].wait("paper", lambda paper: paper["paperless"] is paperless, PATIENCE)

    @property
    def slips(self) -> tuple[CutSlip, ...]:
        """The slips that came out since the test began."""
        return tuple(slip for slip in self.printer.slips if slip.number > self._taken)

    def alarms(self, kind: str) -> int:
        """How often staff were told of this kind of trouble since the test began."""
        return self._all_alarms().get(kind, 0) - self._alarms.get(kind, 0)

    def _all_alarms(self) -> dict[str, int]:
        return dict(self.rows("SELECT kind, sum(times) FROM troubles GROUP BY kind"))

    def rows(self, query: str) -> list[Any]:
        """Read from the hall's own file."""
        database = sqlite3.connect(f"file:{Path(self.demo.line['data_dir'])}/hall.db?mode=ro", uri=True)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def await_rows(self, query: str, at_least: int = 0, at_most: int = 1000) -> None:
        """Wait until so many rows are there."""
        self.await_that(lambda: at_least <= len(self.rows(query)) <= at_most)

    def await_that(self, holds: Callable[[], bool]) -> None:
        """Wait for what only the hall's process can bring about."""
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, "it never came so"
            self.printer.wait(0.05)


@contextmanager
def paper_stage(kiosks: int = 2) -> Iterator[PaperStage]:
    """That hall; it ends with the block."""
    with VirtualListener(VirtualPrinter("network")) as listener:
        demo = start_process("--clerks", "3", "--kiosks", str(kiosks), "--printer", listener.addresses[0])
        stage = PaperStage(demo, listener)
        try:
            yield stage
        finally:
            stage.close()
            stop_demo(demo)


def is_of(slip: CutSlip, ticket: dict[str, Any]) -> bool:
    """Whether a slip is this ticket's, by its code, and says its number."""
    says = any(ticket["number"] in line for line in slip.lines)
    return says and any(ticket["token"] in content.lower() for content in slip.qr_contents)
