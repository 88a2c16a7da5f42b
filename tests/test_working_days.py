"""Working days: the published calendar, and where limits end in it."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from shared.domain.configuration import parse_configuration
from shared.domain.working_days import WorkingCalendar
from shared.seed import read_seed


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return parse_configuration(read_seed(), 1).calendar


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - first).days)]


def test_every_day_of_the_published_year_agrees_with_the_independent_calendar(
    calendar: WorkingCalendar,
) -> None:
    assert calendar.published_years == {2026}
    differing = [day for day in days_of(2026) if calendar.is_working(day) != chinese_calendar.is_workday(day)]
    assert differing == []
    assert sum(bool(calendar.is_working(day)) for day in days_of(2026)) == 248


@pytest.mark.parametrize(
    ("accepted", "ends"),
    [
        (date(2026, 9, 18), [(9, 24), (9, 29), (10, 15), (10, 22)]),
        (date(2026, 9, 24), [(10, 9), (10, 12), (10, 22), (10, 29)]),
        (date(2026, 2, 12), [(2, 26), (2, 28), (3, 11), (3, 18)]),
        (date(2026, 11, 23), [(11, 30), (12, 2), (12, 14), (12, 21)]),
    ],
)
def test_limits_of_5_7_15_and_20_working_days_end_where_the_calendar_says(
    calendar: WorkingCalendar, accepted: date, ends: list[tuple[int, int]]
) -> None:
    found = [calendar.add(accepted, days) for days in (5, 7, 15, 20)]
    assert found == [date(2026, month, day) for month, day in ends]


def test_a_make_up_saturday_is_a_working_day_and_a_holiday_monday_is_not(calendar: WorkingCalendar) -> None:
    assert calendar.is_working(date(2026, 10, 10)) is True
    assert calendar.is_working(date(2026, 10, 5)) is False
    assert calendar.add(date(2026, 10, 9), 1) == date(2026, 10, 10)


def test_the_day_of_acceptance_is_not_counted_and_may_be_a_day_off(calendar: WorkingCalendar) -> None:
    assert calendar.add(date(2026, 11, 23), 1) == date(2026, 11, 24)
    assert calendar.add(date(2026, 11, 21), 1) == date(2026, 11, 23)


def test_a_limit_of_no_days_ends_on_its_own_day_even_on_a_day_off(calendar: WorkingCalendar) -> None:
    assert calendar.add(date(2026, 10, 3), 0) == date(2026, 10, 3)
    assert calendar.add(date(2031, 5, 5), 0) == date(2031, 5, 5)


def test_a_limit_that_reaches_an_unpublished_year_has_no_end(calendar: WorkingCalendar) -> None:
    assert calendar.add(date(2026, 12, 4), 19) == date(2026, 12, 31)
    assert calendar.add(date(2026, 12, 4), 20) is None
    assert calendar.is_working(date(2027, 1, 4)) is None
    assert calendar.is_working(date(2025, 12, 31)) is None


def test_as_many_working_days_lie_in_a_limit_as_it_has(calendar: WorkingCalendar) -> None:
    for start in days_of(2026)[:300]:
        end = calendar.add(start, 15)
        assert end is not None
        assert calendar.is_working(end) is True
        inside = [start + timedelta(days=step) for step in range(1, (end - start).days + 1)]
        assert sum(bool(calendar.is_working(day)) for day in inside) == 15


def test_a_year_is_known_only_once_it_is_published() -> None:
    published = WorkingCalendar(frozenset({2026, 2027}), frozenset({date(2027, 1, 1)}))
    assert published.add(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert WorkingCalendar(frozenset({2026})).add(date(2026, 12, 31), 1) is None
