"""A network between a screen and the hall that can be cut, fall silent, stall, and mix boards up."""

from __future__ import annotations

import random
import socket
import struct
import threading
from contextlib import suppress
from urllib.parse import urlsplit

BOARD = b'42/display,["board"'
_CHUNK = 65536
_BOTH_WAYS = 2


class FaultyLine:
    """A TCP proxy before a running hall; every connection passes through it."""

    def __init__(self, base_url: str, chance: random.Random) -> None:
        address = urlsplit(base_url)
        self._target = (address.hostname or "127.0.0.1", address.port or 80)
        self._chance = chance
        self._guard = threading.Lock()
        self._pairs: set[_Pair] = set()
        self._flows = threading.Event()
        self._flows.set()
        self._refusing = self._silent = self._mixing = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Reset every connection, and every new one until the line is mended."""
        self._refusing = True
        for pair in self._all():
            pair.reset()

    def fall_silent(self) -> None:
        """Carry nothing more and tell nobody; connections of before stay dead when the line is mended."""
        self._silent = True
        for pair in self._all():
            pair.dead = True

    def stall(self) -> None:
        """Hold everything back; it arrives when the line is mended."""
        self._flows.clear()

    def mix(self) -> None:
        """Send boards late, twice and in another order, until the line is mended."""
        self._mixing = True

    def mend(self) -> None:
        """Carry everything as it comes."""
        self._refusing = self._silent = self._mixing = False
        self._flows.set()
        for pair in self._all():
            pair.send_held()
            if pair.dead and not pair.is_websocket:
                # A browser would ask for its next page on it, and wait for minutes.
                pair.reset()

    def close(self) -> None:
        self._listener.close()
        self.mend()
        for pair in self._all():
            pair.reset()

    def _all(self) -> list[_Pair]:
        """Every connection that is not over yet."""
        with self._guard:
            return list(self._pairs)

    def _accept(self) -> None:
        while True:
            try:
                screen, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _reset(screen)
                continue
            pair = _Pair(screen, socket.create_connection(self._target), dead=self._silent)
            with self._guard:
                self._pairs.add(pair)
            for pump in (self._carry_up, self._carry_down):
                threading.Thread(target=pump, args=(pair,), daemon=True).start()

    def _carry_up(self, pair: _Pair) -> None:
        """From the screen to the hall."""
        with suppress(OSError):
            while data := pair.screen.recv(_CHUNK):
                self._flows.wait()
                if not pair.dead:
                    pair.hall.sendall(data)
        self._end(pair)

    def _carry_down(self, pair: _Pair) -> None:
        """From the hall to the screen, frame by frame once the connection is a WebSocket."""
        with suppress(OSError):
            while data := pair.hall.recv(_CHUNK):
                self._flows.wait()
                for piece in pair.pieces(data):
                    if not pair.dead:
                        self._pass_on(pair, piece)
        self._end(pair)

    def _pass_on(self, pair: _Pair, piece: bytes) -> None:
        if self._mixing and BOARD in piece[:40]:
            pair.hold(piece, self._chance)
        else:
            pair.send(piece)

    def _end(self, pair: _Pair) -> None:
        pair.over += 1
        # A connection that died silently ends silently: only when neither side knows it any more.
        if not pair.dead or pair.over == _BOTH_WAYS:
            pair.reset()
            with self._guard:
                self._pairs.discard(pair)


class _Pair:
    """A connection of a screen and its continuation to the hall."""

    def __init__(self, screen: socket.socket, hall: socket.socket, *, dead: bool) -> None:
        self.screen, self.hall, self.dead = screen, hall, dead
        self.over = 0
        self._guard = threading.Lock()
        self._head: bytes | None = b""
        self._frames: bytearray | None = None
        self._held: list[bytes] = []

    @property
    def is_websocket(self) -> bool:
        return self._frames is not None

    def pieces(self, data: bytes) -> list[bytes]:
        """What can be passed on: bytes as they come, whole frames after the upgrade to a WebSocket."""
        if self._frames is None:
            if self._head is None:
                return [data]
            self._head += data
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if not end:
                return []
            if not head.startswith(b"HTTP/1.1 101"):
                whole, self._head = self._head, None
                return [whole]
            self._frames = bytearray(rest)
            return [head + end, *self._whole_frames()]
        self._frames += data
        return self._whole_frames()

    def hold(self, board: bytes, chance: random.Random) -> None:
        """Keep a board; send some that were kept, in any order, one of them twice."""
        with self._guard:
            self._held.append(board)
            chance.shuffle(self._held)
            sent, self._held = self._held[1:], self._held[:1]
            for piece in (*sent, *sent[:1]):
                self.screen.sendall(piece)

    def send(self, piece: bytes) -> None:
        with self._guard:
            self.screen.sendall(piece)

    def send_held(self) -> None:
        with self._guard, suppress(OSError):
            held, self._held = self._held, []
            for piece in held:
                self.screen.sendall(piece)

    def reset(self) -> None:
        _reset(self.screen)
        _reset(self.hall)

    def _whole_frames(self) -> list[bytes]:
        assert self._frames is not None
        found = []
        while (length := _frame_length(self._frames)) is not None and len(self._frames) >= length:
            found.append(bytes(self._frames[:length]))
            del self._frames[:length]
        return found


def _frame_length(data: bytearray) -> int | None:
    """The length of the first frame with its head (RFC 6455; a server does not mask); None without a head."""
    if len(data) < 2:
        return None
    length, start = data[1] & 0x7F, 2
    if length >= 126:
        start = 4 if length == 126 else 10
        if len(data) < start:
            return None
        length = int.from_bytes(data[2:start], "big")
    return start + length


def _reset(end: socket.socket) -> None:
    """Close with a reset: whoever is on the other end knows at once; a second time does nothing."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()
