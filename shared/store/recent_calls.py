"""The latest calls for boards: each call is read once per process and kept while a board shows it."""

from __future__ import annotations

import threading
from collections import deque
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from shared.domain.board import CALLS_AT_LEAST, CALLS_SECONDS, BoardCall, direction
from shared.domain.hall import Call

_NEW_CALLS = (
    select(
        Call.id,
        Call.number,
        Call.counter,
        Call.floor,
        Call.from_floor,
        Call.called_at,
        Call.calls,
        Call.seconds,
    )
    .where(Call.day == bindparam("today", type_=Date), Call.id > bindparam("known"))
    .order_by(Call.id)
)

Kept = deque[tuple[float, BoardCall]]


class RecentCalls:
    """The calls of one service day, by the floors whose boards show them.

    Ids rise in the order of commits, since every call is made under the lock of the hall's row; so whatever
    has a higher id than the last one seen is new, and nothing is ever missed below it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._of: tuple[str, date] | None = None
        self._known = 0
        self._floors: dict[int | None, Kept] = {}

    def of(
        self, session: Session, epoch: str, day: date, seconds: float, floor: int | None
    ) -> list[BoardCall]:
        """The calls and recalls of the last two minutes, and at least eight, the newest first.

        ``seconds`` is hall time now. Of a floor these are the calls that lead there and those of people who
        wait there.
        """
        with self._guard:
            # After a restore ids begin anew, and so does the epoch.
            if self._of != (epoch, day):
                self._of, self._known, self._floors = (epoch, day), 0, {}
            for row in session.execute(_NEW_CALLS, {"today": day, "known": self._known}):
                self._keep(row)
            kept = self._floors.get(floor, deque())
            while len(kept) > CALLS_AT_LEAST and kept[0][0] < seconds - CALLS_SECONDS:
                kept.popleft()
            return [call for _, call in reversed(kept)]

    def _keep(self, row: Any) -> None:
        self._known = row.id
        for seen_from in {None, row.floor, row.from_floor}:
            call = BoardCall(
                id=row.id,
                number=row.number,
                counter=row.counter,
                floor=row.floor,
                from_floor=row.from_floor,
                direction=direction(row.from_floor if seen_from is None else seen_from, row.floor),
                called_at=row.called_at,
                calls=row.calls,
            )
            self._floors.setdefault(seen_from, deque()).append((row.seconds, call))
