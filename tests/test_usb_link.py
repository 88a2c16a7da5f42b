"""A printer on USB: found anew for each slip, never waited for beyond the deadline, and let go afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hardware.addresses import UsbAddress
from hardware.aside import Aside
from hardware.delivery import Courier
from hardware.fake_usb import FakeDevice, FakeUsb
from hardware.link import LinkLost
from hardware.transport import open_transport
from hardware.usb_link import UsbLink
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.devices import DeviceState, PaperState, PrinterSettings

SLIP = b"\x1b@\x1c&" + "前面 7 人\n".encode("gb18030") * 20 + b"\x1bd\x06\x1dV\x01"
EPSON = UsbAddress(0x04B8, 0x0202, None)
#: A deadline that no machine reaches, so that coming before it shows what did not wait for it.
LONG_SECONDS = 30.0


@pytest.fixture
def bus() -> Iterator[FakeUsb]:
    """A bus of which every handle is given back in the end."""
    bus = FakeUsb()
    yield bus
    for device in bus.devices:
        device.black_hole, device.stuck_beyond = False, None
    assert bus.settled(within(LONG_SECONDS))


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def transport_on(bus: FakeUsb, address: str = "usb://04b8:0202", process_ids: bool | None = None) -> Courier:
    settings = PrinterSettings("kiosk-1", address, process_ids=process_ids)
    transport = open_transport(settings, VirtualPrinters(), usb_backend=bus)
    assert isinstance(transport, Courier)
    return transport


def link_on(bus: FakeUsb, seconds: float = LONG_SECONDS) -> UsbLink:
    return UsbLink(EPSON, Aside(), within(seconds), bus)


def outcome(courier: Courier, seconds: float = 3) -> tuple[PaperState, DeviceState]:
    delivery = courier.send(SLIP, within(seconds))
    return delivery.state, delivery.device


def test_a_slip_prints_and_is_confirmed_by_its_process_id(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    assert outcome(transport_on(bus)) == (PaperState.CONFIRMED, DeviceState.OK)
    assert [slip.data for slip in device.printer.slips] == [SLIP]


def test_the_kernels_driver_gives_the_printer_up_and_is_not_in_the_way(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    assert device.kernel_driver
    link_on(bus).close()
    assert not device.kernel_driver


def test_a_printer_is_let_go_after_each_slip(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    courier = transport_on(bus)
    assert [outcome(courier)[0] for _ in range(3)] == [PaperState.CONFIRMED] * 3
    assert bus.settled(within(LONG_SECONDS))
    assert not device.claimed


def test_transfers_that_take_less_than_they_are_given_lose_nothing(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"), most_per_transfer=7)
    assert outcome(transport_on(bus))[0] is PaperState.CONFIRMED
    assert [slip.data for slip in device.printer.slips] == [SLIP]


def test_a_printer_that_is_not_plugged_in_fails_the_slip_at_once(bus: FakeUsb) -> None:
    courier = transport_on(bus)
    begun = time.monotonic()
    delivery = courier.send(SLIP, within(LONG_SECONDS))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "没有插上" in delivery.detail
    assert time.monotonic() - begun < LONG_SECONDS / 2
    assert courier.check(within(3)).state is DeviceState.OFFLINE


def test_a_printer_that_comes_back_as_a_new_device_prints_the_next_slip(bus: FakeUsb) -> None:
    printer = VirtualPrinter("usb")
    first = bus.plug(printer, serial="X7A0012")
    courier = transport_on(bus, "usb://04b8:0202/X7A0012")
    assert outcome(courier)[0] is PaperState.CONFIRMED
    assert bus.settled(within(LONG_SECONDS))
    bus.unplug(first)
    assert outcome(courier)[0] is PaperState.FAILED
    second = bus.plug(printer, serial="X7A0012")
    assert second.address != first.address
    assert outcome(courier)[0] is PaperState.CONFIRMED
    assert len(printer.slips) == 2


def test_pulled_out_in_the_middle_no_whole_slip_came_out_and_the_next_one_prints(bus: FakeUsb) -> None:
    printer = VirtualPrinter("usb")
    bus.plug(printer, most_per_transfer=50, pulled_after=100)
    courier = transport_on(bus)
    delivery = courier.send(SLIP, within(LONG_SECONDS))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "拔掉了" in delivery.detail
    bus.plug(printer)
    assert outcome(courier) == (PaperState.CONFIRMED, DeviceState.OK)
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_pulled_out_before_its_first_byte_it_is_a_failure(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    link = link_on(bus)
    bus.unplug(device)
    with pytest.raises(LinkLost) as lost:
        link.send(SLIP, within(LONG_SECONDS))
    assert lost.value.sent == 0
    link.reset()


def test_a_serial_number_tells_two_printers_of_one_model_apart(bus: FakeUsb) -> None:
    one, two = VirtualPrinter("one"), VirtualPrinter("two")
    bus.plug(one, serial="A1")
    bus.plug(two, serial="B2")
    assert outcome(transport_on(bus, "usb://04b8:0202/B2"))[0] is PaperState.CONFIRMED
    assert (len(one.slips), len(two.slips)) == (0, 1)


def test_two_printers_of_one_model_without_a_serial_number_are_refused(bus: FakeUsb) -> None:
    one, two = VirtualPrinter("one"), VirtualPrinter("two")
    bus.plug(one)
    bus.plug(two)
    delivery = transport_on(bus).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "序列号" in delivery.detail
    assert (one.slips, two.slips) == ((), ())


def test_another_model_on_the_bus_is_left_alone(bus: FakeUsb) -> None:
    mouse = bus.plug(VirtualPrinter("mouse"), vendor=0x046D, product=0xC077)
    printer = VirtualPrinter("usb")
    bus.plug(printer)
    assert outcome(transport_on(bus))[0] is PaperState.CONFIRMED
    assert mouse.kernel_driver


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"forbidden": True}, "没有权限"),
        ({"taken_by_another": True}, "别的程序"),
        ({"interface_class": 3}, "不是打印机"),
    ],
)
def test_a_printer_that_cannot_be_had_says_why(bus: FakeUsb, trouble: dict[str, Any], words: str) -> None:
    bus.plug(VirtualPrinter("usb"), **trouble)
    delivery = transport_on(bus).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert words in delivery.detail


def test_a_printer_of_a_makers_own_class_prints_as_well(bus: FakeUsb) -> None:
    bus.plug(VirtualPrinter("usb"), interface_class=0xFF)
    assert outcome(transport_on(bus))[0] is PaperState.CONFIRMED


def test_a_printer_without_a_way_back_is_asked_nothing(bus: FakeUsb) -> None:
    bus.plug(VirtualPrinter("usb"), listens_only=True)
    link = link_on(bus)
    assert not link.answers
    assert link.receive(within(LONG_SECONDS)) == b""
    link.close()


def test_a_black_hole_is_given_up_at_the_deadline(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    link = link_on(bus)
    device.black_hole = True
    with pytest.raises(LinkLost) as lost:
        link.send(SLIP, within(0.3))
    assert lost.value.sent == 0
    assert link.receive(within(0.1)) == b""
    link.reset()


def test_a_transfer_that_does_not_come_back_may_have_brought_the_slip(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"), stuck_beyond=100)
    assert outcome(transport_on(bus))[0] is PaperState.UNCONFIRMED
    assert [slip.data for slip in device.printer.slips] == [SLIP]


def test_pulled_out_after_its_last_byte_a_slip_is_unconfirmed(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"), pulled_after=12 + len(SLIP) + 1, most_per_transfer=len(SLIP))
    courier = transport_on(bus, process_ids=True)
    assert outcome(courier)[0] is PaperState.UNCONFIRMED
    assert [slip.data for slip in device.printer.slips] == [SLIP]


def test_what_a_printer_holds_of_a_slip_given_up_is_thrown_away(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    courier = transport_on(bus, process_ids=True)
    device.printer.break_down(Fault.SILENT)
    assert outcome(courier, 1)[0] is PaperState.UNCONFIRMED
    assert bus.settled(within(LONG_SECONDS))
    assert device.resets == ["soft"]


def test_a_printer_that_knows_no_soft_reset_is_reset_as_a_device(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"), knows_soft_reset=False)
    link = link_on(bus)
    link.send(SLIP[:40], within(LONG_SECONDS))
    link.reset()
    assert bus.settled(within(LONG_SECONDS))
    assert device.resets == ["device"]
    assert outcome(transport_on(bus))[0] is PaperState.CONFIRMED
    assert [slip.data for slip in device.printer.slips] == [SLIP]


def test_a_refused_transfer_is_a_failure_and_the_next_slip_prints(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"), stalled=True)
    courier = transport_on(bus)
    assert outcome(courier) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert bus.settled(within(LONG_SECONDS))
    assert outcome(courier) == (PaperState.CONFIRMED, DeviceState.OK)
    assert len(device.printer.slips) == 1


def test_what_a_printer_said_before_is_heard_also_when_the_deadline_is_now(bus: FakeUsb) -> None:
    device: FakeDevice = bus.plug(VirtualPrinter("usb"))
    device.answers = b"\x12"
    link = link_on(bus)
    assert link.receive(time.monotonic()) == b"\x12"
    link.close()


@pytest.mark.parametrize(
    ("fault", "paper", "state"),
    [
        (Fault.PAPER_OUT, PaperState.FAILED, DeviceState.PAPER_OUT),
        (Fault.COVER_OPEN, PaperState.FAILED, DeviceState.COVER_OPEN),
        (Fault.NEAR_END, PaperState.CONFIRMED, DeviceState.NEAR_END),
    ],
)
def test_its_faults_are_told_as_on_the_network(
    bus: FakeUsb, fault: Fault, paper: PaperState, state: DeviceState
) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    device.printer.break_down(fault)
    assert outcome(transport_on(bus)) == (paper, state)


def test_the_systems_own_library_says_that_nothing_is_plugged_in() -> None:
    with pytest.raises(OSError, match="没有插上"):
        UsbLink(UsbAddress(0xFFFE, 0xFFFE, None), Aside(), within(LONG_SECONDS))


def test_a_printer_that_another_program_has_for_a_moment_is_waited_for(bus: FakeUsb) -> None:
    device = bus.plug(VirtualPrinter("usb"))
    other = link_on(bus)
    waiting = threading.Thread(target=lambda: other.close() if bus.asked(5, within(LONG_SECONDS)) else None)
    waiting.start()
    assert outcome(transport_on(bus))[0] is PaperState.CONFIRMED
    waiting.join()
    assert len(device.printer.slips) == 1
