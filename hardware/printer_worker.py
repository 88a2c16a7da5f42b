"""One printer's worker: prints what it is handed in order, and looks after the printer meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from hardware.transport import Transport
from shared.domain.devices import (
    MOST_AHEAD_OF_TIME,
    OLDEST_JOB,
    SURE_TO_PRINT,
    TOO_OLD,
    DeviceReports,
    DeviceState,
    PaperReport,
    PaperState,
    PrinterSettings,
    PrintJob,
)
from shared.domain.errors import HallError

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 3.0
"""The longest that a citizen is left without a word about the slip."""

SELF_TEST_SECONDS = 5.0
CARE_SECONDS = 30.0
"""How often a printer is asked for its state: while something is wrong, and while all is well."""

RETELL_SECONDS = 60.0
"""An unchanged state is told so often, so that one sees when the printer was last heard."""

AHEAD_SECONDS = 0.1
MOST_AHEAD = 16
"""So much work a printer is handed ahead, by the time of its last slip; a slow one gets slip by slip."""

BREATH_SECONDS = 0.001
"""Between two slips; a sleep of nothing would not let the server look for new requests."""


def utc_now() -> datetime:
    """The time of this computer, aware."""
    return datetime.now(UTC)


class PrinterWorker:
    """One printer's thread."""

    def __init__(
        self,
        printer: PrinterSettings,
        reports: DeviceReports,
        open_transport: Callable[[PrinterSettings], Transport],
        now: Callable[[], datetime],
        done: Callable[[PaperReport], None],
    ) -> None:
        """``done`` hears at once what became of a slip."""
        self._printer = printer
        self._reports = reports
        self._open_transport = open_transport
        self._now = now
        self._done = done
        self._news = threading.Condition()
        self._jobs: deque[PrintJob] = deque()
        self._in_hand = 0
        self._ahead = 1
        self._owned = self._stopping = False
        self._transports: dict[PrinterSettings, Transport] = {}
        self._state: DeviceState | None = None
        self._retell_at = self._next_check = 0.0
        #: A slip did not come out for certain, and no test has shown since that the printer is well.
        self._doubted = False
        self.thread = threading.Thread(target=self._run, name=f"printer-{printer.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def own(self, owned: bool) -> None:
        """Whether the printer is this process's now; only an owned one is looked after."""
        with self._news:
            if owned and not self._owned:
                # What another process told of it meanwhile is not known here.
                self._state, self._next_check = None, 0.0
                self._news.notify()
            self._owned = owned

    def look(self) -> None:
        """Ask the printer for its state soon."""
        with self._news:
            self._next_check = 0.0
            self._news.notify()

    @property
    def room(self) -> int:
        """How many jobs it can be handed now."""
        with self._news:
            return 0 if self._stopping else max(0, self._ahead - self._in_hand)

    def hand(self, job: PrintJob) -> None:
        """Print this when those before it are printed; also when it stops meanwhile."""
        with self._news:
            self._in_hand += 1
            self._jobs.append(job)
            self._news.notify()

    def stop(self) -> None:
        """End when what is in hand is printed."""
        with self._news:
            self._stopping = True
            self._news.notify()

    def left(self) -> list[PrintJob]:
        """What it was handed when it had ended already; nobody prints it."""
        with self._news:
            return [] if self.thread.is_alive() else list(self._jobs)

    def _run(self) -> None:
        while True:
            job = self._next()
            if job is not None:
                self._print(job)
                # Where threads are greenlets nobody else has had a turn meanwhile; presses go first.
                time.sleep(BREATH_SECONDS)
            elif self._stopping:
                break
            else:
                self._care()
        self._let_go()

    def _next(self) -> PrintJob | None:
        """The next job; None when it is time to look after the printer, or to stop."""
        with self._news:
            while not self._jobs and not self._stopping:
                pause = self._next_check - time.monotonic() if self._owned else None
                if pause is not None and pause <= 0:
                    return None
                self._news.wait(pause)
            return self._jobs.popleft() if self._jobs else None

    def _print(self, job: PrintJob) -> None:
        began = time.monotonic()
        state, detail = self._outcome(job)
        pace = time.monotonic() - began
        with self._news:
            self._in_hand -= 1
            self._ahead = max(1, min(MOST_AHEAD, int(AHEAD_SECONDS / max(pace, 1e-4))))
        self._done(PaperReport(job.id, state, detail))

    def _outcome(self, job: PrintJob) -> tuple[PaperState, str]:
        age = self._now() - job.ordered_at
        if age > OLDEST_JOB or age < -MOST_AHEAD_OF_TIME:
            return PaperState.FAILED, TOO_OLD
        deadline = time.monotonic() + min(DEADLINE_SECONDS, (OLDEST_JOB - age).total_seconds())
        sending = False
        try:
            transport = self._transport(job.printer)
            sending = True
            delivery = transport.deliver(job, deadline)
        except HallError as refusal:
            return PaperState.FAILED, refusal.text
        except Exception:
            log.exception("print job failed", extra={"printer": job.printer.name, "job": job.id})
            return PaperState.UNCONFIRMED if sending else PaperState.FAILED, "打印程序出错，请看日志"
        self._late(delivery.late)
        self._doubted |= delivery.state is not PaperState.CONFIRMED
        self._heard(delivery.device, delivery.detail)
        return delivery.state, delivery.detail

    def _late(self, jobs: Iterable[int]) -> None:
        """What the printer says of earlier slips changes their record and nothing else."""
        for job_id in jobs:
            self._done(PaperReport(job_id, PaperState.CONFIRMED, "打印机晚些时候确认打完"))

    def _care(self) -> None:
        """Ask the printer for its state."""
        # Whatever goes wrong, the next look comes; it is not made in a hurry.
        self._next_check = time.monotonic() + SELF_TEST_SECONDS
        try:
            self._printer = next(
                (printer for printer in self._reports.printers() if printer.name == self._printer.name),
                self._printer,
            )
            condition = self._transport(self._printer).check(time.monotonic() + DEADLINE_SECONDS)
        except Exception:
            log.exception("a printer could not be asked", extra={"printer": self._printer.name})
            return
        self._late(condition.late)
        if self._is_well(condition.state) and self._doubted:
            # Told even when it is what was told before: kiosks may wait for just this word.
            self._doubted, self._state = False, None
        self._heard(condition.state, condition.detail)

    def _is_well(self, state: DeviceState) -> bool:
        return state in SURE_TO_PRINT or (state is DeviceState.UNKNOWN and not self._printer.tells_state)

    def _heard(self, state: DeviceState, detail: str) -> None:
        rests = self._is_well(state) and not self._doubted
        self._next_check = time.monotonic() + (CARE_SECONDS if rests else SELF_TEST_SECONDS)
        if state is self._state and time.monotonic() < self._retell_at:
            return
        try:
            self._reports.device(self._printer.name, state, detail)
        except Exception:
            # The database may be away for a while; the next slip or look tells it.
            log.exception("a printer's state could not be told", extra={"printer": self._printer.name})
            self._next_check = time.monotonic() + SELF_TEST_SECONDS
        else:
            self._state, self._retell_at = state, time.monotonic() + RETELL_SECONDS

    def _transport(self, settings: PrinterSettings) -> Transport:
        """The way to the printer; kept, because it learns the printer's habits."""
        if settings not in self._transports:
            self._let_go()
            self._transports[settings] = self._open_transport(settings)
        return self._transports[settings]

    def _let_go(self) -> None:
        while self._transports:
            self._transports.popitem()[1].close()
