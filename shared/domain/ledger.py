"""The ledger: append-only rows, one per move, holding ids only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.domain.base import (
    JSON,
    Date,
    Entity,
    Float,
    Index,
    LongId,
    Mapped,
    String,
    UtcTime,
    mapped_column,
)


class LedgerRow(Entity):
    """One move: what changed, from which state to which, by whom, when, by which rule.

    ``before`` keeps what a press changed, so that the press can be taken back; ``press`` joins the rows
    of one press.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_subject", "subject", "subject_id"),
        Index("ix_ledger_day", "day", "verb"),
    )

    seq: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    elapsed: Mapped[float] = mapped_column(Float)
    boot: Mapped[str] = mapped_column(String(40))
    #: Hall time, by which the discipline weighs waits; None for what does not move the queue.
    seconds: Mapped[float | None] = mapped_column(Float, default=None)
    day: Mapped[date] = mapped_column(Date)
    press: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(LongId)
    verb: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str | None] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(80))
    counter: Mapped[int | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(String(300), default=None)
    rule: Mapped[str | None] = mapped_column(String(200), default=None)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
