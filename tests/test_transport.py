"""The way to a printer: what is confirmed, failed or unconfirmed, and always by the deadline."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from hardware.transport import Transport, UnknownPrinterAddress, check_address, open_transport
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.devices import DeviceState, PaperState, PrinterSettings

SLIP = b"\x1b@\x1c&" + "前面 7 人\n".encode("gb18030") * 20 + b"\x1bd\x06\x1dV\x01"
Peer = Callable[[socket.socket], None]


@contextmanager
def network_printer(peer: Peer) -> Iterator[str]:
    """A printer on a real port that serves one connection after another with ``peer``; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_links: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            open_links.append(link)
            try:
                peer(link)
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Closing alone does not wake a thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for link in open_links:
            link.close()
        thread.join(2)
        assert not thread.is_alive()


def speaking(printer: VirtualPrinter, answer: Callable[[bytes], bytes] = lambda answers: answers) -> Peer:
    """A peer that prints on ``printer`` and sends its answers, as ``answer`` changes them."""

    def peer(link: socket.socket) -> None:
        printer.connect()
        while data := link.recv(4096):
            answers = answer(printer.receive(data))
            if answers:
                link.sendall(answers)

    return peer


def without_process_ids(answers: bytes) -> bytes:
    return b"" if answers.startswith(b"\x37\x22") else answers


def black_hole(link: socket.socket) -> None:
    """Takes the connection and then does nothing at all."""


def resetting_after(size: int) -> Peer:
    """A peer that answers status, takes ``size`` bytes of the slip, and resets."""

    def peer(link: socket.socket) -> None:
        printer = VirtualPrinter("network")
        printer.connect()
        for _ in range(4):
            link.sendall(printer.receive(link.recv(3)))
        if size:
            link.recv(size)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()

    return peer


def transport_to(address: str, process_ids: bool | None = None) -> Transport:
    settings = PrinterSettings("kiosk-1", address, process_ids=process_ids)
    return open_transport(settings, VirtualPrinters())


#: A deadline that no machine reaches, so that coming before it shows what did not wait for it.
LONG_SECONDS = 30.0
#: What a slip may take in all, by the rule; those that are given up after one second stay well below it.
SLIP_SECONDS = 3.0


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def test_a_printed_slip_is_confirmed_by_its_process_id() -> None:
    printer = VirtualPrinter("network")
    with network_printer(speaking(printer)) as address:
        delivery = transport_to(address).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (PaperState.CONFIRMED, DeviceState.OK)
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_a_printer_without_process_ids_is_believed_by_its_status_after_the_cut() -> None:
    printer = VirtualPrinter("network")
    with network_printer(speaking(printer, without_process_ids)) as address:
        transport = transport_to(address)
        first = transport.send(SLIP, within(1.5))
        begun = time.monotonic()
        second = transport.send(SLIP, within(LONG_SECONDS))
        took = time.monotonic() - begun
    assert (first.state, second.state) == (PaperState.CONFIRMED, PaperState.CONFIRMED)
    assert took < LONG_SECONDS / 2


def test_a_printer_that_once_answered_a_process_id_must_answer_again() -> None:
    printer = VirtualPrinter("network")
    mute = threading.Event()

    def answer(answers: bytes) -> bytes:
        return without_process_ids(answers) if mute.is_set() else answers

    with network_printer(speaking(printer, answer)) as address:
        transport = transport_to(address)
        first = transport.send(SLIP, within(3))
        mute.set()
        second = transport.send(SLIP, within(1))
    assert (first.state, second.state) == (PaperState.CONFIRMED, PaperState.UNCONFIRMED)


def test_a_printer_set_to_give_process_ids_is_not_believed_without_one() -> None:
    with network_printer(speaking(VirtualPrinter("network"), without_process_ids)) as address:
        delivery = transport_to(address, process_ids=True).send(SLIP, within(1))
    assert delivery.state is PaperState.UNCONFIRMED


def test_a_printer_set_to_give_none_is_not_asked_for_one() -> None:
    printer = VirtualPrinter("network")
    with network_printer(speaking(printer)) as address:
        delivery = transport_to(address, process_ids=False).send(SLIP, within(3))
    assert delivery.state is PaperState.CONFIRMED
    assert b"\x1d(H" not in printer.slips[0].data


