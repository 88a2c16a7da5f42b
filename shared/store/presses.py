"""Queries about stored answers of presses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from shared.domain.base import Entity
from shared.domain.hall import Press

# Every press runs through these, so they speak to the table and make no entities.
_PRESSES = Entity.metadata.tables["presses"]
_FIND = select(_PRESSES.c.body_hash, _PRESSES.c.status, _PRESSES.c.answer).where(
    _PRESSES.c.principal == bindparam("by"),
    _PRESSES.c.route == bindparam("at"),
    _PRESSES.c.key == bindparam("under"),
)
_KEEP = insert(_PRESSES).inline()


@dataclass(frozen=True, slots=True)
class Answered:
    """The stored answer to a press; ``answer`` is empty for status 204."""

    body_hash: str
    status: int
    answer: bytes


class Presses:
    """Stored answers, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, principal: str, route: str, key: str) -> Answered | None:
        """The answer stored under this key, by this principal, for this route."""
        found = self._session.execute(_FIND, {"by": principal, "at": route, "under": key}).first()
        return None if found is None else Answered(*found)

    def keep(self, principal: str, route: str, key: str, answered: Answered, at: datetime) -> None:
        """Store an answer; fails when another press with this key was quicker, and that one counts."""
        self._session.execute(
            _KEEP,
            {
                "principal": principal,
                "route": route,
                "key": key,
                "body_hash": answered.body_hash,
                "status": answered.status,
                "answer": answered.answer,
                "pressed_at": at,
            },
        )

    def forget_before(self, moment: datetime) -> None:
        """Delete answers older than ``moment``."""
        self._session.execute(delete(Press).where(Press.pressed_at < moment))
