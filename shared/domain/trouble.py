"""Trouble with devices: one row from its beginning to its end, told to staff once."""

from __future__ import annotations

from datetime import datetime

from shared.domain.base import (
    Entity,
    Index,
    LongId,
    Mapped,
    String,
    UtcTime,
    mapped_column,
    text,
)
from shared.domain.devices import DeviceState
from shared.domain.errors import Unknown

OF_PRINTERS = frozenset(str(state) for state in DeviceState if state is not DeviceState.OK)
"""Kinds that the state of a printer (or of a line of signs) tells; they end when the state does."""

PAPERLESS = "paperless"
"""The kind of a kiosk that works without paper."""

SILENT = "silent"
"""The kind of a device that was connected and is not heard of any more."""

MILD = frozenset({str(DeviceState.NEAR_END)})
"""Kinds that only ask to be ready."""

AGAIN_SECONDS = 120.0
"""What comes back so soon after it had ended is the same trouble."""

PAPER_IN_HAND = frozenset({str(DeviceState.PAPER_OUT), str(DeviceState.COVER_OPEN)})
"""Kinds that follow one another while somebody changes the roll."""

NEW_ROLL = PAPER_IN_HAND | {str(DeviceState.OFFLINE)}
"""Kinds after which there may be another roll in the printer."""


class UnknownTrouble(Unknown):
    code = "unknown_trouble"
    message = "没有这条设备提醒。"


class Trouble(Entity):
    """Something is wrong with a device (``device`` is its name, ``kind`` a stable word) until ``ended_at``.

    Of one kind a device has one open trouble at a time; ``times`` is how often it has come back.
    """

    __tablename__ = "troubles"
    __table_args__ = (
        Index(
            "ix_troubles_open",
            "device",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    device: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    detail: Mapped[str] = mapped_column(String(200), default="")
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    times: Mapped[int] = mapped_column(default=1)
    #: Who of the staff has said to have seen it.
    seen_by: Mapped[int | None] = mapped_column(LongId, default=None)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
