"""The line: every call took whom the discipline names, and every overtaking its rule (I4).

The waiting line of a day is played through once more. What a waiting ticket was like stands in the row that
ended its wait, since each row keeps what it changed; for whoever still waits it lies with the ticket.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import msgspec

from shared.domain.queueing import Discipline, QueueClass, Reach, explain, next_ticket
from shared.domain.site import Site
from shared.domain.verifying.facts import Breach

#: What happens to a waiting ticket without touching its place.
_BESIDE = frozenset({"rate", "reprint"})
#: Whoever steps back begins anew: nobody is said to have passed.
_STEPS_BACK = frozenset({"postpone", "reinstate"})
_OPEN, _WAITING = "open", "waiting"


class Place(msgspec.Struct):
    """A ticket as the discipline sees it (see ``queueing.Waiting``), and what its call wrote down."""

    service_id: str
    floor: int | None
    queue_class: QueueClass
    queued_seconds: float
    place: float
    for_counter: int | None
    preferred_counter: int | None
    passing: tuple[int, ...] = ()
    chosen: bool = False
    id: int = 0
    passed: int = 0
    step_free: bool = False


class LineRow(NamedTuple):
    """A row of the ledger about a ticket of the day; ``kept`` is what it was like before (JSON)."""

    seq: int
    ticket: int
    verb: str
    before: str | None
    after: str | None
    counter: int | None
    rule: str | None
    seconds: float | None
    kept: str | None


class HallMove(NamedTuple):
    """A row about the hall or a counter: what it became; ``counter`` is None for the hall itself."""

    seq: int
    counter: int | None
    verb: str
    became: str | None


@dataclass(frozen=True)
class LineFacts:
    """A day's line: its rows in order of seq, its tickets, and those that wait still."""

    day: date
    rows: Sequence[LineRow]
    numbers: Mapping[int, str]
    step_free: frozenset[int]
    passed: Mapping[int, int]
    waiting: Mapping[int, Place]


class Circumstances:
    """Which configuration held, who called and whether the lift worked, at every row of the ledger."""

    def __init__(self, moves: Iterable[HallMove], site: Callable[[int], Site]) -> None:
        self._site = site
        self._seqs = [0]
        self._known: list[tuple[int | None, bool, frozenset[int]]] = [(None, True, frozenset())]
        self._reaches: dict[tuple[int, int], Reach] = {}
        configuration, lift, calling = self._known[0]
        for move in moves:
            if move.counter is not None:
                calling = calling | {move.counter} if move.became == _OPEN else calling - {move.counter}
            elif move.verb == "configure" and move.became is not None:
                configuration = int(move.became)
            elif move.verb == "lift":
                lift = move.became == "works"
            self._seqs.append(move.seq)
            self._known.append((configuration, lift, calling))

    def at(self, seq: int, counter: int) -> tuple[Reach, Discipline] | None:
        """What a counter could reach at a row, and the rule; None before there was a configuration."""
        index = bisect_right(self._seqs, seq) - 1
        number, lift, calling = self._known[index]
        if number is None:
            return None
        site = self._site(number)
        if (index, counter) not in self._reaches:
            self._reaches[index, counter] = site.reach(counter, calling, lift_works=lift)
        return self._reaches[index, counter], site.queue_rule


@dataclass
class Line:
    """Who waits at a moment, by class in the order of arrival."""

    known: dict[int, Place] = field(default_factory=dict)
    #: Tickets of which nobody wrote down what they were like; no call beside them can be judged.
    unknown: set[int] = field(default_factory=set)
    _ordered: dict[QueueClass, list[tuple[float, float, int]]] = field(
        default_factory=lambda: {known: [] for known in QueueClass}
    )

    def add(self, ticket: int, place: Place | None) -> None:
        if place is None:
            self.unknown.add(ticket)
            return
        self.known[ticket] = place
        insort(self._ordered[place.queue_class], _key(place))

    def remove(self, ticket: int) -> None:
        self.unknown.discard(ticket)
        place = self.known.pop(ticket, None)
        if place is not None:
            self._ordered[place.queue_class].remove(_key(place))

    def earlier(self, place: Place) -> list[Place]:
        """Everybody who came before."""
        found = (
            self.known[ticket]
            for ordered in self._ordered.values()
            for _, _, ticket in ordered[: bisect_right(ordered, (place.queued_seconds, place.place, -1))]
        )
        return [other for other in found if other is not place]

    def next(self, reach: Reach, rule: Discipline, now: float) -> Place | None:
        """Whom the counter must call; of each class only the heads need be looked at."""
        fit = [place for place in self.known.values() if place.for_counter == reach.counter]
        fit += [place for place in self.known.values() if place.passed >= rule.cap]
        fit += self._heads(
            lambda place: reach.bar(place, now) is None and reach.only_if_idle(place, now) is None
        )
        if not any(reach.bar(place, now) is None for place in fit):
            fit += self._heads(lambda place: reach.bar(place, now) is None)
        return next_ticket(fit, reach, rule, now)

    def _heads(self, fits: Callable[[Place], bool]) -> list[Place]:
        heads = []
        for ordered in self._ordered.values():
            head = next((self.known[ticket] for _, _, ticket in ordered if fits(self.known[ticket])), None)
            if head is not None:
                heads.append(head)
        return heads


