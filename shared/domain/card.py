"""A reading of an identity card at a counter: asked for by its clerk, read by an agent, taken once."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.domain.base import (
    Entity,
    Index,
    LongId,
    Mapped,
    SealedJson,
    String,
    UtcTime,
    Word,
    mapped_column,
    text,
)
from shared.domain.errors import Refused, Unknown

READING_SECONDS = 10.0
"""So long a person has to put the card on the reader."""

ANSWER_TIME = timedelta(seconds=15)
"""A reading of which nothing has come by then has failed; what comes later is not kept."""

KEPT_TIME = timedelta(minutes=1)
"""What was read and not taken by then is thrown away."""


class NoCardReader(Refused):
    code = "no_card_reader"
    message = "这个窗口没有读卡器，请手工填写。"


class UnknownReading(Unknown):
    code = "unknown_reading"
    message = "没有这次读卡，请重新读。"


class NothingRead(Refused):
    code = "nothing_read"
    message = "身份证还没有读出来，或已经取走。"


class ReadingState(StrEnum):
    """What became of a reading; ``taken`` ones hold nothing of the card any more."""

    ASKED = "asked"
    READ = "read"
    FAILED = "failed"
    TAKEN = "taken"


class CardReading(Entity):
    """One reading; what was read lies sealed until the page that asked has taken it."""

    __tablename__ = "card_readings"
    __table_args__ = (
        Index(
            "ix_card_readings_open",
            "id",
            sqlite_where=text("state IN ('asked', 'read')"),
            postgresql_where=text("state IN ('asked', 'read')"),
        ),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    counter: Mapped[int] = mapped_column()
    agent: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(LongId)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[ReadingState] = mapped_column(Word(ReadingState), default=ReadingState.ASKED)
    card: Mapped[dict[str, Any] | None] = mapped_column(SealedJson, default=None)
    #: Why it failed, as a stable word: no_card, trouble, unreadable, no_answer, cancelled, not_taken.
    detail: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)

    def end(self, state: ReadingState, at: datetime, detail: str = "") -> None:
        """Whatever becomes of it, nothing of the card is left in the row."""
        self.state, self.card, self.detail, self.ended_at = state, None, detail, at
