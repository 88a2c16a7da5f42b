"""A link to a printer on a serial port."""

from __future__ import annotations

import errno
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import serial

from hardware.addresses import SerialAddress
from hardware.aside import Aside
from hardware.descriptors import read_some, write_all, write_some
from hardware.link import LinkLost, LinkTaken, when_free

OPEN_SECONDS = 1.0
BYTE_SECONDS = 0.1
LOOK_SECONDS = 0.002
PIECE = 32
"""With DTR flow control so much is under way at a time; printers say "busy" with more room left than that."""


class SerialLink:
    """An open serial port.

    Opening and closing can block in the kernel (for half a minute, with bytes that a stuck printer does not
    take), so they are done aside; reading and writing never block.
    """

    answers = True

    def __init__(self, address: SerialAddress, aside: Aside, deadline: float) -> None:
        """Open and set the port; one that another program has is waited for, for a second.

        Raises OSError when it is away, stays taken, or has no such settings.
        """
        self._aside = aside
        self._by_dsr = address.flow == "dtr"
        until = min(deadline, time.monotonic() + OPEN_SECONDS)
        opening = partial(_opened, address)
        self._port = when_free(lambda: aside.call(opening, until, late=_thrown_away), until)

    def send(self, data: bytes, deadline: float) -> None:
        """Send all bytes and wait until the port holds none of them.

        Raises LinkLost when it goes away or the deadline passes.
        """
        if self._by_dsr:
            self._send_when_ready(data, deadline)
        else:
            write_all(self._port.fileno(), data, deadline)
        self._await(lambda: not self._port.out_waiting, deadline, len(data))

    def receive(self, deadline: float) -> bytes:
        """The next bytes, or none at the deadline; raises LinkLost when the port has gone away."""
        return read_some(self._port.fileno(), deadline)

    def close(self) -> None:
        """End in peace; the port holds nothing any more."""
        self.reset()

    def reset(self) -> None:
        """End at once: what the port has not yet sent is thrown away."""
        self._aside.post(lambda: _thrown_away(self._port))

    def _send_when_ready(self, data: bytes, deadline: float) -> None:
        """Linux does not watch DSR by itself: send a little, and only while the printer is ready."""
        sent = 0
        while sent < len(data):
            self._await(lambda: self._port.dsr and not self._port.out_waiting, deadline, sent)
            sent += write_some(self._port.fileno(), data[sent : sent + PIECE], deadline, sent)

    def _await(self, holds: Callable[[], bool], deadline: float, sent: int) -> None:
        """Look at the port until something holds; no port tells of it by itself."""
        try:
            while not holds():
                if time.monotonic() > deadline:
                    raise LinkLost("the deadline has passed", sent)
                time.sleep(LOOK_SECONDS)
        except OSError as error:
            raise LinkLost(error.strerror or str(error), sent) from error


def _opened(address: SerialAddress) -> serial.Serial:
    try:
        return serial.Serial(
            address.path,
            baudrate=address.baud,
            bytesize=address.bits,
            parity=address.parity,
            stopbits=address.stop,
            rtscts=address.flow == "rts",
            xonxoff=address.flow == "xonxoff",
            exclusive=True,
            # Makes the port say "nothing yet" where it would otherwise read as closed.
            inter_byte_timeout=BYTE_SECONDS,
        )
    except serial.SerialException as error:
        if error.errno in (errno.EAGAIN, errno.EBUSY):
            raise LinkTaken("别的程序正占着这个串口") from error
        raise OSError(_told(error)) from error
    except (ValueError, termios.error) as error:
        raise OSError(str(error)) from error


def _told(error: OSError) -> str:
    words = {errno.ENOENT: "没有这个串口", errno.EACCES: "没有权限，见 docs/printers.md 的用户组"}
    return words.get(error.errno or 0, str(error))


def _thrown_away(port: serial.Serial) -> None:
    with suppress(OSError, termios.error):
        # A port that has gone away holds nothing.
        port.reset_output_buffer()
    port.close()
