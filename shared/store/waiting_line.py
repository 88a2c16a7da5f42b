"""Queries about the waiting line: who may be next, how many stand before somebody, how long it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from shared.domain.base import Entity
from shared.domain.counter import Counter
from shared.domain.queueing import Discipline, QueueClass, Reach, Waiting
from shared.domain.ticket import Ticket

_T: Any = Entity.metadata.tables[Ticket.__tablename__].c
#: Partial indexes are found only by the word itself, not by a parameter.
_COUNTERS = Entity.metadata.tables[Counter.__tablename__]
_IS_CALLING = _COUNTERS.c.state == literal_column("'open'")
_WAITS_TODAY = and_(_T.state == literal_column("'waiting'"), _T.day == bindparam("today"))
#: The same for who is counted. Everybody has some class; it is named because the index of the line begins
#: with it, and SQLite would otherwise look through all tickets of the day.
_IS_WAITING = and_(_WAITS_TODAY, _T.queue_class.in_([literal_column(f"'{known}'") for known in QueueClass]))


class WaitingGroup(NamedTuple):
    """How many wait for one service on one floor, and since when the first of them."""

    series: str
    service_id: str
    floor: int | None
    people: int
    first_arrived_seconds: float


class WaitingRow(NamedTuple):
    """A waiting ticket as the discipline sees it (see ``queueing.Waiting``)."""

    id: int
    number: str
    service_id: str
    floor: int | None
    queue_class: QueueClass
    queued_seconds: float
    place: float
    passed: int
    for_counter: int | None
    preferred_counter: int | None
    step_free: bool


_ROW = tuple(_T[name] for name in WaitingRow._fields)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which waiting people form one line: these services (None: all), this floor (None: all)."""

    services: Collection[str] | None = None
    floor: int | None = None


