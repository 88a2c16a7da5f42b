"""Jobs and reports kept in memory: a printer alone on a desk, and the tests, need no database."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from hardware.printer_worker import utc_now
from shared.domain.devices import TOO_OLD, DeviceState, PaperReport, PaperState, PrinterSettings, PrintJob


class MemoryReports:
    """The port ``DeviceReports`` without a database; safe to use from several threads."""

    def __init__(self, printers: Sequence[PrinterSettings]) -> None:
        self._printers = {printer.name: printer for printer in printers}
        self._changed = threading.Condition()
        self._jobs: dict[str, deque[PrintJob]] = {name: deque() for name in self._printers}
        self._ids = 0
        self._owners: dict[str, tuple[str, int]] = {}
        self.papers: dict[int, tuple[PaperState, str]] = {}
        self.told: list[tuple[str, DeviceState, str]] = []

    def order(
        self,
        printer: str,
        document: Mapping[str, object],
        ordered_at: datetime | None = None,
        attempt: int = 1,
    ) -> int:
        """Let a slip wait for its printer; the number of the job."""
        settings = self._printers[printer]
        with self._changed:
            self._ids += 1
            job = PrintJob(self._ids, settings, document, ordered_at or utc_now(), attempt)
            self._jobs[printer].append(job)
            self.papers[job.id] = (PaperState.PENDING, "")
            return job.id

    def printers(self) -> Sequence[PrinterSettings]:
        """The printers given at the start."""
        return list(self._printers.values())

    def lease(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """The first owner keeps a printer until it is released, or taken."""
        with self._changed:
            return self._leased([name for name in printers if self._holder(name) in ("", owner)], owner)

    def take(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """Give the printers to another owner, with the next fencing number."""
        with self._changed:
            return self._leased(printers, owner)

    def release(self, printers: Collection[str], owner: str) -> None:
        """The printers are nobody's now, if they were this owner's."""
        with self._changed:
            for name in printers:
                if self._holder(name) == owner:
                    self._owners[name] = ("", self._owners[name][1])

    def _holder(self, printer: str) -> str:
        return self._owners.get(printer, ("", 0))[0]

    def _leased(self, printers: Collection[str], owner: str) -> dict[str, int]:
        for name in printers:
            holder, fence = self._owners.get(name, ("", 0))
            self._owners[name] = (owner, fence if holder == owner else fence + 1)
        return {name: self._owners[name][1] for name in printers}

    def waiting(self, printers: Collection[str]) -> Collection[str]:
        """Those of the printers for which a job waits."""
        with self._changed:
            return {printer for printer in printers if self._jobs[printer]}

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        """Keep what became of jobs, and hand out the oldest waiting ones, to the owner alone."""
        with self._changed:
            for paper in papers:
                self.papers[paper.job_id] = (paper.state, paper.detail)
            owned = [name for name in room if self._holder(name) == owner]
            jobs = [job for name in owned for job in self._claim(name, room[name], oldest)]
            self._changed.notify_all()
            return jobs

    def _claim(self, printer: str, room: int, oldest: datetime) -> list[PrintJob]:
        waiting = self._jobs[printer]
        for job in [job for job in waiting if job.ordered_at < oldest]:
            waiting.remove(job)
            self.papers[job.id] = (PaperState.FAILED, TOO_OLD)
        return [waiting.popleft() for _ in range(min(room, len(waiting)))]

    def device(self, printer: str, state: DeviceState, detail: str) -> None:
        """Keep what a printer told."""
        with self._changed:
            self.told.append((printer, state, detail))
            self._changed.notify_all()

    def await_paper(self, job_id: int, seconds: float = 20.0) -> PaperState:
        """Wait until something is known of a job; ``pending`` when nothing is by then."""
        self.await_that(lambda: self.papers[job_id][0] is not PaperState.PENDING, seconds)
        return self.papers[job_id][0]

    def await_that(self, holds: Callable[[], bool], seconds: float = 20.0) -> bool:
        """Wait until a condition on the reports holds; False when it does not by then."""
        with self._changed:
            return self._changed.wait_for(holds, seconds)