@pytest.mark.parametrize(
    ("fault", "device"),
    [(Fault.PAPER_OUT, DeviceState.PAPER_OUT), (Fault.COVER_OPEN, DeviceState.COVER_OPEN)],
)
def test_nothing_is_sent_to_a_printer_that_cannot_print(fault: Fault, device: DeviceState) -> None:
    printer = VirtualPrinter("network")
    printer.break_down(fault)
    with network_printer(speaking(printer)) as address:
        delivery = transport_to(address).send(SLIP, within(3))
        printer.repair(fault)
        again = transport_to(address).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, device)
    assert again.state is PaperState.CONFIRMED
    assert len(printer.slips) == 1


def test_paper_that_ends_in_the_middle_of_a_slip_is_a_failure() -> None:
    printer = VirtualPrinter("network")
    printer.run_out_after(40)
    with network_printer(speaking(printer)) as address:
        delivery = transport_to(address).send(SLIP, within(1))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.PAPER_OUT)
    assert printer.slips == ()


def test_a_cutter_that_jams_in_the_middle_leaves_the_slip_unconfirmed() -> None:
    printer = VirtualPrinter("network")

    def answer(answers: bytes) -> bytes:
        if answers.startswith(b"\x37\x22"):
            printer.break_down(Fault.CUTTER_JAM)
        return without_process_ids(answers)

    with network_printer(speaking(printer, answer)) as address:
        delivery = transport_to(address).send(SLIP, within(1))
    assert (delivery.state, delivery.device) == (PaperState.UNCONFIRMED, DeviceState.OFFLINE)


def test_a_printer_that_tells_no_errors_is_asked_for_them_once() -> None:
    printer = VirtualPrinter("network")
    asked: list[int] = []

    def peer(link: socket.socket) -> None:
        printer.connect()
        while data := link.recv(4096):
            if data == b"\x10\x04\x03":
                asked.append(1)
            else:
                link.sendall(printer.receive(data))

    with network_printer(peer) as address:
        transport = transport_to(address)
        deliveries = [transport.send(SLIP, within(3)) for _ in range(3)]
    assert [delivery.state for delivery in deliveries] == [PaperState.CONFIRMED] * 3
    assert len(asked) == 1


def test_paper_near_its_end_still_prints_and_is_told() -> None:
    printer = VirtualPrinter("network")
    printer.break_down(Fault.NEAR_END)
    with network_printer(speaking(printer)) as address:
        delivery = transport_to(address).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (PaperState.CONFIRMED, DeviceState.NEAR_END)


def test_a_refused_connection_is_a_failure_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begun = time.monotonic()
    delivery = transport_to(f"tcp://127.0.0.1:{port}").send(SLIP, within(LONG_SECONDS))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert time.monotonic() - begun < LONG_SECONDS / 2


def test_a_printer_that_never_reads_is_given_up_at_the_deadline_as_unconfirmed() -> None:
    with network_printer(black_hole) as address:
        begun = time.monotonic()
        delivery = transport_to(address).send(SLIP, within(1))
        took = time.monotonic() - begun
    assert (delivery.state, delivery.device) == (PaperState.UNCONFIRMED, DeviceState.UNKNOWN)
    assert took < SLIP_SECONDS


def test_a_slip_too_big_for_the_buffers_of_a_stuck_printer_is_given_up_at_the_deadline() -> None:
    with network_printer(black_hole) as address:
        begun = time.monotonic()
        delivery = transport_to(address).send(b"\x00" * 20_000_000, within(1))
        took = time.monotonic() - begun
    assert delivery.state is PaperState.UNCONFIRMED
    assert took < SLIP_SECONDS


def test_a_reset_in_the_middle_is_unconfirmed_and_the_next_slip_prints() -> None:
    printer = VirtualPrinter("network")
    peers = iter([resetting_after(50), speaking(printer)])
    with network_printer(lambda link: next(peers)(link)) as address:
        transport = transport_to(address)
        first = transport.send(SLIP, within(2))
        second = transport.send(SLIP, within(2))
    assert first.state is PaperState.UNCONFIRMED
    assert second.state is PaperState.CONFIRMED
    assert len(printer.slips) == 1


