"""Queries about tickets, their numbers and their calls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from shared.domain.board import CALLS_AT_LEAST, CALLS_SECONDS
from shared.domain.hall import Call, Rating, Series
from shared.domain.ticket import ENDED, Ticket, TicketState, UnknownTicket, read_number

_OPEN_STATES = tuple(state for state in TicketState if state not in ENDED)


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
        return self._one(select(Ticket).where(Ticket.number == read_number(number), Ticket.day == day))

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

    def recent_calls(self, now: datetime, day_began: datetime, floor: int | None = None) -> list[Call]:
        """The day's calls and recalls of the last two minutes, and at least eight, the newest first.

        Of a floor these are the calls that lead there and those of people who wait there.
        """
        query = select(Call).where(Call.called_at >= day_began).order_by(Call.id.desc())
        if floor is not None:
            query = query.where(or_(Call.floor == floor, Call.from_floor == floor))
        latest = list(self._session.scalars(query.limit(CALLS_AT_LEAST)))
        since = now - timedelta(seconds=CALLS_SECONDS)
        if len(latest) < CALLS_AT_LEAST or latest[-1].called_at < since:
            return latest
        return list(self._session.scalars(query.where(Call.called_at >= since)))

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
