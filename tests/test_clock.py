"""Time: the service day is Shanghai's, and durations are right over a corrected clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.clock import FixedClock, ManualClock, Moment, SystemClock, seconds_between

EVENING = datetime(2026, 9, 18, 15, 59, 59, tzinfo=UTC)


def test_the_service_day_turns_at_midnight_in_shanghai() -> None:
    assert Moment(EVENING, 0, "b").day == date(2026, 9, 18)
    assert Moment(EVENING + timedelta(seconds=1), 0, "b").day == date(2026, 9, 19)


def test_within_a_boot_a_duration_is_what_really_passed() -> None:
    begin = Moment(EVENING, 100.0, "b")
    end = Moment(EVENING - timedelta(hours=2), 160.0, "b")
    assert seconds_between(begin, end) == 60.0


def test_over_a_restart_a_duration_is_the_difference_and_never_negative() -> None:
    begin = Moment(EVENING, 100.0, "b")
    assert seconds_between(begin, Moment(EVENING + timedelta(minutes=3), 5.0, "c")) == 180.0
    assert seconds_between(begin, Moment(EVENING - timedelta(hours=2), 5.0, "c")) == 0.0


def test_a_manual_clock_stands_until_it_is_moved_and_elapsed_never_goes_back() -> None:
    clock = ManualClock(EVENING)
    assert clock.now() == clock.now()
    clock.advance(90)
    clock.move_to(EVENING - timedelta(hours=1))
    now = clock.now()
    assert (now.at, now.elapsed) == (EVENING - timedelta(hours=1), 90.0)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        FixedClock().move_to(datetime(2026, 9, 18, 10, 0))  # noqa: DTZ001


def test_the_system_clock_says_aware_utc_and_its_boot() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.at.utcoffset() == timedelta(0)
    assert first.boot == second.boot
    assert second.elapsed >= first.elapsed
