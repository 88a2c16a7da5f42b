"""Queries about tickets, their numbers and their calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, String, bindparam, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, joinedload

from shared.domain.base import Entity
from shared.domain.hall import Call, Outage, Rating
from shared.domain.queueing import QueueClass
from shared.domain.ticket import Ticket, TicketState, UnknownTicket
from shared.domain.ticket_number import read_number

_TABLES = Entity.metadata.tables
_TICKET, _STOP, _CALL = _TABLES["tickets"], _TABLES["stops"], _TABLES["calls"]

# Words of states stand in the statements themselves: partial indexes are not found by a parameter.
_AT_COUNTER = (
    select(Ticket)
    .where(
        Ticket.counter == bindparam("counter"),
        Ticket.state.in_([literal_column("'called'"), literal_column("'serving'")]),
    )
    .options(joinedload(Ticket.stops))
)
_BY_ID = select(Ticket).where(Ticket.id == bindparam("ticket")).options(joinedload(Ticket.stops))
_WITH_IDS = select(Ticket).where(Ticket.id.in_(bindparam("ids", expanding=True)))
_OPEN = Ticket.state.not_in([literal_column(f"'{state}'") for state in ("served", "cancelled", "expired")])
_BY_NUMBER = select(Ticket).where(
    Ticket.number == bindparam("number", type_=String), Ticket.day == bindparam("today", type_=Date)
)
_LAST_CALL = select(Call).where(Call.ticket_id == bindparam("ticket")).order_by(Call.id.desc()).limit(1)
_NEW_TICKET = insert(_TICKET).returning(_TICKET.c.id)
_NEW_STOP = insert(_STOP)
_NEW_CALL = insert(_CALL).returning(_CALL.c.id)
_COLUMNS = tuple(column.key for column in _TICKET.c if column.key not in ("id", "version"))
_STOP_COLUMNS = tuple(column.key for column in _STOP.c if column.key not in ("id", "ticket_id"))


def _next_serial(make_insert: Any) -> Any:
    series = _TABLES["series"]
    added = make_insert(series).values(day=bindparam("today"), letter=bindparam("series"), last=1)
    return added.on_conflict_do_update(
        index_elements=[series.c.day, series.c.letter], set_={"last": series.c.last + 1}
    ).returning(series.c.last)


_NEXT_SERIAL = {"sqlite": _next_serial(sqlite_insert), "postgresql": _next_serial(postgresql_insert)}


class Tickets:
    """Tickets of the hall, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next_serial(self, day: date, letter: str) -> int:
        """The next running number of a series on a day; the series row stays locked until the commit.

        A number taken in a transaction that fails is not lost: the row falls back with it.
        """
        statement = _NEXT_SERIAL[self._session.get_bind().dialect.name]
        return int(self._session.execute(statement, {"today": day, "series": letter}).scalar_one())

    def add(self, ticket: Ticket) -> None:
        """Store a new ticket with its stops at once; the object is not tracked any further."""
        values = {name: getattr(ticket, name) for name in _COLUMNS}
        ticket.id = self._session.execute(_NEW_TICKET, {**values, "version": 1}).scalar_one()
        stops = [{name: getattr(stop, name) for name in _STOP_COLUMNS} for stop in ticket.stops]
        self._session.execute(_NEW_STOP, [{**stop, "ticket_id": ticket.id} for stop in stops])

    def by_id(self, ticket_id: int) -> Ticket:
        """The ticket, with its stops."""
        return self._session.scalars(_BY_ID, {"ticket": ticket_id}).unique().one()

    def read_again(self, ticket: Ticket) -> None:
        """See what other transactions have made of a ticket since it was read here."""
        self._session.refresh(ticket)

    def with_ids(self, ids: Sequence[int]) -> list[Ticket]:
        """The tickets with these ids, in the same order."""
        found = self._session.scalars(_WITH_IDS, {"ids": list(ids)}) if ids else ()
        known = {ticket.id: ticket for ticket in found}
        return [known[ticket_id] for ticket_id in ids]

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
        return self._one(_BY_NUMBER, {"number": read_number(number), "today": day})

    def hand_number_exists(self, day: date, serial: int) -> bool:
        """Whether a hand-written number of the day is entered already."""
        found = select(Ticket.id).where(Ticket.day == day, Ticket.series == "H", Ticket.serial == serial)
        return self._session.scalar(found) is not None

    def in_states(self, states: Collection[TicketState], day: date) -> list[Ticket]:
        """Today's tickets in these states, the first arrival first."""
        words: list[Any] = [literal_column(f"'{state}'") for state in states]
        query = (
            select(Ticket)
            .where(Ticket.state.in_(words), Ticket.day == day)
            .order_by(Ticket.queued_seconds, Ticket.place)
        )
        return list(self._session.scalars(query))

    def at_counter(self, counter: int) -> Ticket | None:
        """The ticket that is called to, or served at, a counter."""
        return self._session.scalars(_AT_COUNTER, {"counter": counter}).unique().one_or_none()

    def held_at(self, counter: int, day: date) -> list[Ticket]:
        """Tickets that a counter put on hold today."""
        return [ticket for ticket in self.in_states([TicketState.HELD], day) if ticket.counter == counter]

    def open_on_other_days(self, day: date) -> list[Ticket]:
        """Tickets that are still open and belong to another day."""
        return list(self._session.scalars(select(Ticket).where(_OPEN, Ticket.day != day)))

    def open_on(self, day: date) -> list[Ticket]:
        """Tickets of a day that are still open, the first arrival first."""
        query = select(Ticket).where(_OPEN, Ticket.day == day)
        return list(self._session.scalars(query.order_by(Ticket.queued_seconds, Ticket.place)))

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

    def add_call(self, **facts: Any) -> int:
        """Store a call or recall (see ``hall.Call``) and answer its id."""
        return int(self._session.execute(_NEW_CALL, facts).scalar_one())

    def has_open_return(self, ticket_id: int) -> bool:
        """Whether a return visit of this ticket, with its head start, is still open."""
        found = select(Ticket.id).where(
            Ticket.return_of == ticket_id, Ticket.queue_class == QueueClass.RETURN, _OPEN
        )
        return self._session.scalar(found.limit(1)) is not None

    def rating_of(self, ticket_id: int) -> Rating | None:
        return self._session.get(Rating, ticket_id)

    def call(self, call_id: int) -> Call | None:
        return self._session.get(Call, call_id)

    def last_call_of(self, ticket: Ticket) -> Call | None:
        """The latest call or recall of a ticket."""
        return self._session.scalar(_LAST_CALL, {"ticket": ticket.id})

    def outages(self, day: date) -> list[Outage]:
        """The standstills of a day, the latest first."""
        return list(self._session.scalars(select(Outage).where(Outage.day == day).order_by(Outage.id.desc())))

    def _one(self, query: Any, facts: dict[str, Any] | None = None) -> Ticket:
        ticket: Ticket | None = self._session.scalar(query, facts or {})
        if ticket is None:
            raise UnknownTicket
        return ticket
