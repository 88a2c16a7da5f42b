"""A fair turn: whoever came first goes first; for fairness on SQLite, never for correctness."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TurnTimedOut(Exception):
    """The turn did not come in time."""


class FairTurn:
    """A lock handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._line: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        with self._guard:
            return len(self._line)

    @contextmanager
    def taken(self, until: float) -> Iterator[None]:
        """Have the turn inside the block; ``until`` is a reading of ``time.monotonic()``.

        Raises:
            TurnTimedOut: it did not come by then.
        """
        self._take(until)
        try:
            yield
        finally:
            with self._guard:
                self._hand_on()

    def _take(self, until: float) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._line.append(mine)
        try:
            came = mine.wait(max(0.0, until - time.monotonic()))
        except BaseException:
            self._leave(mine)
            raise
        if not came:
            self._leave(mine)
            raise TurnTimedOut

    def _leave(self, mine: threading.Event) -> None:
        """Give up waiting; a turn that had just been handed over goes to the next in line."""
        with self._guard:
            if mine in self._line:
                self._line.remove(mine)
            else:
                self._hand_on()

    def _hand_on(self) -> None:
        if self._line:
            self._line.popleft().set()
        else:
            self._taken = False
