"""Every fault of a printer a hundred times, on real lines: what is told came out, and it is told in time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from measuring import Report
from test_paper_faults import SLIP, belated_printer, courier_to, within

from hardware.delivery import Courier, Delivery
from hardware.fake_usb import FakeUsb
from hardware.transport import open_transport
from hardware.virtual_listener import VirtualListener
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.devices import DeviceState, PaperState, PrinterSettings

SEED = 20_261_124
ROUNDS, PRINTERS = 100, 10
#: A slip's deadline here, and what a busy machine adds to it.
DEADLINE, LATENESS, PATIENCE = 1.5, 2.0, 20.0
CONFIRMED, UNCONFIRMED, FAILED = PaperState.CONFIRMED, PaperState.UNCONFIRMED, PaperState.FAILED


@dataclass(frozen=True)
class Rule:
    """What a fault must lead to: the slip's end, and how many whole slips come out, ever."""

    ends: frozenset[PaperState]
    out: frozenset[int]
    figures: Callable[[random.Random], dict[str, float]] = field(default=lambda chance: {})


def rule(
    ends: PaperState | set[PaperState], out: set[int], **figures: Callable[[random.Random], float]
) -> Rule:
    ended = frozenset(ends if isinstance(ends, set) else {ends})
    return Rule(ended, frozenset(out), lambda chance: {name: draw(chance) for name, draw in figures.items()})


RULES = {
    Fault.PAPER_OUT: rule(FAILED, {0}),
    Fault.NEAR_END: rule(CONFIRMED, {1}),
    Fault.COVER_OPEN: rule(FAILED, {0}),
    Fault.CUTTER_JAM: rule(UNCONFIRMED, {0}),
    Fault.CUTTER_ERROR: rule(UNCONFIRMED, {0, 1}),
    Fault.OFFLINE: rule(FAILED, {0}),
    Fault.POWER_OFF: rule(FAILED, {0}),
    Fault.REFUSE: rule(FAILED, {0}),
    Fault.BLACK_HOLE: rule(UNCONFIRMED, {0}),
    Fault.RESET: rule({UNCONFIRMED, FAILED}, {0}, reset_after=lambda chance: chance.randrange(len(SLIP) - 5)),
    Fault.SILENT: rule(UNCONFIRMED, {1}),
    Fault.LOST_CONFIRMATION: rule(UNCONFIRMED, {1}),
    Fault.LATE_CONFIRMATION: rule(UNCONFIRMED, {1}, late_seconds=lambda chance: chance.uniform(2, 8)),
    Fault.SLOW: rule(CONFIRMED, {1}, bytes_per_second=lambda chance: chance.randrange(1000, 4000)),
    Fault.GARBAGE: rule({FAILED, UNCONFIRMED}, {0, 1}, seed=lambda chance: chance.randrange(100_000)),
}


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    """The report of all faults of this run."""
    made = Report("Paper")
    request.config.pluginmanager.register(made)
    return made


@pytest.fixture(scope="module")
def lines() -> Iterator[list[VirtualListener]]:
    """Printers on real ports."""
    listeners = [VirtualListener(VirtualPrinter(f"printer-{number}")) for number in range(PRINTERS)]
    for listener in listeners:
        listener.start()
    yield listeners
    for listener in listeners:
        listener.stop()


def in_parallel(lines: list[VirtualListener], suffer: Callable[[int, VirtualListener], float]) -> list[float]:
    """A hundred rounds over all printers at once; how long each took."""
    rounds = ROUNDS // PRINTERS

    def at(number: int) -> list[float]:
        return [suffer(number * rounds + n, lines[number]) for n in range(rounds)]

    with ThreadPoolExecutor(PRINTERS) as pool:
        return sorted(took for each in pool.map(at, range(PRINTERS)) for took in each)


def settings_of(line: VirtualListener) -> PrinterSettings:
    return PrinterSettings(line.printer.name, line.addresses[0], process_ids=True)


def rest(printer: VirtualPrinter) -> None:
    """Wait until the printer has seen the end of the last connection."""
    until = time.monotonic() + PATIENCE
    while printer.connected:
        assert time.monotonic() < until
        printer.wait(0.01)


