"""A link to a printer: bytes out, answers in, and the two ways to end it."""

from __future__ import annotations

import time
from typing import Protocol

from hardware.virtual_printer import VirtualPrinter


class LinkLost(Exception):
    """The other side went away in the middle; ``sent`` bytes of the last piece had been taken by then."""

    def __init__(self, reason: str, sent: int = 0) -> None:
        super().__init__(reason)
        self.sent = sent


class Link(Protocol):
    """An open way to one printer. Deadlines are readings of ``time.monotonic()``."""

    def send(self, data: bytes, deadline: float) -> None:
        """Send all bytes; raises LinkLost when the link breaks or the deadline passes."""

    def receive(self, deadline: float) -> bytes:
        """The next bytes, or none at the deadline; raises LinkLost when the other side has closed."""

    def close(self) -> None:
        """End in peace: what was sent will still be printed."""

    def reset(self) -> None:
        """End at once: what the printer has not yet taken is thrown away."""


class VirtualLink:
    """A link to a virtual printer in this very program."""

    def __init__(self, printer: VirtualPrinter) -> None:
        printer.connect()
        self._printer = printer
        self._answers = b""

    def send(self, data: bytes, deadline: float) -> None:
        """Hand the bytes over; they are printed when this returns."""
        if time.monotonic() > deadline:
            raise LinkLost("the deadline has passed")
        self._answers += self._printer.receive(data)
        if self._printer.confused:
            raise LinkLost("the virtual printer does not know a command")

    def receive(self, deadline: float) -> bytes:
        """The answers so far; none will come later, so nothing is waited for."""
        answers, self._answers = self._answers, b""
        return answers

    def close(self) -> None:
        """Nothing is held."""

    def reset(self) -> None:
        """Nothing is held."""
