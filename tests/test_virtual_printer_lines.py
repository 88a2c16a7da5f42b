"""The virtual printer on real lines: a network port and a pty, every fault once as a program sees it."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from hardware.virtual_faults import UnknownFault
from hardware.virtual_listener import VirtualListener
from hardware.virtual_printer import Fault, VirtualPrinter

SLIP = b"\x1b@\x1c&" + "前面 7 人\n".encode("gb18030") * 20 + b"\x1bd\x06\x1dV\x01"
ASK_PRINTED = b"\x1d(H\x06\x00000042"
PRINTED = b"\x37\x220042\x00"
PATIENCE = 10.0


@pytest.fixture
def printer() -> VirtualPrinter:
    return VirtualPrinter("test")


@pytest.fixture
def listener(printer: VirtualPrinter, tmp_path: Path) -> Iterator[VirtualListener]:
    with VirtualListener(printer, pty_link=tmp_path / "printer") as listener:
        yield listener


class Caller:
    """A program at the other end of a network line."""

    def __init__(self, listener: VirtualListener) -> None:
        self.socket = socket.create_connection(("127.0.0.1", listener.port), timeout=PATIENCE)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, subject: int) -> int:
        self.socket.sendall(bytes((0x10, 0x04, subject)))
        return self.hear(1)[0]

    def status(self) -> list[int]:
        return [self.ask(subject) for subject in (1, 2, 3, 4)]

    def hear(self, size: int) -> bytes:
        heard = b""
        while len(heard) < size:
            more = self.socket.recv(size - len(heard))
            if not more:
                raise EOFError(heard)
            heard += more
        return heard

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def told(printer: VirtualPrinter) -> list[str]:
    return [event["text"] for visit in printer.visits for event in visit["events"]]


def ask_for_ever(line: serial.Serial) -> None:
    while True:
        line.write(b"\x10\x04\x01")
        line.read(1)


def until(printer: VirtualPrinter, holds: Callable[[], bool]) -> None:
    """Wait for what the listener's thread does; nothing but that thread can tell."""
    for _ in range(int(PATIENCE * 200)):
        if holds():
            return
        printer.wait(0.005)
    raise AssertionError("it never came so")


