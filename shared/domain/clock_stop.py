"""A stopped clock: the due date moves by the working days for which an item was suspended."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.working_days import WorkingCalendar


def due_after_stop(due_on: date, stopped_on: date, today: date, calendar: WorkingCalendar) -> date | None:
    """The due date if the suspension that began on ``stopped_on`` ended ``today``.

    The working days that were left on that day begin to run on the next working day (行政许可法 45). An item
    that was late already stays as late as it was. None when the calendar is not published that far.
    """
    if due_on < stopped_on:
        return due_on
    left = 0
    for step in range(1, (due_on - stopped_on).days + 1):
        working = calendar.is_working(stopped_on + timedelta(days=step))
        if working is None:
            return None
        left += working
    return calendar.add(today, left) if left else today
