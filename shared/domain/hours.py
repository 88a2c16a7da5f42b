"""Opening hours: when numbers are given and when counters call, in the hall's own time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.domain.working_days import WorkingCalendar

#: How far ahead an opening is looked for: longer than any holiday.
_HORIZON_DAYS = 21


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of the day in which counters call."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class Hours:
    """The hall's week; ``weekly`` gives the shifts by weekday, ``1`` for Monday to ``7``.

    Numbers are given from ``kiosk_opens`` to ``last_ticket``, over lunch too. A make-up workday has the
    shifts of its weekday, or those of ``1`` when that has none. ``always_open`` is for demonstrations.
    Where the working calendar of a year is not published the week alone decides.
    """

    weekly: Mapping[str, tuple[Shift, ...]]
    kiosk_opens: time
    last_ticket: time
    always_open: bool = False

    def shifts_on(self, day: date, calendar: WorkingCalendar) -> tuple[Shift, ...]:
        """The shifts of a day; none on a day off."""
        shifts = self.weekly.get(str(day.isoweekday()), ())
        working = calendar.is_working(day)
        if working is None:
            return shifts
        if not working:
            return ()
        return shifts or self.weekly.get("1", ())

    def takes_numbers(self, local: datetime, calendar: WorkingCalendar) -> bool:
        """Whether numbers are given at this moment."""
        if self.always_open:
            return True
        if not self.shifts_on(local.date(), calendar):
            return False
        return self.kiosk_opens <= local.timetz().replace(tzinfo=None) <= self.last_ticket

    def next_opening(self, local: datetime, calendar: WorkingCalendar) -> datetime | None:
        """When numbers are given next, strictly after ``local``; None when no open day is in sight."""
        for ahead in range(_HORIZON_DAYS + 1):
            day = local.date() + timedelta(days=ahead)
            opens = datetime.combine(day, self.kiosk_opens, tzinfo=local.tzinfo)
            if opens > local and self.shifts_on(day, calendar):
                return opens
        return None

    def lunch_end(self, local: datetime, calendar: WorkingCalendar) -> time | None:
        """When counters call again, if ``local`` lies between two shifts of the day; else None."""
        if self.always_open:
            return None
        shifts = self.shifts_on(local.date(), calendar)
        clock = local.timetz().replace(tzinfo=None)
        for before, after in zip(shifts, shifts[1:], strict=False):
            if before.end <= clock < after.begin:
                return after.begin
        return None
