"""Reading and writing an open descriptor by a deadline; it must have been opened without blocking."""

from __future__ import annotations

import os
import time
from select import POLLIN, POLLOUT, poll

from hardware.link import LinkLost

LONGEST_ANSWER = 4096
LOOK_SECONDS = 0.1
"""Not every event loop tells that a terminal has hung up while one waits to write: look now and then."""


def write_all(descriptor: int, data: bytes, deadline: float) -> None:
    """Write all bytes; raises LinkLost with the number written when it breaks or the deadline passes."""
    written = 0
    while written < len(data):
        written += write_some(descriptor, data[written:], deadline, written)


def write_some(descriptor: int, data: bytes, deadline: float, before: int = 0) -> int:
    """Write what can be taken at once, waiting for room; the number of bytes.

    Raises LinkLost, which tells of ``before`` bytes, when it breaks or the deadline passes.
    """
    while time.monotonic() < deadline:
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            _await(descriptor, POLLOUT, deadline)
        except OSError as error:
            raise LinkLost(error.strerror or str(error), before) from error
    raise LinkLost("the deadline has passed", before)


def await_room(descriptor: int, deadline: float) -> bool:
    """Wait until more can be written; False at the deadline."""
    while not _await(descriptor, POLLOUT, deadline):
        if time.monotonic() >= deadline:
            return False
    return True


def read_some(descriptor: int, deadline: float) -> bytes:
    """The next bytes, or none at the deadline; raises LinkLost when the other side is gone.

    What has come already is read also when the deadline is now.
    """
    while True:
        try:
            data = os.read(descriptor, LONGEST_ANSWER)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return b""
            _await(descriptor, POLLIN, deadline)
            continue
        except OSError as error:
            raise LinkLost(error.strerror or str(error)) from error
        if not data:
            raise LinkLost("the other side has closed")
        return data


def _await(descriptor: int, event: int, deadline: float) -> bool:
    """Wait a while for an event, or for a fault that the next attempt will meet; False when nothing came."""
    # poll and not select: a server with many screens has descriptors beyond what select can name.
    waiting = poll()
    waiting.register(descriptor, event)
    seconds = min(LOOK_SECONDS, deadline - time.monotonic())
    return bool(waiting.poll(max(1.0, seconds * 1000)))
