"""One slip brought to a printer by a deadline, and what is known of it afterwards."""

from __future__ import annotations

import secrets
import string
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from hardware.escpos_bytes import build
from hardware.link import Link, LinkLost
from hardware.status import (
    KEEPS_IDS,
    NOT_ASKED,
    SILENT,
    SUBJECTS,
    TALKS_NOISE,
    Answers,
    Condition,
    printed_request,
    read_condition,
    status_request,
)
from shared.domain.devices import ABLE_TO_PRINT, TOO_OLD, DeviceState, PaperState, PrintJob
from shared.domain.slip import render

STATUS_SECONDS = 0.15
"""How long a printer may take to answer all real-time status requests."""

SETTLE_SECONDS = 1.2
"""How long a slip takes to print, for printers that never say when it is done."""

LOOK_SECONDS = 0.4
NO_TIME = 0.05
"""How often it is looked meanwhile whether it prints on; a wait that ends earlier than that had no hope."""

LAST_WORD_SECONDS = 0.3
"""Kept before the deadline for a last look at paper and cover."""

TORRENT = 64
BREATH_SECONDS = 0.001
"""A printer that says more than so many bytes at once is listened to with pauses."""

PROBE_SECONDS = 0.5
"""How long an idle printer may take to answer a process id after which nothing was printed."""

MOST_UNSURE = 50
"""So many unconfirmed slips are remembered, in case their printer still says that they came out."""

_ID_DIGITS = (string.digits + string.ascii_letters).encode()
_ID_SIZE = 4


@dataclass(frozen=True)
class Delivery:
    """What became of a slip, the state of its printer, and why, for staff.

    ``late``: earlier jobs of which the printer said only now that they were printed.
    """

    state: PaperState
    device: DeviceState
    detail: str
    late: tuple[int, ...] = ()


@dataclass
class Habits:
    """What a printer has shown of itself.

    ``status`` and ``process_ids``: True when it must answer them, by setting or because it once has; False by
    setting; None while unknown. ``settled``: an id was waited for in vain, so its slips are given the time of
    printing only.
    """

    status: bool | None = None
    process_ids: bool | None = None
    settled: bool = False


class Courier:
    """Brings slips to one printer over links that are opened for each slip."""

    def __init__(
        self,
        open_link: Callable[[float], Link],
        process_ids: bool | None = None,
        status: bool | None = None,
        let_go: Callable[[], object] = lambda: None,
    ) -> None:
        """``let_go`` gives up what links share, when no more slips are to come."""
        self._open_link = open_link
        self._let_go = let_go
        self._habits = Habits(status, process_ids)
        self._ids = process_ids_in_turn()
        #: Jobs of which nothing was told, by their process ids.
        self._unsure: OrderedDict[bytes, int] = OrderedDict()

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        """Lay a slip out for its printer and send it (see ``send``)."""
        return self.send(build(render(job.document, job.printer.columns), job.printer), deadline, job.id)

    def send(self, data: bytes, deadline: float, job_id: int | None = None) -> Delivery:
        """Send one whole slip; ``deadline`` is a reading of ``time.monotonic()``.

        ``failed``: no whole slip came out. ``unconfirmed``: bytes were sent and nothing tells.
        """
        try:
            link = self._open_link(deadline)
        except OSError as error:
            return Delivery(PaperState.FAILED, DeviceState.OFFLINE, f"连不上打印机：{error}")
        visit = _Visit(link, self._habits, next(self._ids))
        try:
            delivery = visit.deliver(data, deadline)
        except BaseException:
            link.reset()
            raise
        if delivery.state is PaperState.CONFIRMED or visit.expects_nothing:
            link.close()
        else:
            link.reset()
        if delivery.state is PaperState.UNCONFIRMED and job_id is not None:
            self._unsure[visit.process_id] = job_id
            if len(self._unsure) > MOST_UNSURE:
                self._unsure.popitem(last=False)
        return replace(delivery, late=self._late(visit))

    def check(self, deadline: float) -> Condition:
        """The state of the printer now; without an answer ``unknown``, without a connection ``offline``."""
        try:
            link = self._open_link(deadline)
        except OSError as error:
            return Condition(DeviceState.OFFLINE, f"连不上打印机：{error}")
        visit = _Visit(link, self._habits, next(self._ids))
        try:
            condition = visit.test(deadline)
        except LinkLost as error:
            condition = Condition(DeviceState.OFFLINE, f"打印机断开了：{error}")
        finally:
            link.close()
        return replace(condition, late=self._late(visit))

    def close(self) -> None:
        """Give up what is held for further links."""
        self._let_go()

    def _late(self, visit: _Visit) -> tuple[int, ...]:
        heard = [known for known in self._unsure if known in visit.heard_ids and known != visit.process_id]
        return tuple(self._unsure.pop(known) for known in heard)


