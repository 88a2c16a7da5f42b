"""A printer on a serial port: real bytes over a real terminal, and never a wait beyond the deadline."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hardware.addresses import SerialAddress
from hardware.aside import Aside
from hardware.delivery import Courier
from hardware.link import LinkLost
from hardware.serial_link import SerialLink
from hardware.transport import open_transport
from hardware.virtual_printer import VirtualPrinter, VirtualPrinters
from shared.domain.devices import DeviceState, PaperState, PrinterSettings

SLIP = b"\x1b@\x1c&" + "前面 7 人\n".encode("gb18030") * 20 + b"\x1bd\x06\x1dV\x01"
LONG_SECONDS = 30.0
#: What a printer answers; None for one whose cable is pulled.
Answer = Callable[[bytes], bytes | None]


class SerialPort:
    """A cable: the hall opens ``path``, and whoever plays the printer reads and writes ``printer_end``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._open = False
        self.plug_in()

    @property
    def address(self) -> str:
        return f"serial://{self.path}"

    def plug_in(self) -> None:
        """Appear under the same path, as another device."""
        with self._guard:
            self.printer_end, port = os.openpty()
            tty.setraw(port)
            self.path.symlink_to(os.ttyname(port))
            # Kept open: a terminal that nobody has open tells its other end of a hang-up.
            self._port = port
            self._open = True

    def pull_out(self) -> None:
        """Vanish, as an adapter on USB does."""
        with self._guard:
            if self._open:
                self._open = False
                os.close(self.printer_end)
                os.close(self._port)
                self.path.unlink()

    def serve(self, take: Answer, over: threading.Event) -> None:
        """Play the printer: answer what comes, until the cable is pulled or it is over."""
        answers: bytes | None = b""
        while answers is not None and not over.is_set():
            with self._guard:
                answers = self._serve_once(take) if self._open else None
        if not over.is_set():
            self.pull_out()

    def _serve_once(self, take: Answer) -> bytes | None:
        ready, _, _ = select.select([self.printer_end], [], [], 0.01)
        answers = take(os.read(self.printer_end, 4096)) if ready else b""
        if answers:
            os.write(self.printer_end, answers)
        return answers


@pytest.fixture
def port(tmp_path: Path) -> Iterator[SerialPort]:
    port = SerialPort(tmp_path / "ttyUSB0")
    yield port
    port.pull_out()


@pytest.fixture
def play(port: SerialPort) -> Iterator[Callable[[Answer], None]]:
    """Play the printer in a thread, which ends with the test."""
    over = threading.Event()
    with ExitStack() as ending:

        def begin(take: Answer) -> None:
            thread = threading.Thread(target=port.serve, args=(take, over))
            thread.start()
            ending.callback(thread.join)

        yield begin
        over.set()


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def courier_to(address: str, process_ids: bool | None = None) -> Courier:
    transport = open_transport(
        PrinterSettings("kiosk-1", address, process_ids=process_ids), VirtualPrinters()
    )
    assert isinstance(transport, Courier)
    return transport


def link_to(port: SerialPort, flow: str = "none", baud: int = 9600) -> SerialLink:
    return SerialLink(SerialAddress(str(port.path), baud, flow=flow), Aside(), within(LONG_SECONDS))


