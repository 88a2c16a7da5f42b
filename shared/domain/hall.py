"""The hall's own rows: version and epoch, number series, configurations, calls and presses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from shared.domain.base import (
    JSON,
    Boolean,
    Bytes,
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
    mapped_column,
)
from shared.domain.clock import Moment
from shared.domain.errors import Refused
from shared.domain.hall_time import Anchor


class HallClosed(Refused):
    code = "hall_closed"
    message = "现在不在取号时间，请在开门时间再来。"


class HallRow(Entity):
    """The one row that every queue transaction locks first, so that version order is commit order.

    ``seconds`` is hall time as last written down, at the moment ``at``, ``elapsed``, ``boot``.
    """

    __tablename__ = "hall"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    epoch: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(LongId, default=0)
    configuration: Mapped[int] = mapped_column(default=1)
    service_day: Mapped[date | None] = mapped_column(Date, default=None)
    notice: Mapped[str | None] = mapped_column(String(200), default=None)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    elapsed: Mapped[float] = mapped_column(Float, default=0.0)
    boot: Mapped[str] = mapped_column(String(40), default="")
    lift_works: Mapped[bool] = mapped_column(Boolean, default=True)


class HallState(NamedTuple):
    """The hall's row as a transaction read it (see ``HallRow``)."""

    epoch: str
    version: int
    configuration: int
    service_day: date | None
    notice: str | None
    seconds: float
    at: datetime | None
    elapsed: float
    boot: str
    lift_works: bool

    @property
    def anchor(self) -> Anchor | None:
        """Hall time as last written down; None in a hall that has not lived yet."""
        return None if self.at is None else Anchor(self.seconds, Moment(self.at, self.elapsed, self.boot))


class Outage(Entity):
    """A stretch in which the whole hall stood still (a power cut); it is left out of waits.

    ``numbers`` are the tickets that were open when it began.
    """

    __tablename__ = "outages"

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    day: Mapped[date] = mapped_column(Date, index=True)
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime] = mapped_column(UtcTime)
    seconds: Mapped[float] = mapped_column(Float)
    numbers: Mapped[list[str]] = mapped_column(JSON)


class Series(Entity):
    """The last number given in a series on a day; the row is the lock that keeps numbers gapless."""

    __tablename__ = "series"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    letter: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int]


class ConfigurationRow(Entity):
    """An immutable, numbered configuration of the hall, in force from ``effective_from`` on."""

    __tablename__ = "configurations"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    effective_from: Mapped[datetime] = mapped_column(UtcTime)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(200), default="")


class Call(Entity):
    """A call or recall as the walls show and speak it; ids rise, and the voice plays ids."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_day", "day", "id"), Index("ix_calls_ticket_id", "ticket_id", "id"))

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    day: Mapped[date] = mapped_column(Date)
    #: Hall time of the call.
    seconds: Mapped[float] = mapped_column(Float)
    ticket_id: Mapped[int] = mapped_column(LongId)
    number: Mapped[str] = mapped_column(String(8))
    counter: Mapped[int]
    floor: Mapped[int]
    from_floor: Mapped[int]
    called_at: Mapped[datetime] = mapped_column(UtcTime)
    calls: Mapped[int]
    shown_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    sounded_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)


class Press(Entity):
    """The stored answer to one press, replayed when the same key comes again."""

    __tablename__ = "presses"
    __table_args__ = (UniqueConstraint("principal", "route", "key"),)

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    principal: Mapped[str] = mapped_column(String(80))
    route: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(128))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(Bytes)
    pressed_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Rating(Entity):
    """The rating of one visit, by the person who was served; one per ticket."""

    __tablename__ = "ratings"

    ticket_id: Mapped[int] = mapped_column(LongId, ForeignKey("tickets.id"), primary_key=True)
    level: Mapped[int]
    rated_at: Mapped[datetime] = mapped_column(UtcTime)
