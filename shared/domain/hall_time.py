"""Hall time: seconds by which waits are measured; no clock jump moves it and power cuts are left out."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from shared.domain.clock import Moment, seconds_between

#: A living process writes hall time down every 15 seconds; this is what some failures in a row may take.
FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """Hall time as it was last written down: so many ``seconds`` at ``moment``."""

    seconds: float
    moment: Moment


class HallTime:
    """Hall time as one process counts it on: by elapsed time from the anchor that it found.

    Each process counts by itself, so clocks of two machines that differ do not add up their difference. One
    that has written nothing down for a while does not know what happened meanwhile: its count is not
    ``fresh``, and it must begin anew from what is written.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._begun: dict[str, float] = {}
        self._written: float | None = None

    def knows(self, boot: str) -> bool:
        """Whether counting has begun in this boot."""
        return boot in self._begun

    def begin(self, anchor: Anchor, now: Moment, *, leave_out: float = 0.0) -> None:
        """Count on from ``anchor``, without ``leave_out`` of the seconds that passed since."""
        passed = max(0.0, seconds_between(anchor.moment, now) - leave_out)
        with self._guard:
            self._begun = {now.boot: anchor.seconds + passed - now.elapsed}

    def seconds(self, now: Moment) -> float:
        """Hall time at ``now``; counting must have begun."""
        return self._begun[now.boot] + now.elapsed

    def written(self, machine_seconds: float) -> None:
        """This process has written hall time down, at that second of the machine."""
        self._written = machine_seconds

    def is_fresh(self, machine_seconds: float) -> bool:
        """Whether this process has written hall time down so lately that its count is to be trusted."""
        return self._written is not None and machine_seconds - self._written <= FRESH_SECONDS
