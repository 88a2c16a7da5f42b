"""A link to a printer: bytes out, answers in, and the two ways to end it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from hardware.virtual_printer import VirtualPrinter

T = TypeVar("T")

LOOK_SECONDS = 0.02


class LinkLost(Exception):
    """The other side went away in the middle; ``sent`` bytes of the last piece had been taken by then.

    ``stuck``: whoever had them in hand did not come back, so those bytes may reach the printer yet.
    """

    def __init__(self, reason: str, sent: int = 0, *, stuck: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent
        self.stuck = stuck


class LinkTaken(OSError):
    """Somebody else has the printer just now."""


def when_free(attempt: Callable[[], T], until: float) -> T:
    """What ``attempt`` answers when the printer is free.

    It is made again while another program has the printer; raises LinkTaken when it still has at ``until``.
    """
    while True:
        try:
            return attempt()
        except LinkTaken:
            if time.monotonic() + LOOK_SECONDS > until:
                raise
            time.sleep(LOOK_SECONDS)


class Link(Protocol):
    """An open way to one printer. Deadlines are readings of ``time.monotonic()``.

    ``answers``: whether a printer can answer over it; one that only takes bytes is asked nothing.
    """

    @property
    def answers(self) -> bool: ...

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

    answers = True

    def __init__(self, printer: VirtualPrinter) -> None:
        printer.connect()
        self._printer = printer

    def send(self, data: bytes, deadline: float) -> None:
        """Hand the bytes over, as fast as the printer has room; raises LinkLost at the deadline."""
        sent = 0
        while True:
            if time.monotonic() > deadline:
                raise LinkLost("the deadline has passed", sent)
            taken = self._printer.take(data[sent:])
            sent += taken
            if self._printer.broken_off:
                raise LinkLost("the virtual printer has reset the connection", sent)
            if self._printer.confused:
                raise LinkLost("the virtual printer does not know a command")
            if sent == len(data):
                return
            if not taken:
                self._wait(deadline, self._printer.next_event() or deadline - time.monotonic())

    def receive(self, deadline: float) -> bytes:
        """The answers by the deadline; none at once when none can come by itself."""
        while True:
            answers = self._printer.answers()
            if self._printer.broken_off:
                raise LinkLost("the virtual printer has reset the connection")
            due = self._printer.next_event()
            if answers or due is None or time.monotonic() >= deadline:
                return answers
            self._wait(deadline, due)

    def close(self) -> None:
        """End in order."""
        self._printer.disconnect()

    def reset(self) -> None:
        """End at once: what is not printed is thrown away."""
        self._printer.disconnect(reset=True)

    def _wait(self, deadline: float, seconds: float) -> None:
        self._printer.wait(max(0.0, min(seconds, deadline - time.monotonic())))
