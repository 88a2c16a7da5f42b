"""Queries about stored answers of presses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared.domain.hall import Press


class Presses:
    """Stored answers, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, principal: str, route: str, key: str) -> Press | None:
        """The answer stored under this key, by this principal, for this route."""
        return self._session.scalar(
            select(Press).where(Press.principal == principal, Press.route == route, Press.key == key)
        )

    def forget_before(self, moment: datetime) -> None:
        """Delete answers older than ``moment``."""
        self._session.execute(delete(Press).where(Press.pressed_at < moment))