def process_ids_in_turn() -> Iterator[bytes]:
    """Ids of slips; after a restart they begin elsewhere, so that no old answer fits a new slip."""
    number = secrets.randbelow(len(_ID_DIGITS) ** _ID_SIZE)
    while True:
        number += 1
        yield bytes(
            _ID_DIGITS[number // len(_ID_DIGITS) ** place % len(_ID_DIGITS)] for place in range(_ID_SIZE)
        )


class _Visit:
    """One open link, from the first question to the last word."""

    def __init__(self, link: Link, habits: Habits, process_id: bytes) -> None:
        self._link = link
        self._habits = habits
        self.process_id = process_id
        self._answers = Answers()
        self._condition = SILENT
        self._begun = False
        self._unanswered = 0

    @property
    def heard_ids(self) -> set[bytes]:
        """The process ids that were answered during this visit, also those of former slips."""
        return self._answers.process_ids

    @property
    def expects_nothing(self) -> bool:
        """Whether this printer can tell nothing at all, so that waiting for its word is in vain."""
        return not (self._asks_status or self._asks_ids)

    @property
    def _asks_status(self) -> bool:
        return self._link.answers and self._habits.status is not False

    @property
    def _asks_ids(self) -> bool:
        return self._link.answers and self._habits.process_ids is not False

    def deliver(self, data: bytes, deadline: float) -> Delivery:
        try:
            self._catch_up()
            self._condition = self._ask_condition(deadline)
        except LinkLost as error:
            return Delivery(PaperState.FAILED, DeviceState.OFFLINE, f"打印机断开了：{error}")
        if self._condition.state not in ABLE_TO_PRINT and not self._condition.may_print:
            return self._ended(PaperState.FAILED)
        if time.monotonic() >= deadline:
            # This computer or process slept meanwhile: the paper would come too late.
            return Delivery(PaperState.FAILED, self._condition.state, TOO_OLD)
        try:
            return self._print(data, deadline)
        except LinkLost as error:
            if self._printed():
                return self._confirmed(deadline)
            state = self._lost(error, len(data), deadline)
            return Delivery(state, DeviceState.OFFLINE, f"打印中断开了：{error}")

    def _lost(self, error: LinkLost, size: int, deadline: float) -> PaperState:
        """A printer that went away before it had all bytes has not got the last, the cut: no whole slip."""
        stuck = error.stuck or (error.sent and time.monotonic() >= deadline)
        whole = self._begun or error.sent >= size
        return PaperState.UNCONFIRMED if whole or stuck else PaperState.FAILED

    def test(self, deadline: float) -> Condition:
        """Ask for the state, and whether the printer answers process ids if it may and should."""
        self._catch_up()
        condition = self._ask_condition(deadline)
        if condition is SILENT:
            # Once more: this computer may have been too busy to hear it in time.
            condition = self._ask_condition(deadline)
        if condition.state in ABLE_TO_PRINT and condition is not SILENT and self._asks_ids:
            return self._probe(condition, deadline)
        return condition

    def _probe(self, condition: Condition, deadline: float) -> Condition:
        if self._habits.process_ids is None and self._habits.settled:
            return condition
        self._link.send(printed_request(self.process_id), deadline)
        self._listen(min(deadline, time.monotonic() + PROBE_SECONDS))
        if self._printed():
            self._habits.process_ids = True
        elif self._habits.process_ids:
            return KEEPS_IDS
        else:
            self._habits.settled = True
        return condition

    def _catch_up(self) -> None:
        """Hear what the printer said since the last visit, so that it is not taken for an answer."""
        if self._link.answers:
            self._answers.feed(self._link.receive(time.monotonic()))

    def _ask_condition(self, deadline: float) -> Condition:
        """Ask the subjects one by one; a printer silent to one is not asked further."""
        if not self._asks_status:
            return NOT_ASKED
        until = min(deadline, time.monotonic() + STATUS_SECONDS)
        while self._unanswered and self._answers.take_status() is not None:
            self._unanswered -= 1
        self._answers.forget()
        told: dict[int, int] = {}
        for subject in SUBJECTS:
            self._link.send(status_request(subject), deadline)
            self._unanswered += 1
            answer = self._next_status(until)
            if answer is None:
                break
            self._unanswered -= 1
            told[subject] = answer
            if self._answers.take_status() is not None:
                # More answers than questions: which is which nobody knows.
                return TALKS_NOISE
        return self._understand(told)

    def _understand(self, told: dict[int, int]) -> Condition:
        if self._answers.noise:
            return TALKS_NOISE
        if len(told) == len(SUBJECTS) and self._unanswered:
            # An answer of the round before may stand among these: which bits it means nobody knows.
            return SILENT
        if len(told) == len(SUBJECTS):
            self._habits.status = True
        return read_condition(told)

    def _print(self, data: bytes, deadline: float) -> Delivery:
        asked = printed_request(self.process_id) if self._asks_ids else b""
        self._link.send(data + asked, deadline)
        self._begun = True
        if self.expects_nothing:
            return self._ended(PaperState.UNCONFIRMED)
        until = deadline - LAST_WORD_SECONDS
        if not self._asks_ids or (self._habits.process_ids is None and self._habits.settled):
            until = min(until, time.monotonic() + SETTLE_SECONDS)
        self._await_printed(until, deadline)
        if not self._printed():
            self._condition = self._ask_condition(deadline)
        if self._printed():
            return self._confirmed(deadline)
        return self._judge()

    def _await_printed(self, until: float, deadline: float) -> None:
        """Wait for the id of this slip, and not in vain: what has stopped the printer is seen meanwhile."""
        while not self._printed() and time.monotonic() < until:
            look_at = min(until, time.monotonic() + LOOK_SECONDS)
            self._listen(look_at)
            if self._printed() or time.monotonic() < look_at - NO_TIME:
                return
            if self._condition is not SILENT:
                self._condition = self._ask_condition(deadline)
                if self._condition.state not in ABLE_TO_PRINT and not self._condition.may_print:
                    return

    def _judge(self) -> Delivery:
        """Without a process id: believe the status, but never of a printer that is known to give ids."""
        state = self._condition.state
        if state in (DeviceState.PAPER_OUT, DeviceState.COVER_OPEN):
            return self._ended(PaperState.FAILED)
        if state not in ABLE_TO_PRINT:
            return self._ended(PaperState.UNCONFIRMED)
        if state is DeviceState.UNKNOWN or self._habits.process_ids:
            return Delivery(PaperState.UNCONFIRMED, state, "打印机没有确认打完")
        self._habits.settled = True
        return self._ended(PaperState.CONFIRMED)

    def _confirmed(self, deadline: float) -> Delivery:
        self._habits.process_ids = True
        if self._condition.may_print:
            # It was printed, but it may hang from the knife.
            return self._ended(PaperState.UNCONFIRMED)
        if self._condition is SILENT and self._habits.status:
            try:
                self._condition = self._ask_condition(deadline)
            except LinkLost:
                return self._ended(PaperState.CONFIRMED)
        return self._ended(PaperState.CONFIRMED)

    def _ended(self, state: PaperState) -> Delivery:
        return Delivery(state, self._condition.state, self._condition.detail)

    def _printed(self) -> bool:
        return self.process_id in self._answers.process_ids

    def _listen(self, until: float) -> None:
        """Wait for the id of this slip; ``until`` or when nothing more can come."""
        while self._link.answers and not self._printed() and self._hear(until):
            continue

    def _next_status(self, until: float) -> int | None:
        while (answer := self._answers.take_status()) is None:
            if self._answers.noise or not self._hear(until):
                return None
        return answer

    def _hear(self, until: float) -> bool:
        """Hear a little more; False when its time is over or nothing more can come."""
        if time.monotonic() >= until:
            return False
        heard = self._link.receive(until)
        self._answers.feed(heard)
        if len(heard) > TORRENT:
            # Whoever talks without a pause must not keep an event loop to itself.
            time.sleep(BREATH_SECONDS)
        return bool(heard)
