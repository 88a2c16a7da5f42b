"""The counter: a numbered desk that calls, and who sits at it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from shared.domain.base import Entity, ForeignKey, LongId, Mapped, String, UtcTime, Word, mapped_column
from shared.domain.errors import Forbidden, Refused, Unknown
from shared.domain.states import StateTable


class CounterState(StrEnum):
    """Whether a counter calls."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


_S = CounterState

COUNTER_LABELS = {_S.CLOSED: "未开", _S.OPEN: "开着", _S.PAUSED: "暂停"}

COUNTER_MOVES: StateTable[CounterState] = StateTable(
    "窗口",
    COUNTER_LABELS,
    {
        (_S.CLOSED, "sign_on"): _S.OPEN,
        (_S.OPEN, "sign_off"): _S.CLOSED,
        (_S.OPEN, "pause"): _S.PAUSED,
        (_S.PAUSED, "reopen"): _S.OPEN,
        (_S.PAUSED, "sign_off"): _S.CLOSED,
    },
)


class UnknownCounter(Unknown):
    code = "unknown_counter"
    message = "没有这个窗口。"


class CounterNotOpen(Refused):
    code = "counter_not_open"
    message = "窗口没有开，先上岗或恢复服务再叫号。"


class CounterTaken(Refused):
    code = "counter_taken"
    message = "这个窗口已经有人在岗。"


class SignedOnElsewhere(Refused):
    code = "signed_on_elsewhere"
    message = "您已在另一个窗口上岗，请先在那里下岗。"


class CounterHasTicket(Refused):
    code = "counter_has_ticket"
    message = "窗口还有没办完的号，请先办结或处理这个号。"


class NotSignedOn(Forbidden):
    code = "not_signed_on"
    message = "您没有在这个窗口上岗。"


class NotAtThisCounter(Refused):
    code = "not_at_this_counter"
    message = "这个号现在不在本窗口。"


class Counter(Entity):
    """A numbered desk; its floor and name are the configuration's, its state and clerk are here."""

    __tablename__ = "counters"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    floor: Mapped[int]
    state: Mapped[CounterState] = mapped_column(Word(CounterState), default=_S.CLOSED)
    account_id: Mapped[int | None] = mapped_column(
        LongId, ForeignKey("accounts.id"), unique=True, default=None
    )
    since: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    reason: Mapped[str | None] = mapped_column(String(64), default=None)
    version: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": version}

    def move(self, verb: str, at: datetime) -> CounterState:
        """Do ``verb`` and answer the state before it.

        Raises:
            IllegalMove: the state table has no such move.
        """
        before = CounterState(self.state)
        self.state = COUNTER_MOVES.after(before, verb)
        self.since = at
        if self.state is _S.CLOSED:
            self.account_id = None
        if self.state is not _S.PAUSED:
            self.reason = None
        return before
