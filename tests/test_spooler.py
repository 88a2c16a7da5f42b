"""The spooler: jobs in order, every job with an outcome, old ones never printed, trouble never swallowed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

import pytest

from hardware.delivery import Delivery
from hardware.memory_reports import MemoryReports
from hardware.printer_worker import PrinterWorker
from hardware.spooler import Spooler
from hardware.status import Condition
from hardware.transport import Transport, open_transport
from hardware.virtual_printer import Fault, VirtualPrinters
from shared.domain.devices import DeviceState, PaperReport, PaperState, PrinterSettings, PrintJob
from shared.domain.slip import printer_test_document

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRINTERS = [PrinterSettings("kiosk-1", "virtual:"), PrinterSettings("counter-3", "virtual:", dots=384)]


def a_slip(number: int = 1) -> dict[str, object]:
    return printer_test_document(
        hall=f"第 {number} 张", printer="kiosk-1", printed_at=NINE, url="https://a.cn/t/1"
    )


class Hall:
    """Two virtual printers with their spooler, at nine o'clock."""

    def __init__(self) -> None:
        self.printers = VirtualPrinters()
        for settings in PRINTERS:
            self.printers.named(settings.name, settings.columns)
        self.reports = MemoryReports(PRINTERS)
        self.spooler = Spooler(self.reports, self.open_transport, "server-1", now=lambda: NINE)

    def open_transport(self, settings: PrinterSettings) -> Transport:
        return open_transport(settings, self.printers)

    def print(self, number: int = 1, printer: str = "kiosk-1", age: float = 0) -> int:
        job = self.reports.order(printer, a_slip(number), NINE - timedelta(seconds=age))
        self.spooler.wake(printer)
        return job


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.spooler.stop()


class BrokenTransport:
    """A transport with a defect of its own, not of the printer."""

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        raise RuntimeError("defect")

    def check(self, deadline: float) -> Condition:
        return Condition(DeviceState.OK, "")

    def close(self) -> None:
        return


class DoubtfulTransport:
    """A transport to a printer that says that all is well and never that a slip is printed."""

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        return Delivery(PaperState.UNCONFIRMED, DeviceState.OK, "")

    def check(self, deadline: float) -> Condition:
        return Condition(DeviceState.OK, "")

    def close(self) -> None:
        return


class HeldTransport:
    """A transport that brings nothing until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.let_go = threading.Event()

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        self.begun.set()
        self.let_go.wait(30)
        return Delivery(PaperState.CONFIRMED, DeviceState.OK, "")

    def check(self, deadline: float) -> Condition:
        return Condition(DeviceState.OK, "")

    def close(self) -> None:
        return


class NotingTransport(DoubtfulTransport):
    """A transport that notes how many seconds it is given for each slip, and that it was let go."""

    def __init__(self) -> None:
        self.given: list[float] = []
        self.closed = 0

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        self.given.append(deadline - time.monotonic())
        return super().deliver(job, deadline)

    def close(self) -> None:
        self.closed += 1


class LateReports(MemoryReports):
    """Reports that answer a claim only when the printers' workers have ended."""

    def __init__(self, printers: Sequence[PrinterSettings]) -> None:
        super().__init__(printers)
        self.asked = threading.Event()

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        jobs = super().exchange(owner, papers, room, oldest)
        if jobs:
            self.asked.set()
            for thread in threading.enumerate():
                if thread.name == "printer-kiosk-1":
                    thread.join(30)
        return jobs


class ForgetfulReports(MemoryReports):
    """Reports whose store is away when the first outcome is told."""

    failures = 1

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        if papers and self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        return super().exchange(owner, papers, room, oldest)


