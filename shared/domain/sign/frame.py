"""The frame language: how makers of strips pack an address and a text into bytes.

A frame is written in parts with spaces between them::

    3A {address} {length} {text} {sum} 0A

- two hex digits are a byte as it is (``3A``, also ``AA55``), ``'ID'`` are ASCII characters;
- ``{address}``, ``{length}``, ``{text}`` and ``{sum}`` are fields. Numbers are one byte (``u8``) unless a
  form says otherwise: ``{address:u16be}``, ``{length:u16le}``, ``{address:hex2}`` (so many ASCII digits 0-9
  A-F), ``{address:dec3}`` (ASCII decimal digits). ``{text:pad}`` fills the text with blanks to the strip's
  width, ``{text:hex}`` sends two ASCII hex digits for each byte, ``{text:pad,hex}`` both.

``over`` says which parts the checksum covers, ``length`` what the length counts: ``text``, ``address..text``,
and ``start`` and ``end`` for the first part and the last one; ``length`` may add a number (``text+2``).
Neither counts itself. ``escape`` protects what lies between the literals at both ends:
``7D xor 20 for 7D 7E`` or ``10 double``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.errors import Invalid
from shared.domain.sign import SignLine
from shared.domain.sign.checksum import CHECKSUMS, SIZES
from shared.domain.sign.words import columns, encoded

FIELDS = ("address", "length", "text", "sum")
ENCODINGS = ("gb2312", "gbk", "gb18030", "ascii", "utf-8")
NO_CHECKSUM = "none"

_PART = re.compile(r"\{(?P<field>[^{}:]*)(?::(?P<form>[^{}]*))?\}|'(?P<ascii>[^']*)'|(?P<hex>[^\s{}']+)|\s+")
_NUMBER = re.compile(r"(u8|u16be|u16le)|(hex|dec)([1-8])")
_RANGE = re.compile(r"(\w+)(?:\.\.(\w+))?(?:\s*\+\s*(\d+))?")
_XOR = re.compile(r"([0-9A-F]{2}) XOR ([0-9A-F]{2}) FOR ((?:[0-9A-F]{2} ?)+)")
_DOUBLE = re.compile(r"([0-9A-F]{2}) DOUBLE")


class BadFrame(Invalid):
    """A line's frame that cannot be understood; ``key`` names the setting in which the mistake is."""

    code = "bad_frame"

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        super().__init__(text, key=key)


@dataclass(frozen=True, slots=True)
class _Part:
    """A literal, or a field and its form."""

    literal: bytes = b""
    field: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """Parts from the first to the last of them, and a number to add."""

    first: int
    last: int
    plus: int = 0


class Frame:
    """The frames of one line's strips."""

    def __init__(self, line: SignLine) -> None:
        """Read the language; raises BadFrame."""
        self._line = line
        self._parts = _read_parts(line.frame)
        self._checksum = _read_checksum(line.checksum, self._parts)
        if line.encoding not in ENCODINGS:
            raise BadFrame("encoding", f"没有编码 {line.encoding}，能用的是 {'、'.join(ENCODINGS)}")
        self._over = self._span("over", line.over) if self._checksum else _Span(0, -1)
        counted = any(part.field == "length" for part in self._parts)
        self._counts = self._span("length", line.length) if counted else _Span(0, -1)
        self._escape = _read_escape(line.escape)

    def bytes_of(self, address: int, text: str) -> bytes:
        """The frame that lets the strip at an address show a text.

        Raises:
            BadFrame: the address or the length is too large for its form.
        """
        packed = [_number(part, 0) if part.field == "sum" else part.literal for part in self._parts]
        for name in ("address", "text", "length", "sum"):
            for place, part in enumerate(self._parts):
                if part.field == name:
                    packed[place] = self._packed(part, address, text, packed)
        return self._joined(packed)

    def _packed(self, part: _Part, address: int, text: str, packed: Sequence[bytes]) -> bytes:
        match part.field:
            case "text":
                return self._text(part.form, text)
            case "address":
                return _number(part, address)
            case "length":
                return _number(part, len(_between(packed, self._counts)) + self._counts.plus)
            case _:
                return _number(part, CHECKSUMS[self._line.checksum](_between(packed, self._over)))

    def _text(self, form: str, text: str) -> bytes:
        if "pad" in form:
            text += " " * (self._line.width - columns(text))
        data = encoded(text, self._line.encoding)
        return data.hex().upper().encode() if "hex" in form else data

    def _joined(self, packed: Sequence[bytes]) -> bytes:
        """Literals at both ends are delimiters and stay as they are."""
        fields = [place for place, part in enumerate(self._parts) if part.field]
        first, last = fields[0], fields[-1] + 1
        inner = self._escape(b"".join(packed[first:last]))
        return b"".join(packed[:first]) + inner + b"".join(packed[last:])

    def _span(self, key: str, written: str) -> _Span:
        found = _RANGE.fullmatch(written.strip())
        if found is None:
            raise BadFrame(key, f"{key} 写成 text、address..text 或 text+2，不是 {written}")
        first, last = self._place(key, found[1], 0), self._place(key, found[2] or found[1], -1)
        if key == "over" and found[3]:
            raise BadFrame(key, "校验范围不能加数")
        itself = next(place for place, part in enumerate(self._parts) if part.field in _ITSELF[key])
        if first > last or first <= itself <= last:
            raise BadFrame(key, f"{key} 的范围 {written} 前后颠倒，或把自己也算了进去")
        return _Span(first, last, int(found[3] or 0))

    def _place(self, key: str, name: str, end: int) -> int:
        if name in ("start", "end"):
            return 0 if name == "start" else len(self._parts) - 1
        places = [place for place, part in enumerate(self._parts) if part.field == name]
        if not places:
            raise BadFrame(key, f"{key} 里的 {name} 不在帧里，能写 start、end 和帧里的字段")
        return places[end]


