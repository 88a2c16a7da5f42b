"""Queries about the ledger; rows are only ever added."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.domain.ledger import LedgerRow

#: What happens to a ticket without moving it: it neither is undone nor stands in the way of an undo.
STANDING = ("reprint", "rate", "free")


class Ledger:
    """The ledger, as one transaction sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, subject: str, subject_ids: list[int]) -> list[LedgerRow]:
        """All moves of these subjects, the oldest first."""
        query = (
            select(LedgerRow)
            .where(LedgerRow.subject == subject, LedgerRow.subject_id.in_(subject_ids))
            .order_by(LedgerRow.seq)
        )
        return list(self._session.scalars(query))

    def last_press_of(self, ticket_id: int) -> list[LedgerRow]:
        """The rows of the press that last moved a ticket, the oldest first."""
        last = self._session.scalar(
            select(LedgerRow.press)
            .where(
                LedgerRow.subject == "ticket",
                LedgerRow.subject_id == ticket_id,
                LedgerRow.verb.not_in(STANDING),
            )
            .order_by(LedgerRow.seq.desc())
            .limit(1)
        )
        return list(
            self._session.scalars(select(LedgerRow).where(LedgerRow.press == last).order_by(LedgerRow.seq))
        )