def test_a_slip_prints_and_is_confirmed_by_its_process_id(
    port: SerialPort, play: Callable[[Answer], None]
) -> None:
    printer = VirtualPrinter("serial")
    play(printer.receive)
    delivery = courier_to(f"{port.address}?baud=38400").send(SLIP, within(LONG_SECONDS))
    assert (delivery.state, delivery.device) == (PaperState.CONFIRMED, DeviceState.OK)
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_the_port_is_set_as_its_address_says(port: SerialPort) -> None:
    address = SerialAddress(str(port.path), 115200, 7, "E", 2, "xonxoff")
    link = SerialLink(address, Aside(), within(LONG_SECONDS))
    watcher = os.open(port.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    iflag, _, cflag, lflag, _, speed, _ = termios.tcgetattr(watcher)
    os.close(watcher)
    link.close()
    assert speed == termios.B115200
    # A pseudo terminal keeps eight bits and no parity, whatever it is told.
    assert cflag & termios.CSTOPB
    assert iflag & termios.IXON
    assert not lflag & (termios.ECHO | termios.ICANON)


def test_every_byte_value_passes_unchanged_both_ways(port: SerialPort) -> None:
    everything = bytes(range(256)) * 4
    link = link_to(port)
    link.send(everything, within(LONG_SECONDS))
    assert read(port, len(everything)) == everything
    os.write(port.printer_end, bytes(range(256)))
    heard = b""
    while len(heard) < 256:
        heard += link.receive(within(LONG_SECONDS))
    link.close()
    assert heard == bytes(range(256))


def test_a_port_that_is_away_fails_the_slip_at_once_and_the_next_one_prints_when_it_is_back(
    port: SerialPort, play: Callable[[Answer], None]
) -> None:
    courier = courier_to(port.address)
    port.pull_out()
    away = courier.send(SLIP, within(LONG_SECONDS))
    assert (away.state, away.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    port.plug_in()
    printer = VirtualPrinter("serial")
    play(printer.receive)
    assert courier.send(SLIP, within(LONG_SECONDS)).state is PaperState.CONFIRMED


def test_pulled_out_in_the_middle_it_is_unconfirmed_and_the_next_slip_prints(
    port: SerialPort, play: Callable[[Answer], None]
) -> None:
    printer = VirtualPrinter("serial")

    def pull_when_it_prints(data: bytes) -> bytes | None:
        answers = printer.receive(data)
        return answers if len(data) <= 3 else None

    play(pull_when_it_prints)
    courier = courier_to(port.address)
    cut = courier.send(SLIP, within(LONG_SECONDS))
    assert (cut.state, cut.device) == (PaperState.UNCONFIRMED, DeviceState.OFFLINE)
    port.plug_in()
    play(VirtualPrinter("again").receive)
    assert courier.send(SLIP, within(LONG_SECONDS)).state is PaperState.CONFIRMED


def test_a_port_that_another_program_has_is_told_as_such(port: SerialPort) -> None:
    first = link_to(port)
    delivery = courier_to(port.address).send(SLIP, within(3))
    first.close()
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "别的程序" in delivery.detail


def test_a_black_hole_is_given_up_at_the_deadline_with_what_it_took(port: SerialPort) -> None:
    link = link_to(port)
    with pytest.raises(LinkLost) as lost:
        link.send(b"\x00" * 1_000_000, within(0.3))
    assert 0 < lost.value.sent < 1_000_000
    assert link.receive(within(0.05)) == b""
    link.reset()


def test_a_slow_reader_gets_every_byte(port: SerialPort) -> None:
    slip, taken = SLIP * 100, bytearray()
    reader = threading.Thread(target=lambda: taken.extend(read(port, len(slip), 97)))
    reader.start()
    link = link_to(port)
    link.send(slip, within(LONG_SECONDS))
    reader.join()
    link.close()
    assert bytes(taken) == slip


def test_xoff_holds_the_bytes_back_and_xon_lets_them_go(port: SerialPort) -> None:
    link = link_to(port, flow="xonxoff")
    os.write(port.printer_end, b"\x13")
    # What is under way when XOFF comes still passes.
    under_way = 0
    while passes(link, b"\x00"):
        under_way += 1
    os.write(port.printer_end, b"\x11")
    link.send(SLIP, within(LONG_SECONDS))
    assert read(port, under_way + len(SLIP)) == b"\x00" * under_way + SLIP
    link.close()


def test_a_port_without_the_line_dsr_cannot_be_sent_to_by_it(port: SerialPort) -> None:
    link = link_to(port, flow="dtr")
    with pytest.raises(LinkLost) as lost:
        link.send(SLIP, within(LONG_SECONDS))
    assert lost.value.sent == 0
    link.close()


def test_the_port_is_free_again_after_each_slip(port: SerialPort, play: Callable[[Answer], None]) -> None:
    printer = VirtualPrinter("serial")
    play(printer.receive)
    courier = courier_to(port.address)
    assert [courier.send(SLIP, within(LONG_SECONDS)).state for _ in range(3)] == [PaperState.CONFIRMED] * 3
    assert len(printer.slips) == 3


def passes(link: SerialLink, data: bytes) -> bool:
    try:
        link.send(data, within(0.3))
    except LinkLost:
        return False
    return True


def read(port: SerialPort, size: int, piece: int = 4096) -> bytes:
    data = b""
    while len(data) < size:
        data += os.read(port.printer_end, min(piece, size - len(data)))
    return data