def mend(printer: VirtualPrinter, courier: Courier) -> None:
    """All is well again, and the printer can be reached."""
    rest(printer)
    until = time.monotonic() + PATIENCE
    printer.switch({"all_well": True})
    while courier.check(within(DEADLINE)).state is DeviceState.OFFLINE:
        assert time.monotonic() < until


def timed(courier: Courier) -> tuple[Delivery, float]:
    begun = time.monotonic()
    return courier.send(SLIP, within(DEADLINE)), time.monotonic() - begun


@pytest.mark.parametrize("fault", list(RULES))
def test_a_fault_is_told_as_it_is_and_the_next_slip_prints(
    lines: list[VirtualListener], report: Report, fault: Fault
) -> None:
    expected = RULES[fault]

    def suffer(number: int, line: VirtualListener) -> float:
        printer, courier = line.printer, courier_to(settings_of(line))
        rest(printer)
        before = [slip.number for slip in printer.slips]
        printer.break_down(fault, **expected.figures(random.Random(SEED + number)))
        delivery, took = timed(courier)
        assert delivery.state in expected.ends, (number, delivery)
        mend(printer, courier)
        after, _ = timed(courier)
        assert after.state is CONFIRMED, (number, after)
        out = len([slip for slip in printer.slips if slip.number not in before]) - 1
        assert out in expected.out, (number, delivery, out)
        return took

    took = in_parallel(lines, suffer)
    report.lines.append(f"{fault}: {ROUNDS} rounds, slowest {took[-1]:.2f} s")
    assert took[-1] < DEADLINE + LATENESS


def test_paper_that_ends_anywhere_in_a_slip_is_a_failure(
    lines: list[VirtualListener], report: Report
) -> None:
    def suffer(number: int, line: VirtualListener) -> float:
        printer, courier = line.printer, courier_to(settings_of(line))
        printer.run_out_after(random.Random(SEED + number).randrange(1, len(SLIP) - 5))
        delivery, took = timed(courier)
        assert (delivery.state, delivery.device) == (FAILED, DeviceState.PAPER_OUT), number
        printer.switch({"all_well": True})
        assert timed(courier)[0].state is CONFIRMED, number
        return took

    took = in_parallel(lines, suffer)
    report.lines.append(f"paper ends in the middle: {ROUNDS} rounds, slowest {took[-1]:.2f} s")


def test_a_printer_pulled_out_anywhere_in_a_slip_is_found_again(report: Report) -> None:
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        bus, printer = FakeUsb(), VirtualPrinter("usb")
        settings = PrinterSettings("kiosk-1", "usb://04b8:0202/X7A0012")
        courier = open_transport(settings, VirtualPrinters(), usb_backend=bus)
        assert isinstance(courier, Courier)
        pulled_after = chance.randrange(13, len(SLIP))
        bus.plug(printer, serial="X7A0012", most_per_transfer=50, pulled_after=pulled_after)
        assert courier.send(SLIP, within(PATIENCE)).state is FAILED, number
        assert not bus.devices, number
        bus.plug(printer, serial="X7A0012")
        assert courier.send(SLIP, within(PATIENCE)).state is CONFIRMED, number
        assert [slip.data for slip in printer.slips] == [SLIP], number
    report.lines.append(f"pulled out of USB: {ROUNDS} rounds")


def test_a_late_answer_is_always_its_own_slip_s(report: Report) -> None:
    for number in range(ROUNDS):
        with belated_printer() as address:
            courier = courier_to(PrinterSettings("kiosk-1", address, process_ids=True))
            first = courier.send(SLIP, within(0.6), number)
            second = courier.send(SLIP, within(DEADLINE), number + 1)
        assert (first.state, second.state, second.late) == (UNCONFIRMED, CONFIRMED, (number,))
    report.lines.append(f"late answers: {ROUNDS} rounds")


def test_garbage_is_never_fine(report: Report) -> None:
    printers = VirtualPrinters()
    printer = printers.named("kiosk-1")
    for seed in range(100 * ROUNDS):
        printer.break_down(Fault.GARBAGE, seed=seed)
        transport = open_transport(PrinterSettings("kiosk-1", "virtual:"), printers)
        assert isinstance(transport, Courier)
        told = timed(transport)[0]
        assert told.state is not CONFIRMED, seed
        assert told.device not in (DeviceState.OK, DeviceState.NEAR_END), seed
    report.lines.append(f"garbage: {100 * ROUNDS} rounds")
