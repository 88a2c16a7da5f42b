"""Measuring: many clients at once, percentiles, and the table that is printed at the end."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Work = Callable[[], object]


@dataclass(frozen=True)
class Measured:
    """Durations of single pieces of work, and of the whole, in seconds."""

    spans: Sequence[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Pieces of work per second."""
        return len(self.spans) / self.seconds

    @property
    def mean(self) -> float:
        """The mean in milliseconds; unlike the median it does not depend on who is served out of turn."""
        return sum(self.spans) / len(self.spans) * 1000

    @property
    def p50(self) -> float:
        """The median in milliseconds."""
        return percentile(self.spans, 50) * 1000

    @property
    def p99(self) -> float:
        """In milliseconds; of fewer than a hundred pieces it is the slowest."""
        return percentile(self.spans, 99) * 1000


def percentile(spans: Sequence[float], share: int) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(spans)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


@contextmanager
def undisturbed() -> Iterator[None]:
    """While it lasts, the driver does not stop to look for garbage: that would count as the server's time."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(work: Work) -> float:
    """How long ``work`` takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(work: Work, times: int) -> Measured:
    """Do ``work`` again and again, alone."""
    began = time.perf_counter()
    spans = [timed(work) for _ in range(times)]
    return Measured(spans, time.perf_counter() - began)


def measure_together(works: Sequence[Work], times: int) -> Measured:
    """Do each of ``works`` ``times`` times in a thread of its own, all at once.

    Raises:
        ExceptionGroup: some of the work failed.
    """
    gate = threading.Barrier(len(works) + 1)
    spans: list[float] = []

    def client(work: Work) -> None:
        gate.wait()
        mine = [timed(work) for _ in range(times)]
        spans.extend(mine)

    crew = Crew()
    for work in works:
        crew.start(client, work)
    gate.wait()
    began = time.perf_counter()
    crew.join()
    return Measured(spans, time.perf_counter() - began)


class Crew:
    """Threads of which no failure is lost."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._failures: list[Exception] = []

    def start(self, job: Callable[..., object], *args: Any) -> None:
        def run() -> None:
            try:
                job(*args)
            except Exception as failure:  # noqa: BLE001  raised again, all together, by join
                self._failures.append(failure)

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def join(self) -> None:
        """Wait for all.

        Raises:
            ExceptionGroup: what went wrong in any of them.
        """
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise ExceptionGroup("clients failed", self._failures)


@dataclass(frozen=True)
class Goal:
    """What must be reached: pieces per second at least, milliseconds at most."""

    rate: float | None = None
    p50: float | None = None
    p99: float | None = None

    def __str__(self) -> str:
        rate = [] if self.rate is None else [f"{self.rate:.0f}/s"]
        times = [f"{name} {most:.0f}" for name, most in (("p50", self.p50), ("p99", self.p99)) if most]
        return " ".join([*rate, *times])

    def met_by(self, found: Measured) -> bool:
        """Whether these figures reach it."""
        slow = self.rate is not None and found.rate < self.rate
        late = any(
            most is not None and took > most for most, took in ((self.p50, found.p50), (self.p99, found.p99))
        )
        return not slow and not late


@dataclass(frozen=True)
class Figure:
    """A line of the table: what was measured, and the floor below which it cannot go here."""

    work: str
    found: Measured
    floor: str
    floor_found: Measured
    note: str = ""
    goal: Goal | None = None

    def cells(self) -> list[str]:
        """The cells of :data:`_HEAD`; times in milliseconds."""
        found, floor = self.found, self.floor_found
        numbers = (found.rate, found.p50, found.p99)
        goal = ("", "") if self.goal is None else (str(self.goal), _yes(self.goal.met_by(found)))
        below = (floor.rate, floor.p50, floor.p99, found.mean / floor.mean, found.p99 / floor.p99)
        return [self.work, *map(_number, numbers), *goal, *map(_number, below), self.floor, self.note]


@dataclass(frozen=True)
class Size:
    """A line of the table for what is not a time of many pieces; ``most`` is the goal."""

    work: str
    found: float
    unit: str
    floor: str
    floor_found: float
    most: float | None = None

    def cells(self) -> list[str]:
        goal = ("", "")
        if self.most is not None:
            goal = (f"{self.most:g} {self.unit}", _yes(self.found <= self.most))
        values = [_number(self.found), "", *goal, "", _number(self.floor_found), ""]
        return [self.work, "", *values, _number(self.found / self.floor_found), "", self.floor, self.unit]


_HEAD = [
    "work",
    "per s",
    "p50",
    "p99",
    "goal",
    "met",
    "floor/s",
    "p50",
    "p99",
    "mean x",
    "p99 x",
    "the floor is",
    "",
]
_WORDS = {0, 4, 5, 11, 12}


@dataclass
class Report:
    """What one run found, line by line; as a plug-in of pytest it prints itself at the end."""

    title: str
    lines: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """The lines as they are printed."""
        return self.lines

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section(self.title)
        for line in self.told():
            terminalreporter.write_line(line)


@dataclass
class Table(Report):
    """The figures of one run."""

    figures: list[Figure | Size] = field(default_factory=list)

    def add(self, figure: Figure | Size) -> None:
        self.figures.append(figure)

    def told(self) -> list[str]:
        rows = [_HEAD, *(figure.cells() for figure in self.figures)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        return [
            "  ".join(
                cell.ljust(width) if column in _WORDS else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]


def _yes(met: bool) -> str:
    return "yes" if met else "NO"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
