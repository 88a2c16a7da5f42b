"""Queries about the waiting line: who may be next, how many stand before somebody, how long it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from shared.domain.queueing import Discipline, Reach
from shared.domain.ticket import Ticket, TicketState


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """How many wait for one service on one floor, and since when the first of them."""

    series: str
    service_id: str
    floor: int | None
    count: int
    first_arrived_at: datetime


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

    def heads(self, reach: Reach, now: datetime) -> list[Ticket]:
        """The candidates for a counter's next call: what was put back for it, and the first of each class.

        Within a class the one who came first has the highest score, so more need not be looked at.
        """
        mine = self._ordered().where(Ticket.for_counter == reach.counter)
        # What was put back for a counter that does not call is everybody's, so that it is not forgotten.
        reserved = Ticket.for_counter.in_(reach.calling)
        free = self._ordered().where(or_(Ticket.for_counter.is_(None), not_(reserved)))
        if reach.services is not None:
            free = free.where(Ticket.service_id.in_(reach.services))
        late = now - timedelta(seconds=reach.other_floor_seconds)
        free = free.where(or_(Ticket.floor == reach.floor, Ticket.floor.is_(None), Ticket.queued_at <= late))
        queries = (mine, free.where(Ticket.priority.is_(None)), free.where(Ticket.priority.is_not(None)))
        found = (self._session.scalar(query.limit(1)) for query in queries)
        return [ticket for ticket in found if ticket is not None]

    def first(self, scope: Scope, limit: int) -> list[Ticket]:
        """The first ``limit`` of each class."""
        line = self._ordered().where(*_within(scope))
        normal = self._session.scalars(line.where(Ticket.priority.is_(None)).limit(limit))
        priority = self._session.scalars(line.where(Ticket.priority.is_not(None)).limit(limit))
        return [*normal, *priority]

    def behind(self, ticket: Ticket | None, scope: Scope, limit: int) -> list[Ticket]:
        """The next ``limit`` who wait by the normal rule behind a ticket; from the head when it is None."""
        line = self._ordered().where(*_within(scope), Ticket.priority.is_(None))
        if ticket is not None:
            later = and_(Ticket.queued_at == ticket.queued_at, Ticket.place > ticket.place)
            line = line.where(or_(Ticket.queued_at > ticket.queued_at, later), Ticket.id != ticket.id)
        return list(self._session.scalars(line.limit(limit)))

    def groups(self) -> list[WaitingGroup]:
        """How many wait, by series, service and floor."""
        query = (
            select(Ticket.series, Ticket.service_id, Ticket.floor, func.count(), func.min(Ticket.arrived_at))
            .where(Ticket.state == TicketState.WAITING, Ticket.day == self._day)
            .group_by(Ticket.series, Ticket.service_id, Ticket.floor)
        )
        return [WaitingGroup(*row) for row in self._session.execute(query)]

    def count(self, scope: Scope) -> int:
        """How many wait."""
        return self._count(scope)

    def count_ahead(self, ticket: Ticket, scope: Scope, discipline: Discipline, now: datetime) -> int:
        """How many waiting people are called before this ticket."""
        normal, priority = discipline.passed_by(ticket, now)
        if ticket.priority is None:
            normal = ticket.queued_at
        else:
            priority = ticket.queued_at
        before = or_(
            and_(Ticket.priority.is_(None), _earlier(normal, ticket)),
            and_(Ticket.priority.is_not(None), _earlier(priority, ticket)),
        )
        return self._count(scope, Ticket.id != ticket.id, before)

    def for_counter(self, counter: int) -> list[Ticket]:
        """Waiting tickets that were put back for this counter."""
        return list(self._session.scalars(self._ordered().where(Ticket.for_counter == counter)))

    def _ordered(self) -> Select[Ticket]:
        return (
            select(Ticket)
            .where(Ticket.state == TicketState.WAITING, Ticket.day == self._day)
            .order_by(Ticket.queued_at, Ticket.place)
        )

    def _count(self, scope: Scope, *more: ColumnElement[bool]) -> int:
        query = select(func.count()).where(
            Ticket.state == TicketState.WAITING, Ticket.day == self._day, *_within(scope), *more
        )
        return self._session.scalar(query) or 0


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.services is not None:
        conditions.append(Ticket.service_id.in_(scope.services))
    if scope.floor is not None:
        conditions.append(or_(Ticket.floor == scope.floor, Ticket.floor.is_(None)))
    return conditions


def _earlier(moment: datetime, ticket: Ticket) -> ColumnElement[bool]:
    """Queued before ``moment``; those of that very moment score alike, and the earlier arrival decides."""
    if moment < ticket.queued_at:
        return Ticket.queued_at <= moment
    if moment > ticket.queued_at:
        return Ticket.queued_at < moment
    return or_(Ticket.queued_at < moment, and_(Ticket.queued_at == moment, Ticket.place < ticket.place))
