"""How numbers of tickets are written and read, hand-written ones too."""

from __future__ import annotations

import re
import unicodedata

from shared.domain.errors import Invalid, Refused


class InvalidHandNumber(Invalid):
    code = "invalid_hand_number"
    message = "手写号应是 H 加 1 到 4 位数字，例如 H012。"


class HandNumberTaken(Refused):
    code = "hand_number_taken"
    message = "这个手写号今天已经登记过了。"


def number_text(series: str, serial: int) -> str:
    """How a number is written: letter and at least three digits (``A012``)."""
    return f"{series}{serial:03d}"


def read_number(written: str) -> str:
    """A number as somebody typed it (``a12``) in its written form (``A012``)."""
    # A Chinese keyboard may write letters and digits in full width.
    plain = unicodedata.normalize("NFKC", written).replace(" ", "").upper()
    parts = re.fullmatch(r"([A-Z]{1,2})([0-9]{1,6})", plain)
    return number_text(parts[1], int(parts[2])) if parts else plain


def read_hand_number(written: str) -> int:
    """The running number in a hand-written ``H12``.

    Raises:
        InvalidHandNumber: it is not H and one to four digits.
    """
    plain = unicodedata.normalize("NFKC", written).replace(" ", "").upper()
    if not (plain.startswith("H") and plain[1:].isascii() and plain[1:].isdigit() and 2 <= len(plain) <= 5):
        raise InvalidHandNumber(field="hand_number")
    if int(plain[1:]) == 0:
        raise InvalidHandNumber(field="hand_number")
    return int(plain[1:])
