"""The hall's clock: what time it is, and how much time has really passed."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

#: China has one zone and no summer time; a fixed offset needs no zone database on the machine.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of the clock: ``at`` is aware UTC, ``elapsed`` seconds since ``boot`` began.

    Two moments of one boot are compared by ``elapsed``, which no correction of the clock moves.
    """

    at: datetime
    elapsed: float
    boot: str

    @property
    def local(self) -> datetime:
        """The same instant as the hall's own wall clock shows it (Asia/Shanghai)."""
        return self.at.astimezone(SHANGHAI)

    @property
    def day_began(self) -> datetime:
        """The midnight in Shanghai at which this moment's service day began."""
        return self.local.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def day(self) -> date:
        """The service day this moment belongs to."""
        return self.local.date()


def seconds_between(begin: Moment, end: Moment) -> float:
    """Seconds from ``begin`` to ``end``, never negative, right over a clock that was set back."""
    if begin.boot == end.boot:
        return max(0.0, end.elapsed - begin.elapsed)
    return max(0.0, (end.at - begin.at).total_seconds())


class Clock(Protocol):
    """Anything that can say what moment it is."""

    def now(self) -> Moment: ...

    def machine_seconds(self) -> float:
        """Real seconds since the machine began, its sleep included; a manual clock does not move them."""
        ...


class SystemClock:
    """The machine's own clock; elapsed time is counted from the boot of the machine."""

    def __init__(self) -> None:
        self._boot = _boot_id()

    def now(self) -> Moment:
        return Moment(datetime.now(UTC), self.machine_seconds(), self._boot)

    def machine_seconds(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)


class ManualClock:
    """A clock that stands still until somebody moves it; elapsed time goes forward with it."""

    def __init__(self, at: datetime, boot: str | None = None) -> None:
        if at.tzinfo is None:
            raise ValueError("the clock needs a time with its zone")
        self._lock = threading.Lock()
        # A boot of its own: after a restart elapsed time begins anew and must not be compared.
        self._moment = Moment(at.astimezone(UTC), 0.0, boot or f"manual-{secrets.token_hex(4)}")

    def now(self) -> Moment:
        with self._lock:
            return self._moment

    def machine_seconds(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def move_to(self, at: datetime) -> Moment:
        """Set the time; a step back leaves elapsed time where it was."""
        if at.tzinfo is None:
            raise ValueError("the clock needs a time with its zone")
        with self._lock:
            step = max(0.0, (at - self._moment.at).total_seconds())
            self._moment = Moment(at.astimezone(UTC), self._moment.elapsed + step, self._moment.boot)
            return self._moment

    def jump(self, span: timedelta) -> Moment:
        """The clock is set to another time; no time passes by it."""
        with self._lock:
            self._moment = Moment(self._moment.at + span, self._moment.elapsed, self._moment.boot)
            return self._moment

    def advance(self, seconds: float) -> Moment:
        """Let ``seconds`` pass."""
        return self.move_to(self.now().at + timedelta(seconds=seconds))


class FixedClock(ManualClock):
    """The clock of tests: a working Friday morning unless told otherwise."""

    def __init__(self, at: datetime | None = None) -> None:
        super().__init__(at or datetime(2026, 9, 18, 2, 0, tzinfo=UTC), boot="fixed")
        self._stood = 0.0

    def machine_seconds(self) -> float:
        """They stand still too, but for :meth:`stand_still`."""
        return self._stood

    def stand_still(self, seconds: float) -> Moment:
        """Let ``seconds`` pass in which nothing can be done: the machine sleeps, or its database is away."""
        self._stood += seconds
        return self.advance(seconds)


def real_now() -> datetime:
    """The machine's own time, aware UTC: for sign-ins, leases and paper, which no manual clock moves."""
    return datetime.now(UTC)


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else "unknown-boot"
