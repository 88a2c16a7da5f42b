"""Serial readers of resident identity cards with a SAM module: frames, the three commands, and the text.

A frame is AA AA AA 96 69, two bytes of length, the command and its parameter, and the exclusive-or of all
after the head. A card is found, selected and read; its text is 256 bytes of UTF-16LE in fields of fixed
width. The picture that follows is thrown away. Tried with a simulated module only, on no real reader.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import serial

from hardware.card_reader import Card, CardReaderTrouble, UnknownCardReader

HEAD = b"\xaa\xaa\xaa\x96\x69"
FIND, SELECT, READ = b"\x20\x01", b"\x20\x02", b"\x30\x01"
FOUND, DONE, NO_CARD = b"\x00\x00\x9f", b"\x00\x00\x90", b"\x00\x00\x80"
BAUD = 115_200

TEXT_SIZE = 256
NAME, NUMBER = slice(0, 30), slice(122, 158)
"""Where name and number stand; between them are sex, nation, birth and address, which nobody asked for."""
KIND = slice(248, 250)
_KINDS = {"": "resident_id", "J": "hmt_permit"}

ANSWER_SECONDS = 2.0
AGAIN_SECONDS = 0.2
"""How long a command may take, and how long the reader rests between two looks for a card."""

_LEAST, _MOST = 3, 8192


class Port(Protocol):
    """An open serial port; ``read`` answers what came within a tenth of a second, perhaps nothing."""

    def read(self, size: int) -> bytes: ...

    def write(self, data: bytes) -> object: ...

    def reset_input_buffer(self) -> None: ...

    def close(self) -> None: ...


def frame(content: bytes) -> bytes:
    """A command, or an answer, as it stands on the line."""
    body = (len(content) + 1).to_bytes(2, "big") + content
    return HEAD + body + bytes((reduce(xor, body),))


def read_frame(heard: bytes) -> bytes | None:
    """The content of the first whole frame in what was heard; None while it is not complete.

    Raises:
        CardReaderTrouble: the frame is damaged.
    """
    begin = heard.find(HEAD)
    body = heard[begin + len(HEAD) :] if begin >= 0 else b""
    if len(body) < 2:
        return None
    size = int.from_bytes(body[:2], "big")
    if not _LEAST <= size <= _MOST:
        raise CardReaderTrouble("读卡器的应答不完整")
    if len(body) < 2 + size:
        return None
    body = body[: 2 + size]
    if reduce(xor, body) != 0:
        raise CardReaderTrouble("读卡器的应答校验不对")
    return body[2:-1]


def read_text(text: bytes) -> Card:
    """Name and number out of the text of a card.

    Raises:
        CardReaderTrouble: it is no resident's card, or damaged.
    """
    try:
        whole = text[:TEXT_SIZE].decode("utf-16-le")
    except UnicodeDecodeError:
        raise CardReaderTrouble("卡里的文字读不懂") from None
    if len(text) < TEXT_SIZE:
        raise CardReaderTrouble("卡里的文字不完整")
    kind = _KINDS.get(_part(whole, KIND))
    if kind is None:
        raise CardReaderTrouble("这种证件读不了，请手工填写")
    return Card(_part(whole, NAME), _part(whole, NUMBER), kind)


def _part(whole: str, where: slice) -> str:
    return whole[where.start // 2 : where.stop // 2].strip(" \0　")


@dataclass
class SamReader:
    """A reader behind a serial port that is opened for each reading."""

    open_port: Callable[[], Port]
    answer_seconds: float = ANSWER_SECONDS
    _port: Port | None = None

    def read(self, deadline: float) -> Card | None:
        """Look for a card until the deadline, then select and read it."""
        try:
            self._port = self.open_port()
            self._port.reset_input_buffer()
            return self._find(self._port, deadline)
        except (OSError, serial.SerialException) as lost:
            raise CardReaderTrouble(f"读卡器连不上：{lost}") from lost
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the port."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _find(self, port: Port, deadline: float) -> Card | None:
        while time.monotonic() < deadline:
            if self._ask(port, FIND)[:3] == FOUND and self._ask(port, SELECT)[:3] == DONE:
                answer = self._ask(port, READ)
                if answer[:3] == DONE:
                    return read_text(answer[7 : 7 + int.from_bytes(answer[3:5], "big")])
            time.sleep(AGAIN_SECONDS)
        return None

    def _ask(self, port: Port, command: bytes) -> bytes:
        """Send a command and answer what the module says to it. Raises CardReaderTrouble when silent."""
        port.write(frame(command))
        until, heard = time.monotonic() + self.answer_seconds, b""
        while time.monotonic() < until and len(heard) <= _MOST:
            heard += port.read(_MOST)
            content = read_frame(heard)
            if content is not None:
                return content
        raise CardReaderTrouble("读卡器没有应答")


def open_sam_reader(rest: str) -> SamReader:
    """The reader of ``serial:///dev/ttyUSB0?baud=115200``, without its kind; raises UnknownCardReader."""
    parts = urlsplit(rest)
    baud = parse_qs(parts.query).get("baud", [str(BAUD)])[-1]
    if parts.netloc or not parts.path.startswith("/") or not baud.isdecimal():
        raise UnknownCardReader(address=f"serial:{rest}")
    return SamReader(lambda: serial.Serial(parts.path, int(baud), timeout=0.1, write_timeout=ANSWER_SECONDS))
