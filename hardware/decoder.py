"""ESC/POS bytes read back, command by command, as a printer reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """Characters for the line buffer."""

    text: str


@dataclass(frozen=True)
class LineEnd:
    """Print the line buffer."""


@dataclass(frozen=True)
class Feed:
    """Print the line buffer and feed; ``dots`` of 203 dpi."""

    dots: int


@dataclass(frozen=True)
class Initialise:
    """Forget every setting."""


@dataclass(frozen=True)
class SetSize:
    """Multiply characters, 1 to 8 each way."""

    across: int
    down: int


@dataclass(frozen=True)
class SetAlign:
    """Align whole lines: left, center or right."""

    align: str


@dataclass(frozen=True)
class SetBold:
    """Emphasised print on or off."""

    bold: bool


@dataclass(frozen=True)
class SetChinese:
    """Read bytes from 81h as Chinese characters, or as the code page."""

    chinese: bool


@dataclass(frozen=True)
class QrSetting:
    """Model, module size or level of the next code; ``function`` is 65, 67 or 69."""

    function: int
    number: int


@dataclass(frozen=True)
class QrContent:
    """Store the content of the next code."""

    content: str


@dataclass(frozen=True)
class QrPrint:
    """Print the stored code."""


@dataclass(frozen=True)
class Raster:
    """A picture, one bit a dot, rows of whole bytes."""

    row_bytes: int
    height: int
    bits: bytes


@dataclass(frozen=True)
class Cut:
    """Cut the paper."""


@dataclass(frozen=True)
class AskStatus:
    """DLE EOT: answer one status byte at once."""

    subject: int


@dataclass(frozen=True)
class AskPrinted:
    """GS ( H: answer with this id when everything before it is printed."""

    process_id: bytes


@dataclass(frozen=True)
class Harmless:
    """A setting that changes nothing a picture could show."""


@dataclass(frozen=True)
class UnknownCommand:
    """Bytes that this reader does not know."""

    data: bytes


Command: TypeAlias = (
    Text
    | LineEnd
    | Feed
    | Initialise
    | SetSize
    | SetAlign
    | SetBold
    | SetChinese
    | QrSetting
    | QrContent
    | QrPrint
    | Raster
    | Cut
    | AskStatus
    | AskPrinted
    | Harmless
    | UnknownCommand
)
Maker: TypeAlias = Callable[[bytes], Command]

ALIGNMENTS = ("left", "center", "right")
TEXT = re.compile(rb"[\x20-\x7e\x80-\xff]+")
LINE_DOTS = 30
"""One line of normal size, the usual spacing."""


def _align(arguments: bytes) -> Command:
    place = arguments[0] % 48
    return SetAlign(ALIGNMENTS[place]) if place < 3 else UnknownCommand(b"\x1ba" + arguments)


FIXED: dict[bytes, tuple[int, Maker]] = {
    b"\x1b@": (0, lambda _: Initialise()),
    b"\x1ba": (1, _align),
    b"\x1bE": (1, lambda n: SetBold(bool(n[0] & 1))),
    b"\x1bd": (1, lambda n: Feed(n[0] * LINE_DOTS)),
    b"\x1bJ": (1, lambda n: Feed(n[0])),
    b"\x1b!": (1, lambda n: SetSize(2 if n[0] & 0x20 else 1, 2 if n[0] & 0x10 else 1)),
    b"\x1b2": (0, lambda _: Harmless()),
    b"\x1b3": (1, lambda _: Harmless()),
    b"\x1bt": (1, lambda _: Harmless()),
    b"\x1bR": (1, lambda _: Harmless()),
    b"\x1bM": (1, lambda _: Harmless()),
    b"\x1c&": (0, lambda _: SetChinese(True)),
    b"\x1c.": (0, lambda _: SetChinese(False)),
    b"\x1c!": (1, lambda _: Harmless()),
    b"\x1d!": (1, lambda n: SetSize((n[0] >> 4) + 1, (n[0] & 15) + 1)),
    b"\x1da": (1, lambda _: Harmless()),
    b"\x10\x04": (1, lambda n: AskStatus(n[0])),
}
"""Commands of a fixed number of argument bytes."""


class Decoder:
    """Reads a stream in pieces; what a piece leaves incomplete waits for the next one."""

    def __init__(self) -> None:
        self._waiting = b""
        self._chinese = False

    def feed(self, data: bytes) -> Iterator[tuple[Command, bytes]]:
        """Every command that is complete now, with its own bytes."""
        self._waiting += data
        while self._waiting:
            taken = self._take()
            if taken is None:
                return
            command, size = taken
            raw, self._waiting = self._waiting[:size], self._waiting[size:]
            if isinstance(command, SetChinese):
                self._chinese = command.chinese
            elif isinstance(command, Initialise):
                self._chinese = False
            yield command, raw

    def _take(self) -> tuple[Command, int] | None:
        data = self._waiting
        if data[0] == 0x0A:
            return LineEnd(), 1
        if data[0] == 0x0D:
            return Harmless(), 1
        if data[0] >= 0x20 and data[0] != 0x7F:
            return self._take_text()
        return _take_command(data)

    def _take_text(self) -> tuple[Command, int] | None:
        run = TEXT.match(self._waiting)
        if run is not None:
            try:
                return Text(run[0].decode("gb18030" if self._chinese else "cp437")), run.end()
            except UnicodeDecodeError:
                # Incomplete or broken: look at it character by character.
                pass
        return self._take_characters()

    def _take_characters(self) -> tuple[Command, int] | None:
        data, end = self._waiting, 0
        while end < len(data) and data[end] >= 0x20 and data[end] != 0x7F:
            size = _character_size(data, end) if self._chinese else 1
            if size == 0:
                break
            end += size
        if end == 0:
            return None
        encoding = "gb18030" if self._chinese else "cp437"
        try:
            return Text(data[:end].decode(encoding)), end
        except UnicodeDecodeError:
            return UnknownCommand(data[:end]), end


def _character_size(data: bytes, at: int) -> int:
    """Bytes of the GB18030 character there: 1, 2 or 4, or 0 while it is incomplete."""
    if data[at] < 0x81:
        return 1
    if at + 1 >= len(data):
        return 0
    size = 4 if 0x30 <= data[at + 1] <= 0x39 else 2
    return size if at + size <= len(data) else 0


def _take_command(data: bytes) -> tuple[Command, int] | None:
    if data[0] not in b"\x10\x1b\x1c\x1d":
        return UnknownCommand(data[:1]), 1
    if len(data) < 2:
        return None
    prefix = data[:2]
    if prefix in FIXED:
        size, make = FIXED[prefix]
        end = 2 + size
        return (make(data[2:end]), end) if len(data) >= end else None
    if prefix == b"\x1d(":
        return _take_function(data)
    if prefix == b"\x1dv":
        return _take_raster(data)
    if prefix == b"\x1dV":
        return _take_cut(data)
    return UnknownCommand(prefix), 2


def _take_function(data: bytes) -> tuple[Command, int] | None:
    if len(data) < 5:
        return None
    end = 5 + int.from_bytes(data[3:5], "little")
    if len(data) < end:
        return None
    return _function(data[2:3], data[5:end], data[:end]), end


def _function(family: bytes, body: bytes, raw: bytes) -> Command:
    if family == b"H" and len(body) == 6 and body[:2] == b"00":
        return AskPrinted(body[2:])
    if family != b"k" or len(body) < 3 or body[:1] != b"1":
        return UnknownCommand(raw)
    if body[1] in (65, 67, 69):
        return QrSetting(body[1], body[2])
    if body[1] == 80:
        return QrContent(body[3:].decode("utf-8", "replace"))
    return QrPrint() if body[1] == 81 else UnknownCommand(raw)


def _take_raster(data: bytes) -> tuple[Command, int] | None:
    if len(data) < 8:
        return None
    row_bytes, height = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
    end = 8 + row_bytes * height
    if end == 8:
        return UnknownCommand(data[:8]), 8
    return (Raster(row_bytes, height, data[8:end]), end) if len(data) >= end else None


def _take_cut(data: bytes) -> tuple[Command, int] | None:
    if len(data) < 3:
        return None
    if data[2] in (0, 1, 48, 49):
        return Cut(), 3
    if data[2] in (65, 66):
        return (Cut(), 4) if len(data) >= 4 else None
    return UnknownCommand(data[:3]), 3
