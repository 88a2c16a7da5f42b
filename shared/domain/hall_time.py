"""Hall time: seconds by which waits are measured; no clock jump moves it and power cuts are left out."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from shared.domain.clock import Moment, seconds_between


@dataclass(frozen=True, slots=True)
class Anchor:
    """Hall time as it was last written down: so many ``seconds`` at ``moment``."""

    seconds: float
    moment: Moment


class HallTime:
    """Hall time as one process counts it on: by elapsed time from the anchor that it found.

    Each process counts by itself, so clocks of two machines that differ do not add up their difference.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._begun: dict[str, float] = {}

    def knows(self, boot: str) -> bool:
        """Whether counting has begun in this boot."""
        return boot in self._begun

    def begin(self, anchor: Anchor, now: Moment, *, leave_out: float = 0.0) -> None:
        """Count on from ``anchor``, without ``leave_out`` of the seconds that passed since."""
        passed = max(0.0, seconds_between(anchor.moment, now) - leave_out)
        with self._guard:
            self._begun = {now.boot: anchor.seconds + passed - now.elapsed}

    def forget(self) -> None:
        """Count anew from what is written down: this process has not kept time for a while."""
        with self._guard:
            self._begun = {}

    def seconds(self, now: Moment) -> float:
        """Hall time at ``now``; counting must have begun."""
        return self._begun[now.boot] + now.elapsed
