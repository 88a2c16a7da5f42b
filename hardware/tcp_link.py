"""A link to a printer on the network (raw port, usually 9100)."""

from __future__ import annotations

import _socket
import socket
import struct
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hardware.aside import Aside, Stuck
from hardware.link import LinkLost

CONNECT_SECONDS = 1.0
"""A printer in the same hall that has not taken a connection by then will not, its name looked up and all."""

LONGEST_ANSWER = 4096

Resolve = Callable[[str, int], Sequence[Any]]


def look_up(host: str, port: int, flags: int = 0) -> Sequence[Any]:
    """What the system's resolver says of a host; it takes the time that it takes."""
    # The function as it was before an event loop made it its own: this runs on a thread without a loop.
    return _socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, flags)


class TcpLink:
    """One connection to a network printer."""

    answers = True

    def __init__(
        self, host: str, port: int, aside: Aside, deadline: float, resolve: Resolve = look_up
    ) -> None:
        """Connect; raises OSError when nobody answers within a second or by the deadline.

        A host's name is looked up with ``resolve``, aside; an address in numbers is not.
        """
        until = min(deadline, time.monotonic() + CONNECT_SECONDS)
        self._socket = _connected(_found(host, port, aside, until, resolve), until)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes, deadline: float) -> None:
        """Send all bytes; raises LinkLost when the link breaks or the deadline passes."""
        rest = memoryview(data)
        try:
            while rest:
                if time.monotonic() >= deadline:
                    raise TimeoutError("the deadline has passed")
                self._socket.settimeout(_left(deadline))
                rest = rest[self._socket.send(rest) :]
        except OSError as error:
            raise LinkLost(str(error), len(data) - len(rest)) from error

    def receive(self, deadline: float) -> bytes:
        """The next bytes, or none at the deadline; raises LinkLost when the printer has closed.

        What has come already is heard also when the deadline is now.
        """
        try:
            self._socket.settimeout(max(0.0, deadline - time.monotonic()))
            data = self._socket.recv(LONGEST_ANSWER)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("the printer closed the connection")
        return data

    def close(self) -> None:
        """End in peace; bytes that the printer has not yet taken still reach it."""
        self._socket.close()

    def reset(self) -> None:
        """End with a reset, so that no printer finishes the slip after we have given it up."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def _found(host: str, port: int, aside: Aside, until: float, resolve: Resolve) -> Sequence[Any]:
    """Where a host is. Raises OSError when that is not known in time."""
    try:
        return look_up(host, port, socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass
    try:
        return aside.call(partial(resolve, host, port), until)
    except Stuck as stuck:
        raise OSError(f"主机名 {host} 查不到地址：域名服务器没有回答") from stuck


def _connected(places: Sequence[Any], until: float) -> socket.socket:
    """A connection to the first of the places that takes one. Raises OSError."""
    refusal: OSError = TimeoutError("timed out")
    for family, kind, protocol, _, address in places:
        door = socket.socket(family, kind, protocol)
        try:
            door.settimeout(_left(until))
            door.connect(address)
        except OSError as error:
            door.close()
            refusal = error
        else:
            return door
    raise refusal


def _left(deadline: float) -> float:
    """Seconds until the deadline, never none: a timeout of zero would mean "do not wait at all"."""
    return max(0.001, deadline - time.monotonic())
