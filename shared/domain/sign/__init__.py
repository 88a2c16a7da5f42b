"""Counter signs: what the sign of a counter says, as data, and how the strips of a line are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class SignState(StrEnum):
    """What a counter does, as its sign tells it; ``closed`` is a counter without a clerk."""

    CALLING = "calling"
    SERVING = "serving"
    FREE = "free"
    PAUSED = "paused"
    BREAK = "break"
    CLOSED = "closed"


#: What signs of the hall say in each state; a page has room for a number above it.
WORDS: Mapping[SignState, str] = {
    SignState.CALLING: "请到本窗口",
    SignState.SERVING: "正在办理",
    SignState.FREE: "空闲",
    SignState.PAUSED: "暂停",
    SignState.BREAK: "午休",
    SignState.CLOSED: "现在没有开",
}


@dataclass(frozen=True, slots=True)
class SignFace:
    """What the sign of a counter says; it knows a number and no person and no matter.

    ``number`` is the ticket's, while one is called or served; ``until`` the clock time (``14:30``) at which
    calling goes on, in a break.
    """

    counter: int
    floor: int
    state: SignState
    number: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class SignLine:
    """A line of strips: one bus, or one log, and how a strip on it is told something.

    ``width`` is how many half-width characters a strip shows (a Chinese one takes two). ``frame``,
    ``checksum``, ``over``, ``length`` and ``escape`` are the language of :mod:`shared.domain.sign.frame`.
    ``gap_ms`` is the silence between two frames, ``repeat_seconds`` how often every strip is told again, for
    a strip forgets when its power fails.
    """

    name: str
    address: str
    width: int = 8
    encoding: str = "gb2312"
    frame: str = "{text}"
    checksum: str = "none"
    over: str = "start..text"
    length: str = "text"
    escape: str = ""
    gap_ms: int = 50
    repeat_seconds: float = 30.0

    @property
    def device(self) -> str:
        """The name under which the line's owner and state are known; never a printer's."""
        return f"line:{self.name}"


@dataclass(frozen=True, slots=True)
class Sign:
    """A counter's strip: the line on which it hangs, and its address there."""

    counter: int
    line: str
    address: int


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line, its strips, and what each of them has to say now."""

    line: SignLine
    faces: Sequence[tuple[Sign, SignFace]]
