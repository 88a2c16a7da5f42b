"""The spooler: fetches the jobs of all printers and tells what became of them; a worker each prints them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime

from hardware.printer_worker import DEADLINE_SECONDS, PrinterWorker, utc_now
from hardware.transport import Transport
from shared.domain.devices import OLDEST_JOB, DeviceReports, PaperReport, PaperState, PrinterSettings

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.03
"""Turns are so far apart at least, so that a rush is told and fetched together."""

POLL_SECONDS = 0.25
"""Wake-ups are hints and may be lost; another server's jobs come without any."""

LEASE_SECONDS = 5.0
ASK_SECONDS = 1.0
"""How often the leases are renewed, and asked for while another process has some of them."""

_MOST_TOLD = 500


class Spooler:
    """Prints the jobs of every printer whose lease it gets."""

    def __init__(
        self,
        reports: DeviceReports,
        open_transport: Callable[[PrinterSettings], Transport],
        owner: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """``owner`` names this process to the lease; ``now`` is the hall's clock, by which jobs grow old."""
        self._reports = reports
        self._open_transport = open_transport
        self._owner = owner
        self._now = now
        self._guard = threading.Lock()
        self._bell = threading.Event()
        self._workers: dict[str, PrinterWorker] = {}
        self._owned: frozenset[str] = frozenset()
        self._rung: set[str] = set()
        self._claims: set[str] = set()
        self._untold: list[PaperReport] = []
        self._stopping = False
        self._next_lease = self._next_poll = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start a worker for each configured printer; a second call starts those that are new."""
        printers = self._reports.printers()
        with self._guard:
            for printer in printers:
                if printer.name not in self._workers:
                    self._workers[printer.name] = self._new_worker(printer)
                    self._next_lease = 0.0
            if self._thread is None:
                self._stopping = False
                self._thread = threading.Thread(target=self._run, name="printer-jobs", daemon=True)
                self._thread.start()
        self._bell.set()

    def _new_worker(self, printer: PrinterSettings) -> PrinterWorker:
        worker = PrinterWorker(printer, self._reports, self._open_transport, self._now, self._hear)
        worker.start()
        return worker

    def wake(self, printer: str) -> None:
        """Tell that a job waits for a printer; unknown names start their worker first."""
        if printer not in self._workers:
            self.start()
        with self._guard:
            self._rung.add(printer)
        self._bell.set()

    def take_over(self, printers: Collection[str]) -> None:
        """Own these printers soon, whoever did before: they can be reached from this process alone."""
        if any(printer not in self._workers for printer in printers):
            self.start()
        with self._guard:
            self._claims.update(printers)
        self._next_lease = 0.0
        self._bell.set()

    def look(self, printers: Collection[str]) -> None:
        """Have those of the printers that are owned asked for their state soon."""
        for printer in printers:
            if printer in self._workers:
                self._workers[printer].look()

    def stop(self) -> None:
        """End the workers: idle ones at once, one in the middle of a slip when that slip is told of.

        The printers whose workers have ended may be another process's at once.
        """
        until = time.monotonic() + DEADLINE_SECONDS
        workers = list(self._workers.values())
        for worker in workers:
            worker.stop()
        for worker in workers:
            _join(worker.thread, until)
        self._stopping = True
        self._bell.set()
        if self._thread is not None:
            _join(self._thread, time.monotonic() + DEADLINE_SECONDS)
        self._tell_left()
        self._release([name for name in self._owned if not self._workers[name].thread.is_alive()])
        self._workers, self._thread, self._owned = {}, None, frozenset()

    def _tell_left(self) -> None:
        """Tell of slips that were claimed while their printer's worker ended: no byte of them was sent."""
        jobs = [job for worker in self._workers.values() for job in worker.left()]
        papers = [PaperReport(job.id, PaperState.FAILED, "服务器停止，没有打印") for job in jobs]
        if not papers:
            return
        try:
            self._reports.exchange(self._owner, papers, {}, self._now() - OLDEST_JOB)
        except Exception:
            # The next owner ends them as what was begun and never told of.
            log.exception("slips that were not printed could not be told of")

    def _release(self, printers: list[str]) -> None:
        if not printers:
            return
        try:
            self._reports.release(printers, self._owner)
        except Exception:
            # Without this word the lease runs out by itself.
            log.exception("printers could not be released")

    def _hear(self, paper: PaperReport) -> None:
        with self._guard:
            self._untold.append(paper)
        self._bell.set()

    def _run(self) -> None:
        turned = 0.0
        while not self._stopping:
            if self._bell.wait(POLL_SECONDS):
                # The first word is acted upon at once, those that follow it closely are gathered.
                time.sleep(max(0.0, turned + GATHER_SECONDS - time.monotonic()))
            self._bell.clear()
            turned = time.monotonic()
            self._try_turn()
        self._try_turn()

    def _try_turn(self) -> None:
        try:
            self._turn()
        except Exception:
            # The database may be away for a while; the next turn must come all the same.
            log.exception("printing turn failed")

    def _turn(self) -> None:
        """Tell what became of slips and fetch the next ones, for all printers at once."""
        self._renew()
        polled = self._poll()
        with self._guard:
            asked, self._rung = self._rung & self._owned, set()
            papers = self._untold[:_MOST_TOLD]
        room = {name: self._workers[name].room for name in asked}
        served: list[str] = []
        try:
            # While a printer is busy, what waits for it is looked at now and then: it may grow too old.
            if papers or any(room.values()) or (polled and room):
                served = self._exchange(papers, room)
        finally:
            with self._guard:
                self._rung |= {name for name, free in room.items() if served.count(name) >= free}

    def _exchange(self, papers: list[PaperReport], room: dict[str, int]) -> list[str]:
        """The printers that were handed a job, as often as they were."""
        jobs = self._reports.exchange(self._owner, papers, room, self._now() - OLDEST_JOB)
        with self._guard:
            del self._untold[: len(papers)]
        for job in jobs:
            self._workers[job.printer.name].hand(job)
        return [job.printer.name for job in jobs]

    def _renew(self) -> None:
        """Take or renew the leases; a stale yes does no harm, for every claim is checked again."""
        if time.monotonic() < self._next_lease:
            return
        workers = dict(self._workers)
        self._next_lease = time.monotonic() + LEASE_SECONDS
        with self._guard:
            claims = self._claims & workers.keys()
        if claims:
            self._reports.take(claims, self._owner)
        owned = frozenset(self._reports.lease(list(workers), self._owner))
        if len(owned) < len(workers):
            self._next_lease = time.monotonic() + ASK_SECONDS
        for name, worker in workers.items():
            worker.own(name in owned)
        self.look(claims)
        with self._guard:
            self._claims -= claims
        if owned != self._owned:
            self._owned, self._next_poll = owned, 0.0

    def _poll(self) -> bool:
        """Look for jobs of which nobody has told, unless that was done a moment ago."""
        if time.monotonic() < self._next_poll:
            return False
        self._next_poll = time.monotonic() + POLL_SECONDS
        found = self._reports.waiting(self._owned)
        with self._guard:
            self._rung |= set(found)
        return True


def _join(thread: threading.Thread, until: float) -> None:
    if thread is not threading.current_thread():
        thread.join(max(0.0, until - time.monotonic()))
