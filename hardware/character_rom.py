"""What a printer's character ROM makes of bytes: its own encoding, and a box for what it does not hold."""

from __future__ import annotations

from collections.abc import Callable

ENCODINGS = ("gb18030", "gbk", "gb2312", "utf-8")
BOX = "〓"
"""Printed in place of a character that the ROM does not hold."""

CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
}
"""The code pages of ESC t by number; others are read as the first."""


class CharacterRom:
    """Reads characters as one printer does; ``encoding`` is one of ``ENCODINGS`` (else ValueError)."""

    def __init__(self, encoding: str) -> None:
        if encoding not in ENCODINGS:
            raise ValueError(f"no such character ROM: {encoding}")
        self.encoding = encoding

    def take(self, data: bytes, at: int, *, chinese: bool, code_page: int) -> tuple[str, int]:
        """The character at ``at`` and its number of bytes: 0 while it is incomplete."""
        if data[at] < 0x80:
            return chr(data[at]), 1
        # A UTF-8 printer has no Chinese mode to switch: its text is UTF-8 throughout.
        if self.encoding != "utf-8" and not chinese:
            codec = CODE_PAGES.get(code_page, CODE_PAGES[0])
            return data[at : at + 1].decode(codec, "replace").replace("\ufffd", BOX), 1
        size = _SIZES[self.encoding](data, at)
        if size <= 1:
            return BOX, size
        try:
            return data[at : at + size].decode(self.encoding), size
        except UnicodeDecodeError:
            return BOX, size


def _two_bytes(data: bytes, at: int) -> int:
    """GBK and GB2312: a byte that no second one can follow is a broken character by itself."""
    if not 0x81 <= data[at] <= 0xFE:
        return 1
    if at + 1 >= len(data):
        return 0
    return 2 if 0x40 <= data[at + 1] <= 0xFE and data[at + 1] != 0x7F else 1


def _two_or_four_bytes(data: bytes, at: int) -> int:
    if at + 1 >= len(data) or not 0x30 <= data[at + 1] <= 0x39 or not 0x81 <= data[at] <= 0xFE:
        return _two_bytes(data, at)
    if at + 2 < len(data) and not 0x81 <= data[at + 2] <= 0xFE:
        return 1
    if at + 3 < len(data) and not 0x30 <= data[at + 3] <= 0x39:
        return 1
    return 4 if at + 3 < len(data) else 0


def _utf_8(data: bytes, at: int) -> int:
    lead = data[at]
    size = 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 1
    rest = data[at + 1 : at + size]
    if any(not 0x80 <= byte <= 0xBF for byte in rest):
        return 1
    return size if len(rest) == size - 1 else 0


_SIZES: dict[str, Callable[[bytes, int], int]] = {
    "gb18030": _two_or_four_bytes,
    "gbk": _two_bytes,
    "gb2312": _two_bytes,
    "utf-8": _utf_8,
}
