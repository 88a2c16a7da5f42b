"""The card reader of an agent: one reading at a time, told to the hall at once and kept nowhere."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

from hardware.card_reader import CardReader, CardReaderTrouble

log = logging.getLogger(__name__)

LONGEST_SECONDS = 30.0
TOLD_SECONDS = 3.0


class Hall(Protocol):
    """The way to the hall."""

    def ask(self, event: str, data: Mapping[str, Any], seconds: float) -> Any:
        """Tell the hall something and return its answer; None when none came in time."""


class AgentCardReader:
    """Reads when the hall asks; a newer request ends the one before."""

    def __init__(self, reader: CardReader, hall: Hall) -> None:
        self._reader = reader
        self._hall = hall
        self._asked: queue.SimpleQueue[tuple[int, float] | None] = queue.SimpleQueue()
        self._newest = 0
        self._thread = threading.Thread(target=self._run, name="card-reader", daemon=True)

    def start(self) -> None:
        """Begin to wait for requests."""
        self._thread.start()

    def stop(self) -> None:
        """End after the reading that is under way."""
        self._newest = -1
        self._asked.put(None)

    def read(self, reading: int, seconds: float) -> None:
        """Read a card within so many seconds and tell it."""
        self._newest = reading
        self._asked.put((reading, time.monotonic() + min(seconds, LONGEST_SECONDS)))

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            reading, deadline = asked
            told = self._read(reading, deadline)
            if told is not None:
                self._hall.ask("card", {"reading": reading, **told}, TOLD_SECONDS)

    def _read(self, reading: int, deadline: float) -> dict[str, Any] | None:
        """What to tell of a reading; None when another one was asked for meanwhile."""
        try:
            # In short looks, so that a clerk who asks again does not wait for the reading given up before.
            while self._newest == reading:
                until = min(deadline, time.monotonic() + 1.0)
                card = self._reader.read(until)
                if card is not None:
                    return {"name": card.name, "id_number": card.id_number, "id_kind": card.id_kind}
                if until >= deadline:
                    return {"problem": "no_card"}
        except CardReaderTrouble as trouble:
            log.warning("the card reader: %s", trouble)
            return {"problem": "trouble"}
        except Exception as failure:  # noqa: BLE001  a vendor's kit may raise anything, and say the card in it
            log.error("the card reader failed with %s", type(failure).__name__)
            return {"problem": "trouble"}
        return None