class WaitingLine:
    """The line of one service day, as one transaction sees it."""

    def __init__(self, session: Session, day: date) -> None:
        self._session = session
        self._day = day

    def candidates(self, reach: Reach, cap: int, now: float) -> list[WaitingRow]:
        """Among whom a counter's next is: what was put back for it, whoever may not be passed, class heads.

        Within a class the one who came first has the highest score, so more need not be looked at. What is
        better left to others is looked for only when there is nobody else.
        """
        facts = self._facts(reach, cap, now)
        found = self._rows(_candidates(reach.services is not None, bool(reach.helps), True), facts)
        if not found:
            found = self._rows(_candidates(reach.services is not None, bool(reach.helps), False), facts)
        return found

    def earlier(self, ticket: Waiting) -> list[WaitingRow]:
        """Everybody who waits and came before this ticket."""
        facts = {"queued": ticket.queued_seconds, "place": ticket.place}
        return self._rows(_EARLIER, facts)

    def count_passing(self, ids: Sequence[int], by: int) -> None:
        """Count that these were passed once more (``by`` 1), or take it back (-1).

        Nothing is taken back from whoever stepped back since: they count from nought again.
        """
        if ids:
            self._session.execute(
                update(Ticket)
                .where(Ticket.id.in_(ids), Ticket.passed + by >= 0)
                .values(passed=Ticket.passed + by)
                .execution_options(synchronize_session=False)
            )

    def first(self, scope: Scope, limit: int) -> list[WaitingRow]:
        """The first ``limit`` of each class."""
        statement = _first(scope.services is not None, scope.floor is not None)
        return self._rows(statement, {**_scope_facts(scope), "most": limit})

    def behind(self, ticket: Waiting | None, scope: Scope, limit: int) -> list[WaitingRow]:
        """The next ``limit`` normal ones behind a place of the line; from the head when it is None."""
        statement = _behind(scope.services is not None, scope.floor is not None)
        place = (-1e18, 0.0) if ticket is None else (ticket.queued_seconds, ticket.place)
        facts = {"queued": place[0], "place": place[1], "most": limit}
        return self._rows(statement, {**_scope_facts(scope), **facts})

    def places_taken(self, queued_seconds: float) -> list[float]:
        """The places of all tickets of the day that were queued at this instant, waiting or not."""
        facts = {"today": self._day, "queued": queued_seconds}
        return list(self._session.execute(_PLACES, facts).scalars())

    def groups(self) -> list[WaitingGroup]:
        """How many wait, by series, service and floor."""
        return [WaitingGroup._make(row) for row in self._session.execute(_GROUPS, {"today": self._day})]

    def share_of(self, queue_class: QueueClass) -> float:
        """Which share of the day's tickets is of a class; 0 on a day without tickets."""
        today = select(func.count()).where(Ticket.day == self._day)
        issued = self._session.scalar(today) or 0
        of_class = self._session.scalar(today.where(Ticket.queue_class == queue_class)) or 0
        return of_class / issued if issued else 0.0

    def count_on_floors(self) -> dict[tuple[int | None, str], int]:
        """How many wait, by floor and service."""
        found = self._session.execute(_ON_FLOORS, {"today": self._day})
        return {(row[0], row[1]): row[2] for row in found}

    def count(self, scope: Scope) -> dict[str, int]:
        """How many wait, by service."""
        statement = _count(scope.services is not None, scope.floor is not None, False)
        return self._counts(statement, _scope_facts(scope))

    def count_ahead(self, ticket: Ticket, scope: Scope, discipline: Discipline, now: float) -> dict[str, int]:
        """How many waiting people are called before this ticket, by service."""
        facts: dict[str, Any] = {
            "me": ticket.id,
            "cap": discipline.cap,
            "capped": discipline.is_capped(ticket),
            "my_queued": ticket.queued_seconds,
            "my_place": ticket.place,
        }
        for known, queued in discipline.ahead_of(ticket, now).items():
            facts[f"{known}_queued"] = queued
            facts[f"{known}_place"] = _tie(queued, ticket)
        statement = _count(scope.services is not None, scope.floor is not None, True)
        return self._counts(statement, {**_scope_facts(scope), **facts})

    def for_counter(self, counter: int) -> list[Ticket]:
        """Waiting tickets that were put back for this counter."""
        query = select(Ticket).where(_WAITS_TODAY, Ticket.for_counter == counter).order_by(Ticket.id)
        return list(self._session.scalars(query, {"today": self._day}))

    def _facts(self, reach: Reach, cap: int, now: float) -> dict[str, Any]:
        taken = [] if reach.services is None else [*reach.services, *reach.helps]
        return {
            "me": reach.counter,
            "here": reach.floor,
            "late": now - reach.other_floor_seconds,
            "lift_broken": not reach.lift_works,
            "cap": cap,
            "known_since": now - reach.same_counter_seconds,
            **({"taken": taken} if reach.services is not None else {}),
            **({"own": list(reach.services or ())} if reach.services is not None and reach.helps else {}),
        }

    def _rows(self, statement: Any, facts: Mapping[str, Any]) -> list[WaitingRow]:
        found = self._session.execute(statement, {**facts, "today": self._day})
        return [WaitingRow._make(row) for row in found]

    def _counts(self, statement: Any, facts: Mapping[str, Any]) -> dict[str, int]:
        found = self._session.execute(statement, {**facts, "today": self._day})
        return {row[0]: row[1] for row in found}


def _tie(queued: float, ticket: Waiting) -> float:
    """Those queued at that very time score alike, and the earlier arrival decides."""
    if queued == ticket.queued_seconds:
        return ticket.place
    return float("inf") if queued < ticket.queued_seconds else -float("inf")


def _scope_facts(scope: Scope) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if scope.services is not None:
        facts["services"] = list(scope.services)
    if scope.floor is not None:
        facts["here"] = scope.floor
    return facts


