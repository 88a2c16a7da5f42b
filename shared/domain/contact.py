"""Who is connected: one row for each place at which a process lets devices in."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain.base import JSON, Entity, Mapped, String, UtcTime, mapped_column

CONTACT_SECONDS = 30.0
"""How often it is noted who is connected."""

KNOWN_FOR = timedelta(seconds=2.5 * CONTACT_SECONDS)
"""What was noted longer ago says nothing any more: its process has ended."""


class ContactRow(Entity):
    """The screens that are connected: by the id of their device, how many of each version."""

    __tablename__ = "contacts"

    place: Mapped[str] = mapped_column(String(96), primary_key=True)
    noted_at: Mapped[datetime] = mapped_column(UtcTime)
    screens: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)
