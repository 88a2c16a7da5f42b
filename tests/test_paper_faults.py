"""What goes wrong with paper, fault by fault, on real lines: the truth is told and nobody waits for it."""

from __future__ import annotations

import os
import random
import threading
import time
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from paper_stage import PaperStage, is_of, paper_stage
from playwright.sync_api import Page, expect
from test_kiosk_pages import at_home, take, tile

from hardware.delivery import Courier
from hardware.fake_usb import FakeUsb
from hardware.printer_worker import DEADLINE_SECONDS
from hardware.status import PRINTED_HEAD
from hardware.transport import open_transport
from hardware.virtual_listener import VirtualListener
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.devices import DeviceState, PaperState, PrinterSettings, PrintJob
from shared.domain.slip import printer_test_document

pytestmark = pytest.mark.one_process

CONFIRMED, UNCONFIRMED, FAILED = (
    PaperState.CONFIRMED,
    PaperState.UNCONFIRMED,
    PaperState.FAILED,
)
SLIP = b"\x1b@\x1c&" + "前面 7 人\n".encode("gb18030") * 20 + b"\x1bd\x06\x1dV\x01"
#: The deadline of a slip, and what a busy test machine adds to it.
TOLD_SECONDS = DEADLINE_SECONDS + 3.0
EACH = 10
ROUNDS = 1000


@pytest.fixture(scope="module")
def hall() -> Iterator[PaperStage]:
    """One hall for all faults: whatever went wrong before must be over."""
    with paper_stage() as stage:
        yield stage


@pytest.fixture
def stage(hall: PaperStage) -> PaperStage:
    hall.begin_anew()
    return hall


def courier_to(settings: PrinterSettings) -> Courier:
    transport = open_transport(settings, VirtualPrinters())
    assert isinstance(transport, Courier)
    return transport


def within(seconds: float) -> float:
    return time.monotonic() + seconds


# 1: no paper before the slip


def test_without_paper_nothing_is_sent_the_number_is_on_the_screen_and_staff_are_told_once(
    stage: PaperStage, page: Page
) -> None:
    stage.printer.break_down(Fault.PAPER_OUT)
    at_home(page, stage.demo)
    tile(page, "retirement")
    take(page)
    expect(page.locator(".slip")).to_contain_text("号有效。请拍照或记下")
    expect(page.locator(".ticket-number")).to_be_in_viewport(ratio=1)
    expect(page.locator(".code img")).to_be_in_viewport(ratio=1)
    assert stage.taken_and_told()[0] == "failed"
    assert stage.alarms("paper_out") == 1
    assert (stage.slips, stage.printer.hanging, stage.printer.waiting) == ((), None, 0)


# 2: paper ends in the middle


def test_paper_that_ends_in_the_middle_is_a_failure_and_a_copy_is_offered_after_the_refill(
    stage: PaperStage, page: Page
) -> None:
    stage.printer.run_out_after(200)
    at_home(page, stage.demo)
    tile(page, "retirement")
    take(page)
    expect(page.locator(".slip h2")).to_have_text("没有打出小票")
    number = page.locator(".ticket-number").inner_text()
    offer = page.get_by_role("button", name="补打小票")
    expect(offer).to_have_count(0)
    stage.printer.repair(Fault.PAPER_OUT)
    offer.tap()
    expect(page.locator(".slip h2")).to_have_text("小票已打印")
    assert page.locator(".ticket-number").inner_text() == number
    assert len(stage.slips) == 1
    lines = stage.slips[0].lines
    assert any("补打" in line for line in lines)
    assert any(number in line for line in lines)


# 3: paper near its end


def test_near_its_end_paper_still_comes_out_and_staff_are_warned_once_per_roll(stage: PaperStage) -> None:
    stage.printer.break_down(Fault.NEAR_END)
    assert [stage.taken_and_told()[0] for _ in range(3)] == ["confirmed"] * 3
    stage.await_that(lambda: stage.alarms("near_end") == 1)


# 4: the cover


def test_with_an_open_cover_nothing_is_sent_and_after_closing_only_new_slips_come_out(
    stage: PaperStage,
) -> None:
    stage.printer.break_down(Fault.COVER_OPEN)
    assert [stage.taken_and_told()[0] for _ in range(2)] == ["failed"] * 2
    stage.printer.repair(Fault.COVER_OPEN)
    stage.await_rows("SELECT 1 FROM printers WHERE state = 'ok'", at_least=1)
    assert not stage.slips
    ticket = stage.take()
    assert stage.outcome(ticket)["state"] == "confirmed"
    assert [is_of(slip, ticket) for slip in stage.slips] == [True]
    assert stage.alarms("cover_open") == 1


# 5: the cutter