def test_a_slip_over_the_network_is_printed_and_confirmed(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    with Caller(listener) as caller:
        assert caller.status() == [0x12] * 4
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.hear(7) == PRINTED
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_a_slip_over_the_serial_line_is_printed_and_confirmed(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    for _ in range(2):
        with serial.Serial(listener.pty_path, 38400, timeout=PATIENCE) as line:
            line.write(b"\x10\x04\x01")
            assert line.read(1) == b"\x12"
            line.write(SLIP + ASK_PRINTED)
            assert line.read(7) == PRINTED
        until(printer, lambda: not printer.connected)
    assert [slip.data for slip in printer.slips] == [SLIP, SLIP]


def test_the_link_to_the_serial_line_goes_and_comes_with_the_printer(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    link = Path(listener.pty_path)
    assert link.resolve().is_char_device()
    printer.break_down(Fault.REFUSE)
    until(printer, lambda: not link.is_symlink())
    printer.repair(Fault.REFUSE)
    until(printer, link.exists)
    with serial.Serial(str(link), timeout=PATIENCE) as line:
        line.write(b"\x10\x04\x04")
        assert line.read(1) == b"\x12"


def test_answers_that_nobody_read_do_not_reach_the_next_program_on_the_serial_line(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    with serial.Serial(listener.pty_path, timeout=PATIENCE) as line:
        line.write(b"\x10\x04\x01" * 5)
        until(printer, lambda: len(told(printer)) >= 5)
    until(printer, lambda: not printer.connected)
    printer.break_down(Fault.NEAR_END)
    # pyserial empties the line when it opens it; a plainer program does not.
    line_of_another = os.open(listener.pty_path, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(line_of_another, b"\x10\x04\x04")
        assert os.read(line_of_another, 1) == b"\x1e"
    finally:
        os.close(line_of_another)


def test_what_a_program_wrote_and_nobody_read_is_gone_with_it_from_the_serial_line(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.BLACK_HOLE)
    with serial.Serial(listener.pty_path) as line:
        line.write(b"A\n\x1dV\x01")
        until(printer, lambda: printer.connected)
    until(printer, lambda: not printer.connected)
    printer.repair(Fault.BLACK_HOLE)
    with serial.Serial(listener.pty_path, timeout=PATIENCE) as line:
        line.write(b"\x10\x04\x04")
        assert line.read(1) == b"\x12"
    assert (printer.pieces, printer.hanging) == ((), None)


def test_a_second_connection_waits_for_the_first_to_end(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    with Caller(listener) as first, Caller(listener) as second:
        second.socket.sendall(b"\x10\x04\x01")
        assert first.ask(1) == 0x12
        assert [visit["ended"] for visit in printer.visits] == [""]
        first.socket.close()
        assert second.hear(1) == b"\x12"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.NEAR_END, [0x12, 0x12, 0x12, 0x1E]),
        (Fault.PAPER_OUT, [0x1A, 0x32, 0x12, 0x7E]),
        (Fault.COVER_OPEN, [0x1A, 0x16, 0x12, 0x12]),
        (Fault.OFFLINE, [0x1A, 0x12, 0x12, 0x12]),
        (Fault.CUTTER_ERROR, [0x12, 0x12, 0x1A, 0x12]),
        (Fault.CUTTER_JAM, [0x12, 0x12, 0x12, 0x12]),
    ],
)
def test_a_fault_is_told_in_the_bits_of_its_status(
    printer: VirtualPrinter, listener: VirtualListener, fault: Fault, status: list[int]
) -> None:
    printer.break_down(fault)
    with Caller(listener) as caller:
        assert caller.status() == status
        printer.repair(fault)
        assert caller.status() == [0x12] * 4


def test_faults_are_told_together(printer: VirtualPrinter, listener: VirtualListener) -> None:
    printer.switch({"paper_out": True, "cover_open": True, "cutter_error": True})
    with Caller(listener) as caller:
        assert caller.status() == [0x1A, 0x36, 0x1A, 0x7E]
        printer.switch({"all_well": True})
        assert caller.status() == [0x12] * 4


def test_a_jammed_cutter_is_told_after_the_next_cut_and_stops_the_printer(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.CUTTER_JAM)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.status() == [0x1A, 0x52, 0x1A, 0x12]
        assert [slip.data for slip in printer.slips] == []
        printer.repair(Fault.CUTTER_JAM)
        assert caller.hear(7) == PRINTED
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_a_broken_cutter_that_says_it_is_on_line_leaves_the_paper_uncut_and_confirms_nothing(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.CUTTER_ERROR)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.ask(3) == 0x1A
        assert caller.ask(1) == 0x12
    assert [slip.data for slip in printer.slips] == []
    assert printer.hanging is not None
    assert printer.hanging.lines == ["前面 7 人"] * 20


def test_paper_that_ends_in_the_middle_stops_the_slip_and_new_paper_goes_on_with_it(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.run_out_after(50)
    with Caller(listener) as caller:
        assert caller.ask(4) == 0x12
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.ask(4) == 0x7E
        assert printer.hanging is not None
        assert printer.hanging.lines == ["前面 7 人"] * 4
        printer.repair(Fault.PAPER_OUT)
        assert caller.hear(7) == PRINTED
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_after_a_reset_nothing_of_the_old_slip_comes_out_when_the_cover_closes(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.COVER_OPEN)
    caller = Caller(listener)
    caller.socket.sendall(SLIP)
    assert caller.ask(2) == 0x16
    caller.reset()
    until(printer, lambda: not printer.connected)
    printer.repair(Fault.COVER_OPEN)
    with Caller(listener) as next_caller:
        assert next_caller.ask(1) == 0x12
    assert (printer.pieces, printer.hanging) == ((), None)


def test_after_an_orderly_end_the_rest_comes_out_when_the_cover_closes(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.COVER_OPEN)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP)
        assert caller.ask(2) == 0x16
    until(printer, lambda: not printer.connected)
    printer.repair(Fault.COVER_OPEN)
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_a_stopped_printer_reads_until_its_buffer_is_full_and_no_further(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.PAPER_OUT)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP * 40)
        until(printer, lambda: printer.waiting == 4096)
        printer.repair(Fault.PAPER_OUT)
        until(printer, lambda: len(printer.slips) == 40)


def test_half_a_slip_before_a_reset_hangs_apart_from_the_next_one(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    caller = Caller(listener)
    caller.socket.sendall(SLIP[:60])
    assert caller.ask(1) == 0x12
    caller.reset()
    with Caller(listener) as next_caller:
        next_caller.socket.sendall(SLIP + ASK_PRINTED)
        assert next_caller.hear(7) == PRINTED
    assert [slip.data for slip in printer.slips] == [SLIP]
    assert [str(piece.ending) for piece in printer.pieces] == ["left", "cut"]


def test_the_same_noise_comes_from_the_same_seed_and_is_no_status(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    heard = []
    for _ in range(2):
        printer.break_down(Fault.GARBAGE, seed=7)
        with Caller(listener) as caller:
            heard.append(caller.status())
        printer.repair(Fault.GARBAGE)
    assert heard[0] == heard[1]
    assert heard[0] != [0x12] * 4


def test_a_silent_printer_prints_and_answers_nothing(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.SILENT)
    with Caller(listener) as caller:
        caller.socket.sendall(b"\x10\x04\x01" + SLIP + ASK_PRINTED)
        caller.socket.shutdown(socket.SHUT_WR)
        assert caller.socket.recv(100) == b""
    assert len(printer.slips) == 1


def test_a_lost_confirmation_is_swallowed_though_status_is_answered(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.LOST_CONFIRMATION)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.status() == [0x12] * 4
        caller.socket.shutdown(socket.SHUT_WR)
        assert caller.socket.recv(100) == b""
    assert len(printer.slips) == 1


def test_a_late_confirmation_comes_after_status_that_was_asked_later(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.LATE_CONFIRMATION, late_seconds=0.3)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.ask(1) == 0x12
        assert len(printer.slips) == 1
        assert caller.hear(7) == PRINTED


def test_a_slow_printer_answers_status_while_it_prints(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.SLOW, bytes_per_second=1000)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.ask(1) == 0x12
        assert [slip.data for slip in printer.slips] == []
        assert printer.waiting > 0
        assert caller.hear(7) == PRINTED
    assert [slip.data for slip in printer.slips] == [SLIP]


def test_a_black_hole_takes_the_connection_and_reads_nothing(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.BLACK_HOLE)
    with Caller(listener) as caller:
        caller.socket.sendall(b"\x10\x04\x01" + SLIP)
        caller.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            caller.socket.recv(1)
        caller.socket.settimeout(PATIENCE)
        printer.repair(Fault.BLACK_HOLE)
        assert caller.hear(1) == b"\x12"


def test_a_caller_that_resets_a_black_hole_is_noticed(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.BLACK_HOLE)
    caller = Caller(listener)
    caller.socket.sendall(SLIP)
    until(printer, lambda: printer.connected)
    caller.reset()
    until(printer, lambda: not printer.connected)
    printer.repair(Fault.BLACK_HOLE)
    assert printer.pieces == ()


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.POWER_OFF])
def test_a_printer_that_is_away_refuses_and_comes_back_on_the_same_port(
    printer: VirtualPrinter, listener: VirtualListener, fault: Fault
) -> None:
    port = listener.port
    printer.break_down(fault)

    def refused() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            return True
        return False

    until(printer, refused)
    printer.repair(fault)
    until(printer, lambda: not refused())
    with Caller(listener) as caller:
        assert caller.ask(1) == 0x12


def test_a_power_cut_ends_the_connection_and_what_was_in_the_buffer(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.COVER_OPEN)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP)
        assert caller.ask(2) == 0x16
        printer.break_down(Fault.POWER_OFF)
        with pytest.raises(ConnectionResetError):
            caller.socket.recv(1)
    printer.switch({"all_well": True})
    assert (printer.pieces, printer.waiting) == ((), 0)


def test_a_reset_comes_after_so_many_bytes_of_print(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.RESET, reset_after=50)
    with Caller(listener) as caller:
        assert caller.status() == [0x12] * 4
        caller.socket.sendall(SLIP)
        with pytest.raises(ConnectionResetError):
            caller.socket.recv(1)
    until(printer, lambda: not printer.connected)
    assert sum(len(piece.data) for piece in printer.pieces) <= 50
    printer.repair(Fault.RESET)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + ASK_PRINTED)
        assert caller.hear(7) == PRINTED


