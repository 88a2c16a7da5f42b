"""The status bytes of a virtual printer, and what each of their bits says in words.

Bits after the DLE EOT and GS a tables of ESC/POS printers; the two differ in their places.
"""

from __future__ import annotations

from dataclasses import dataclass

PRINTER, OFFLINE_CAUSE, ERROR, PAPER = 1, 2, 3, 4
_MARK = 0x12
_PAPER_NEAR_END, _PAPER_END = 0x0C, 0x60

WORDS: dict[int, tuple[str, tuple[tuple[int, str], ...]]] = {
    PRINTER: ("打印机", ((0x08, "脱机"), (0x40, "走纸键按着"))),
    OFFLINE_CAUSE: (
        "脱机原因",
        ((0x04, "上盖开着"), (0x08, "走纸键按着"), (0x20, "缺纸停机"), (0x40, "有错误")),
    ),
    ERROR: (
        "错误",
        ((0x04, "机械错误"), (0x08, "切刀错误"), (0x20, "不可恢复错误"), (0x40, "打印头错误")),
    ),
    PAPER: ("纸", ((_PAPER_NEAR_END, "纸将尽"), (_PAPER_END, "纸用完"))),
}
"""Subject of DLE EOT: its name, and what its bits say when set."""


@dataclass(frozen=True)
class Shape:
    """What a printer's sensors see."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    offline: bool = False
    jammed: bool = False
    cutter_error: bool = False
    confused: bool = False

    @property
    def says_offline(self) -> bool:
        """Whether the printer calls itself off-line."""
        return self.offline or self.paper_out or self.cover_open or self.jammed or self.confused


def real_time_byte(subject: int, shape: Shape) -> int:
    """The answer to DLE EOT of that subject."""
    if subject == PRINTER:
        return _MARK | (0x08 if shape.says_offline else 0)
    if subject == OFFLINE_CAUSE:
        cause = (0x04 if shape.cover_open else 0) | (0x20 if shape.paper_out else 0)
        return _MARK | cause | (0x40 if shape.jammed or shape.confused else 0)
    if subject == ERROR:
        return _MARK | (0x08 if shape.jammed or shape.cutter_error else 0)
    if subject == PAPER:
        # A roll that is out is past its near-end sensor as well.
        out = _PAPER_END | _PAPER_NEAR_END if shape.paper_out else 0
        return _MARK | out | (_PAPER_NEAR_END if shape.near_end else 0)
    return _MARK


def paper_byte(shape: Shape) -> int:
    """The answer to GS r 1."""
    return (0x0C if shape.paper_out else 0) | (0x03 if shape.near_end or shape.paper_out else 0)


def auto_status(shape: Shape) -> bytes:
    """The four bytes that GS a sends at every change."""
    first = 0x10 | (0x08 if shape.says_offline else 0) | (0x20 if shape.cover_open else 0)
    second = 0x08 if shape.jammed or shape.cutter_error else 0
    return bytes((first, second, paper_byte(shape), 0))


def spell(subject: int, byte: int) -> str:
    """A status byte in words: its subject, its bits, and that it is none when its fixed bits are wrong."""
    name, bits = WORDS.get(subject, (f"第 {subject} 类", ()))
    if byte & 0x93 != _MARK:
        return f"{name} {byte:02X}：不是状态字节"
    found = [word for bit, word in bits if byte & bit]
    return f"{name} {byte:02X}：{'、'.join(found) if found else '正常'}"
