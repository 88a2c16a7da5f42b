"""Limits against guessing and against impatient fingers: so many per so many seconds, per process."""

from __future__ import annotations

import threading
import time
from collections import deque

from shared.web.errors import TooManyPresses

#: Rows kept at most, so that many addresses cannot fill the memory.
_MOST_ROWS = 20_000


class PressLimits:
    """Counts presses and refuses the one that is too many."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._guard = threading.Lock()
        self._rows: dict[tuple[str, str], deque[float]] = {}

    def check(self, what: str, who: str, most: int, seconds: float) -> None:
        """Refuse when ``who`` has been counted ``most`` times within ``seconds``; counts nothing.

        Raises:
            TooManyPresses: with the seconds after which it may be tried again.
        """
        if not self._on:
            return
        now = time.monotonic()
        with self._guard:
            row = self._rows.get((what, who))
            if row is None:
                return
            while row and row[0] <= now - seconds:
                row.popleft()
            if len(row) >= most:
                raise TooManyPresses(retry_after=max(1, round(row[0] + seconds - now)))

    def count(self, what: str, who: str) -> None:
        """Remember one press, or one wrong guess."""
        if not self._on:
            return
        with self._guard:
            if len(self._rows) >= _MOST_ROWS:
                self._rows.pop(next(iter(self._rows)))
            self._rows.setdefault((what, who), deque(maxlen=512)).append(time.monotonic())

    def take(self, what: str, who: str, most: int, seconds: float) -> None:
        """Check and count in one.

        Raises:
            TooManyPresses: as for :meth:`check`.
        """
        self.check(what, who, most, seconds)
        self.count(what, who)
