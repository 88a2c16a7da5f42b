"""Reading the books of a hall for ``hall verify``: one snapshot, plain rows, nothing written.

No key is needed and no entity is made, so a hall of many years, a copy or a damaged file can be read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    create_engine,
    func,
    or_,
    select,
    text,
    type_coerce,
    union,
)
from sqlalchemy.pool import NullPool

from shared.domain.verifying.facts import (
    CallFact,
    CasesFacts,
    CounterFact,
    DayFacts,
    HallFact,
    HallTimes,
    ItemFact,
    Move,
    PressFact,
    Summons,
    Tick,
    TicketFact,
)
from shared.domain.verifying.line import HallMove, LineFacts, LineRow, Place
from shared.domain.verifying.order import CALLING
from shared.store.engine import database_url
from shared.store.entities import metadata

_ROWS_AT_ONCE = 5000
_CASES_AT_ONCE = 1000
#: The day series of case numbers; its name cannot be a letter on a ticket.
_CASE_SERIES = "#case"
#: Moves that lock the queue first, so that their times rise with their seq.
_QUEUE_SUBJECTS = ("ticket", "counter")
_BESIDE_THE_QUEUE = ("rate", "reprint")

_TABLES = metadata().tables
_tickets, _ledger, _calls = (_TABLES[name].c for name in ("tickets", "ledger", "calls"))
_series, _hall, _presses = (_TABLES[name].c for name in ("series", "hall", "presses"))
_counters, _cases, _items = (_TABLES[name].c for name in ("counters", "cases", "items"))


def _word(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A state as it is written, even if it is none of the known words."""
    return type_coerce(column, String)


#: The columns of each fact, in the order of its fields.
_TICKET: tuple[Any, ...] = (
    *(_tickets.id, _tickets.series, _tickets.serial, _tickets.number, _word(_tickets.state)),
    *(_tickets.counter, _tickets.version, _tickets.place),
)
_MOVE: tuple[Any, ...] = (
    *(_ledger.seq, _ledger.subject_id, _ledger.verb, _ledger.from_state, _ledger.to_state),
    *(_ledger.counter, _ledger.day, _ledger.press, _ledger.actor, _ledger.reason),
)
#: What a row keeps is read only where somebody waited or was called, and as it is written.
_KEPT = case((or_(_ledger.from_state == "waiting", _ledger.verb == "call"), cast(_ledger.before, Text)))
_ROW: tuple[Any, ...] = (
    *(_ledger.seq, _ledger.subject_id, _ledger.verb, _ledger.from_state, _ledger.to_state),
    *(_ledger.counter, _ledger.rule, _ledger.seconds, _KEPT),
)
_PLACE: tuple[Any, ...] = (
    *(_tickets.id, _word(_tickets.state).label("state"), _tickets.service_id, _tickets.floor),
    *(_tickets.queue_class, _tickets.queued_seconds, _tickets.place, _tickets.for_counter),
    *(_tickets.preferred_counter, _tickets.passed, _tickets.step_free),
)
_ITEM: tuple[Any, ...] = (
    *(_items.id, _items.case_id, _cases.case_number, _items.number, _items.office, _word(_items.state)),
    *(_items.at_counter, _items.accepted_at, _items.due_on, _items.due_state, _items.version),
)


class NoDatabase(Exception):
    """There is no database at this address."""


@contextmanager
def open_history(url: str) -> Iterator[History]:
    """The books at this address, as one snapshot; a server may go on writing beside it.

    Raises:
        NoDatabase: there is no such file.
    """
    engine = snapshot_engine(url)
    try:
        with engine.connect() as connection:
            yield History(connection)
    finally:
        engine.dispose()


def snapshot_engine(url: str) -> Engine:
    """An engine that reads one moment and leaves no trace, not even on a medium that cannot be written.

    Raises:
        NoDatabase: there is no such file.
    """
    address = database_url(url)
    if address.get_backend_name() != "sqlite":
        options = {"postgresql_readonly": True}
        return create_engine(
            address, poolclass=NullPool, isolation_level="REPEATABLE READ", execution_options=options
        )
    path = Path(address.database or "")
    if not path.is_file():
        raise NoDatabase(f"没有数据库：{path}")
    return create_engine("sqlite://", poolclass=NullPool, creator=lambda: _open_file(path))


def _open_file(path: Path) -> sqlite3.Connection:
    """The file, opened for reading; on a read-only medium as one that nobody changes."""
    place = f"file:{quote(str(path.resolve()))}?mode=ro"
    connection = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        connection = sqlite3.connect(f"{place}&immutable=1", uri=True, isolation_level=None)
        connection.execute("BEGIN")
    return connection


