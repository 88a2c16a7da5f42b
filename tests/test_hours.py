"""Opening hours: when numbers are given, over lunch, holidays and make-up workdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from shared.domain.clock import SHANGHAI
from shared.domain.configuration import Configuration, parse_configuration
from shared.domain.hours import Hours
from shared.domain.working_days import WorkingCalendar
from shared.seed import read_seed


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse_configuration(read_seed(), 1)


@pytest.fixture(scope="module")
def hours(configuration: Configuration) -> Hours:
    return configuration.site.hours


@pytest.fixture(scope="module")
def calendar(configuration: Configuration) -> WorkingCalendar:
    return configuration.calendar


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "given"),
    [
        (at(11, 24, 7, 59), False),
        (at(11, 24, 8, 0), True),
        (at(11, 24, 13, 0), True),
        (at(11, 24, 17, 30), True),
        (at(11, 24, 17, 31), False),
        (at(11, 22, 10), False),
        (at(10, 5, 10), False),
        (at(10, 10, 10), True),
    ],
)
def test_numbers_are_given_on_working_days_from_opening_to_the_last_ticket_over_lunch_too(
    hours: Hours, calendar: WorkingCalendar, moment: datetime, given: bool
) -> None:
    assert hours.takes_numbers(moment, calendar) is given


def test_the_next_opening_skips_the_holiday_but_not_the_make_up_day(
    hours: Hours, calendar: WorkingCalendar
) -> None:
    assert hours.next_opening(at(9, 30, 18), calendar) == at(10, 8, 8)
    assert hours.next_opening(at(10, 9, 18), calendar) == at(10, 10, 8)
    assert hours.next_opening(at(11, 24, 7), calendar) == at(11, 24, 8)


def test_in_an_unpublished_year_the_week_alone_decides(hours: Hours, calendar: WorkingCalendar) -> None:
    assert hours.takes_numbers(at(1, 4, 10, year=2027), calendar) is True
    assert hours.takes_numbers(at(1, 3, 10, year=2027), calendar) is False


def test_a_hall_without_shifts_never_opens(hours: Hours, calendar: WorkingCalendar) -> None:
    closed = replace(hours, weekly={})
    assert closed.takes_numbers(at(11, 24, 10), calendar) is False
    assert closed.next_opening(at(11, 24, 10), calendar) is None


def test_the_demonstration_is_open_at_any_moment(hours: Hours, calendar: WorkingCalendar) -> None:
    always = replace(hours, always_open=True)
    assert always.takes_numbers(at(10, 1, 3), calendar) is True


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(11, 24, 8, 10), at(11, 24, 8, 30)),
        (at(11, 24, 8, 30), None),
        (at(11, 24, 13), None),
        (at(11, 24, 20), None),
        (at(11, 22, 8, 10), None),
        (at(10, 10, 8, 10), at(10, 10, 8, 30)),
    ],
)
def test_counters_are_yet_to_open_before_the_first_shift_of_an_open_day_only(
    hours: Hours, calendar: WorkingCalendar, moment: datetime, opens: datetime | None
) -> None:
    assert hours.counters_open_at(moment, calendar) == opens
    assert replace(hours, always_open=True).counters_open_at(moment, calendar) is None


def test_a_make_up_saturday_has_the_shifts_of_a_monday(hours: Hours, calendar: WorkingCalendar) -> None:
    shifts = hours.shifts_on(date(2026, 10, 10), calendar)
    assert [shift.begin for shift in shifts] == [time(8, 30), time(14, 30)]
