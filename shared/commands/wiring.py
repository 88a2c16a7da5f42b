"""The parts of a running hall, as the roof hands them to the commands that serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask

from shared.actions.devices import StoreReports
from shared.domain.clock import Clock
from shared.web.context import Hall
from shared.web.settings import Settings


class Printing(Protocol):
    """What prints slips in the background."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Live(Protocol):
    """What keeps screens fresh in the background."""

    def start(self) -> None: ...


class Pulsing(Protocol):
    """What reads the hall in the background when it has moved."""

    def stop(self) -> None: ...


@dataclass
class Parts:
    """A wired hall."""

    app: Flask
    hall: Hall
    socketio: Any
    spooler: Printing
    reports: StoreReports
    live: Sequence[Live]
    pulsing: Sequence[Pulsing]
    virtual_printers: Any

    def start(self) -> None:
        """Begin printing and the walls' heartbeat."""
        for part in self.live:
            part.start()
        self.spooler.start()

    def stop(self) -> None:
        """End printing and what reads the hall when it moves, then let go of the database.

        What only keeps time or looks for news goes on until the process ends.
        """
        self.spooler.stop()
        for part in self.pulsing:
            part.stop()
        self.hall.store.close()


CreateApp = Callable[[Settings, Clock | None, Mapping[str, str] | None], Flask]
Start = Callable[[Flask], Parts]
