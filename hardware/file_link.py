"""A link to a device file such as /dev/usb/lp0, or to a plain file: bytes out, and never an answer."""

from __future__ import annotations

import os

from hardware.descriptors import await_room, write_all
from hardware.link import LinkLost


class FileLink:
    """An open file; a plain one is written on at its end and made where there is none."""

    answers = False

    def __init__(self, path: str) -> None:
        """Open; raises OSError, also for a pipe that nobody reads."""
        self._file = os.open(
            path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_APPEND | _making(path), 0o600
        )

    def send(self, data: bytes, deadline: float) -> None:
        """Send all bytes and wait until there is room again.

        A kernel's printer driver throws away what the printer has not taken when the file is closed.
        """
        write_all(self._file, data, deadline)
        if not await_room(self._file, deadline):
            raise LinkLost("the deadline has passed", len(data))

    def receive(self, deadline: float) -> bytes:
        """Nothing: a file does not answer."""
        return b""

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def reset(self) -> None:
        """Close the file; what the driver still holds goes with it."""
        os.close(self._file)


def _making(path: str) -> int:
    """Make a missing plain file, but no file in the place of a device that is away."""
    in_dev = os.path.realpath(path).startswith("/dev/")
    return 0 if in_dev else os.O_CREAT
