"""The ticket: a place in line, its states, its stops and what may happen to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shared.domain.base import (
    JSON,
    Boolean,
    Date,
    Entity,
    Float,
    ForeignKey,
    Index,
    LongId,
    Mapped,
    String,
    UniqueConstraint,
    UtcTime,
    Word,
    mapped_column,
    relationship,
    text,
)
from shared.domain.errors import Refused, Unknown
from shared.domain.queueing import QueueClass
from shared.domain.states import StateTable

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
TOKEN_LENGTH = 26


class TicketState(StrEnum):
    """Where a ticket's current stop is."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    NO_SHOW = "no_show"
    SERVED = "served"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = TicketState

ENDED = frozenset({_S.SERVED, _S.CANCELLED, _S.EXPIRED})
AT_COUNTER = frozenset({_S.CALLED, _S.SERVING})

TICKET_LABELS = {
    _S.WAITING: "等候",
    _S.CALLED: "已叫号",
    _S.SERVING: "正在办理",
    _S.HELD: "挂起",
    _S.NO_SHOW: "过号",
    _S.SERVED: "已办结",
    _S.CANCELLED: "已取消",
    _S.EXPIRED: "已过期",
}

TICKET_MOVES: StateTable[TicketState] = StateTable(
    "这个号",
    TICKET_LABELS,
    {
        (_S.WAITING, "call"): _S.CALLED,
        (_S.WAITING, "transfer"): _S.WAITING,
        (_S.WAITING, "postpone"): _S.WAITING,
        (_S.WAITING, "cancel"): _S.CANCELLED,
        (_S.WAITING, "expire"): _S.EXPIRED,
        (_S.CALLED, "recall"): _S.CALLED,
        (_S.CALLED, "start"): _S.SERVING,
        (_S.CALLED, "finish"): _S.SERVED,
        (_S.CALLED, "no_show"): _S.NO_SHOW,
        (_S.CALLED, "hold"): _S.HELD,
        (_S.CALLED, "transfer"): _S.WAITING,
        (_S.CALLED, "requeue"): _S.WAITING,
        (_S.CALLED, "cancel"): _S.CANCELLED,
        (_S.CALLED, "expire"): _S.EXPIRED,
        (_S.SERVING, "finish"): _S.SERVED,
        (_S.SERVING, "next_stop"): _S.WAITING,
        (_S.SERVING, "hold"): _S.HELD,
        (_S.SERVING, "transfer"): _S.WAITING,
        (_S.SERVING, "requeue"): _S.WAITING,
        (_S.HELD, "resume"): _S.CALLED,
        (_S.HELD, "requeue"): _S.WAITING,
        (_S.HELD, "transfer"): _S.WAITING,
        (_S.HELD, "cancel"): _S.CANCELLED,
        (_S.HELD, "expire"): _S.EXPIRED,
        (_S.NO_SHOW, "call"): _S.CALLED,
        (_S.NO_SHOW, "reinstate"): _S.WAITING,
        (_S.NO_SHOW, "cancel"): _S.CANCELLED,
        (_S.NO_SHOW, "expire"): _S.EXPIRED,
    },
)


class UnknownTicket(Unknown):
    code = "unknown_ticket"
    message = "查不到这个号。码可能已作废，请带小票或身份证到窗口。"


class NotWaiting(Refused):
    code = "not_waiting"
    message = "这个号现在不在等候，不能叫。"


class Stop(Entity):
    """One leg of the visit: which service, on which floor, from when to when."""

    __tablename__ = "stops"
    __table_args__ = (UniqueConstraint("ticket_id", "position"),)

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(LongId, ForeignKey("tickets.id"), init=False)
    position: Mapped[int]
    service_id: Mapped[str] = mapped_column(String(64))
    service_name: Mapped[str] = mapped_column(String(200))
    service_title: Mapped[str] = mapped_column(String(80))
    floor: Mapped[int | None]
    began_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    outcome: Mapped[str | None] = mapped_column(String(16), default=None)