def test_a_jammed_cutter_leaves_a_slip_unconfirmed_and_the_third_makes_the_kiosk_paperless(
    stage: PaperStage, page: Page
) -> None:
    at_home(page, stage.demo)
    stage.printer.break_down(Fault.CUTTER_JAM)
    states = [stage.taken_and_told()[0] for _ in range(3)]
    assert states == ["unconfirmed", "failed", "failed"]
    stage.hears_of_paper(paperless=True)
    expect(page.locator(".home-paper")).to_contain_text("暂不打小票")
    assert (stage.alarms("fault"), stage.alarms("paperless")) == (1, 1)
    assert stage.take()["slip"]["state"] == "failed", "it is not even tried"
    stage.printer.repair(Fault.CUTTER_JAM)
    stage.hears_of_paper(paperless=False)
    expect(page.locator(".home-paper")).to_have_count(0)
    before = len(stage.slips)
    ticket = stage.take()
    assert stage.outcome(ticket)["state"] == "confirmed"
    assert [is_of(slip, ticket) for slip in stage.slips[before:]] == [True]


def test_a_cutter_error_of_an_on_line_printer_leaves_the_slip_unconfirmed(stage: PaperStage) -> None:
    stage.printer.break_down(Fault.CUTTER_ERROR)
    assert stage.taken_and_told()[0] == "unconfirmed"
    assert stage.alarms("fault") == 1


# 6: USB pulled out in the middle, back as another device


def test_a_printer_pulled_out_in_the_middle_fails_and_is_found_again_by_its_serial_number() -> None:
    bus, printer = FakeUsb(), VirtualPrinter("usb")
    settings = PrinterSettings("kiosk-1", "usb://04b8:0202/X7A0012")
    courier = open_transport(settings, VirtualPrinters(), usb_backend=bus)
    assert isinstance(courier, Courier)
    bus.plug(VirtualPrinter("another"), serial="OTHER")
    first = bus.plug(printer, serial="X7A0012", most_per_transfer=50, pulled_after=100)
    pulled = courier.send(SLIP, within(DEADLINE_SECONDS))
    assert (pulled.state, pulled.device) == (FAILED, DeviceState.OFFLINE)
    second = bus.plug(printer, serial="X7A0012")
    assert second.address != first.address
    assert courier.send(SLIP, within(DEADLINE_SECONDS)).state is CONFIRMED
    assert [slip.data for slip in printer.slips] == [SLIP]
    assert bus.settled(within(TOLD_SECONDS))


# 7: connected, and never read


def test_a_printer_that_never_reads_is_given_up_at_the_deadline_and_holds_up_nobody(
    stage: PaperStage,
) -> None:
    stage.printer.break_down(Fault.BLACK_HOLE)
    begun = time.monotonic()
    stuck = stage.take()
    other = stage.take(kiosk=1)
    answered = time.monotonic() - begun
    assert stage.outcome(stuck)["state"] == "unconfirmed"
    told = time.monotonic() - begun
    assert answered < told <= TOLD_SECONDS
    assert stage.outcome(other, kiosk=1)["state"] == "unconfirmed"
    stage.await_that(lambda: not stage.printer.connected)
    stage.printer.repair(Fault.BLACK_HOLE)
    ticket = stage.take()
    assert stage.outcome(ticket)["state"] == "confirmed"
    assert [is_of(slip, ticket) for slip in stage.slips] == [True], "no slip was finished later"


# 8: nobody there


def test_a_printer_that_is_away_is_known_at_once(stage: PaperStage) -> None:
    stage.printer.break_down(Fault.REFUSE)
    state, took = stage.taken_and_told()
    assert state == "failed"
    assert took <= TOLD_SECONDS
    assert stage.alarms("offline") == 1


# 9: reset in the middle


def test_after_a_reset_in_the_middle_there_is_one_attempt_and_the_next_slip_prints(
    stage: PaperStage,
) -> None:
    stage.printer.break_down(Fault.RESET, reset_after=50)
    lost = stage.take()
    assert stage.outcome(lost)["state"] == "unconfirmed"
    stage.printer.repair(Fault.RESET)
    ticket = stage.take()
    assert stage.outcome(ticket)["state"] == "confirmed"
    assert [is_of(slip, ticket) for slip in stage.slips] == [True]
    assert stage.slip(lost) == {"state": "unconfirmed"}


# 10: printed, and the answer lost


def test_when_the_answer_is_lost_the_slip_is_unconfirmed_and_no_second_one_comes_by_itself(
    stage: PaperStage,
) -> None:
    stage.printer.break_down(Fault.LOST_CONFIRMATION)
    lost = stage.take()
    assert stage.outcome(lost)["state"] == "unconfirmed"
    stage.printer.repair(Fault.LOST_CONFIRMATION)
    ticket = stage.take()
    assert stage.outcome(ticket)["state"] == "confirmed"
    assert [is_of(slip, lost) for slip in stage.slips] == [True, False]
    again = stage.print_again(lost)
    assert stage.outcome(again)["state"] == "confirmed"
    assert any("补打" in line for line in stage.slips[-1].lines), "whoever asks gets a marked copy"


# 11: the answer comes late