class CountingReports(MemoryReports):
    """Reports that count how often the lease is asked for, and how often words are exchanged."""

    leases = exchanges = 0

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        self.exchanges += 1
        return super().exchange(owner, papers, room, oldest)

    def lease(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        self.leases += 1
        return super().lease(printers, owner)


def test_a_job_is_printed_and_confirmed(hall: Hall) -> None:
    hall.spooler.start()
    assert hall.reports.await_paper(hall.print()) is PaperState.CONFIRMED
    assert hall.printers["kiosk-1"].slips[0].lines[0] == "第 1 张"


def test_waking_is_enough_to_start(hall: Hall) -> None:
    assert hall.reports.await_paper(hall.print()) is PaperState.CONFIRMED


def test_jobs_come_out_in_the_order_in_which_they_were_ordered(hall: Hall) -> None:
    jobs = [hall.reports.order("kiosk-1", a_slip(number), NINE) for number in range(20)]
    hall.spooler.start()
    assert hall.reports.await_paper(jobs[-1]) is PaperState.CONFIRMED
    assert [slip.lines[0] for slip in hall.printers["kiosk-1"].slips] == [f"第 {n} 张" for n in range(20)]


def test_each_printer_gets_its_own_slips_in_its_own_width(hall: Hall) -> None:
    hall.spooler.start()
    jobs = [hall.print(1, "kiosk-1"), hall.print(2, "counter-3")]
    assert [hall.reports.await_paper(job) for job in jobs] == [PaperState.CONFIRMED] * 2
    assert [hall.printers[name].slips[0].columns for name in ("kiosk-1", "counter-3")] == [24, 16]


def test_a_broken_printer_does_not_hold_up_another(hall: Hall) -> None:
    hall.printers["kiosk-1"].break_down(Fault.REFUSE)
    hall.spooler.start()
    jobs = [hall.print(1, "kiosk-1"), hall.print(2, "counter-3")]
    assert [hall.reports.await_paper(job) for job in jobs] == [PaperState.FAILED, PaperState.CONFIRMED]


def test_a_job_older_than_ten_seconds_never_comes_out(hall: Hall) -> None:
    hall.spooler.start()
    old, fresh = hall.print(1, age=10.1), hall.print(2, age=8.9)
    assert [hall.reports.await_paper(job) for job in (old, fresh)] == [
        PaperState.FAILED,
        PaperState.CONFIRMED,
    ]
    assert [slip.lines[0] for slip in hall.printers["kiosk-1"].slips] == ["第 2 张"]


def test_after_the_roll_is_changed_slips_print_again_and_the_failed_one_stays_failed(hall: Hall) -> None:
    printer = hall.printers["kiosk-1"]
    printer.break_down(Fault.PAPER_OUT)
    hall.spooler.start()
    assert hall.reports.await_paper(hall.print(1)) is PaperState.FAILED
    printer.repair(Fault.PAPER_OUT)
    assert hall.reports.await_paper(hall.print(2)) is PaperState.CONFIRMED
    assert [slip.lines[0] for slip in printer.slips] == ["第 2 张"]


def test_the_state_of_a_printer_is_told_when_it_changes_and_not_otherwise(hall: Hall) -> None:
    hall.spooler.start()
    assert hall.reports.await_that(lambda: len(hall.reports.told) == len(PRINTERS))
    hall.printers["kiosk-1"].break_down(Fault.COVER_OPEN)
    for number in range(3):
        hall.reports.await_paper(hall.print(number))
    hall.reports.await_that(lambda: len(hall.reports.told) == 3)
    told = [state for name, state, _ in hall.reports.told if name == "kiosk-1"]
    assert told == [DeviceState.OK, DeviceState.COVER_OPEN]


def test_without_the_lease_nothing_is_printed_and_with_it_everything(hall: Hall) -> None:
    hall.reports.take(["kiosk-1"], "server-2")
    other = Spooler(hall.reports, hall.open_transport, "server-2", now=lambda: NINE)
    hall.spooler.start()
    job = hall.print()
    other.start()
    try:
        assert hall.reports.await_paper(job) is PaperState.CONFIRMED
        assert hall.reports.lease(["kiosk-1"], "server-1") == {}
    finally:
        other.stop()
    assert len(hall.printers["kiosk-1"].slips) == 1


def test_a_spooler_that_stops_leaves_its_printers_to_another(hall: Hall) -> None:
    hall.spooler.start()
    assert hall.reports.await_paper(hall.print()) is PaperState.CONFIRMED
    hall.spooler.stop()
    assert hall.reports.lease(["kiosk-1"], "server-2") == {"kiosk-1": 2}


def test_the_lease_is_not_renewed_for_every_slip_and_a_rush_is_told_together() -> None:
    reports = CountingReports(PRINTERS[:1])
    printers = VirtualPrinters()
    spooler = Spooler(
        reports, lambda settings: open_transport(settings, printers), "server-1", now=lambda: NINE
    )
    jobs = [reports.order("kiosk-1", a_slip(number), NINE) for number in range(40)]
    spooler.start()
    try:
        assert reports.await_paper(jobs[-1]) is PaperState.CONFIRMED
    finally:
        spooler.stop()
    assert reports.leases <= 2
    assert reports.exchanges <= 20


@pytest.fixture
def held() -> Iterator[tuple[HeldTransport, MemoryReports, Spooler]]:
    """A spooler whose one printer is in the middle of a slip, and as long as the test wants."""
    transport, reports = HeldTransport(), MemoryReports(PRINTERS[:1])
    spooler = Spooler(reports, lambda settings: transport, "server-1", now=lambda: NINE)
    reports.order("kiosk-1", a_slip(), NINE)
    spooler.start()
    assert transport.begun.wait(30)
    yield transport, reports, spooler
    transport.let_go.set()
    spooler.stop()


def test_a_printer_in_the_middle_of_a_slip_is_handed_no_other(
    held: tuple[HeldTransport, MemoryReports, Spooler],
) -> None:
    transport, reports, spooler = held
    job = reports.order("kiosk-1", a_slip(), NINE)
    marker = reports.order("kiosk-1", a_slip(), NINE - timedelta(seconds=11))
    spooler.wake("kiosk-1")
    # The old one is told of in a turn in which the other could have been claimed, too.
    assert reports.await_paper(marker) is PaperState.FAILED
    assert reports.waiting(["kiosk-1"]) == {"kiosk-1"}
    transport.let_go.set()
    assert reports.await_paper(job) is PaperState.CONFIRMED


def test_a_slip_is_given_three_seconds_and_none_beyond_its_tenth() -> None:
    transport, reports = NotingTransport(), MemoryReports(PRINTERS[:1])
    spooler = Spooler(reports, lambda settings: transport, "server-1", now=lambda: NINE)
    ages = (0, 6.5, 8)
    jobs = [reports.order("kiosk-1", a_slip(), NINE - timedelta(seconds=age)) for age in ages]
    spooler.start()
    try:
        assert reports.await_paper(jobs[-1]) is PaperState.UNCONFIRMED
    finally:
        spooler.stop()
    assert [seconds > 2.5 for seconds in transport.given] == [True, True, False]
    assert transport.given[2] <= 2


@pytest.mark.parametrize(("age", "given"), [(10.1, 0), (-5.1, 0), (-4.9, 1)])
def test_a_worker_prints_nothing_that_is_too_old_or_from_before_the_clock_was_set_back(
    age: float, given: int
) -> None:
    transport, told = NotingTransport(), threading.Event()
    papers: list[PaperReport] = []
    reports = MemoryReports(PRINTERS[:1])

    def done(paper: PaperReport) -> None:
        papers.append(paper)
        told.set()

    worker = PrinterWorker(PRINTERS[0], reports, lambda settings: transport, lambda: NINE, done)
    worker.start()
    worker.hand(PrintJob(1, PRINTERS[0], a_slip(), NINE - timedelta(seconds=age), 1))
    assert told.wait(30)
    worker.stop()
    worker.thread.join(30)
    assert (len(transport.given), papers[0].state is PaperState.FAILED) == (given, not given)


def test_a_printer_that_is_set_up_anew_has_its_former_transport_let_go() -> None:
    transports = [NotingTransport(), NotingTransport()]
    coming, told = iter(transports), SimpleQueue[PaperReport]()
    worker = PrinterWorker(
        PRINTERS[0], MemoryReports(PRINTERS[:1]), lambda settings: next(coming), lambda: NINE, told.put
    )
    worker.start()
    for dots in (576, 384):
        worker.hand(PrintJob(dots, PrinterSettings("kiosk-1", "virtual:", dots=dots), a_slip(), NINE, 1))
        told.get(timeout=30)
    closed_by_then = [transport.closed for transport in transports]
    worker.stop()
    worker.thread.join(30)
    assert (closed_by_then, transports[1].closed) == ([1, 0], 1)


def test_a_slip_that_is_claimed_while_its_printer_s_worker_ends_is_told_failed() -> None:
    reports = LateReports(PRINTERS[:1])
    spooler = Spooler(reports, lambda settings: DoubtfulTransport(), "server-1", now=lambda: NINE)
    job = reports.order("kiosk-1", a_slip(), NINE)
    spooler.start()
    assert reports.asked.wait(30)
    spooler.stop()
    assert reports.papers[job][0] is PaperState.FAILED


def test_a_damaged_document_fails_and_the_next_job_prints(hall: Hall) -> None:
    hall.spooler.start()
    damaged = hall.reports.order("kiosk-1", {"format": 1, "kind": "ticket"}, NINE)
    good = hall.print()
    assert hall.reports.await_paper(damaged) is PaperState.FAILED
    assert hall.reports.await_paper(good) is PaperState.CONFIRMED


def test_a_defect_while_sending_is_logged_and_unconfirmed(caplog: pytest.LogCaptureFixture) -> None:
    reports = MemoryReports(PRINTERS[:1])
    spooler = Spooler(reports, lambda settings: BrokenTransport(), "server-1", now=lambda: NINE)
    job = reports.order("kiosk-1", a_slip(), NINE)
    spooler.start()
    try:
        assert reports.await_paper(job) is PaperState.UNCONFIRMED
    finally:
        spooler.stop()
    assert "print job failed" in caplog.text
    assert "defect" in caplog.text


def test_after_a_doubtful_slip_a_good_self_test_is_told_though_nothing_changed() -> None:
    reports = MemoryReports(PRINTERS[:1])
    spooler = Spooler(reports, lambda settings: DoubtfulTransport(), "server-1", now=lambda: NINE)
    spooler.start()
    try:
        assert reports.await_that(lambda: len(reports.told) == 1)
        assert reports.await_paper(reports.order("kiosk-1", a_slip(), NINE)) is PaperState.UNCONFIRMED
        assert reports.await_that(lambda: len(reports.told) == 2)
    finally:
        spooler.stop()
    assert [state for _, state, _ in reports.told] == [DeviceState.OK] * 2


def test_an_outcome_that_could_not_be_told_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    reports = ForgetfulReports(PRINTERS[:1])
    printers = VirtualPrinters()
    spooler = Spooler(
        reports, lambda settings: open_transport(settings, printers), "server-1", now=lambda: NINE
    )
    job = reports.order("kiosk-1", a_slip(), NINE)
    spooler.start()
    try:
        assert reports.await_paper(job) is PaperState.CONFIRMED
    finally:
        spooler.stop()
    assert len(printers["kiosk-1"].slips) == 1
    assert "printing turn failed" in caplog.text


def test_an_idle_spooler_stops_and_leaves_no_thread(hall: Hall) -> None:
    hall.spooler.start()
    hall.reports.await_that(lambda: len(hall.reports.told) == len(PRINTERS))
    hall.spooler.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("printer-")]