def _key(place: Place) -> tuple[float, float, int]:
    return place.queued_seconds, place.place, place.id


class _Replay:
    """The day's line, row by row."""

    def __init__(self, facts: LineFacts, circumstances: Circumstances) -> None:
        self._facts = facts
        self._circumstances = circumstances
        self._line = Line()
        self._passed: dict[int, int] = defaultdict(int)
        self._passing: dict[int, tuple[int, ...]] = {}
        self._certain = True
        self._kept = {row.seq: self._read(row) for row in facts.rows if row.kept is not None}
        self._waits: dict[int, list[Place | None]] = defaultdict(list)
        for row in reversed(facts.rows):
            if _ends_wait(row):
                self._waits[row.ticket].append(self._kept.get(row.seq))

    def _read(self, row: LineRow) -> Place | None:
        try:
            place = msgspec.json.decode(row.kept or "", type=Place)
        except msgspec.DecodeError:
            return None
        place.id, place.step_free = row.ticket, row.ticket in self._facts.step_free
        return place

    def run(self) -> Iterator[Breach]:
        for row in self._facts.rows:
            if row.verb == "call":
                yield from self._call(row)
            elif row.verb == "undo" and row.rule == "call":
                self._count(self._passing.pop(row.ticket, ()), -1)
            if _ends_wait(row):
                self._line.remove(row.ticket)
            if row.verb in _STEPS_BACK:
                self._passed[row.ticket] = 0
            if row.after == _WAITING and row.verb not in _BESIDE:
                self._begin_wait(row.ticket)
        yield from self._stored()

    def _begin_wait(self, ticket: int) -> None:
        waits = self._waits[ticket]
        place = waits.pop() if waits else self._facts.waiting.get(ticket)
        if place is None:
            self._certain = False
        else:
            place.passed = self._passed[ticket]
        self._line.add(ticket, place)

    def _call(self, row: LineRow) -> Iterator[Breach]:
        kept = self._kept.get(row.seq)
        found = None if row.counter is None else self._circumstances.at(row.seq, row.counter)
        if kept is None:
            self._certain = False
            return
        if found is not None and row.seconds is not None and not self._line.unknown:
            yield from self._judge(row, kept, *found, row.seconds)
        self._passing[row.ticket] = kept.passing
        self._count(kept.passing, 1)

    def _judge(
        self, row: LineRow, kept: Place, reach: Reach, rule: Discipline, now: float
    ) -> Iterator[Breach]:
        called = self._line.known.get(row.ticket, kept)
        called.passed = self._passed[row.ticket]
        earlier = self._line.earlier(called)
        overtaking = explain(called, earlier, reach, rule, now, chosen=kept.chosen)
        name = f"{self._facts.day} {self._name(row.ticket)}：流水 {row.seq}"
        if overtaking.text != row.rule:
            yield Breach("I4", f"{name} 叫号写的规则是 {row.rule}，应是 {overtaking.text}")
        if set(overtaking.counted) != set(kept.passing):
            wrong = "、".join(self._name(other) for other in {*overtaking.counted} ^ {*kept.passing})
            yield Breach("I4", f"{name} 叫号时超过了谁，记得不对：{wrong}")
        if kept.chosen or row.before != _WAITING:
            return
        expected = self._line.next(reach, rule, now)
        if expected is None or expected.id != row.ticket:
            other = "没有人" if expected is None else self._name(expected.id)
            yield Breach("I4", f"{name} 由 {row.counter} 号窗口叫了，按规则应叫 {other}")

    def _count(self, tickets: Iterable[int], by: int) -> None:
        for ticket in tickets:
            # Who stepped back since counts from nought again; a passing from before is not taken back.
            self._passed[ticket] = max(0, self._passed[ticket] + by)
            if ticket in self._line.known:
                self._line.known[ticket].passed = self._passed[ticket]

    def _stored(self) -> Iterator[Breach]:
        if not self._certain:
            return
        for ticket, passed in self._facts.passed.items():
            if passed != self._passed[ticket]:
                name = f"{self._facts.day} {self._name(ticket)}"
                yield Breach("I4", f"{name} 被超过 {self._passed[ticket]} 次，记的是 {passed} 次")

    def _name(self, ticket: int) -> str:
        return self._facts.numbers.get(ticket, f"#{ticket}")


def _ends_wait(row: LineRow) -> bool:
    return row.before == _WAITING and row.verb not in _BESIDE


def broken_discipline(facts: LineFacts, circumstances: Circumstances) -> Iterator[Breach]:
    """I4: calls in the order of the discipline; each overtaking counted, with the rule that allowed it."""
    return _Replay(facts, circumstances).run()
