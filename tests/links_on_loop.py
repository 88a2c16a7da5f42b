"""One printer that is stuck, in a program whose threads are greenlets of one event loop, as the server's are.

Run as ``python links_on_loop.py KIND FOLDER``. Whoever prints waits for the printer; a second greenlet takes
many turns meanwhile, and only then ends what the first one waits for. On a loop that stands still those turns
would outlast the deadline. Writes the outcome as one line.
"""

from __future__ import annotations

if __name__ == "__main__":
    # The standard library must be prepared before anything is loaded.
    from gevent import monkey

    monkey.patch_all()

import os
import sys
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from hardware.fake_usb import FakeUsb
from hardware.transport import open_transport
from hardware.virtual_printer import VirtualPrinter, VirtualPrinters
from shared.domain.devices import PrinterSettings

SLIP = b"\x1b@" + b"A012\n" * 20_000 + b"\x1bd\x06\x1dV\x01"
DEADLINE_SECONDS = 20.0
TURNS = 400
TURN_SECONDS = 0.001


def take_turns(holds: Callable[[], bool]) -> None:
    """Wait until the printing has come to where it is stuck, then do other work for many turns."""
    while not holds():
        time.sleep(TURN_SECONDS)
    for _ in range(TURNS):
        time.sleep(TURN_SECONDS)


def outcome(address: str, bus: FakeUsb, lp: str, meanwhile: Callable[[], None]) -> str:
    """What became of a slip that was sent there while ``meanwhile`` ran beside it."""
    settings = PrinterSettings("kiosk-1", address, process_ids=True)
    transport = open_transport(settings, VirtualPrinters(), usb_backend=bus, lp=lp)
    beside = threading.Thread(target=meanwhile)
    beside.start()
    deadline = time.monotonic() + DEADLINE_SECONDS
    delivery = transport.send(SLIP, deadline)  # type: ignore[attr-defined]
    in_time = time.monotonic() < deadline
    beside.join()
    return f"{delivery.state.value} {'before' if in_time else 'at'} the deadline: {delivery.detail}"


def usb(folder: Path) -> str:
    """A printer that takes nothing, until it is pulled out."""
    bus = FakeUsb()
    device = bus.plug(VirtualPrinter("usb"), black_hole=True)

    def pull_it_out() -> None:
        take_turns(lambda: device.claimed)
        bus.unplug(device)

    return outcome("usb://04b8:0202", bus, "lp", pull_it_out)


def serial(folder: Path) -> str:
    """A cable whose other end answers and then reads nothing, until it is pulled."""
    printer_end, port = os.openpty()
    tty.setraw(port)
    printer = VirtualPrinter("serial")
    os.set_blocking(printer_end, False)

    def answer_then_pull() -> None:
        for _ in range(4):
            while True:
                try:
                    asked = os.read(printer_end, 3)
                    break
                except BlockingIOError:
                    time.sleep(TURN_SECONDS)
            os.write(printer_end, printer.receive(asked))
        take_turns(lambda: True)
        os.close(port)
        os.close(printer_end)

    return outcome(f"serial://{os.ttyname(port)}", FakeUsb(), "lp", answer_then_pull)


def cups(folder: Path) -> str:
    """A command ``lp`` that takes the slip and does not end, until somebody lets it."""
    lp, taken, go = folder / "lp", folder / "taken", folder / "go"
    lp.write_text(f"#!/bin/sh\ncat >{taken}\nwhile [ ! -e {go} ]; do sleep 0.01; done\n")
    lp.chmod(0o755)

    def let_it_end() -> None:
        take_turns(taken.exists)
        go.touch()

    return outcome("cups://ticket", FakeUsb(), str(lp), let_it_end)


def file(folder: Path) -> str:
    """A pipe that holds a part of the slip, until somebody reads it."""
    pipe = folder / "lp0"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def read_it() -> None:
        take_turns(lambda: True)
        left = len(SLIP)
        while left > 0:
            try:
                left -= len(os.read(reader, 4096))
            except BlockingIOError:
                time.sleep(TURN_SECONDS)

    return outcome(f"file://{pipe}", FakeUsb(), "lp", read_it)


if __name__ == "__main__":
    kinds = {"usb": usb, "serial": serial, "cups": cups, "file": file}
    sys.stdout.write(kinds[sys.argv[1]](Path(sys.argv[2])))
