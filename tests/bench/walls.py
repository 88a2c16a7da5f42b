"""Display sockets that note when each new call reached them; one thread reads them all."""

from __future__ import annotations

import re
import selectors
import threading
import time
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import websocket
from measuring import Crew

NEWEST_CALL = re.compile(rb'"calls":\[\{"id":(\d+)')
#: The calls come early in a board; a thousand boards are not searched to their ends.
HEAD_BYTES = 400
NAMESPACE = "/display,"
PATIENCE_SECONDS = 10.0


class Wall:
    """One socket that watches the board of the whole hall."""

    def __init__(self, base_url: str, auth: str) -> None:
        address = f"ws://{urlsplit(base_url).netloc}/socket.io/?EIO=4&transport=websocket"
        self._link: Any = websocket.create_connection(address, timeout=PATIENCE_SECONDS)
        self._read = bytearray()
        self.heard: dict[int, float] = {}
        self.newest = 0
        self._link.recv()
        self._link.send(f"40{NAMESPACE}{auth}")
        # A board may come before the namespace says welcome.
        while not (packet := str(self._link.recv())).startswith(f"40{NAMESPACE}"):
            self._take(packet.encode(), time.perf_counter())
        self.socket: Any = self._link.sock

    def read(self) -> bool:
        """Take in what has arrived; True when a call was new."""
        received = self.socket.recv(262_144)
        if not received:
            raise ConnectionError("a wall was cut off")
        at = time.perf_counter()
        if not self._read and _is_one_frame(received):
            return self._take(received, at)
        self._read += received
        fresh = False
        while (packet := self._packet()) is not None:
            fresh |= self._take(packet, at)
        return fresh

    def close(self) -> None:
        self._link.close(timeout=0)

    def _packet(self) -> bytes | None:
        """The next whole frame (RFC 6455; a server does not mask)."""
        data = self._read
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(data) < start:
                return None
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            return None
        packet = bytes(data[start : start + length])
        del data[: start + length]
        return packet

    def _take(self, packet: bytes, at: float) -> bool:
        if packet == b"2":
            self._link.send("3")
            return False
        found = NEWEST_CALL.search(packet, 0, HEAD_BYTES)
        if found is None or int(found[1]) <= self.newest:
            return False
        self.newest = int(found[1])
        self.heard[self.newest] = at
        return True


def _is_one_frame(data: bytes) -> bool:
    """Whether this is exactly one frame of the size that boards have: nearly every read is."""
    return len(data) > 4 and data[1] == 126 and len(data) == 4 + int.from_bytes(data[2:4], "big")


class Walls:
    """As many walls as asked for."""

    def __init__(self, base_url: str, count: int, auth: str = "") -> None:
        self._walls: list[Wall] = []
        self._opened = ExitStack()
        self._selector = selectors.DefaultSelector()
        self._news = threading.Condition()
        self._awaited = 0
        self._behind: set[Wall] = set()
        self._ending = False
        self._crew = Crew()
        # Those that are connected answer pings while the others still come.
        self._crew.start(self._listen)
        try:
            for _ in range(count):
                wall = self._opened.enter_context(closing(Wall(base_url, auth)))
                self._walls.append(wall)
                self._selector.register(wall.socket, selectors.EVENT_READ, wall)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up.

        Raises:
            ExceptionGroup: a wall was cut off meanwhile.
        """
        self._ending = True
        try:
            self._crew.join()
        finally:
            self._selector.close()
            self._opened.close()

    def __enter__(self) -> Walls:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait_for(self, call: int, seconds: float) -> tuple[float | None, int]:
        """When the last wall had a board with ``call``, and how many did not get it in ``seconds``."""
        with self._news:
            self._awaited = call
            self._behind = {wall for wall in self._walls if wall.newest < call}
            self._news.wait_for(lambda: not self._behind, seconds)
        at = [_first(wall, call) for wall in self._walls if wall.newest >= call]
        return (max(at) if at else None), len(self._walls) - len(at)

    def _listen(self) -> None:
        while not self._ending:
            fresh = [key.data for key, _ in self._selector.select(0.2) if key.data.read()]
            with self._news:
                self._behind.difference_update(wall for wall in fresh if wall.newest >= self._awaited)
                if not self._behind:
                    self._news.notify_all()


def _first(wall: Wall, call: int) -> float:
    """When a wall had this call or a later one."""
    return min(at for number, at in wall.heard.copy().items() if number >= call)
