"""ESC/POS bytes read back, command by command, as a printer reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from hardware.character_rom import CharacterRom
from hardware.escpos_commands import (
    AskPaper,
    AskPrinted,
    AskStatus,
    BitImage,
    Command,
    Cut,
    Feed,
    GraphicsPrint,
    GraphicsStore,
    Harmless,
    Initialise,
    LineEnd,
    QrContent,
    QrPrint,
    QrSetting,
    Raster,
    RealTime,
    SetAlign,
    SetAutoStatus,
    SetBold,
    SetChinese,
    SetCodePage,
    SetInverse,
    SetMode,
    SetPitch,
    SetSize,
    SetUnderline,
    Text,
    UnknownCommand,
)
from hardware.raster import enlarged

__all__ = [
    "AskPaper",
    "AskPrinted",
    "AskStatus",
    "BitImage",
    "Command",
    "Cut",
    "Decoder",
    "Feed",
    "GraphicsPrint",
    "GraphicsStore",
    "Harmless",
    "Initialise",
    "LineEnd",
    "QrContent",
    "QrPrint",
    "QrSetting",
    "Raster",
    "RealTime",
    "SetAlign",
    "SetAutoStatus",
    "SetBold",
    "SetChinese",
    "SetCodePage",
    "SetInverse",
    "SetMode",
    "SetPitch",
    "SetSize",
    "SetUnderline",
    "Text",
    "UnknownCommand",
]

Maker: TypeAlias = Callable[[bytes], Command]
Taken: TypeAlias = tuple[Command, int]
"""A command and the number of its bytes."""

ALIGNMENTS = ("left", "center", "right")
USUAL_PITCH = 30
"""Dots from one line of normal size to the next."""


def _align(arguments: bytes) -> Command:
    place = arguments[0] % 48
    return SetAlign(ALIGNMENTS[place]) if place < 3 else UnknownCommand(b"\x1ba" + arguments)


def _mode(arguments: bytes) -> Command:
    bits = arguments[0]
    return SetMode(2 if bits & 0x20 else 1, 2 if bits & 0x10 else 1, bool(bits & 8), bool(bits & 0x80))


FIXED: dict[bytes, tuple[int, Maker]] = {
    b"\x1b@": (0, lambda _: Initialise()),
    b"\x1ba": (1, _align),
    b"\x1bE": (1, lambda n: SetBold(bool(n[0] & 1))),
    b"\x1bG": (1, lambda n: SetBold(bool(n[0] & 1))),
    b"\x1b-": (1, lambda n: SetUnderline(n[0] % 48 in (1, 2))),
    b"\x1b!": (1, _mode),
    b"\x1bd": (1, lambda n: Feed(0, n[0])),
    b"\x1bJ": (1, lambda n: Feed(n[0])),
    b"\x1b2": (0, lambda _: SetPitch(USUAL_PITCH)),
    b"\x1b3": (1, lambda n: SetPitch(n[0])),
    b"\x1bt": (1, lambda n: SetCodePage(n[0])),
    b"\x1bR": (1, lambda _: Harmless()),
    b"\x1bM": (1, lambda _: Harmless()),
    b"\x1b{": (1, lambda _: Harmless()),
    b"\x1bV": (1, lambda _: Harmless()),
    b"\x1b ": (1, lambda _: Harmless()),
    b"\x1c&": (0, lambda _: SetChinese(True)),
    b"\x1c.": (0, lambda _: SetChinese(False)),
    b"\x1c!": (1, lambda _: Harmless()),
    b"\x1cS": (2, lambda _: Harmless()),
    b"\x1d!": (1, lambda n: SetSize((n[0] >> 4 & 7) + 1, (n[0] & 7) + 1)),
    b"\x1dB": (1, lambda n: SetInverse(bool(n[0] & 1))),
    b"\x1db": (1, lambda _: Harmless()),
    b"\x1dL": (2, lambda _: Harmless()),
    b"\x1dW": (2, lambda _: Harmless()),
    b"\x1d|": (1, lambda _: Harmless()),
    b"\x1da": (1, lambda n: SetAutoStatus(n[0])),
    b"\x1dr": (1, lambda n: AskPaper(n[0] % 48)),
    b"\x10\x04": (1, lambda n: AskStatus(n[0])),
    b"\x10\x05": (1, lambda _: RealTime()),
}
"""Commands of a fixed number of argument bytes."""


class Decoder:
    """Reads a stream in pieces; what a piece leaves incomplete waits for the next one.

    ``encoding`` is what the printer's character ROM holds.
    """

    def __init__(self, encoding: str = "gb18030") -> None:
        self._rom = CharacterRom(encoding)
        self._waiting = b""
        self._chinese = False
        self._code_page = 0

    @property
    def waiting(self) -> int:
        """Bytes that do not make a whole command yet, or have not been asked for."""
        return len(self._waiting)

    def push(self, data: bytes) -> None:
        """Take bytes without reading them."""
        self._waiting += data

    def feed(self, data: bytes) -> Iterator[tuple[Command, bytes]]:
        """Every command that is complete now, with its own bytes."""
        self.push(data)
        while (taken := self.next()) is not None:
            yield taken

    def next(self) -> tuple[Command, bytes] | None:
        """The next whole command with its own bytes, or None when there is none yet."""
        taken = self._take() if self._waiting else None
        if taken is None:
            return None
        command, size = taken
        raw, self._waiting = self._waiting[:size], self._waiting[size:]
        match command:
            case SetChinese(chinese):
                self._chinese = chinese
            case SetCodePage(number):
                self._code_page = number
            case Initialise():
                self._chinese, self._code_page = False, 0
        return command, raw

    def _take(self) -> Taken | None:
        first = self._waiting[0]
        if first == 0x0A:
            return LineEnd(), 1
        if first == 0x0D:
            return Harmless(), 1
        return self._take_text() if _is_sign(first) else _take_command(self._waiting)

    def _take_text(self) -> Taken | None:
        data, end = self._waiting, 0
        signs: list[str] = []
        while end < len(data) and _is_sign(data[end]):
            sign, size = self._rom.take(data, end, chinese=self._chinese, code_page=self._code_page)
            if size == 0:
                break
            signs.append(sign)
            end += size
        return (Text("".join(signs)), end) if end else None


def _is_sign(byte: int) -> bool:
    return byte >= 0x20 and byte != 0x7F


def _take_command(data: bytes) -> Taken | None:
    if data[0] not in b"\x10\x1b\x1c\x1d":
        return UnknownCommand(data[:1]), 1
    if len(data) < 2:
        return None
    prefix = data[:2]
    if prefix in FIXED:
        size, make = FIXED[prefix]
        end = 2 + size
        return (make(data[2:end]), end) if len(data) >= end else None
    take = _VARIABLE.get(prefix)
    return take(data) if take else (UnknownCommand(prefix), 2)


def _take_real_time(data: bytes) -> Taken | None:
    """DLE DC4: a pulse, a power-off or a clearing of buffers, by its function."""
    if len(data) < 3:
        return None
    end = {1: 5, 2: 5, 3: 8, 7: 4, 8: 10}.get(data[2])
    if end is None:
        return UnknownCommand(data[:3]), 3
    return (RealTime(), end) if len(data) >= end else None


def _take_function(data: bytes) -> Taken | None:
    """GS ( x: a length in two bytes."""
    if len(data) < 5:
        return None
    end = 5 + int.from_bytes(data[3:5], "little")
    return (_function(data[2:3], data[5:end], data[:end]), end) if len(data) >= end else None


def _take_chinese_function(data: bytes) -> Taken | None:
    """FS ( C: how text is encoded; a printer reads what its memory holds, whatever it is told."""
    if len(data) < 5:
        return None
    end = 5 + int.from_bytes(data[3:5], "little")
    if len(data) < end:
        return None
    return (Harmless() if data[2:3] == b"C" else UnknownCommand(data[:end])), end


def _take_long_function(data: bytes) -> Taken | None:
    """GS 8 L: a length in four bytes, for large pictures."""
    if len(data) < 7:
        return None
    if data[2:3] != b"L":
        return UnknownCommand(data[:3]), 3
    end = 7 + int.from_bytes(data[3:7], "little")
    return (_graphics(data[7:end], data[:end]), end) if len(data) >= end else None


def _function(family: bytes, body: bytes, raw: bytes) -> Command:
    if family == b"H" and len(body) == 6 and body[:2] == b"00":
        return AskPrinted(body[2:])
    if family == b"L":
        return _graphics(body, raw)
    if family != b"k" or len(body) < 3 or body[:1] != b"1":
        return UnknownCommand(raw)
    if body[1] in (65, 67, 69):
        return QrSetting(body[1], body[2])
    if body[1] == 80:
        return QrContent(body[3:].decode("utf-8", "replace"))
    return QrPrint() if body[1] == 81 else UnknownCommand(raw)


def _graphics(body: bytes, raw: bytes) -> Command:
    """GS ( L: function 112 stores a picture, 2 or 50 prints it."""
    if body[:1] == b"0" and body[1:2] in (b"\x02", b"2"):
        return GraphicsPrint()
    if len(body) < 10 or body[:2] != b"0p":
        return UnknownCommand(raw)
    row_bytes = (int.from_bytes(body[6:8], "little") + 7) // 8
    height = int.from_bytes(body[8:10], "little")
    bits = body[10:]
    whole = row_bytes * height > 0 and len(bits) == row_bytes * height
    return GraphicsStore(row_bytes, height, bits) if whole else UnknownCommand(raw)


def _take_raster(data: bytes) -> Taken | None:
    if len(data) < 8:
        return None
    row_bytes, height = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
    end = 8 + row_bytes * height
    if end == 8 or data[2:3] != b"0":
        return UnknownCommand(data[:8]), 8
    if len(data) < end:
        return None
    row_bytes, bits = enlarged(row_bytes, data[8:end], data[3])
    return Raster(row_bytes, len(bits) // row_bytes, bits), end


def _take_bit_image(data: bytes) -> Taken | None:
    """ESC *: columns of 8 or 24 dots from the top down."""
    if len(data) < 5:
        return None
    if data[2] not in (0, 1, 32, 33):
        return UnknownCommand(data[:5]), 5
    tall = 3 if data[2] >= 32 else 1
    columns = int.from_bytes(data[3:5], "little")
    end = 5 + columns * tall
    if len(data) < end:
        return None
    if columns == 0:
        return Harmless(), end
    return BitImage((columns + 7) // 8, tall * 8, _turned(data[5:end], tall)), end


def _turned(data: bytes, tall: int) -> bytes:
    """Columns of dots as rows of dots."""
    columns = len(data) // tall
    row_bytes = (columns + 7) // 8
    rows = bytearray(row_bytes * tall * 8)
    for column in range(columns):
        bits = int.from_bytes(data[column * tall : (column + 1) * tall], "big")
        for down in range(tall * 8):
            if bits >> (tall * 8 - 1 - down) & 1:
                rows[down * row_bytes + column // 8] |= 0x80 >> column % 8
    return bytes(rows)


def _take_cut(data: bytes) -> Taken | None:
    if len(data) < 3:
        return None
    if data[2] in (0, 1, 48, 49):
        return Cut(), 3
    if data[2] in (65, 66):
        return (Cut(data[3]), 4) if len(data) >= 4 else None
    return UnknownCommand(data[:3]), 3


_VARIABLE: dict[bytes, Callable[[bytes], Taken | None]] = {
    b"\x10\x14": _take_real_time,
    b"\x1b*": _take_bit_image,
    b"\x1c(": _take_chinese_function,
    b"\x1d(": _take_function,
    b"\x1d8": _take_long_function,
    b"\x1dv": _take_raster,
    b"\x1dV": _take_cut,
}
"""Commands whose length stands in themselves."""
