"""The spooler: fetches the jobs of all printers and tells what became of them; a worker each prints them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from hardware.printer_worker import DEADLINE_SECONDS, OLDEST_JOB, PrinterWorker, utc_now
from hardware.transport import Transport
from shared.domain.devices import DeviceReports, PaperReport, PrinterSettings

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.03
"""After a word from anybody so long is waited for others, so that a rush is told and fetched together."""

POLL_SECONDS = 0.25
"""Wake-ups are hints and may be lost; another server's jobs come without any."""

LEASE_SECONDS = 5.0
"""How often the leases are renewed, or asked for while another process has them."""

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

    def stop(self) -> None:
        """End the workers: idle ones at once, one in the middle of a slip when that slip is told of."""
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
        self._workers, self._thread, self._owned = {}, None, frozenset()

    def _hear(self, paper: PaperReport) -> None:
        with self._guard:
            self._untold.append(paper)
        self._bell.set()

    def _run(self) -> None:
        while not self._stopping:
            if self._bell.wait(POLL_SECONDS):
                time.sleep(GATHER_SECONDS)
            self._bell.clear()
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
            self._workers[job.printer].hand(job)
        return [job.printer for job in jobs]

    def _renew(self) -> None:
        """Take or renew the leases; a stale yes does no harm, for every claim is checked again."""
        if time.monotonic() < self._next_lease:
            return
        self._next_lease = time.monotonic() + LEASE_SECONDS
        workers = dict(self._workers)
        owned = frozenset(self._reports.lease(list(workers), self._owner))
        for name, worker in workers.items():
            worker.own(name in owned)
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
