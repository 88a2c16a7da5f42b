"""One printer at an agent: its slips one after the other, each only when the hall says that it is due."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hardware.agent_words import LEAST_SECONDS, AgentPaper, printer_settings
from hardware.delivery import Delivery
from hardware.printer_worker import DEADLINE_SECONDS, utc_now
from hardware.status import Condition
from hardware.transport import Transport
from shared.domain.clock import Clock
from shared.domain.devices import DeviceState, PaperState, PrinterSettings, PrintJob
from shared.domain.errors import HallError

log = logging.getLogger(__name__)

WORD_SECONDS = 1.0
"""So long the hall's word may take; one that comes later, as after a sleep of the computer, is void."""


class HallSide(Protocol):
    """What a printer asks and tells the hall."""

    def take(self, job: int) -> float | None:
        """Whether a slip is still due: the seconds left for it, 0 when it is not, None without an answer."""

    def paper(self, paper: AgentPaper) -> None:
        """What became of a slip that was asked for."""

    def status(self, printer: str, condition: Condition) -> None:
        """The state of a printer."""


@dataclass(frozen=True)
class _Slip:
    job: int
    settings: PrinterSettings
    document: Mapping[str, Any]


class AgentPrinter:
    """A printer's thread; ``address`` is the way to it from this computer."""

    def __init__(
        self,
        name: str,
        address: str,
        open_printer: Callable[[PrinterSettings], Transport],
        hall: HallSide,
        clock: Clock,
    ) -> None:
        self.name = name
        self._address = address
        self._open_printer = open_printer
        self._hall = hall
        self._clock = clock
        self._tasks: queue.SimpleQueue[_Slip | PrinterSettings | None] = queue.SimpleQueue()
        self._transports: dict[PrinterSettings, Transport] = {}
        self.thread = threading.Thread(target=self._run, name=f"printer-{name}", daemon=True)

    def print(self, job: int, settings: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        """Print a slip after those before it, if it is still due then."""
        self._tasks.put(_Slip(job, printer_settings(settings, self.name, self._address), document))

    def look(self, settings: Mapping[str, Any]) -> None:
        """Ask the printer for its state, and tell it."""
        self._tasks.put(printer_settings(settings, self.name, self._address))

    def stop(self) -> None:
        """End after what is in hand."""
        self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                if isinstance(task, _Slip):
                    self._print(task)
                else:
                    self._hall.status(self.name, self._condition(task))
            except Exception:
                log.exception("a printer's task failed", extra={"printer": self.name})
        self._let_go()

    def _print(self, slip: _Slip) -> None:
        asked, asked_at = time.monotonic(), self._clock.machine_seconds()
        left = self._hall.take(slip.job)
        if left == 0:
            return
        # Counted from the question, and by the clock that goes on while the computer sleeps.
        late = self._clock.machine_seconds() - asked_at
        if left is None or late > WORD_SECONDS or left - late < LEAST_SECONDS:
            self._tell(slip, Delivery(PaperState.FAILED, DeviceState.UNKNOWN, "大厅的应答来得太晚，没有打印"))
            return
        self._tell(slip, self._deliver(slip, asked + min(left, DEADLINE_SECONDS)))

    def _deliver(self, slip: _Slip, deadline: float) -> Delivery:
        sending = False
        try:
            transport = self._transport(slip.settings)
            sending = True
            return transport.deliver(PrintJob(slip.job, slip.settings, slip.document, utc_now(), 1), deadline)
        except HallError as refusal:
            return Delivery(PaperState.FAILED, DeviceState.UNKNOWN, refusal.text)
        except Exception:
            log.exception("print job failed", extra={"printer": self.name, "job": slip.job})
            state = PaperState.UNCONFIRMED if sending else PaperState.FAILED
            return Delivery(state, DeviceState.UNKNOWN, "打印程序出错，请看打印代理的日志")

    def _tell(self, slip: _Slip, delivery: Delivery) -> None:
        self._tell_late(delivery.late, delivery.device)
        self._hall.paper(AgentPaper(slip.job, delivery.state, delivery.device, delivery.detail))

    def _tell_late(self, jobs: Iterable[int], device: DeviceState) -> None:
        """Slips of which the printer says only now that they were printed."""
        for job in jobs:
            self._hall.paper(AgentPaper(job, PaperState.CONFIRMED, device, "打印机晚些时候确认打完"))

    def _condition(self, settings: PrinterSettings) -> Condition:
        try:
            condition = self._transport(settings).check(time.monotonic() + DEADLINE_SECONDS)
        except HallError as refusal:
            return Condition(DeviceState.OFFLINE, refusal.text)
        self._tell_late(condition.late, condition.state)
        return condition

    def _transport(self, settings: PrinterSettings) -> Transport:
        """The way to the printer; kept, because it learns the printer's habits."""
        if settings not in self._transports:
            self._let_go()
            self._transports[settings] = self._open_printer(settings)
        return self._transports[settings]

    def _let_go(self) -> None:
        while self._transports:
            self._transports.popitem()[1].close()
