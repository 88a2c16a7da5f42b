"""The working calendar: which days count, and when a limit in working days ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

#: Monday to Friday by ``date.isoweekday``.
_WORK_WEEK = range(1, 6)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Days off and make-up workdays of the years whose arrangement has been published.

    ``off_days`` are statutory holidays with the days moved to them, ``make_up_days`` the Saturdays and
    Sundays worked in exchange (调休上班), which are working days like any other.
    Source: 全国年节及纪念日放假办法 and the yearly notice of the State Council's general office.
    """

    published_years: frozenset[int]
    off_days: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    source: str = ""

    def is_working(self, day: date) -> bool | None:
        """Whether a day is a working day; None while its year has not been published."""
        if day.year not in self.published_years:
            return None
        if day in self.make_up_days:
            return True
        return day.isoweekday() in _WORK_WEEK and day not in self.off_days

    def add(self, day: date, working_days: int) -> date | None:
        """The last day of a limit that starts on ``day``; None when it needs an unpublished year.

        The day itself is not counted, the next working day is the first (民法典 201, 203; 行政许可法 82).
        A limit of 0 days ends on the day itself, also on a day off.
        """
        left = working_days
        while left > 0:
            day += timedelta(days=1)
            working = self.is_working(day)
            if working is None:
                return None
            left -= working
        return day
