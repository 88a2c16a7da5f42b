"""Queries about devices that hold a token."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.domain.account import Device


class Devices:
    """Devices of the hall, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_token_hash(self, token_hash: str) -> Device | None:
        """The device that holds this token, unless it was revoked."""
        return self._session.scalar(
            select(Device).where(Device.token_hash == token_hash, Device.revoked.is_(False))
        )

    def by_code_hash(self, code_hash: str) -> Device | None:
        """The device that waits to be enrolled with this code."""
        return self._session.scalar(
            select(Device).where(Device.code_hash == code_hash, Device.revoked.is_(False))
        )

    def by_id(self, device_id: int) -> Device:
        return self._session.get_one(Device, device_id)

    def find(self, name: str) -> Device | None:
        return self._session.scalar(select(Device).where(Device.name == name))

    def all(self) -> list[Device]:
        """Every device by name."""
        return list(self._session.scalars(select(Device).order_by(Device.name)))