class History:
    """What the database of a hall tells, read as plain facts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def damages(self) -> Iterator[str]:
        """What the database itself says is wrong with its file; a server's own files are left to it."""
        if self._connection.dialect.name != "sqlite":
            return
        for (told,) in self._connection.execute(text("PRAGMA quick_check(20)")):
            if told != "ok":
                yield str(told)
        for row in self._connection.execute(text("PRAGMA foreign_key_check")):
            yield f"{row[0]} 第 {row[1]} 行指向的 {row[2]} 不存在"

    def hall(self) -> HallFact | None:
        """The hall's row, or None while the hall is not founded."""
        found = self._connection.execute(select(_hall.version, _hall.service_day)).first()
        return None if found is None else HallFact(*found)

    def days(self) -> list[date]:
        """Every service day of which something is known, in order."""
        known = union(
            select(_tickets.day),
            select(_series.day),
            select(_ledger.day).where(_ledger.verb == "issue"),
        )
        return sorted(day for (day,) in self._connection.execute(known))

    def day(self, day: date) -> DayFacts:
        """One service day, whole: its tickets and all that ever happened to them."""
        of_day = _tickets.day == day
        tickets = select(*_TICKET).where(of_day).order_by(_tickets.id)
        letters = select(_series.letter, _series.last).where(
            _series.day == day, _series.letter != _CASE_SERIES
        )
        issued = select(func.count()).where(
            _ledger.day == day, _ledger.verb == "issue", _ledger.subject == "ticket"
        )
        found = [TicketFact(*row) for row in self._stream(tickets)]
        return DayFacts(
            day=day,
            tickets=found,
            moves=self._moves_of([ticket.id for ticket in found]),
            series=dict(self._pairs(letters)),
            issued=self._connection.scalar(issued) or 0,
        )

    def _moves_of(self, tickets: list[int]) -> list[Move]:
        """Their moves in order of seq; a day's tickets were stored one after the other."""
        if not tickets:
            return []
        query = select(*_MOVE).where(
            _ledger.subject == "ticket", _ledger.subject_id.between(tickets[0], tickets[-1])
        )
        known = set(tickets)
        moves = [Move(*row) for row in self._stream(query) if row[1] in known]
        return sorted(moves)

    def calls_made(self) -> Iterator[Summons]:
        """Every call, recall and resume that the ledger has, in order of seq."""
        query = (
            select(_ledger.seq, _ledger.subject_id, _ledger.counter)
            .where(_ledger.subject == "ticket", _ledger.verb.in_(sorted(CALLING)))
            .order_by(_ledger.seq)
        )
        return (Summons(*row) for row in self._stream(query))

    def calls_shown(self) -> Iterator[CallFact]:
        """Every call as the walls showed it, in order of id."""
        query = (
            select(_calls.id, _calls.ticket_id, _calls.counter, _calls.number, _tickets.number.label("real"))
            .outerjoin(_TABLES["tickets"], _calls.ticket_id == _tickets.id)
            .order_by(_calls.id)
        )
        return (CallFact(*row) for row in self._stream(query))

    def orphans(self) -> list[Move]:
        """Rows of the ledger about tickets that are not there."""
        query = (
            select(*_MOVE)
            .outerjoin(_TABLES["tickets"], _ledger.subject_id == _tickets.id)
            .where(_ledger.subject == "ticket", _tickets.id.is_(None))
            .order_by(_ledger.seq)
        )
        return [Move(*row) for row in self._connection.execute(query)]

    def line(self, facts: DayFacts) -> LineFacts:
        """The line of a day whose tickets are known."""
        known = {ticket.id for ticket in facts.tickets}
        span = (min(known, default=0), max(known, default=0))
        of_line = or_(
            _ledger.from_state == "waiting", _ledger.to_state == "waiting", _ledger.verb.in_(["call", "undo"])
        )
        rows = select(*_ROW).where(_ledger.subject == "ticket", _ledger.subject_id.between(*span), of_line)
        stored = self._connection.execute(select(*_PLACE).where(_tickets.day == facts.day)).mappings()
        places = [dict(row) for row in stored]
        return LineFacts(
            day=facts.day,
            rows=sorted(LineRow(*row) for row in self._stream(rows) if row[1] in known),
            numbers={ticket.id: ticket.number for ticket in facts.tickets},
            step_free=frozenset(place["id"] for place in places if place["step_free"]),
            passed={place["id"]: place["passed"] for place in places},
            waiting={place["id"]: Place(**place) for place in places if place.pop("state") == "waiting"},
        )

    def hall_moves(self) -> Iterator[HallMove]:
        """What became of the hall and its counters, in order of seq."""
        of_hall = and_(_ledger.subject == "hall", _ledger.verb.in_(["configure", "lift"]))
        query = (
            select(_ledger.seq, _ledger.subject, _ledger.subject_id, _ledger.verb, _ledger.to_state)
            .where(or_(_ledger.subject == "counter", of_hall))
            .order_by(_ledger.seq)
        )
        for seq, subject, number, verb, became in self._stream(query):
            yield HallMove(seq, number if subject == "counter" else None, verb, became)

    def configuration(self, number: int) -> dict[str, Any]:
        """A configuration as it is stored.

        Raises:
            KeyError: there is none with this number.
        """
        query = select(_TABLES["configurations"].c.document)
        found: dict[str, Any] | None = self._connection.scalar(
            query.where(_TABLES["configurations"].c.number == number)
        )
        if found is None:
            raise KeyError(number)
        return found

    def counters(self) -> list[CounterFact]:
        """Every counter as it lies there."""
        query = select(_counters.number, _word(_counters.state)).order_by(_counters.number)
        return [CounterFact(*row) for row in self._connection.execute(query)]

    def counter_moves(self) -> Iterator[Move]:
        """Every move of a counter, in order of seq."""
        query = select(*_MOVE).where(_ledger.subject == "counter").order_by(_ledger.seq)
        return (Move(*row) for row in self._stream(query))

    def ticks(self) -> Iterator[Tick]:
        """When each row that belongs to the queue was written, in order of seq."""
        query = (
            select(_ledger.seq, _ledger.elapsed, _ledger.boot)
            .where(_ledger.subject.in_(_QUEUE_SUBJECTS), _ledger.verb.not_in(_BESIDE_THE_QUEUE))
            .order_by(_ledger.seq)
        )
        return (Tick(*row) for row in self._stream(query))

    def hall_times(self) -> Iterator[HallTimes]:
        """Tickets that were called, with their times in the hall's own seconds."""
        if "called_seconds" not in _tickets:
            return iter(())
        query = select(_tickets.number, _tickets["arrived_seconds"], _tickets["called_seconds"]).where(
            _tickets["called_seconds"].is_not(None)
        )
        return (HallTimes(*row) for row in self._stream(query))

    def presses(self) -> Iterator[PressFact]:
        """Every stored answer."""
        query = select(_presses.id, _presses.route, _presses.status, _presses.answer).order_by(_presses.id)
        return (PressFact(*row) for row in self._stream(query))

    def doubled_presses(self) -> list[tuple[str, str]]:
        """(principal, route) of keys that have more than one answer."""
        query = (
            select(_presses.principal, _presses.route)
            .group_by(_presses.principal, _presses.route, _presses.key)
            .having(func.count() > 1)
        )
        return [(principal, route) for principal, route in self._connection.execute(query)]

    def case_numbers(self) -> list[str]:
        """The numbers of all cases."""
        return list(self._connection.scalars(select(_cases.case_number).order_by(_cases.id)))

    def last_case_numbers(self) -> dict[str, int]:
        """The last running number of cases by day (``20261123``)."""
        query = select(_series.day, _series.last).where(_series.letter == _CASE_SERIES)
        return {f"{day:%Y%m%d}": last for day, last in self._connection.execute(query)}

    def cases(self) -> Iterator[CasesFacts]:
        """All cases with their items and moves, some at a time."""
        last = 0
        while True:
            query = select(_cases.id, _cases.case_number).where(_cases.id > last).order_by(_cases.id)
            found: dict[int, str] = dict(self._pairs(query.limit(_CASES_AT_ONCE)))
            if not found:
                return
            first, last = min(found), max(found)
            yield self._some_cases(found, first, last)

    def _some_cases(self, cases: Mapping[int, str], first: int, last: int) -> CasesFacts:
        items = (
            select(*_ITEM)
            .join(_TABLES["cases"], _items.case_id == _cases.id)
            .where(_items.case_id.between(first, last))
            .order_by(_items.id)
        )
        moves = (
            select(*_MOVE)
            .join(_TABLES["items"], _ledger.subject_id == _items.id)
            .where(_ledger.subject == "item", _items.case_id.between(first, last))
            .order_by(_ledger.seq)
        )
        openings = select(_ledger.subject_id, _ledger.press).where(
            _ledger.subject == "case", _ledger.verb == "open", _ledger.subject_id.between(first, last)
        )
        return CasesFacts(
            cases=cases,
            items=[ItemFact(*row) for row in self._stream(items)],
            moves=[Move(*row) for row in self._stream(moves)],
            openings=dict(self._pairs(openings)),
        )

    def _pairs(self, query: Select[Any]) -> Iterator[tuple[Any, Any]]:
        return ((first, second) for first, second in self._connection.execute(query))

    def _stream(self, query: Select[Any]) -> Iterator[Sequence[Any]]:
        found = self._connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        return chain.from_iterable(found.partitions())
