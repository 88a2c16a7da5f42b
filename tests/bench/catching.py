"""A printer on the network that answers at once and notes when each slip began to arrive."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from measuring import Crew

from hardware.virtual_printer import CutSlip, VirtualPrinter

SLIP_BEGINS = b"\x1b@"


@dataclass
class Catcher:
    """What came: the slips of each connection, and the moment of each slip's first byte (perf_counter)."""

    address: str
    first_bytes: list[float] = field(default_factory=list)
    visits: list[tuple[CutSlip, ...]] = field(default_factory=list)
    printed: Counter[str] = field(default_factory=Counter)
    news: threading.Condition = field(default_factory=threading.Condition)

    def await_slips(self, count: int, seconds: float = 60.0) -> None:
        """Wait until so many slips have begun."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.first_bytes) >= count, seconds), "no slip came"

    def await_line(self, line: str, seconds: float = 60.0) -> None:
        """Wait until a slip with this line has come out whole."""
        with self.news:
            assert self.news.wait_for(lambda: self.printed[line], seconds), f"no slip says {line}"


@contextmanager
def catching() -> Iterator[Catcher]:
    """The printer, while it lasts."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        catcher = Catcher(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        crew = Crew()
        crew.start(_accept, listener, catcher, crew)
        yield catcher
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, catcher: Catcher, crew: Crew) -> None:
    while True:
        try:
            link, _ = listener.accept()
        except OSError:
            # The listener was shut down: the test is over.
            return
        crew.start(_serve, link, catcher)


def _serve(link: socket.socket, catcher: Catcher) -> None:
    """One visit: a decoder of its own, so that bytes of two slips in one stream would be seen."""
    printer = VirtualPrinter("caught")
    with link:
        while data := _received(link):
            if SLIP_BEGINS in data:
                with catcher.news:
                    catcher.first_bytes.append(time.perf_counter())
                    catcher.news.notify_all()
            link.sendall(printer.receive(data))
    if printer.slips:
        with catcher.news:
            catcher.visits.append(printer.slips)
            catcher.printed.update({line.strip() for slip in printer.slips for line in slip.lines})
            catcher.news.notify_all()


def _received(link: socket.socket) -> bytes:
    try:
        return link.recv(65536)
    except ConnectionResetError:
        return b""
