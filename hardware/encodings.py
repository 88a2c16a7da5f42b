"""What a printer can say with its own characters, in its own encoding, and how it is told which."""

from __future__ import annotations

import re
import unicodedata

from shared.domain.slip.typesetting import ACCENTED, clusters, width

TWO_BYTE_READER = b"\x1c&"
"""FS &: bytes from 81h are read in pairs, as GB18030, GBK and GB2312 have them."""

UTF8_READER = b"\x1c(C\x02\x000\x02"
"""FS ( C, function 48: read UTF-8."""

SWITCH = {
    "gb18030": TWO_BYTE_READER,
    "gbk": TWO_BYTE_READER,
    "gb2312": TWO_BYTE_READER,
    # FS & would make a printer take the three bytes of a character in pairs, so it is not sent. Makers switch
    # to UTF-8 in ways of their own (FS ( C, FS C, a menu); FS ( C is the published one and carries its own
    # length, so that a printer may pass over it; one that prints "C0" instead is set to GBK or to raster.
    "utf-8": UTF8_READER,
}
"""What tells a printer, after its reset, how the bytes of a text are to be read."""

REPERTOIRE = {"gb18030": "gbk", "gbk": "gbk", "gb2312": "gb2312", "utf-8": "gbk"}
"""The characters that a printer's memory holds.

Heads said to be GB18030 hold the two-byte characters, and print four bytes as two strange signs; heads that
read UTF-8 hold the same ones behind another table.
"""

SAME_IN_GB2312 = str.maketrans({"·": "・", "—": "―"})
"""The bytes of these two are the same in all three; Python's GB2312 knows them by another name."""

LATIN_BEYOND_ASCII = re.compile(f"[{ACCENTED}]")

GETA = "〓"
"""What a compositor sets where his case lacks the character; every Chinese encoding has it."""


def printable(text: str, encoding: str) -> bytes | None:
    """The text in the printer's own encoding, or None when its memory does not hold every character.

    The bytes are ASCII from 20h to 7Eh, and groups that begin at 81h or above. A pair of GBK goes on with
    40h-7Eh or 80h-FEh, a group of UTF-8 with 80h-BFh: none holds a control byte, which a printer would obey.
    GBK holds é and its like for pinyin, as wide as a Chinese character and so with a hole on either side: a
    line with a name in Latin letters is better drawn.
    """
    if text.isascii():
        return text.encode("ascii")
    if LATIN_BEYOND_ASCII.search(text):
        return None
    try:
        held = text.translate(SAME_IN_GB2312) if encoding == "gb2312" else text
        in_memory = held.encode(REPERTOIRE[encoding])
    except UnicodeEncodeError:
        return None
    return text.encode(encoding) if encoding in ("gb18030", "utf-8") else in_memory


def nearest(text: str, encoding: str) -> bytes:
    """The text for a computer that cannot draw: é as e, and 〓 for what the printer does not hold."""
    signs = (_nearest_sign(sign, encoding) for sign in clusters(text))
    return b"".join(sign for sign in signs)


def _nearest_sign(sign: str, encoding: str) -> bytes:
    held = printable(sign, encoding)
    if held is not None:
        return held
    # A stand-in is as wide as what it stands for, so that the line still fits.
    base = unicodedata.normalize("NFD", sign)[0]
    stand_in = (base if base.isascii() else "=") if width(sign) == 1 else GETA
    return stand_in.encode(encoding)
