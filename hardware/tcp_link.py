"""A link to a printer on the network (raw port, usually 9100)."""

from __future__ import annotations

import socket
import struct
import time

from hardware.link import LinkLost

CONNECT_SECONDS = 1.0
"""A printer in the same hall that has not taken a connection by then will not."""

LONGEST_ANSWER = 4096


class TcpLink:
    """One connection to a network printer."""

    def __init__(self, host: str, port: int, deadline: float) -> None:
        """Connect; raises OSError when nobody answers within a second or by the deadline."""
        patience = min(CONNECT_SECONDS, _left(deadline))
        self._socket = socket.create_connection((host, port), timeout=patience)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes, deadline: float) -> None:
        """Send all bytes; raises LinkLost when the link breaks or the deadline passes."""
        rest = memoryview(data)
        try:
            while rest:
                self._socket.settimeout(_left(deadline))
                rest = rest[self._socket.send(rest) :]
        except OSError as error:
            raise LinkLost(str(error), len(data) - len(rest)) from error

    def receive(self, deadline: float) -> bytes:
        """The next bytes, or none at the deadline; raises LinkLost when the printer has closed."""
        try:
            self._socket.settimeout(_left(deadline))
            data = self._socket.recv(LONGEST_ANSWER)
        except TimeoutError:
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


def _left(deadline: float) -> float:
    """Seconds until the deadline, never none: a timeout of zero would mean "do not wait at all"."""
    return max(0.001, deadline - time.monotonic())
