"""Queries about devices that hold a token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shared.domain.account import Device
from shared.domain.contact import KNOWN_FOR, ContactRow

#: Rows of processes that ended long ago are cleared away.
_KEPT_FOR = timedelta(days=1)


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

    def note_seen(self, versions: Mapping[int, str], at: datetime) -> None:
        """These devices were heard of at a moment, each with the version it told, empty for none."""
        self._session.flush()
        self._session.execute(update(Device).where(Device.id.in_(versions)).values(last_seen_at=at))
        for version in sorted({told for told in versions.values() if told}):
            ids = [device_id for device_id, told in versions.items() if told == version]
            other = Device.version != version
            self._session.execute(update(Device).where(Device.id.in_(ids), other).values(version=version))

    def names_of(self, ids: Collection[int]) -> list[str]:
        """The names of these devices."""
        return list(self._session.scalars(select(Device.name).where(Device.id.in_(ids))))

    def note_connected(self, place: str, screens: Mapping[int, Mapping[str, int]], at: datetime) -> None:
        """Who is connected at a place of a process: by device, how many screens of each version."""
        told = {str(device_id): dict(versions) for device_id, versions in screens.items()}
        row = self._session.get(ContactRow, place)
        if row is None:
            self._session.execute(delete(ContactRow).where(ContactRow.noted_at < at - _KEPT_FOR))
            self._session.add(ContactRow(place=place, noted_at=at, screens=told))
        else:
            row.noted_at, row.screens = at, told

    def connected(self, at: datetime) -> dict[int, Counter[str]]:
        """The screens that are connected to any process: by device, how many of each version."""
        found: dict[int, Counter[str]] = {}
        for row in self._session.scalars(select(ContactRow).where(ContactRow.noted_at > at - KNOWN_FOR)):
            for device_id, versions in row.screens.items():
                found.setdefault(int(device_id), Counter()).update(versions)
        return found
