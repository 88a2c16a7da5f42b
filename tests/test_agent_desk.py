"""The hall's desk of agents, and an agent's printer: what is granted, told, and never printed late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from hardware.agent_desk import AgentDesk, AgentTransport, ConnectedAgent
from hardware.agent_printer import AgentPrinter
from hardware.agent_words import AgentPaper
from hardware.delivery import Delivery
from hardware.printer_worker import utc_now
from hardware.status import Condition
from hardware.transport import Transport, open_transport
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.clock import FixedClock
from shared.domain.devices import DeviceState, PaperState, PrinterSettings, PrintJob
from shared.domain.slip import elsewhere_document

DOCUMENT = elsewhere_document(
    asked="公证",
    office="公证处",
    address=None,
    office_phone=None,
    papers=None,
    floor=1,
    counter=1,
    clerk_number=None,
    told_at=FixedClock().now().local,
    phone=None,
)
PRINTER = PrinterSettings("kiosk-1", "agent:pc-1")
#: No test waits for it: what ends before shows that it did not wait.
LONG_SECONDS = 60.0
FULL = AgentPaper(7, PaperState.CONFIRMED, DeviceState.OK, "")


def a_job(printer: PrinterSettings = PRINTER) -> PrintJob:
    return PrintJob(7, printer, DOCUMENT, utc_now(), 1)


class Wire:
    """An agent's link, as the desk sees it: keeps what was sent, and answers as it is told."""

    def __init__(self, desk: AgentDesk, sid: str = "a", printers: tuple[str, ...] = ("main",)) -> None:
        self.sent: list[tuple[str, Mapping[str, Any]]] = []
        self.came = threading.Event()
        self.sid = sid
        desk.arrive(ConnectedAgent("pc-1", sid, self._take, printers, card_reader=False))

    def _take(self, event: str, data: Mapping[str, Any]) -> None:
        self.sent.append((event, data))
        self.came.set()


class Delivering:
    """A delivery under way in a thread."""

    def __init__(self, desk: AgentDesk, seconds: float = LONG_SECONDS, job: PrintJob | None = None) -> None:
        self.deliveries: list[Delivery] = []
        deadline = time.monotonic() + seconds

        def deliver() -> None:
            transport = AgentTransport(PRINTER, desk)
            self.deliveries.append(transport.deliver(job or a_job(), deadline))

        self._thread = threading.Thread(target=deliver, daemon=True)
        self._thread.start()

    def still_waits(self) -> bool:
        """Whether it has not ended, given a moment to do so."""
        self._thread.join(0.2)
        return self._thread.is_alive()

    def outcome(self) -> Delivery:
        self._thread.join(LONG_SECONDS / 2)
        assert not self._thread.is_alive(), "the delivery still waits"
        return self.deliveries[0]


@pytest.fixture
def desk() -> AgentDesk:
    return AgentDesk()


