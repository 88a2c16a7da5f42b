"""What can be wrong with a virtual printer, each by a switch of its own, and the figures that some have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from shared.domain.errors import Invalid


class Fault(StrEnum):
    """A fault; each can be on together with any other.

    ``cutter_jam`` lets the printer be fine until the next cut and stops it there; ``cutter_error`` reports a
    broken cutter while the printer says that it is on-line. ``silent`` prints and answers nothing.
    """

    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_JAM = "cutter_jam"
    CUTTER_ERROR = "cutter_error"
    OFFLINE = "offline"
    POWER_OFF = "power_off"
    SILENT = "silent"
    GARBAGE = "garbage"
    LOST_CONFIRMATION = "lost_confirmation"
    LATE_CONFIRMATION = "late_confirmation"
    SLOW = "slow"
    BLACK_HOLE = "black_hole"
    REFUSE = "refuse"
    RESET = "reset"


STOPS_PRINTING = frozenset({Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.OFFLINE, Fault.POWER_OFF})
"""With one of these bytes go into the buffer and none are printed; ``cutter_jam`` joins at a cut."""


@dataclass(frozen=True)
class Words:
    """A fault's name for people, and what it does."""

    label: str
    meaning: str


WORDS: dict[Fault, Words] = {
    Fault.NEAR_END: Words("纸快用完", "照常打印，状态报纸将尽"),
    Fault.PAPER_OUT: Words("缺纸", "停止打印，收到的先存着；装上纸接着打"),
    Fault.COVER_OPEN: Words("上盖打开", "停止打印；合上接着打"),
    Fault.CUTTER_JAM: Words("切刀卡住", "下一次切纸时卡住停机，报脱机和切刀错误"),
    Fault.CUTTER_ERROR: Words("切刀报错", "还说自己联机，只报切刀错误；纸切不断"),
    Fault.OFFLINE: Words("脱机", "连得上，说自己脱机，不打印"),
    Fault.POWER_OFF: Words("断电", "断开连接，没打的全丢；连不上"),
    Fault.SILENT: Words("不回答", "照常打印，什么都不回答"),
    Fault.GARBAGE: Words("乱回答", "照常打印，回答的是随机字节"),
    Fault.LOST_CONFIRMATION: Words("回执丢失", "打完了，但打完的回执没有发出"),
    Fault.LATE_CONFIRMATION: Words("回执迟到", "打完了，过几秒才发回执"),
    Fault.SLOW: Words("打得慢", "每秒只打这么多字节"),
    Fault.BLACK_HOLE: Words("只连不收", "接受连接，什么都不读"),
    Fault.REFUSE: Words("拒绝连接", "端口关着，串口拔掉"),
    Fault.RESET: Words("中途重置", "收到这么多字节就重置连接"),
}

_MOST_BYTES = 10_000_000
_MOST_SECONDS = 600.0


@dataclass(frozen=True)
class Figures:
    """The figures of faults; bytes are bytes of print, without real-time commands.

    ``paper_out_after``: so many more bytes and the paper is out; None: the roll is long enough.
    ``reset_after``: bytes of a connection before it is reset. ``bytes_per_second``: how fast a slow printer
    prints. ``late_seconds``: how late a late confirmation is. ``seed``: of the garbage.
    """

    paper_out_after: int | None = None
    reset_after: int = 50
    bytes_per_second: int = 1000
    late_seconds: float = 8.0
    seed: int = 1


class UnknownFault(Invalid):
    """A switch that no virtual printer has, or a value that it cannot take."""

    code = "unknown_fault"
    message = "虚拟打印机没有这个开关，或者数值不对。"


@dataclass(frozen=True)
class Changes:
    """Switches to turn: the faults to begin, those to end, and the figures as they will be."""

    begun: frozenset[Fault]
    ended: frozenset[Fault]
    figures: Figures


FIGURE_NAMES = frozenset(field.name for field in fields(Figures))


def read_changes(wanted: Mapping[str, object], figures: Figures) -> Changes:
    """The changes that a request's names and values ask for; raises UnknownFault and then changes nothing.

    A fault's name takes true or false, a figure's name its number. ``all_well: true`` ends every fault
    that is not begun in the same request.
    """
    begun: set[Fault] = set()
    ended: set[Fault] = set()
    for name, value in wanted.items():
        if name in FIGURE_NAMES:
            figures = replace(figures, **{name: _figure(name, value)})
        elif not isinstance(value, bool):
            raise UnknownFault(field=name)
        elif name == "all_well":
            ended |= set(Fault) if value else set()
            figures = replace(figures, paper_out_after=None) if value else figures
        elif name in set(Fault):
            (begun if value else ended).add(Fault(name))
        else:
            raise UnknownFault(field=name)
    if isinstance(wanted.get("paper_out_after"), int):
        figures = replace(figures, paper_out_after=_figure("paper_out_after", wanted["paper_out_after"]))
    return Changes(frozenset(begun), frozenset(ended - begun), figures)


def _figure(name: str, value: object) -> Any:
    if name == "paper_out_after" and value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnknownFault(field=name)
    if name == "late_seconds":
        if not 0 <= value <= _MOST_SECONDS:
            raise UnknownFault(field=name)
        return float(value)
    least = 0 if name in ("seed", "reset_after") else 1
    if int(value) != value or not least <= value <= _MOST_BYTES:
        raise UnknownFault(field=name)
    return int(value)


def figures_as_data(figures: Figures) -> dict[str, Any]:
    """The figures by name."""
    return asdict(figures)
