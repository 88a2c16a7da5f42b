"""Opening hours: when numbers are given and when counters call, in the hall's own time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest

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

    From ``quiet_before`` minutes before a break until ``quiet_after`` minutes after it nobody is called and
    nobody counts as absent, except at the ``duty_counters``, which go on over the break.
    """

    weekly: Mapping[str, tuple[Shift, ...]]
    kiosk_opens: time
    last_ticket: time
    always_open: bool = False
    quiet_before: int = 0
    quiet_after: int = 0
    duty_counters: tuple[int, ...] = ()

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
        return self.kiosk_opens <= _clock(local) <= self.last_ticket

    def next_opening(self, local: datetime, calendar: WorkingCalendar) -> datetime | None:
        """When numbers are given next, strictly after ``local``; None when no open day is in sight."""
        for ahead in range(_HORIZON_DAYS + 1):
            day = local.date() + timedelta(days=ahead)
            opens = datetime.combine(day, self.kiosk_opens, tzinfo=local.tzinfo)
            if opens > local and self.shifts_on(day, calendar):
                return opens
        return None

    def counters_open_at(self, local: datetime, calendar: WorkingCalendar) -> datetime | None:
        """When counters begin to call, if ``local`` lies before the first shift of an open day; else None."""
        shifts = () if self.always_open else self.shifts_on(local.date(), calendar)
        begin = _on_day(local, shifts[0].begin) if shifts else local
        return begin if local < begin else None

    def quiet_until(self, local: datetime, calendar: WorkingCalendar) -> datetime | None:
        """When counters call again, if ``local`` lies in a break or too near to one; else None."""
        before, after = timedelta(minutes=self.quiet_before), timedelta(minutes=self.quiet_after)
        for begin, end in self._breaks(local, calendar):
            if begin - before <= local < end + after:
                return end + after
        return None

    def called_at(self, local: datetime, seconds: float, calendar: WorkingCalendar) -> datetime:
        """The moment of a call after ``seconds`` of calling time; breaks and the time before opening add.

        After the last shift the line is served to its end, so time goes on without a break.
        """
        if self.always_open:
            return local + timedelta(seconds=seconds)
        moment, left = local, timedelta(seconds=seconds)
        for shift, following in _pairs(self.shifts_on(local.date(), calendar)):
            moment = max(moment, _on_day(local, shift.begin))
            if following is None:
                break
            ends = _on_day(local, shift.end) - timedelta(minutes=self.quiet_before)
            if moment + left < ends:
                return moment + left
            left -= max(timedelta(0), ends - moment)
            moment = max(moment, _on_day(local, following.begin) + timedelta(minutes=self.quiet_after))
        return moment + left

    def is_open_between(self, begin: datetime, end: datetime, calendar: WorkingCalendar) -> bool:
        """Whether the hall was open on the day of ``begin`` at some moment from ``begin`` to ``end``."""
        if self.always_open:
            return True
        shifts = self.shifts_on(begin.date(), calendar)
        if not shifts:
            return False
        return begin < _on_day(begin, shifts[-1].end) and end > _on_day(begin, self.kiosk_opens)

    def resumption(self, local: datetime, until: datetime, calendar: WorkingCalendar) -> datetime | None:
        """The last moment after ``local`` and not after ``until`` at which calling begins or goes on."""
        if self.always_open:
            return None
        shifts = self.shifts_on(local.date(), calendar)
        begins = [_on_day(local, shifts[0].begin)] if shifts else []
        begins += [end + timedelta(minutes=self.quiet_after) for _, end in self._breaks(local, calendar)]
        return max((moment for moment in begins if local < moment <= until), default=None)

    def _breaks(self, local: datetime, calendar: WorkingCalendar) -> Iterator[tuple[datetime, datetime]]:
        """The breaks between the shifts of the day, as (begin, end)."""
        if self.always_open:
            return
        for shift, following in _pairs(self.shifts_on(local.date(), calendar)):
            if following is not None:
                yield _on_day(local, shift.end), _on_day(local, following.begin)


def _pairs(shifts: tuple[Shift, ...]) -> Iterator[tuple[Shift, Shift | None]]:
    return zip_longest(shifts, shifts[1:])


def _clock(local: datetime) -> time:
    return local.timetz().replace(tzinfo=None)


def _on_day(local: datetime, clock: time) -> datetime:
    return datetime.combine(local.date(), clock, tzinfo=local.tzinfo)