def _within(services: bool, floor: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if services:
        conditions.append(_T.service_id.in_(bindparam("services", expanding=True)))
    if floor:
        conditions.append(or_(_T.floor == bindparam("here"), _T.floor.is_(None)))
    return conditions


def _before(queued: str, place: str) -> ColumnElement[bool]:
    # The first half alone would be too much, but it is what an index can be asked for.
    not_later = _T.queued_seconds <= bindparam(queued)
    return and_(not_later, or_(_T.queued_seconds < bindparam(queued), _T.place < bindparam(place)))


def _ordered(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_ROW).where(_WAITS_TODAY, *conditions).order_by(_T.queued_seconds, _T.place)


def _union(parts: Sequence[Select[Any]]) -> CompoundSelect[Any]:
    """One statement for the first rows of several."""
    first, *others = (select(*part.subquery().c) for part in parts)
    return first.union_all(*others)


def _of_class(queue_class: QueueClass) -> ColumnElement[bool]:
    is_of_it: ColumnElement[bool] = _T.queue_class == literal_column(f"'{queue_class}'")
    return is_of_it


#: Class by class, because the index of the line is: so only those are read who are meant.
_EARLIER = union_all(
    *(select(*_ROW).where(_WAITS_TODAY, _of_class(known), _before("queued", "place")) for known in QueueClass)
)
_PLACES = select(_T.place).where(_T.day == bindparam("today"), _T.queued_seconds == bindparam("queued"))
_ON_FLOORS = (
    select(_T.floor, _T.service_id, func.count()).where(_IS_WAITING).group_by(_T.floor, _T.service_id)
)
_GROUPS = (
    select(
        _T.series,
        _T.service_id,
        _T.floor,
        func.count(),
        func.min(_T.arrived_seconds),
    )
    .where(_IS_WAITING)
    .group_by(_T.series, _T.service_id, _T.floor)
)


@cache
def _candidates(services: bool, helps: bool, fully: bool) -> CompoundSelect[Any]:
    """The statement behind :meth:`WaitingLine.candidates`; the same rules as ``Reach`` has."""
    me: Any = bindparam("me")
    here: Any = bindparam("here")
    # Asked of the table itself: a list of parameters would have to be written into the statement each time.
    calling = select(_COUNTERS.c.number).where(_IS_CALLING)
    floors = select(_COUNTERS.c.floor).where(_IS_CALLING)
    kept = and_(_T.for_counter.is_not(None), _T.for_counter != me, _T.for_counter.in_(calling))
    stays = and_(
        _T.step_free,
        or_(_T.floor.in_(floors), bindparam("lift_broken")),
    )
    late = and_(_T.queued_seconds <= bindparam("late"), not_(stays))
    allowed = [not_(func.coalesce(kept, False)), or_(_T.floor == here, _T.floor.is_(None), late)]
    if services:
        taken = _T.service_id.in_(bindparam("taken", expanding=True))
        allowed.append(or_(taken, and_(_T.step_free, _T.floor == here)))
    if fully:
        preferred = _T.preferred_counter
        known = _T.queued_seconds <= bindparam("known_since")
        allowed.append(or_(preferred.is_(None), preferred == me, preferred.not_in(calling), known))
        if services and helps:
            allowed.append(_T.service_id.in_(bindparam("own", expanding=True)))
    # The index of those who were passed is found by "passed > 0".
    capped = and_(_T.passed > literal_column("0"), _T.passed >= bindparam("cap"))
    heads = [_ordered(_of_class(known), *allowed) for known in QueueClass]
    # What was put back for a counter is little, of any class, and is ordered by the discipline as well.
    return _union(
        [_ordered(_T.for_counter == me), *(p.limit(1) for p in (_ordered(capped, *allowed), *heads))]
    )


@cache
def _first(services: bool, floor: bool) -> CompoundSelect[Any]:
    heads = [
        _ordered(_of_class(known), *_within(services, floor)).limit(bindparam("most")) for known in QueueClass
    ]
    return _union(heads)


@cache
def _behind(services: bool, floor: bool) -> Select[Any]:
    later = or_(
        _T.queued_seconds > bindparam("queued"),
        and_(_T.queued_seconds == bindparam("queued"), _T.place > bindparam("place")),
    )
    return _ordered(_of_class(QueueClass.NORMAL), later, *_within(services, floor)).limit(bindparam("most"))


@cache
def _count(services: bool, floor: bool, ahead: bool) -> Select[Any]:
    conditions = _within(services, floor)
    if ahead:
        by_class = [
            and_(_of_class(known), _before(f"{known}_queued", f"{known}_place")) for known in QueueClass
        ]
        # Before whoever may not be passed any more stand only others of that kind who came earlier.
        capped = and_(_T.passed > literal_column("0"), _T.passed >= bindparam("cap"))
        me_capped = bindparam("capped", type_=Boolean)
        first = and_(capped, or_(not_(me_capped), _before("my_queued", "my_place")))
        conditions += [_T.id != bindparam("me"), or_(and_(not_(me_capped), or_(*by_class)), first)]
    counted = select(_T.service_id, func.count()).where(_IS_WAITING, *conditions)
    return counted.group_by(_T.service_id)
