"""Warning lamps of items: yellow shortly before the due date, red after it."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.working_days import WorkingCalendar

#: Yellow from so many working days before the due date on; one for limits of up to five days.
YELLOW_DAYS = 2
YELLOW_DAYS_SHORT = 1
SHORT_LIMIT = 5


def lamp(
    due_on: date | None, due_state: str, limit_days: int | None, today: date, calendar: WorkingCalendar
) -> str:
    """``none``, ``yellow`` or ``red``; what waits for an event outside, or has no date, is never red."""
    if due_on is None or due_state != "fixed":
        return "none"
    if today > due_on:
        return "red"
    short = limit_days is not None and limit_days <= SHORT_LIMIT
    if working_days_left(today, due_on, calendar) <= (YELLOW_DAYS_SHORT if short else YELLOW_DAYS):
        return "yellow"
    return "none"


def working_days_left(today: date, due_on: date, calendar: WorkingCalendar) -> int:
    """Working days after today, up to and with the due date."""
    span = (due_on - today).days
    return sum(1 for step in range(1, span + 1) if calendar.is_working(today + timedelta(days=step)))
