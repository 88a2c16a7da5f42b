"""What the rules look at: rows of the database without anything else, and what a rule answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

#: What each invariant says, in the words of the person who runs the command.
INVARIANTS: Mapping[str, str] = {
    "I1": "答复过的号都在",
    "I2": "号不重不漏",
    "I3": "一个号只在一个窗口，一个窗口只有一个号",
    "I4": "叫号顺序符合排队规则",
    "I5": "状态只按规定变化",
    "I6": "办件的事项齐全，有股室有期限，同时转办",
    "I7": "流水号和叫号编号只增不减",
    "I8": "各状态之和等于发出的号",
    "I9": "同一按键只有一个答复",
    "I10": "每个状态都有流水，写明谁、何时、哪次按键",
    "I11": "时长从不为负",
    "I12": "没有号留到第二天",
    "storage": "数据库文件完好",
}


class Breach(NamedTuple):
    """One thing that is broken: which invariant, and where."""

    invariant: str
    detail: str


class Move(NamedTuple):
    """A row of the ledger about a ticket, a counter or an item; states are plain words."""

    seq: int
    subject: int
    verb: str
    before: str | None
    after: str | None
    counter: int | None
    day: date
    press: str
    actor: str
    reason: str | None


class TicketFact(NamedTuple):
    """A ticket as it lies in the database."""

    id: int
    series: str
    serial: int
    number: str
    state: str
    counter: int | None
    version: int
    place: float


class CounterFact(NamedTuple):
    """A counter as it lies in the database."""

    number: int
    state: str


class Summons(NamedTuple):
    """A call, recall or resume as the ledger has it."""

    seq: int
    ticket: int
    counter: int | None


class CallFact(NamedTuple):
    """A call or recall as the walls showed it, and the number that its ticket really has."""

    id: int
    ticket: int
    counter: int
    shown: str
    number: str | None


class ItemFact(NamedTuple):
    """An item of a case as it lies in the database."""

    id: int
    case: int
    case_number: str
    number: int
    office: str
    state: str
    at_counter: bool
    accepted_at: datetime | None
    due_on: date | None
    due_state: str
    version: int


class PressFact(NamedTuple):
    """A stored answer."""

    id: int
    route: str
    status: int
    answer: bytes


class Tick(NamedTuple):
    """When a row of the ledger was written: ``elapsed`` seconds since ``boot``."""

    seq: int
    elapsed: float
    boot: str


class HallFact(NamedTuple):
    """The hall's own row."""

    version: int
    service_day: date | None


class HallTimes(NamedTuple):
    """When a ticket came and when it was called, in the hall's own seconds, which no clock moves."""

    number: str
    arrived: float
    called: float


@dataclass(frozen=True)
class DayFacts:
    """A service day: its tickets, all their moves in order of seq, and the last numbers of its series.

    ``issued`` is how many tickets the ledger says were issued on this day.
    """

    day: date
    tickets: Sequence[TicketFact]
    moves: Sequence[Move]
    series: Mapping[str, int]
    issued: int


@dataclass(frozen=True)
class CasesFacts:
    """Some cases (id to number), all their items, and the items' moves in order of seq.

    ``openings`` is the press in which each case was opened.
    """

    cases: Mapping[int, str]
    items: Sequence[ItemFact]
    moves: Sequence[Move]
    openings: Mapping[int, str]


def twice(values: Iterable[str]) -> list[tuple[str, int]]:
    """The values that occur more than once, and how often."""
    return [(value, times) for value, times in Counter(values).items() if times > 1]
