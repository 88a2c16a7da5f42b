"""Slips as the owner of their printer gets them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from conftest import House

from shared.actions.devices import StoreReports

OWNER = "tests"
MANY = 100
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def claim_slips(house: House, printer: str) -> list[dict[str, Any]]:
    """What every slip that waits for a printer says, the oldest first; each is given out once."""
    reports = StoreReports(house.store)
    assert printer in reports.lease([printer], OWNER)
    return [dict(job.document) for job in reports.exchange(OWNER, [], {printer: MANY}, LONG_AGO)]