def test_a_late_slip_is_taken_back_by_a_reset() -> None:
    ends: list[str] = []

    def peer(link: socket.socket) -> None:
        try:
            while link.recv(4096):
                continue
            ends.append("closed")
        except ConnectionResetError:
            ends.append("reset")

    with network_printer(peer) as address:
        transport_to(address).send(SLIP, within(0.7))
        transport_to(address).check(within(0.5))
    assert ends[0] == "reset"


def test_noise_instead_of_status_is_never_taken_for_paper() -> None:
    def peer(link: socket.socket) -> None:
        while link.recv(4096):
            link.sendall(b"\xff\x00\x11\x13")

    with network_printer(peer) as address:
        condition = transport_to(address).check(within(2))
        delivery = transport_to(address).send(SLIP, within(1))
    assert condition.state is DeviceState.UNKNOWN
    assert delivery.state is PaperState.UNCONFIRMED


def test_a_printer_that_is_away_is_offline_when_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert transport_to(f"tcp://127.0.0.1:{port}").check(within(2)).state is DeviceState.OFFLINE


def test_a_virtual_printer_prints_in_this_very_program() -> None:
    printers = VirtualPrinters()
    transport = open_transport(PrinterSettings("kiosk-1", "virtual:", 16), printers)
    assert transport.send(SLIP, within(3)).state is PaperState.CONFIRMED
    assert printers["kiosk-1"].columns == 16
    assert len(printers["kiosk-1"].slips) == 1


def test_a_virtual_printer_may_have_a_name_of_its_own() -> None:
    printers = VirtualPrinters()
    open_transport(PrinterSettings("kiosk-1", "virtual:hall"), printers).send(SLIP, within(3))
    assert list(printers) == ["hall"]


@pytest.mark.parametrize(
    ("fault", "paper", "device"),
    [
        (Fault.PAPER_OUT, PaperState.FAILED, DeviceState.PAPER_OUT),
        (Fault.COVER_OPEN, PaperState.FAILED, DeviceState.COVER_OPEN),
        (Fault.OFFLINE, PaperState.FAILED, DeviceState.OFFLINE),
        (Fault.REFUSE, PaperState.FAILED, DeviceState.OFFLINE),
        (Fault.SILENT, PaperState.UNCONFIRMED, DeviceState.UNKNOWN),
        (Fault.NEAR_END, PaperState.CONFIRMED, DeviceState.NEAR_END),
        (Fault.CUTTER_JAM, PaperState.FAILED, DeviceState.OFFLINE),
    ],
)
def test_every_fault_of_a_virtual_printer_has_its_outcome(
    fault: Fault, paper: PaperState, device: DeviceState
) -> None:
    printers = VirtualPrinters()
    printers.named("kiosk-1").break_down(fault)
    delivery = open_transport(PrinterSettings("kiosk-1", "virtual:"), printers).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (paper, device)


def test_a_slip_with_an_unknown_command_is_a_failure() -> None:
    printers = VirtualPrinters()
    transport = open_transport(PrinterSettings("kiosk-1", "virtual:"), printers)
    assert transport.send(b"\x1b@\x1bp\x00" + SLIP, within(3)).state is PaperState.FAILED
    assert printers["kiosk-1"].slips[0].unknown[0] == b"\x1bp"
    assert transport.send(SLIP, within(3)).state is PaperState.CONFIRMED


@pytest.mark.parametrize(
    "address",
    ["", "lpt1", "usb://04b8:0202", "cups://office", "tcp://", "tcp://host:port", "tcp://host:9100/x"],
)
def test_an_address_of_an_unknown_kind_is_refused_with_the_kinds_that_exist(address: str) -> None:
    with pytest.raises(UnknownPrinterAddress) as refusal:
        check_address(address)
    assert "virtual:" in refusal.value.text
    assert "tcp://" in refusal.value.text


@pytest.mark.parametrize("address", ["virtual:", "virtual:hall", "tcp://10.0.0.9", "tcp://printer-1:9100"])
def test_an_address_of_a_known_kind_is_taken(address: str) -> None:
    check_address(address)
