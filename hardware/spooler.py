"""The spooler: one worker for each printer takes its jobs in order and tells what became of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from hardware.escpos_bytes import build
from hardware.transport import Transport
from shared.domain.devices import (
    ABLE_TO_PRINT,
    DeviceReports,
    DeviceState,
    PaperState,
    PrinterSettings,
    PrintJob,
)
from shared.domain.errors import HallError
from shared.domain.slip import render

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 3.0
"""The longest that a citizen is left without a word about the slip."""

OLDEST_JOB = timedelta(seconds=10)
"""A slip that comes later falls before an empty kiosk, with a live number on it."""

POLL_SECONDS = 1.0
"""Wake-ups are hints and may be lost."""

LEASE_SECONDS = 5.0
"""How often the lease is renewed, or asked for while another process has it."""

SELF_TEST_SECONDS = 5.0
CARE_SECONDS = 30.0
"""How often a printer is asked for its state: while something is wrong, and while all is well."""


def utc_now() -> datetime:
    """The time of this computer, aware."""
    return datetime.now(UTC)


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
        self._workers: dict[str, _Worker] = {}

    def start(self) -> None:
        """Start a worker for each configured printer; a second call starts those that are new."""
        for printer in self._reports.printers():
            if printer.name not in self._workers:
                worker = _Worker(printer, self._reports, self._open_transport, self._owner, self._now)
                self._workers[printer.name] = worker
                worker.start()

    def wake(self, printer: str) -> None:
        """Tell a printer's worker that a job waits; unknown names start their worker first."""
        if printer not in self._workers:
            self.start()
        worker = self._workers.get(printer)
        if worker is not None:
            worker.wake()

    def stop(self) -> None:
        """End the workers: idle ones at once, one in the middle of a slip when that slip is told of."""
        for worker in self._workers.values():
            worker.stop()
        until = time.monotonic() + DEADLINE_SECONDS
        _join(self._workers.values(), until)
        self._workers = {}


class _Worker:
    """One printer's thread."""

    def __init__(
        self,
        printer: PrinterSettings,
        reports: DeviceReports,
        open_transport: Callable[[PrinterSettings], Transport],
        owner: str,
        now: Callable[[], datetime],
    ) -> None:
        self._printer = printer
        self._reports = reports
        self._open_transport = open_transport
        self._owner = owner
        self._now = now
        self._woken = threading.Event()
        self._stopping = False
        self._transports: dict[PrinterSettings, Transport] = {}
        self._heard: tuple[DeviceState, str] | None = None
        self._untold: list[tuple[int, PaperState, str]] = []
        self._state: DeviceState | None = None
        self._owned = False
        self._next_lease = self._next_check = time.monotonic()
        self.thread = threading.Thread(target=self._run, name=f"printer-{printer.name}", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()

    def _run(self) -> None:
        while not self._stopping:
            try:
                busy = self._turn()
            except Exception:
                # The database may be away for a while; the printer's next turn must come all the same.
                log.exception("printer turn failed", extra={"printer": self._printer.name})
                busy = False
            if not busy:
                self._woken.wait(POLL_SECONDS)
                self._woken.clear()

    def _turn(self) -> bool:
        """Print one job, or look after the idle printer; True when another job may be waiting."""
        name = self._printer.name
        self._tell_papers()
        if not self._owns():
            return False
        job = self._reports.next_job(name, self._owner)
        if job is not None:
            self._untold.append((job.id, *self._outcome(job)))
            self._tell_papers()
            return True
        if time.monotonic() >= self._next_check:
            self._check()
        return False

    def _owns(self) -> bool:
        """Whether this process owns the printer; a stale yes does no harm, for a claim is checked again."""
        if time.monotonic() >= self._next_lease:
            self._owned = self._reports.lease(self._printer.name, self._owner) is not None
            self._next_lease = time.monotonic() + LEASE_SECONDS
            if not self._owned:
                self._state = None
        return self._owned

    def _outcome(self, job: PrintJob) -> tuple[PaperState, str]:
        if self._now() - job.ordered_at > OLDEST_JOB:
            return PaperState.FAILED, "排队太久，没有打印"
        sending = False
        try:
            settings = self._settings_of(job)
            data = build(render(job.document, job.columns), settings)
            transport = self._transport(settings)
            sending = True
            delivery = transport.send(data, time.monotonic() + DEADLINE_SECONDS)
        except HallError as refusal:
            return PaperState.FAILED, refusal.text
        except Exception:
            log.exception("print job failed", extra={"printer": job.printer, "job": job.id})
            return PaperState.UNCONFIRMED if sending else PaperState.FAILED, "打印程序出错，请看日志"
        self._heard = (delivery.device, delivery.detail)
        return delivery.state, delivery.detail

    def _tell_papers(self) -> None:
        """Tell what became of slips; what the reports could not take is told again at the next turn."""
        while self._untold:
            self._reports.paper(*self._untold[0])
            del self._untold[0]
        if self._heard is not None:
            self._tell_device(*self._heard)
            self._heard = None

    def _check(self) -> None:
        self._printer = next(
            (printer for printer in self._reports.printers() if printer.name == self._printer.name),
            self._printer,
        )
        condition = self._transport(self._printer).check(time.monotonic() + DEADLINE_SECONDS)
        self._tell_device(condition.state, condition.detail)

    def _tell_device(self, state: DeviceState, detail: str) -> None:
        pause = CARE_SECONDS if state in ABLE_TO_PRINT else SELF_TEST_SECONDS
        self._next_check = time.monotonic() + pause
        if state is not self._state:
            self._reports.device(self._printer.name, state, detail)
            self._state = state

    def _settings_of(self, job: PrintJob) -> PrinterSettings:
        return PrinterSettings(
            self._printer.name, job.address, job.columns, job.encoding, self._printer.process_ids
        )

    def _transport(self, settings: PrinterSettings) -> Transport:
        """The way to the printer; kept, because it learns the printer's habits."""
        if settings not in self._transports:
            self._transports = {settings: self._open_transport(settings)}
        return self._transports[settings]


def _join(workers: Iterable[_Worker], until: float) -> None:
    for worker in workers:
        if worker.thread is not threading.current_thread():
            worker.thread.join(max(0.0, until - time.monotonic()))
