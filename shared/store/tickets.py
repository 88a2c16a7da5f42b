"""Queries about tickets, their numbers and their calls."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from shared.domain.board import CALLS_AT_LEAST, CALLS_SECONDS
from shared.domain.hall import Call, Rating, Series
from shared.domain.queueing import Discipline, Reach
from shared.domain.ticket import ENDED, Ticket, TicketState, UnknownTicket

_OPEN_STATES = tuple(state for state in TicketState if state not in ENDED)


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """How many wait for one service on one floor, and since when the first of them."""

    series: str
    service_id: str
    floor: int | None
    count: int
    first_arrived_at: datetime


class Tickets:
    """Tickets of the hall, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next_serial(self, day: date, letter: str) -> int:
        """The next running number of a series on a day; the series row stays locked until the commit.

        A number taken in a transaction that fails is not lost: the row falls back with it.
        """
        make_insert = (
            sqlite_insert if self._session.get_bind().dialect.name == "sqlite" else postgresql_insert
        )
        insert = make_insert(Series).values(day=day, letter=letter, last=1)
        upsert = insert.on_conflict_do_update(
            index_elements=[Series.day, Series.letter], set_={"last": Series.__table__.c.last + 1}
        ).returning(Series.__table__.c.last)
        return int(self._session.execute(upsert).scalar_one())

    def count_waiting(self, day: date, services: Collection[str], floor: int | None) -> int:
        """How many wait for these services on a floor."""
        query = select(func.count()).where(
            Ticket.state == TicketState.WAITING,
            Ticket.day == day,
            Ticket.service_id.in_(services),
            Ticket.floor == floor,
        )
        return self._session.scalar(query) or 0

    def by_id(self, ticket_id: int) -> Ticket:
        return self._session.get_one(Ticket, ticket_id)

    def by_token(self, token: str) -> Ticket:
        """The ticket of a token.

        Raises:
            UnknownTicket: unknown or revoked.
        """
        return self._one(select(Ticket).where(Ticket.token == token, Ticket.revoked.is_(False)))

    def by_number(self, number: str, day: date) -> Ticket:
        """The ticket with this number on this day.

        Raises:
            UnknownTicket: no such number today.
        """
        return self._one(select(Ticket).where(Ticket.number == number.strip().upper(), Ticket.day == day))

    def hand_number_exists(self, day: date, serial: int) -> bool:
        """Whether a hand-written number of the day is entered already."""
        found = select(Ticket.id).where(Ticket.day == day, Ticket.series == "H", Ticket.serial == serial)
        return self._session.scalar(found) is not None

    def in_states(self, states: Collection[TicketState], day: date) -> list[Ticket]:
        """Today's tickets in these states, the first arrival first."""
        query = (
            select(Ticket)
            .where(Ticket.state.in_(states), Ticket.day == day)
            .order_by(Ticket.queued_at, Ticket.place)
        )
        return list(self._session.scalars(query))

    def waiting(self, day: date) -> list[Ticket]:
        """Who waits today, the first arrival first."""
        return self.in_states([TicketState.WAITING], day)

    def heads(self, reach: Reach, day: date, now: datetime) -> list[Ticket]:
        """The candidates for a counter's next call: what was put back for it, and the first of each class.

        Within a class the one who came first has the highest score, so more need not be looked at.
        """
        mine = _line(day).where(Ticket.for_counter == reach.counter)
        free = _line(day).where(Ticket.for_counter.is_(None))
        if reach.services is not None:
            free = free.where(Ticket.service_id.in_(reach.services))
        late = now - timedelta(seconds=reach.other_floor_seconds)
        free = free.where(or_(Ticket.floor == reach.floor, Ticket.floor.is_(None), Ticket.queued_at <= late))
        queries = (mine, free.where(Ticket.priority.is_(None)), free.where(Ticket.priority.is_not(None)))
        found = (self._session.scalar(query.limit(1)) for query in queries)
        return [ticket for ticket in found if ticket is not None]

    def first_waiting(self, day: date, floor: int | None, limit: int) -> list[Ticket]:
        """The first ``limit`` of each class who wait for a floor (for all floors when it is None)."""
        line = _line(day)
        if floor is not None:
            line = line.where(or_(Ticket.floor == floor, Ticket.floor.is_(None)))
        normal = self._session.scalars(line.where(Ticket.priority.is_(None)).limit(limit))
        priority = self._session.scalars(line.where(Ticket.priority.is_not(None)).limit(limit))
        return [*normal, *priority]

    def waiting_groups(self, day: date) -> list[WaitingGroup]:
        """How many wait, by series, service and floor."""
        query = (
            select(Ticket.series, Ticket.service_id, Ticket.floor, func.count(), func.min(Ticket.arrived_at))
            .where(Ticket.state == TicketState.WAITING, Ticket.day == day)
            .group_by(Ticket.series, Ticket.service_id, Ticket.floor)
        )
        return [WaitingGroup(*row) for row in self._session.execute(query)]

    def count_ahead(
        self, ticket: Ticket, services: Collection[str], discipline: Discipline, now: datetime
    ) -> int:
        """How many waiting tickets of the same line (these services, this floor) are called before it."""
        line = [Ticket.state == TicketState.WAITING, Ticket.day == ticket.day, Ticket.id != ticket.id]
        line += [Ticket.service_id.in_(services), Ticket.floor == ticket.floor]
        normal, priority = discipline.passed_by(ticket, now)
        if ticket.priority is None:
            normal = ticket.queued_at
        else:
            priority = ticket.queued_at
        before = or_(
            and_(Ticket.priority.is_(None), _earlier(normal, ticket)),
            and_(Ticket.priority.is_not(None), _earlier(priority, ticket)),
        )
        return self._session.scalar(select(func.count()).where(*line, before)) or 0

    def at_counter(self, counter: int) -> Ticket | None:
        """The ticket that is called to, or served at, a counter."""
        return self._session.scalar(
            select(Ticket).where(
                Ticket.counter == counter,
                Ticket.state.in_([TicketState.CALLED, TicketState.SERVING]),
            )
        )

    def held_at(self, counter: int, day: date) -> list[Ticket]:
        """Tickets that a counter put on hold today."""
        return [ticket for ticket in self.in_states([TicketState.HELD], day) if ticket.counter == counter]

    def for_counter(self, counter: int, day: date) -> list[Ticket]:
        """Waiting tickets that were put back for this counter."""
        return [ticket for ticket in self.waiting(day) if ticket.for_counter == counter]

    def open_before(self, day: date) -> list[Ticket]:
        """Tickets of earlier days that are still open."""
        query = select(Ticket).where(Ticket.state.in_(_OPEN_STATES), Ticket.day < day)
        return list(self._session.scalars(query))

    def page(self, day: date, state: str | None, after: int, limit: int) -> list[Ticket]:
        """Today's tickets by id, at most ``limit`` after the one with id ``after``."""
        query = select(Ticket).where(Ticket.day == day, Ticket.id > after).order_by(Ticket.id).limit(limit)
        if state is not None:
            query = query.where(Ticket.state == TicketState(state))
        return list(self._session.scalars(query))

    def counts(self, day: date) -> dict[str, int]:
        """How many tickets of the day are in each state."""
        query = select(Ticket.state, func.count()).where(Ticket.day == day).group_by(Ticket.state)
        return {str(state): count for state, count in self._session.execute(query)}

    def recent_calls(self, now: datetime) -> list[Call]:
        """Calls and recalls of the last two minutes, and at least eight, the newest first."""
        latest = list(self._session.scalars(select(Call).order_by(Call.id.desc()).limit(CALLS_AT_LEAST)))
        since = now - timedelta(seconds=CALLS_SECONDS)
        if len(latest) < CALLS_AT_LEAST or latest[-1].called_at < since:
            return latest
        return list(
            self._session.scalars(select(Call).where(Call.called_at >= since).order_by(Call.id.desc()))
        )

    def rating_of(self, ticket_id: int) -> Rating | None:
        return self._session.get(Rating, ticket_id)

    def call(self, call_id: int) -> Call | None:
        return self._session.get(Call, call_id)

    def last_call_of(self, ticket: Ticket) -> Call | None:
        """The latest call or recall of a ticket."""
        query = select(Call).where(Call.ticket_id == ticket.id).order_by(Call.id.desc()).limit(1)
        return self._session.scalar(query)

    def _one(self, query: Any) -> Ticket:
        ticket: Ticket | None = self._session.scalar(query)
        if ticket is None:
            raise UnknownTicket
        return ticket


def _line(day: date) -> Select[Ticket]:
    return (
        select(Ticket)
        .where(Ticket.state == TicketState.WAITING, Ticket.day == day)
        .order_by(Ticket.queued_at, Ticket.place)
    )


def _earlier(moment: datetime, ticket: Ticket) -> ColumnElement[bool]:
    """Queued before ``moment``; those of that very moment score alike, and the earlier arrival decides."""
    if moment < ticket.queued_at:
        return Ticket.queued_at <= moment
    if moment > ticket.queued_at:
        return Ticket.queued_at < moment
    return or_(Ticket.queued_at < moment, and_(Ticket.queued_at == moment, Ticket.place < ticket.place))
