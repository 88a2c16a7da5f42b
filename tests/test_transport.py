"""The way to a printer: what is confirmed, failed or unconfirmed, and always by the deadline."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from hardware.addresses import read_tcp
from hardware.aside import Aside
from hardware.delivery import Courier, process_ids_in_turn
from hardware.examining import examine
from hardware.link import LinkLost
from hardware.tcp_link import Resolve, TcpLink, look_up
from hardware.transport import Surroundings, link_opener, open_transport
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.devices import TOO_OLD, DeviceState, PaperState, PrinterSettings

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


def courier_to(settings: PrinterSettings, printers: VirtualPrinters) -> Courier:
    transport = open_transport(settings, printers)
    assert isinstance(transport, Courier)
    return transport


def transport_to(address: str, process_ids: bool | None = None) -> Courier:
    settings = PrinterSettings("kiosk-1", address, process_ids=process_ids)
    return courier_to(settings, VirtualPrinters())


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
            printer.break_down(Fault.CUTTER_ERROR)
        return without_process_ids(answers)

    with network_printer(speaking(printer, answer)) as address:
        delivery = transport_to(address).send(SLIP, within(1))
    assert (delivery.state, delivery.device) == (PaperState.UNCONFIRMED, DeviceState.FAULT)


def test_a_printer_that_leaves_one_question_open_is_not_believed_without_a_process_id() -> None:
    printer = VirtualPrinter("network")

    def peer(link: socket.socket) -> None:
        printer.connect()
        while data := link.recv(4096):
            if data != b"\x10\x04\x03":
                link.sendall(without_process_ids(printer.receive(data)))

    with network_printer(peer) as address:
        transport = transport_to(address)
        delivery, condition = transport.send(SLIP, within(1)), transport.check(within(1))
    assert (delivery.state, delivery.device) == (PaperState.UNCONFIRMED, DeviceState.UNKNOWN)
    assert condition.state is DeviceState.UNKNOWN


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


def test_noise_instead_of_status_is_a_fault_and_nothing_is_sent() -> None:
    heard: list[bytes] = []

    def peer(link: socket.socket) -> None:
        while data := link.recv(4096):
            heard.append(data)
            link.sendall(b"\xff\x00\x11\x13")

    with network_printer(peer) as address:
        condition = transport_to(address).check(within(2))
        delivery = transport_to(address).send(SLIP, within(1))
    assert condition.state is DeviceState.FAULT
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.FAULT)
    assert {len(data) for data in heard} == {3}, "questions only"


def streaming(torrent: bytes) -> Peer:
    """A peer that talks without a pause whatever it is asked."""

    def peer(link: socket.socket) -> None:
        link.recv(4096)
        while True:
            link.sendall(torrent * 500)

    return peer


@pytest.mark.parametrize("torrent", [b"\x11", b"\x37\x22abcd\x00"])
def test_a_printer_that_talks_without_a_pause_is_given_up_at_the_deadline(torrent: bytes) -> None:
    with network_printer(streaming(torrent)) as address:
        begun = time.monotonic()
        delivery = transport_to(address, process_ids=True).send(SLIP, within(0.6))
        condition = transport_to(address).check(within(0.6))
        took = time.monotonic() - begun
    assert delivery.state is PaperState.UNCONFIRMED
    assert condition.state in (DeviceState.UNKNOWN, DeviceState.FAULT)
    assert took < SLIP_SECONDS


def test_a_printer_that_talks_without_a_pause_is_examined_to_an_end() -> None:
    with network_printer(streaming(b"\x11")) as address:
        settings = PrinterSettings("kiosk-1", address)
        open_link = link_opener(settings, Surroundings(VirtualPrinters()))
        examination = examine(settings, open_link, within(LONG_SECONDS))
    assert examination.state is DeviceState.FAULT


def test_more_answers_than_questions_are_noise() -> None:
    def peer(link: socket.socket) -> None:
        while link.recv(4096):
            link.sendall(b"\x12\x12")

    with network_printer(peer) as address:
        assert transport_to(address).check(within(2)).state is DeviceState.FAULT


def test_an_answer_that_comes_late_is_not_taken_for_that_of_another_question() -> None:
    """Taken for the answer to the next question, one of them could mean that all is well."""
    printer = VirtualPrinter("network")
    late: list[bytes] = []

    def peer(link: socket.socket) -> None:
        printer.connect()
        while data := link.recv(4096):
            answers = without_process_ids(printer.receive(data))
            if not late:
                late.append(answers)
            elif answers:
                link.sendall(answers)

    with network_printer(peer) as address:
        delivery = transport_to(address).send(SLIP, within(1))
    assert delivery.state is PaperState.UNCONFIRMED


def test_a_printer_set_to_tell_no_status_is_never_asked_for_it() -> None:
    printer = VirtualPrinter("network")
    heard: list[bytes] = []

    def peer(link: socket.socket) -> None:
        printer.connect()
        while data := link.recv(65536):
            heard.append(data)
            answers = printer.receive(data)
            if answers:
                link.sendall(answers)

    with network_printer(peer) as address:
        courier = courier_to(PrinterSettings("kiosk-1", address, status=False), VirtualPrinters())
        delivery, condition = courier.send(SLIP, within(3)), courier.check(within(1))
    assert (delivery.state, delivery.device) == (PaperState.CONFIRMED, DeviceState.UNKNOWN)
    assert condition.state is DeviceState.UNKNOWN
    assert b"\x10\x04" not in b"".join(heard)


def test_a_printer_set_to_answer_nothing_gets_its_bytes_and_is_not_waited_for() -> None:
    got: list[bytes] = []
    whole = threading.Event()

    def peer(link: socket.socket) -> None:
        while data := link.recv(4096):
            got.append(data)
        whole.set()

    with network_printer(peer) as address:
        settings = PrinterSettings("kiosk-1", address, status=False, process_ids=False)
        begun = time.monotonic()
        delivery = courier_to(settings, VirtualPrinters()).send(SLIP, within(LONG_SECONDS))
        took = time.monotonic() - begun
        assert whole.wait(LONG_SECONDS), "it was closed in peace"
    assert delivery.state is PaperState.UNCONFIRMED
    assert b"".join(got) == SLIP
    assert took < LONG_SECONDS / 2


def test_a_slip_whose_deadline_has_passed_is_not_sent() -> None:
    """As when the process was stopped in the middle: what comes out then falls before nobody."""
    printer = VirtualPrinter("network")
    with network_printer(speaking(printer)) as address:
        delivery = transport_to(address).send(SLIP, within(-0.001))
    assert delivery.state is PaperState.FAILED
    assert printer.slips == ()


def test_a_printer_that_is_asked_nothing_gets_no_slip_whose_deadline_has_passed() -> None:
    settings = PrinterSettings("kiosk-1", "virtual:", status=False)
    delivery = courier_to(settings, VirtualPrinters()).send(SLIP, within(-0.001))
    assert (delivery.state, delivery.detail) == (PaperState.FAILED, TOO_OLD)
    assert delivery.device is DeviceState.UNKNOWN, "the printer is not to blame"


def test_nothing_more_is_sent_on_a_connection_whose_deadline_has_passed() -> None:
    with network_printer(black_hole) as address:
        link = tcp_link(address)
        with pytest.raises(LinkLost) as lost:
            link.send(SLIP, within(-0.001))
        link.close()
    assert lost.value.sent == 0


def tcp_link(address: str, resolve: Resolve = look_up, seconds: float = LONG_SECONDS) -> TcpLink:
    host, port = read_tcp(address).host, read_tcp(address).port
    return TcpLink(host, port, Aside(), within(seconds), resolve)


def test_an_address_in_numbers_is_never_looked_up() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[Any]:
        asked.append(host)
        return look_up(host, port)

    with network_printer(black_hole) as address:
        tcp_link(address, resolve).close()
        tcp_link(address.replace("127.0.0.1", "localhost"), resolve).close()
    assert asked == ["localhost"]


def test_a_name_that_is_not_found_in_time_is_a_printer_that_cannot_be_reached() -> None:
    go = threading.Event()

    def resolve(host: str, port: int) -> Sequence[Any]:
        go.wait()
        return look_up("127.0.0.1", port)

    begun = time.monotonic()
    with pytest.raises(OSError, match="查不到"):
        tcp_link("tcp://printer.hall", resolve)
    assert time.monotonic() - begun < LONG_SECONDS / 2
    go.set()


class BrokenLink:
    """A link with a defect of its own, not of the printer."""

    answers = True

    def __init__(self) -> None:
        self.ends: list[str] = []

    def send(self, data: bytes, deadline: float) -> None:
        raise RuntimeError("defect")

    def receive(self, deadline: float) -> bytes:
        return b""

    def close(self) -> None:
        self.ends.append("closed")

    def reset(self) -> None:
        self.ends.append("reset")


def test_a_link_is_let_go_also_after_a_defect_of_the_program() -> None:
    link = BrokenLink()
    with pytest.raises(RuntimeError):
        Courier(lambda deadline: link).send(SLIP, within(3))
    assert link.ends == ["reset"]


def test_process_ids_begin_elsewhere_after_each_start_and_do_not_repeat() -> None:
    first, second = process_ids_in_turn(), process_ids_in_turn()
    ids = [next(first) for _ in range(20_000)]
    assert len(set(ids)) == len(ids)
    assert next(second) not in ids[:100]
    assert all(len(one) == 4 and one.isalnum() for one in ids)


def test_a_self_test_wants_the_process_id_that_a_printer_once_gave() -> None:
    printer = VirtualPrinter("network")
    mute = threading.Event()

    def answer(answers: bytes) -> bytes:
        return without_process_ids(answers) if mute.is_set() else answers

    with network_printer(speaking(printer, answer)) as address:
        transport = transport_to(address)
        well = transport.check(within(2))
        mute.set()
        deaf = transport.check(within(2))
        delivery = transport.send(SLIP, within(1))
    assert (well.state, deaf.state) == (DeviceState.OK, DeviceState.UNKNOWN)
    assert delivery.state is PaperState.UNCONFIRMED, "what the self-test learnt holds for the first slip"


def test_a_printer_that_is_away_is_offline_when_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert transport_to(f"tcp://127.0.0.1:{port}").check(within(2)).state is DeviceState.OFFLINE


def test_a_virtual_printer_prints_in_this_very_program() -> None:
    printers = VirtualPrinters()
    transport = courier_to(PrinterSettings("kiosk-1", "virtual:", dots=384), printers)
    assert transport.send(SLIP, within(3)).state is PaperState.CONFIRMED
    assert printers["kiosk-1"].columns == 16
    assert len(printers["kiosk-1"].slips) == 1


def test_a_virtual_printer_may_have_a_name_of_its_own() -> None:
    printers = VirtualPrinters()
    courier_to(PrinterSettings("kiosk-1", "virtual:hall"), printers).send(SLIP, within(3))
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
        (Fault.CUTTER_JAM, PaperState.UNCONFIRMED, DeviceState.FAULT),
    ],
)
def test_every_fault_of_a_virtual_printer_has_its_outcome(
    fault: Fault, paper: PaperState, device: DeviceState
) -> None:
    printers = VirtualPrinters()
    printers.named("kiosk-1").break_down(fault)
    delivery = courier_to(PrinterSettings("kiosk-1", "virtual:"), printers).send(SLIP, within(3))
    assert (delivery.state, delivery.device) == (paper, device)


def test_a_slip_with_an_unknown_command_is_a_failure() -> None:
    printers = VirtualPrinters()
    transport = courier_to(PrinterSettings("kiosk-1", "virtual:"), printers)
    assert transport.send(b"\x1b@\x1bp\x00" + SLIP, within(3)).state is PaperState.FAILED
    assert printers["kiosk-1"].slips[0].unknown[0] == b"\x1bp"
    assert transport.send(SLIP, within(3)).state is PaperState.CONFIRMED