def test_a_stop_in_the_middle_of_a_slip_still_tells_its_outcome(
    held: tuple[HeldTransport, MemoryReports, Spooler],
) -> None:
    transport, reports, spooler = held
    stopping = threading.Thread(target=spooler.stop)
    stopping.start()
    transport.let_go.set()
    stopping.join(30)
    assert reports.papers[1][0] is PaperState.CONFIRMED


def test_the_spooler_works_where_threads_are_greenlets() -> None:
    program = (
        "from gevent import monkey; monkey.patch_all()\n"
        "from datetime import UTC, datetime\n"
        "from hardware.memory_reports import MemoryReports\n"
        "from hardware.spooler import Spooler\n"
        "from hardware.transport import open_transport\n"
        "from hardware.virtual_printer import VirtualPrinters\n"
        "from shared.domain.devices import PrinterSettings, PrintJob\n"
        "from shared.domain.slip import printer_test_document\n"
        "printers = VirtualPrinters()\n"
        "reports = MemoryReports([PrinterSettings('k', 'virtual:')])\n"
        "spooler = Spooler(reports, lambda settings: open_transport(settings, printers), 'server-1')\n"
        "spooler.start()\n"
        "job = reports.order('k', printer_test_document(\n"
        "    hall='大厅', printer='k', printed_at=datetime.now(UTC), url='https://a.cn'))\n"
        "spooler.wake('k')\n"
        "print(reports.await_paper(job))\n"
        "spooler.stop()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert ran.stdout.split() == ["confirmed"]
