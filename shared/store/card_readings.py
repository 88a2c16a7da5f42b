"""Queries about readings of identity cards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, literal_column, select
from sqlalchemy.orm import Session

from shared.domain.base import LARGEST_ID
from shared.domain.card import CardReading, ReadingState

# The words themselves, not parameters: the index of open readings is found by nothing else.
IS_OPEN: ColumnElement[bool] = CardReading.state.in_((literal_column("'asked'"), literal_column("'read'")))


class CardReadings:
    """Readings of identity cards, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, reading_id: int) -> CardReading | None:
        return self._session.get(CardReading, reading_id) if reading_id <= LARGEST_ID else None

    def hold(self, reading_id: int) -> CardReading | None:
        """The same for whoever changes it: nobody else does until the commit."""
        known = reading_id <= LARGEST_ID
        return self._session.get(CardReading, reading_id, with_for_update=True) if known else None

    def asked_of(self, agents: Collection[str], since: datetime) -> list[CardReading]:
        """What these agents are to read, the oldest first."""
        query = select(CardReading).where(
            IS_OPEN,
            CardReading.state == ReadingState.ASKED,
            CardReading.agent.in_(agents),
            CardReading.asked_at >= since,
        )
        return list(self._session.scalars(query.order_by(CardReading.id)))

    def open_before(self, moment: datetime) -> list[CardReading]:
        """Readings asked for before a moment, of which nothing has come, or that nobody has taken."""
        query = select(CardReading).where(IS_OPEN, CardReading.asked_at < moment)
        return list(self._session.scalars(query.order_by(CardReading.id)))

    def hold_open_before(self, moment: datetime) -> list[CardReading]:
        """The same for whoever changes them: nobody else does until the commit."""
        query = select(CardReading).where(IS_OPEN, CardReading.asked_at < moment)
        return list(self._session.scalars(query.order_by(CardReading.id).with_for_update()))

    def give_up_at(self, counter: int, at: datetime) -> None:
        """End what is open at a counter, however old; nothing of a card is left."""
        query = select(CardReading).where(IS_OPEN, CardReading.counter == counter)
        for reading in self._session.scalars(query.order_by(CardReading.id).with_for_update()):
            reading.end(ReadingState.FAILED, at, "cancelled")

    def forget_before(self, moment: datetime) -> None:
        """Delete readings that ended before ``moment``."""
        self._session.execute(delete(CardReading).where(CardReading.ended_at < moment))
