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

NEWEST_CALL = re.compile(rb'"calls":\[\{"id":(\d+)')
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
        found = NEWEST_CALL.search(packet)
        if found is None or int(found[1]) <= self.newest:
            return False
        self.newest = int(found[1])
        self.heard[self.newest] = at
        return True


class Walls:
    """As many walls as asked for."""

    def __init__(self, base_url: str, count: int, auth: str = "") -> None:
        with ExitStack() as opened:
            self._walls = [opened.enter_context(closing(Wall(base_url, auth))) for _ in range(count)]
            self._opened = opened.pop_all()
        self._selector = selectors.DefaultSelector()
        for wall in self._walls:
            self._selector.register(wall.socket, selectors.EVENT_READ, wall)
        self._news = threading.Condition()
        self._ending = False
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def __enter__(self) -> Walls:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending = True
        self._reader.join()
        self._selector.close()
        self._opened.close()

    def wait_for(self, call: int, seconds: float) -> tuple[float | None, int]:
        """When the last wall had a board with ``call``, and how many did not get it in ``seconds``."""
        with self._news:
            self._news.wait_for(lambda: all(wall.newest >= call for wall in self._walls), seconds)
        at = [_first(wall, call) for wall in self._walls if wall.newest >= call]
        return (max(at) if at else None), len(self._walls) - len(at)

    def _listen(self) -> None:
        while not self._ending:
            fresh = False
            for key, _ in self._selector.select(0.2):
                wall: Any = key.data
                fresh |= wall.read()
            if fresh:
                with self._news:
                    self._news.notify_all()


def _first(wall: Wall, call: int) -> float:
    """When a wall had this call or a later one."""
    return min(at for number, at in wall.heard.copy().items() if number >= call)
