"""One slip brought to a printer by a deadline, and what is known of it afterwards."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

from hardware.link import Link, LinkLost
from hardware.status import (
    ERROR,
    SILENT,
    SUBJECTS,
    Answers,
    Condition,
    printed_request,
    read_condition,
    status_request,
)
from shared.domain.devices import ABLE_TO_PRINT, DeviceState, PaperState

STATUS_SECONDS = 0.3
"""How long a printer may take to answer a real-time status request."""

SETTLE_SECONDS = 1.2
"""How long a slip takes to print, for printers that never say when it is done."""

LAST_WORD_SECONDS = 0.3
"""Kept before the deadline for a last look at paper and cover."""


@dataclass(frozen=True)
class Delivery:
    """What became of a slip, the state of its printer, and why, for staff."""

    state: PaperState
    device: DeviceState
    detail: str


@dataclass
class Habits:
    """What a printer has shown of itself.

    ``process_ids``: True once it has answered one (it must answer ever after), False by setting, None while
    unknown. ``settled``: it has been waited for in vain, so its slips are given the time of printing only.
    ``tells_errors``: False once it has left the question for errors unanswered.
    """

    process_ids: bool | None = None
    settled: bool = False
    tells_errors: bool = True


class Courier:
    """Brings slips to one printer over links that are opened for each slip."""

    def __init__(self, open_link: Callable[[float], Link], process_ids: bool | None = None) -> None:
        self._open_link = open_link
        self._habits = Habits(process_ids)
        self._numbers = itertools.cycle(range(10_000))

    def send(self, data: bytes, deadline: float) -> Delivery:
        """Send one whole slip; ``deadline`` is a reading of ``time.monotonic()``.

        ``failed``: no whole slip came out. ``unconfirmed``: bytes were sent and nothing tells.
        """
        try:
            link = self._open_link(deadline)
        except OSError as error:
            return Delivery(PaperState.FAILED, DeviceState.OFFLINE, f"连不上打印机：{error}")
        visit = _Visit(link, self._habits, b"%04d" % next(self._numbers))
        delivery = visit.deliver(data, deadline)
        if delivery.state is PaperState.CONFIRMED:
            link.close()
        else:
            link.reset()
        return delivery

    def check(self, deadline: float) -> Condition:
        """The state of the printer now; without an answer ``unknown``, without a connection ``offline``."""
        try:
            link = self._open_link(deadline)
        except OSError as error:
            return Condition(DeviceState.OFFLINE, f"连不上打印机：{error}")
        try:
            return _Visit(link, self._habits, b"0000").ask_condition(deadline)
        except LinkLost as error:
            return Condition(DeviceState.OFFLINE, f"打印机断开了：{error}")
        finally:
            link.close()


class _Visit:
    """One open link, from the first question to the last word."""

    def __init__(self, link: Link, habits: Habits, process_id: bytes) -> None:
        self._link = link
        self._habits = habits
        self._process_id = process_id
        self._answers = Answers()
        self._condition = SILENT
        self._begun = False

    def deliver(self, data: bytes, deadline: float) -> Delivery:
        try:
            self._condition = self.ask_condition(deadline)
        except LinkLost as error:
            return Delivery(PaperState.FAILED, DeviceState.OFFLINE, f"打印机断开了：{error}")
        if self._condition.state not in ABLE_TO_PRINT:
            return Delivery(PaperState.FAILED, self._condition.state, self._condition.detail)
        try:
            return self._print(data, deadline)
        except LinkLost as error:
            if self._printed():
                return self._confirmed()
            state = PaperState.UNCONFIRMED if self._begun or error.sent else PaperState.FAILED
            return Delivery(state, DeviceState.OFFLINE, f"打印中断开了：{error}")

    def ask_condition(self, deadline: float) -> Condition:
        """Ask the three subjects one by one; a printer silent to the first is not asked further."""
        told: dict[int, int] = {}
        for subject in SUBJECTS:
            until = min(deadline, time.monotonic() + STATUS_SECONDS)
            self._link.send(status_request(subject), deadline)
            answer = self._next_status(until)
            if answer is None:
                break
            told[subject] = answer
        if len(told) == len(SUBJECTS) and self._habits.tells_errors:
            self._ask_errors(told, deadline)
        return read_condition(told)

    def _ask_errors(self, told: dict[int, int], deadline: float) -> None:
        self._link.send(status_request(ERROR), deadline)
        answer = self._next_status(min(deadline, time.monotonic() + STATUS_SECONDS))
        if answer is None:
            self._habits.tells_errors = False
        else:
            told[ERROR] = answer

    def _print(self, data: bytes, deadline: float) -> Delivery:
        asked = b"" if self._habits.process_ids is False else printed_request(self._process_id)
        self._link.send(data + asked, deadline)
        self._begun = True
        until = deadline - LAST_WORD_SECONDS
        if self._habits.process_ids is False or (self._habits.process_ids is None and self._habits.settled):
            until = min(until, time.monotonic() + SETTLE_SECONDS)
        self._listen(until)
        if not self._printed():
            self._condition = self.ask_condition(deadline)
        if self._printed():
            return self._confirmed()
        return self._judge()

    def _judge(self) -> Delivery:
        """Without a process id: believe the status, but never of a printer that is known to give ids."""
        state, detail = self._condition.state, self._condition.detail
        if state in (DeviceState.PAPER_OUT, DeviceState.COVER_OPEN):
            return Delivery(PaperState.FAILED, state, detail)
        if state is DeviceState.OFFLINE:
            return Delivery(PaperState.UNCONFIRMED, state, detail)
        if state is DeviceState.UNKNOWN or self._habits.process_ids:
            return Delivery(PaperState.UNCONFIRMED, state, "打印机没有确认打完")
        self._habits.settled = True
        return Delivery(PaperState.CONFIRMED, state, detail)

    def _confirmed(self) -> Delivery:
        self._habits.process_ids = True
        return Delivery(PaperState.CONFIRMED, self._condition.state, self._condition.detail)

    def _printed(self) -> bool:
        return self._process_id in self._answers.process_ids

    def _listen(self, until: float) -> None:
        while not self._printed() and time.monotonic() < until:
            heard = self._link.receive(until)
            if not heard:
                return
            self._answers.feed(heard)

    def _next_status(self, until: float) -> int | None:
        while True:
            answer = self._answers.take_status()
            if answer is not None:
                return answer
            heard = self._link.receive(until)
            if not heard:
                return None
            self._answers.feed(heard)
