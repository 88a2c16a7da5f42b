"""A virtual printer on a network port and on a serial line: one connection at a time, faults included."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import struct
import termios
import threading
import tty
from collections.abc import Sequence
from pathlib import Path
from select import POLLHUP, POLLIN, poll
from typing import Protocol, Self

from hardware.virtual_faults import Fault
from hardware.virtual_printer import VirtualPrinter

log = logging.getLogger(__name__)

RAW_PORT = 9100
WAITING_CALLERS = 4
"""Connections that wait for the present one to end, as before a real printer."""

_PTYS = "/dev/pts"
_LOOK_SECONDS = 0.05
_IDLE_SECONDS = 1.0
_GONE = frozenset({Fault.REFUSE, Fault.POWER_OFF})
"""With one of these there is nothing to connect to: the port is closed, the serial line unplugged."""


class _Door(Protocol):
    """Where something may come in."""

    def fileno(self) -> int: ...


class _Line(_Door, Protocol):
    """The way bytes come and go during one connection."""

    via: str

    def read(self, most: int) -> bytes | None:
        """What came, None when the other side has ended in order; raises OSError after a reset."""

    def write(self, data: bytes) -> None: ...

    def broken(self) -> bool:
        """Whether the other side has gone, told without reading."""

    def close(self, *, reset: bool) -> None: ...


class _NetworkLine:
    def __init__(self, connection: socket.socket, peer: str) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self.via = f"网络 {peer}"

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self, most: int) -> bytes | None:
        try:
            return self._socket.recv(most) or None
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        # Somebody who never reads answers loses them, as with a printer's own small buffer.
        with contextlib.suppress(BlockingIOError):
            self._socket.send(data)

    def broken(self) -> bool:
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def close(self, *, reset: bool) -> None:
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


class _SerialPort:
    """A pty whose other end programs open like ``/dev/ttyS0``; itself the line of one connection.

    While nobody has it open its own other end is held open, so that the wait for bytes is a wait; during a
    connection it is let go, so that the other program's going away is seen.
    """

    def __init__(self, link: Path | None) -> None:
        if link is not None:
            _clear_way(link)
        self._ours, self._theirs = os.openpty()
        os.set_blocking(self._ours, False)
        tty.setraw(self._theirs)
        self.path = os.ttyname(self._theirs)
        self.via = f"串口 {self.path}"
        self._link = link
        try:
            if link is not None:
                link.symlink_to(self.path)
        except OSError:
            self._link = None
            self.unplug()
            raise

    def fileno(self) -> int:
        return self._ours

    def begin(self) -> None:
        """Bytes have come: a connection begins."""
        os.close(self._theirs)
        self._theirs = -1

    def read(self, most: int) -> bytes | None:
        try:
            return os.read(self._ours, most)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._ours, data)

    def broken(self) -> bool:
        look = poll()
        look.register(self._ours, 0)
        return any(state & POLLHUP for _, state in look.poll(0))

    def close(self, *, reset: bool) -> None:
        """The connection is over; what neither side has read is thrown away.

        Bytes are read away before the line can be somebody else's, so that the next program loses none.
        """
        with contextlib.suppress(OSError):
            while os.read(self._ours, 4096):
                continue
        self._theirs = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._theirs, termios.TCSANOW)
        termios.tcflush(self._theirs, termios.TCIFLUSH)

    def unplug(self) -> None:
        """The device goes away, and its link with it."""
        if self._link is not None and self._link.is_symlink():
            self._link.unlink()
        os.close(self._ours)
        if self._theirs >= 0:
            os.close(self._theirs)


def _clear_way(link: Path) -> None:
    """Take away the link of a former serial line, to a pty or to nothing; raises OSError for others."""
    if not link.is_symlink():
        return
    if link.exists() and not link.resolve().is_relative_to(_PTYS):
        raise FileExistsError(errno.EEXIST, "the link leads to something that is no virtual line", str(link))
    link.unlink()


class VirtualListener:
    """Lets programs reach a virtual printer over TCP and a pty; a context manager with a thread of its own.

    ``port`` 0 takes any free port, None none. With ``pty`` (or a ``pty_link``, the path of a symbolic link
    that always leads to it) there is a serial line as well. A second connection waits until the first ends.
    """

    def __init__(
        self,
        printer: VirtualPrinter,
        *,
        host: str = "127.0.0.1",
        port: int | None = 0,
        pty: bool = False,
        pty_link: Path | None = None,
    ) -> None:
        self.printer = printer
        self._host = host
        self._port = port
        self._pty = pty or pty_link is not None
        self._pty_link = pty_link
        self._listening: socket.socket | None = None
        self._serial: _SerialPort | None = None
        self._line: _Line | None = None
        self._stopping = False
        self._bell = self._rope = -1
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; raises OSError when the port is taken or the link is no link."""
        try:
            self._plug_in()
        except OSError:
            self._unplug()
            raise
        self._bell, self._rope = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._rope, False)
        self._unwatch = self.printer.watch(self._ring)
        self._thread = threading.Thread(target=self._run, name=f"virtual-{self.printer.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the connection and the listening."""
        if self._thread is None:
            return
        self._stopping = True
        self._ring()
        self._thread.join()
        self._thread = None
        self._unwatch()
        os.close(self._bell)
        os.close(self._rope)

    @property
    def port(self) -> int:
        """The port that is listened on; 0 without one."""
        return self._port or 0

    @property
    def pty_path(self) -> str:
        """The path for programs that open a serial line; empty without one."""
        if self._pty_link is not None:
            return str(self._pty_link)
        return self._serial.path if self._serial else ""

    @property
    def addresses(self) -> list[str]:
        """The printer's addresses for the hall's configuration."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        network = [f"tcp://{host}:{self._port}"] if self._port is not None else []
        return network + ([f"serial://{self.pty_path}"] if self.pty_path else [])

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._rope, b"!")

    def _run(self) -> None:
        try:
            while not self._stopping:
                if self._line is None:
                    self._await_line()
                else:
                    self._serve(self._line)
        finally:
            self._hang_up(reset=True)
            self._unplug()

    def _plug_in(self) -> None:
        if self._port is not None and self._listening is None:
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            self._listening = socket.create_server(
                (self._host, self._port), family=family, backlog=WAITING_CALLERS
            )
            self._listening.setblocking(False)
            self._port = self._listening.getsockname()[1]
        if self._pty and self._serial is None:
            self._serial = _SerialPort(self._pty_link)

    def _unplug(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        if self._serial is not None and self._serial is not self._line:
            self._serial.unplug()
            self._serial = None

    def _await_line(self) -> None:
        """Wait for a connection, and be there or away as the switches say."""
        if self.printer.faults & _GONE:
            self._unplug()
        else:
            try:
                self._plug_in()
            except OSError:
                log.exception("the virtual printer cannot listen again; trying on")
        doors = [door for door in (self._listening, self._serial) if door is not None]
        ready = self._ready(doors, _IDLE_SECONDS)
        if self._serial is not None and self._serial in ready:
            self._serial.begin()
            self._accept(self._serial)
        elif self._listening is not None and self._listening in ready:
            with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
                connection, peer = self._listening.accept()
                self._accept(_NetworkLine(connection, f"{peer[0]}:{peer[1]}"))

    def _accept(self, line: _Line) -> None:
        try:
            self.printer.connect(line.via)
        except OSError:
            line.close(reset=True)
        else:
            self._line = line

    def _serve(self, line: _Line) -> None:
        """One look at the connection: take what there is room for, and send the answers that are due."""
        room = self.printer.room
        wait = self.printer.next_event() or _IDLE_SECONDS
        ready = self._ready([line] if room else [], wait if room else min(wait, _LOOK_SECONDS))
        try:
            if line in ready:
                data = line.read(room)
                if data is None:
                    self._hang_up(reset=False)
                    return
                self.printer.take(data)
            elif line.broken():
                raise ConnectionResetError
            answers = self.printer.answers()
            if answers:
                line.write(answers)
        except OSError:
            # A pty tells its end by an error; unlike a network it has no way to end in order.
            self._hang_up(reset=True)
            return
        if self.printer.broken_off:
            self._hang_up(reset=True)

    def _hang_up(self, *, reset: bool) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            line.close(reset=reset)
            self.printer.disconnect(reset=reset)

    def _ready(self, doors: Sequence[_Door], wait: float) -> list[_Door]:
        """Those of the doors at which something waits; returns early when a switch is turned."""
        look = poll()
        for number in (*(door.fileno() for door in doors), self._bell):
            look.register(number, POLLIN)
        ready = {number for number, _ in look.poll(wait * 1000)}
        if self._bell in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._bell, 4096)
        return [door for door in doors if door.fileno() in ready]