def test_a_slip_for_an_agent_that_is_not_connected_fails_at_once(desk: AgentDesk) -> None:
    outcome = Delivering(desk).outcome()
    assert (outcome.state, outcome.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert outcome.detail == "打印代理没有连上"


def test_a_slip_that_was_granted_and_told_of_is_what_the_agent_says(desk: AgentDesk) -> None:
    wire, delivering = Wire(desk), Delivering(desk)
    assert wire.came.wait(LONG_SECONDS)
    assert desk.take("pc-1", 7) > 0
    assert desk.paper("pc-1", FULL)
    assert delivering.outcome() == Delivery(PaperState.CONFIRMED, DeviceState.OK, "")


def test_a_slip_travels_as_data_with_the_settings_of_its_printer(desk: AgentDesk) -> None:
    wire = Wire(desk, printers=("main", "usb"))
    narrow = PrinterSettings("desk", "agent:pc-1/usb", dots=384, encoding="gbk")
    delivering = Delivering(desk, job=a_job(narrow))
    assert wire.came.wait(LONG_SECONDS)
    desk.paper("pc-1", FULL)
    delivering.outcome()
    ((event, data),) = wire.sent
    assert (event, data["format"], data["document"]) == ("print", 1, DOCUMENT)
    told = {key: data["printer"][key] for key in ("name", "dots", "encoding")}
    assert told == {"name": "usb", "dots": 384, "encoding": "gbk"}


def test_a_slip_for_a_printer_that_the_agent_has_not_got_fails_at_once(desk: AgentDesk) -> None:
    Wire(desk)
    outcome = Delivering(desk, job=a_job(PrinterSettings("desk", "agent:pc-1/other"))).outcome()
    assert outcome.state is PaperState.FAILED


def test_a_slip_is_granted_once_and_to_its_own_agent_alone(desk: AgentDesk) -> None:
    wire, delivering = Wire(desk), Delivering(desk)
    assert wire.came.wait(LONG_SECONDS)
    assert desk.take("pc-2", 7) == 0
    assert desk.take("pc-1", 7) > 0
    assert desk.take("pc-1", 7) == 0
    assert not desk.paper("pc-2", FULL)
    desk.paper("pc-1", FULL)
    delivering.outcome()


def test_a_slip_that_nobody_asked_for_by_the_deadline_has_failed_and_is_not_granted_later(
    desk: AgentDesk,
) -> None:
    Wire(desk)
    assert Delivering(desk, seconds=0.1).outcome().state is PaperState.FAILED
    assert desk.take("pc-1", 7) == 0


def test_a_slip_is_not_granted_when_too_little_time_is_left_to_print_it(desk: AgentDesk) -> None:
    wire, delivering = Wire(desk), Delivering(desk, seconds=0.4)
    assert wire.came.wait(LONG_SECONDS)
    assert desk.take("pc-1", 7) == 0
    assert delivering.outcome().state is PaperState.FAILED


def test_a_slip_that_was_granted_and_never_told_of_is_unconfirmed(desk: AgentDesk) -> None:
    wire, delivering = Wire(desk), Delivering(desk, seconds=0.8)
    assert wire.came.wait(LONG_SECONDS)
    assert desk.take("pc-1", 7) > 0
    assert delivering.outcome().state is PaperState.UNCONFIRMED
    assert not desk.paper("pc-1", FULL)


def test_a_slip_not_yet_granted_fails_as_soon_as_its_link_is_gone(desk: AgentDesk) -> None:
    wire, delivering = Wire(desk), Delivering(desk)
    assert wire.came.wait(LONG_SECONDS)
    assert desk.leave(wire.sid) == "pc-1"
    assert delivering.outcome().state is PaperState.FAILED


def test_a_granted_slip_may_be_told_of_by_the_agent_s_next_link(desk: AgentDesk) -> None:
    wire, delivering = Wire(desk), Delivering(desk)
    assert wire.came.wait(LONG_SECONDS)
    desk.take("pc-1", 7)
    desk.leave(wire.sid)
    assert delivering.still_waits()
    Wire(desk, "b")
    assert desk.paper("pc-1", FULL)
    assert delivering.outcome().state is PaperState.CONFIRMED


def test_the_end_of_an_agent_s_former_link_does_not_end_the_present_one(desk: AgentDesk) -> None:
    Wire(desk, "a")
    Wire(desk, "b")
    assert desk.leave("a") is None
    assert desk.agent("pc-1") is not None


def test_the_state_of_a_printer_is_what_the_agent_says_when_asked_else_what_it_said_last(
    desk: AgentDesk,
) -> None:
    transport = AgentTransport(PRINTER, desk)
    assert transport.check(time.monotonic()).state is DeviceState.OFFLINE
    Wire(desk)
    assert transport.check(time.monotonic()).state is DeviceState.UNKNOWN
    desk.status("pc-1", "main", Condition(DeviceState.NEAR_END, ""))
    assert transport.check(time.monotonic()).state is DeviceState.NEAR_END


def test_an_address_of_an_agent_is_known_and_a_command_cannot_ask_it() -> None:
    transport = open_transport(PRINTER, VirtualPrinters())
    assert transport.check(time.monotonic()).state is DeviceState.UNKNOWN


# -- the agent's printer ---------------------------------------------------------------------------


class HallOf:
    """The hall, as an agent's printer sees it: answers as it is told, and keeps what it hears."""

    def __init__(self, take: Callable[[], float | None]) -> None:
        self._take = take
        self.papers: list[AgentPaper] = []
        self.heard = threading.Condition()
        self.conditions: list[Condition] = []

    def take(self, job: int) -> float | None:
        return self._take()

    def paper(self, paper: AgentPaper) -> None:
        self.papers.append(paper)

    def status(self, printer: str, condition: Condition) -> None:
        with self.heard:
            self.conditions.append(condition)
            self.heard.notify_all()


class AtAgent:
    """An agent's printer with a virtual one behind it, and a clock that goes when it is told."""

    def __init__(self) -> None:
        self._printers = VirtualPrinters()
        self.clock = FixedClock()

    @property
    def paper(self) -> VirtualPrinter:
        return self._printers.named("paper", 24)

    def print(self, take: Callable[[], float | None]) -> list[AgentPaper]:
        """What is told of one slip, to which the hall answers like this."""
        hall = HallOf(take)
        printer = AgentPrinter("main", "virtual:paper", self._open, hall, self.clock)
        printer.print(7, {"dots": 576}, DOCUMENT)
        printer.stop()
        printer.thread.start()
        printer.thread.join(LONG_SECONDS)
        return hall.papers

    def _open(self, settings: PrinterSettings) -> Transport:
        return open_transport(settings, self._printers)


@pytest.fixture
def there() -> AtAgent:
    return AtAgent()


def test_an_agent_prints_what_the_hall_grants_and_tells_it(there: AtAgent) -> None:
    (paper,) = there.print(lambda: 3.0)
    assert (paper.job, paper.state, paper.device) == (7, PaperState.CONFIRMED, DeviceState.OK)
    assert len(there.paper.slips) == 1


def test_an_agent_neither_prints_nor_tells_what_the_hall_does_not_grant(there: AtAgent) -> None:
    assert there.print(lambda: 0.0) == []
    assert there.paper.slips == ()


def test_without_an_answer_an_agent_tells_that_it_has_not_printed(there: AtAgent) -> None:
    (paper,) = there.print(lambda: None)
    assert paper.state is PaperState.FAILED
    assert there.paper.slips == ()


def test_an_answer_that_comes_after_a_second_also_of_sleep_lets_nothing_be_printed(there: AtAgent) -> None:
    def after_a_sleep() -> float:
        there.clock.stand_still(1.1)
        return 3.0

    (paper,) = there.print(after_a_sleep)
    assert paper.state is PaperState.FAILED
    assert there.paper.slips == ()


def test_an_agent_s_broken_printer_is_told_with_its_state(there: AtAgent) -> None:
    there.paper.break_down(Fault.PAPER_OUT)
    (paper,) = there.print(lambda: 3.0)
    assert (paper.state, paper.device) == (PaperState.FAILED, DeviceState.PAPER_OUT)