def test_status_inside_a_picture_is_answered_and_the_picture_stays_whole(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    bits = bytes(20) + b"\x10\x04\x04" + bytes(25)
    with Caller(listener) as caller:
        caller.socket.sendall(b"\x1dv0\x00\x02\x00\x18\x00" + bits + b"\x1dV\x01" + ASK_PRINTED)
        assert caller.hear(8) == b"\x12" + PRINTED
    assert bits in printer.slips[0].data


def test_a_clearing_of_buffers_throws_away_what_waits(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    printer.break_down(Fault.PAPER_OUT)
    with Caller(listener) as caller:
        caller.socket.sendall(SLIP + b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
        assert caller.hear(3) == b"\x37\x25\x00"
    assert printer.waiting == 0


def test_changes_are_told_by_themselves_to_whoever_asked_for_them(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    with Caller(listener) as caller:
        caller.socket.sendall(b"\x1da\x0f")
        assert caller.hear(4) == b"\x10\x00\x00\x00"
        printer.break_down(Fault.PAPER_OUT)
        assert caller.hear(4) == b"\x18\x00\x0f\x00"
        printer.break_down(Fault.CUTTER_ERROR)
        assert caller.hear(4) == b"\x18\x08\x0f\x00"


def test_an_unplugged_serial_line_ends_the_connection_of_a_program(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    with serial.Serial(listener.pty_path, timeout=PATIENCE) as line:
        line.write(b"\x10\x04\x01")
        assert line.read(1) == b"\x12"
        printer.break_down(Fault.POWER_OFF)
        with pytest.raises((serial.SerialException, OSError)):
            ask_for_ever(line)


def test_visits_that_only_ask_the_same_are_one_in_the_log(
    printer: VirtualPrinter, listener: VirtualListener
) -> None:
    for _ in range(3):
        with Caller(listener) as caller:
            caller.status()
        until(printer, lambda: not printer.connected)
    (visit,) = printer.visits
    assert (visit["repeats"], visit["size"], visit["ended"]) == (3, 12, "正常断开")


@pytest.mark.parametrize(
    "wanted",
    [
        {"no_such": True},
        {"paper_out": 1},
        {"paper_out": "true"},
        {"reset_after": -1},
        {"bytes_per_second": 0},
        {"late_seconds": "8"},
        {"paper_out_after": 1.5},
        {"all_well": None},
    ],
)
def test_a_wrong_switch_is_refused_and_turns_none(printer: VirtualPrinter, wanted: dict[str, object]) -> None:
    with pytest.raises(UnknownFault):
        printer.switch({"cover_open": True, **wanted})
    assert printer.faults == frozenset()


def test_two_listeners_on_one_port_are_refused_to_the_second(listener: VirtualListener) -> None:
    with pytest.raises(OSError, match="in use"):
        VirtualListener(VirtualPrinter("other"), port=listener.port).start()


def test_a_listener_leaves_neither_thread_nor_descriptor(tmp_path: Path) -> None:
    def held() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    before = held()
    for _ in range(3):
        with VirtualListener(VirtualPrinter("test"), pty_link=tmp_path / "p") as listener:
            with Caller(listener) as caller:
                caller.ask(1)
            with serial.Serial(listener.pty_path, timeout=PATIENCE) as line:
                line.write(b"\x10\x04\x01")
                line.read(1)
    assert held() == before
    assert not (tmp_path / "p").is_symlink()


GEVENT = """
from gevent import monkey
monkey.patch_all()
import socket, threading, time
from hardware.virtual_listener import VirtualListener
from hardware.virtual_printer import VirtualPrinter
ticks = []
def tick():
    while True:
        ticks.append(1)
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
printer = VirtualPrinter("g")
with VirtualListener(printer, pty=True) as listener:
    line = socket.create_connection(("127.0.0.1", listener.port), timeout=10)
    line.sendall(b"\\x1b@A\\n\\x1dV\\x01\\x1d(H\\x06\\x00000042")
    answer = b""
    while len(answer) < 7:
        answer += line.recv(10)
    line.close()
    time.sleep(0.2)
assert answer == b"\\x37\\x220042\\x00", answer
assert len(ticks) > 5, ticks
"""


def test_under_gevent_the_listener_serves_and_holds_up_nobody() -> None:
    subprocess.run([sys.executable, "-c", GEVENT], check=True, timeout=60)


def test_a_listener_that_cannot_start_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "printer").write_text("")
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="exists"):
        VirtualListener(VirtualPrinter("test"), pty_link=tmp_path / "printer").start()
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_link_that_leads_elsewhere_is_left_alone_and_one_that_leads_nowhere_is_not(tmp_path: Path) -> None:
    link, file = tmp_path / "printer", tmp_path / "file"
    link.symlink_to(file)
    with VirtualListener(VirtualPrinter("test"), pty_link=link):
        assert link.resolve().is_relative_to("/dev/pts")
    file.write_text("")
    link.symlink_to(file)
    with pytest.raises(FileExistsError):
        VirtualListener(VirtualPrinter("test"), pty_link=link).start()
    assert link.resolve() == file