@contextmanager
def belated_printer() -> Iterator[str]:
    """A printer on a serial line that confirms its first slip only when it is asked for the next one."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    printer = VirtualPrinter("serial")
    printer.connect()
    kept: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                heard = os.read(ours, 4096)
            except OSError:
                # Nobody has the line open any more.
                return
            answers = printer.receive(heard)
            confirmed = answers.find(PRINTED_HEAD)
            if confirmed >= 0 and not kept:
                kept.append(answers[confirmed:])
                answers = answers[:confirmed]
            elif confirmed >= 0:
                answers = kept[0] + answers
            os.write(ours, answers)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"serial://{os.ttyname(theirs)}"
    finally:
        os.close(theirs)
        thread.join(TOLD_SECONDS)
        os.close(ours)


def a_job(job_id: int, printer: PrinterSettings) -> PrintJob:
    at = datetime.now(UTC)
    document = printer_test_document(hall="大厅", printer="kiosk-1", printed_at=at, url="https://a.cn")
    return PrintJob(job_id, printer, document, at, 1)


def test_a_late_answer_tells_of_its_own_slip_and_of_no_other() -> None:
    with belated_printer() as address:
        settings = PrinterSettings("kiosk-1", address, process_ids=True)
        courier = courier_to(settings)
        first = courier.deliver(a_job(7, settings), within(1.0))
        second = courier.deliver(a_job(8, settings), within(DEADLINE_SECONDS))
        third = courier.deliver(a_job(9, settings), within(DEADLINE_SECONDS))
    assert (first.state, first.late) == (UNCONFIRMED, ())
    assert (second.state, second.late) == (CONFIRMED, (7,))
    assert third.late == (), "it is told once"


def test_an_answer_later_than_the_deadline_changes_nothing_on_a_network(stage: PaperStage) -> None:
    stage.printer.break_down(Fault.LATE_CONFIRMATION, late_seconds=4.0)
    late = stage.take()
    assert stage.outcome(late)["state"] == "unconfirmed"
    stage.printer.repair(Fault.LATE_CONFIRMATION)
    assert stage.taken_and_told()[0] == "confirmed"
    assert stage.slip(late) == {"state": "unconfirmed"}, "the connection had been reset"
    assert [is_of(slip, late) for slip in stage.slips] == [True, False]


# 12: very slow


def test_while_a_slow_printer_prints_the_next_number_is_given_and_waits_its_turn(stage: PaperStage) -> None:
    stage.printer.break_down(Fault.SLOW, bytes_per_second=1000)
    begun = time.monotonic()
    tickets = [stage.take(kiosk) for kiosk in (0, 1)]
    given = time.monotonic() - begun
    ends = [stage.outcome(ticket, kiosk)["state"] for kiosk, ticket in enumerate(tickets)]
    assert given < TOLD_SECONDS
    assert ends == ["confirmed"] * 2
    assert [is_of(slip, ticket) for slip, ticket in zip(stage.slips, tickets, strict=True)] == [True] * 2


# 13: two kiosks, one printer


def test_slips_of_two_kiosks_never_mix_on_their_one_printer(stage: PaperStage) -> None:
    def press(kiosk: int) -> list[dict[str, object]]:
        return [stage.take(kiosk) for _ in range(EACH)]

    with ThreadPoolExecutor(2) as kiosks:
        tickets = [ticket for taken in kiosks.map(press, (0, 1)) for ticket in taken]
    stage.await_that(lambda: len(stage.slips) == len(tickets))
    for ticket in tickets:
        assert sum(is_of(slip, ticket) for slip in stage.slips) == 1
    assert not any(slip.unknown for slip in stage.slips)


# 14: garbage


def test_a_printer_that_answers_garbage_is_never_taken_for_one_that_is_well() -> None:
    seen: set[tuple[PaperState, DeviceState]] = set()
    printers = VirtualPrinters()
    printer = printers.named("kiosk-1")
    for seed in range(ROUNDS):
        printer.break_down(Fault.GARBAGE, seed=seed)
        courier = open_transport(PrinterSettings("kiosk-1", "virtual:"), printers)
        assert isinstance(courier, Courier)
        condition = courier.check(within(1))
        delivery = courier.send(SLIP, within(1))
        seen |= {(delivery.state, delivery.device), (delivery.state, condition.state)}
    states, devices = {state for state, _ in seen}, {device for _, device in seen}
    assert states <= {FAILED, UNCONFIRMED}
    assert not devices & {DeviceState.OK, DeviceState.NEAR_END}


def test_random_bytes_on_a_network_are_a_fault_and_nothing_is_sent() -> None:
    chance = random.Random(14)
    with VirtualListener(VirtualPrinter("network")) as listener:
        for _ in range(10):
            listener.printer.break_down(Fault.GARBAGE, seed=chance.randrange(10_000))
            delivery = courier_to(PrinterSettings("kiosk-1", listener.addresses[0])).send(
                SLIP, within(DEADLINE_SECONDS)
            )
            assert delivery.state in (FAILED, UNCONFIRMED)
            assert delivery.device in (DeviceState.FAULT, DeviceState.UNKNOWN)


def test_a_printer_switched_off_and_on_prints_the_next_slip(stage: PaperStage) -> None:
    stage.printer.break_down(Fault.POWER_OFF)
    assert stage.taken_and_told()[0] == "failed"
    stage.printer.repair(Fault.POWER_OFF)
    assert stage.taken_and_told()[0] == "confirmed"
    assert len(stage.slips) == 1