_ITSELF = {"over": ("sum",), "length": ("length",)}


def _between(packed: Sequence[bytes], span: _Span) -> bytes:
    return b"".join(packed[span.first : span.last + 1])


def _read_parts(written: str) -> list[_Part]:
    parts: list[_Part] = []
    place = 0
    while place < len(written):
        found = _PART.match(written, place)
        if found is None:
            raise BadFrame("frame", f"第 {place + 1} 个字看不懂：{written[place:]}")
        place = found.end()
        if found["field"] is not None:
            parts.append(_field(found["field"], found["form"] or ""))
        elif found["ascii"] is not None:
            parts.append(_Part(_ascii(found["ascii"])))
        elif found["hex"] is not None:
            parts.append(_Part(_hex(found["hex"], "frame")))
    named = [part.field for part in parts if part.field]
    twice = sorted({name for name in named if named.count(name) > 1 and name != "address"})
    if "text" not in named or twice:
        raise BadFrame("frame", f"{twice[0]} 写了两次" if twice else "帧里没有 {text}")
    return parts


def _field(name: str, form: str) -> _Part:
    if name not in FIELDS:
        raise BadFrame("frame", f"没有字段 {{{name}}}，能用的是 {'、'.join(f'{{{one}}}' for one in FIELDS)}")
    good = (
        set(form.split(",")) <= {"pad", "hex", ""} if name == "text" else not form or _NUMBER.fullmatch(form)
    )
    if not good:
        allowed = "pad、hex" if name == "text" else "u8、u16be、u16le、hex2、dec3 这样的"
        raise BadFrame("frame", f"{{{name}}} 没有写法 {form}，能用的是 {allowed}")
    return _Part(field=name, form=form)


def _ascii(text: str) -> bytes:
    if not text.isascii():
        raise BadFrame("frame", f"引号里只能是 ASCII 字符：{text}")
    return text.encode()


def _hex(digits: str, key: str) -> bytes:
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", digits):
        raise BadFrame(key, f"{digits} 不是十六进制的字节，例如 3A")
    return bytes.fromhex(digits)


def _read_checksum(name: str, parts: Sequence[_Part]) -> str:
    """The checksum's name, empty without one."""
    if name not in (*CHECKSUMS, NO_CHECKSUM):
        raise BadFrame("checksum", f"没有校验 {name}，能用的是 {'、'.join((*CHECKSUMS, NO_CHECKSUM))}")
    has_field = any(part.field == "sum" for part in parts)
    if has_field and name == NO_CHECKSUM:
        raise BadFrame("checksum", "帧里有 {sum}，要写明 checksum")
    if name != NO_CHECKSUM and not has_field:
        raise BadFrame("checksum", "写了 checksum，帧里却没有 {sum}")
    for part in parts:
        if part.field == "sum" and _room(part.form or "u8") < 1 << 8 * SIZES[name]:
            raise BadFrame("frame", f"{name} 有 {SIZES[name]} 个字节，{{sum:{part.form or 'u8'}}} 放不下")
    return "" if name == NO_CHECKSUM else name


def _room(form: str) -> int:
    """How many values a form can say."""
    found = _NUMBER.fullmatch(form)
    if found is None or found[1]:
        return 1 << (8 if form == "u8" else 16)
    return int((16 if found[2] == "hex" else 10) ** int(found[3]))


def _number(part: _Part, value: int) -> bytes:
    form = part.form or "u8"
    if not 0 <= value < _room(form):
        raise BadFrame("frame", f"{value} 放不进 {{{part.field}:{form}}}")
    if form.startswith("u"):
        return value.to_bytes(1 if form == "u8" else 2, "little" if form == "u16le" else "big")
    digits = int(form[3:])
    return (f"{value:0{digits}X}" if form.startswith("hex") else f"{value:0{digits}d}").encode()


def _read_escape(written: str) -> Callable[[bytes], bytes]:
    plain = " ".join(written.upper().split())
    if not plain:
        return lambda data: data
    doubled, by_xor = _DOUBLE.fullmatch(plain), _XOR.fullmatch(plain)
    if doubled:
        mark = _hex(doubled[1], "escape")
        return lambda data: data.replace(mark, mark + mark)
    if by_xor is None:
        raise BadFrame("escape", f"escape 写成 7D xor 20 for 7D 7E 或 10 double，不是 {written}")
    mark, turn, guarded = _hex(by_xor[1], "escape"), int(by_xor[2], 16), bytes.fromhex(by_xor[3])
    if mark[0] not in guarded:
        raise BadFrame("escape", f"escape 要把 {by_xor[1]} 自己也算进去")
    return lambda data: b"".join(
        mark + bytes((byte ^ turn,)) if byte in guarded else bytes((byte,)) for byte in data
    )