class Ticket(Entity):
    """A place in line, of which the state is that of its current stop.

    ``version`` guards every update: a row that another transaction has moved since it was read is
    refused by the database, so one number is never called to two counters.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("day", "series", "serial"),
        Index(
            "uq_tickets_one_at_counter",
            "counter",
            unique=True,
            sqlite_where=text("state IN ('called', 'serving')"),
            postgresql_where=text("state IN ('called', 'serving')"),
        ),
        Index(
            "ix_tickets_open",
            "state",
            "day",
            sqlite_where=text("state NOT IN ('served', 'cancelled', 'expired')"),
            postgresql_where=text("state NOT IN ('served', 'cancelled', 'expired')"),
        ),
        # Counting who stands before somebody reads this index alone.
        Index(
            "ix_tickets_line",
            "day",
            "queue_class",
            "queued_seconds",
            "place",
            "service_id",
            "floor",
            "passed",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_tickets_for_counter",
            "for_counter",
            sqlite_where=text("state = 'waiting' AND for_counter IS NOT NULL"),
            postgresql_where=text("state = 'waiting' AND for_counter IS NOT NULL"),
        ),
        Index(
            "ix_tickets_passed",
            "day",
            "passed",
            sqlite_where=text("state = 'waiting' AND passed > 0"),
            postgresql_where=text("state = 'waiting' AND passed > 0"),
        ),
        Index("ix_tickets_number", "number", "day"),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    day: Mapped[date] = mapped_column(Date)
    series: Mapped[str] = mapped_column(String(2))
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(8))
    token: Mapped[str] = mapped_column(String(TOKEN_LENGTH), unique=True)
    service_id: Mapped[str] = mapped_column(String(64))
    service_name: Mapped[str] = mapped_column(String(200))
    service_title: Mapped[str] = mapped_column(String(80))
    configuration: Mapped[int]
    floor: Mapped[int | None]
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    #: When this person began to wait; a transfer keeps it.
    arrived_at: Mapped[datetime] = mapped_column(UtcTime)
    #: The same in hall time, by which waits are measured.
    arrived_seconds: Mapped[float] = mapped_column(Float)
    #: By which the line is ordered: ``arrived_seconds``, or later for one who stepped back.
    queued_seconds: Mapped[float] = mapped_column(Float)
    #: Rises with the order of arrival; decides among those of one instant. Who steps back stands between.
    place: Mapped[float] = mapped_column(Float)
    issued_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[TicketState] = mapped_column(Word(TicketState), default=_S.WAITING)
    stop: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(16), default="zh")
    answer: Mapped[str | None] = mapped_column(String(64), default=None)
    needs: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    step_free: Mapped[bool] = mapped_column(Boolean, default=False)
    queue_class: Mapped[QueueClass] = mapped_column(Word(QueueClass), default=QueueClass.NORMAL)
    #: How often somebody who came later was called before it.
    passed: Mapped[int] = mapped_column(default=0)
    priority: Mapped[str | None] = mapped_column(String(64), default=None)
    return_of: Mapped[int | None] = mapped_column(LongId, default=None)
    counter: Mapped[int | None] = mapped_column(default=None)
    #: The counter whose next it is, while that counter calls.
    for_counter: Mapped[int | None] = mapped_column(default=None)
    #: The counter that knows this person from before; others call it only when nobody else waits.
    preferred_counter: Mapped[int | None] = mapped_column(default=None)
    calls: Mapped[int] = mapped_column(default=0)
    reinstated: Mapped[bool] = mapped_column(Boolean, default=False)
    called_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    called_seconds: Mapped[float | None] = mapped_column(Float, default=None)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    revoked: Mapped[bool] = mapped_column(Boolean, default=False)
    reprints: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(init=False)
    stops: Mapped[list[Stop]] = relationship(
        order_by=Stop.position, cascade="all, delete-orphan", default_factory=list, lazy="select"
    )

    __mapper_args__ = {"version_id_col": version}

    def move(self, verb: str, at: datetime) -> TicketState:
        """Do ``verb`` at ``at`` and answer the state before it.

        Raises:
            IllegalMove: the state table has no such move.
        """
        before = TicketState(self.state)
        self.state = TICKET_MOVES.after(before, verb)
        if self.state not in AT_COUNTER and self.state is not _S.HELD:
            self.counter = None
        if self.state is _S.WAITING:
            self.called_at = self.called_seconds = self.started_at = None
        if self.state in ENDED:
            self.ended_at = at
            self.for_counter = None
        return before

    def call_to(self, counter: int, at: datetime, seconds: float) -> TicketState:
        """Call to ``counter`` (also the first call again after a no-show)."""
        before = self.move("call", at)
        self._arrive_at(counter, at, seconds)
        self.calls = 1
        return before

    def resume_at(self, counter: int, at: datetime, seconds: float) -> TicketState:
        """Take a held ticket back to a counter, which may be another than the one that held it."""
        before = self.move("resume", at)
        self._arrive_at(counter, at, seconds)
        self.calls += 1
        return before

    def _arrive_at(self, counter: int, at: datetime, seconds: float) -> None:
        self.counter = counter
        self.for_counter = None
        self.called_at = at
        self.called_seconds = seconds
        self.started_at = None

    @property
    def planned_stop(self) -> Stop | None:
        """The stop after the present one, if one is planned."""
        return next((stop for stop in self.stops if stop.position == self.stop + 1), None)

    @property
    def present_stop(self) -> Stop:
        """The stop whose state the ticket shows."""
        return next(stop for stop in self.stops if stop.position == self.stop)

    def begin_next_stop(self, at: datetime) -> None:
        """Queue the planned stop: number and arrival are kept, service and floor become the stop's."""
        self.present_stop.ended_at = at
        self.present_stop.outcome = "served"
        planned = self.planned_stop
        if planned is None:
            raise ValueError("no stop is planned")
        self.move("next_stop", at)
        self.stop = planned.position
        self.service_id, self.service_name = planned.service_id, planned.service_name
        self.service_title, self.floor = planned.service_title, planned.floor
        planned.began_at = at
        self.calls = 0
        self.preferred_counter = None

    def end_stop(self, at: datetime) -> None:
        """Write the end of the visit into the present stop and drop what was planned after it."""
        self.present_stop.ended_at = at
        self.present_stop.outcome = str(self.state)

    def snapshot(self) -> dict[str, Any]:
        """What a press may have changed, so that it can be taken back."""
        facts = {name: _plain(getattr(self, name)) for name in RESTORABLE}
        facts["stops"] = [{name: _plain(getattr(stop, name)) for name in STOP_FACTS} for stop in self.stops]
        return facts

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Put back what :meth:`snapshot` kept, stops included."""
        for name in RESTORABLE:
            setattr(self, name, _read(name, facts[name]))
        kept = facts["stops"]
        del self.stops[len(kept) :]
        for stop, known in zip(self.stops, kept, strict=True):
            for name in STOP_FACTS:
                setattr(stop, name, _read(name, known[name]))


RESTORABLE = (
    "state",
    "stop",
    "service_id",
    "service_name",
    "service_title",
    "floor",
    "counter",
    "for_counter",
    "preferred_counter",
    "queued_seconds",
    "place",
    "queue_class",
    "calls",
    "called_at",
    "called_seconds",
    "started_at",
    "ended_at",
    "priority",
    "reinstated",
)


STOP_FACTS = ("service_id", "service_name", "service_title", "floor", "began_at", "ended_at", "outcome")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    if name == "queue_class":
        return QueueClass(value)
    return TicketState(value) if name == "state" else value


def new_token() -> str:
    """A ticket's secret: 26 characters of lower-case Crockford base32, 130 bits of chance."""
    chance = secrets.randbits(5 * TOKEN_LENGTH)
    return "".join(_CROCKFORD[chance >> 5 * place & 31] for place in range(TOKEN_LENGTH))


def read_token(scanned: str) -> str:
    """The token in what a scanner typed: its last 26 characters, whatever their case.

    Raises:
        UnknownTicket: it cannot be a token of this hall.
    """
    token = scanned.strip()[-TOKEN_LENGTH:].lower()
    if len(token) != TOKEN_LENGTH or any(character not in _CROCKFORD for character in token):
        raise UnknownTicket
    return token
