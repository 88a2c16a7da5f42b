"""Queries about troubles of devices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from shared.domain.base import LARGEST_ID
from shared.domain.trouble import Trouble, UnknownTrouble

#: So many of the latest are shown.
_MOST = 200
_IS_OPEN = Trouble.ended_at.is_(None)


class Troubles:
    """Troubles of devices, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, trouble_id: int) -> Trouble:
        """The trouble with this id.

        Raises:
            UnknownTrouble: there is none.
        """
        trouble = self._session.get(Trouble, trouble_id) if trouble_id <= LARGEST_ID else None
        if trouble is None:
            raise UnknownTrouble(id=trouble_id)
        return trouble

    def open_of(self, device: str) -> list[Trouble]:
        """What is wrong with a device now."""
        query = select(Trouble).where(Trouble.device == device, _IS_OPEN)
        return list(self._session.scalars(query.order_by(Trouble.id)))

    def open(self) -> list[Trouble]:
        """What is wrong in the hall now, the oldest first."""
        return list(self._session.scalars(select(Trouble).where(_IS_OPEN).order_by(Trouble.id)))

    def former(self, device: str, kind: str) -> Trouble | None:
        """The latest trouble of this kind that a device had and has no more."""
        query = select(Trouble).where(
            Trouble.device == device, Trouble.kind == kind, Trouble.ended_at.is_not(None)
        )
        return self._session.scalar(query.order_by(Trouble.ended_at.desc()).limit(1))

    def latest_after(self, device: str, kinds: Collection[str], moment: datetime) -> Trouble | None:
        """The latest trouble of a device, of one of these kinds, that lasts or ended after a moment."""
        query = select(Trouble).where(
            Trouble.device == device,
            Trouble.kind.in_(kinds),
            or_(_IS_OPEN, Trouble.ended_at > moment),
        )
        return self._session.scalar(query.order_by(Trouble.id.desc()).limit(1))

    def since(self, moment: datetime) -> list[Trouble]:
        """What lasts or began after a moment, the newest first, at most 200."""
        query = select(Trouble).where(or_(_IS_OPEN, Trouble.began_at >= moment))
        return list(self._session.scalars(query.order_by(Trouble.id.desc()).limit(_MOST)))

    def forget_before(self, moment: datetime) -> None:
        """Delete troubles that ended before ``moment``."""
        self._session.execute(delete(Trouble).where(Trouble.ended_at < moment))
