"""Words that stand alone on the page behind the slip's code: waits, counters, dates, where results are."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kiosk.phone_words import counter_words, due_words, fetch_words, wait_words
from shared.domain.clock import SHANGHAI
from shared.domain.waiting import WaitBand

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("band", "words"),
    [
        (None, "现在还说不准"),
        (WaitBand(0, 0, 0), "约等 5 分钟以内"),
        (WaitBand(900, 1500, 1800), "约等 15～30 分钟"),
    ],
)
def test_a_wait_is_a_band_and_never_nothing(band: WaitBand | None, words: str) -> None:
    assert wait_words(band) == words


LATER = datetime(2026, 9, 18, 14, 35, tzinfo=SHANGHAI)


@pytest.mark.parametrize("band", [None, WaitBand(9000, 9600, 9900)])
def test_a_wait_that_crosses_a_break_is_a_clock_time(band: WaitBand | None) -> None:
    assert wait_words(band, LATER) == "约在下午 14:35 以后叫到"
    assert wait_words(band, LATER.replace(hour=8, minute=30)) == "约在上午 08:30 以后叫到"


def test_counters_are_told_in_the_fewest_words() -> None:
    assert counter_words([3, 4, 5, 9, 11, 12]) == "3～5、9、11、12号窗口"
    assert counter_words([]) == ""


def test_a_granted_result_is_fetched_where_the_hall_says() -> None:
    assert fetch_words("2楼 出件处") == "取结果：2楼 出件处"


def test_a_date_of_today_is_called_today() -> None:
    assert due_words(TODAY, "fixed", TODAY) == "答应您 今天办结"
    assert due_words(date(2026, 12, 16), "fixed", TODAY) == "答应您 12月16日前办结"


def test_a_date_that_is_not_known_is_said_to_be_unknown() -> None:
    assert due_words(None, "calendar_unpublished", TODAY) == "日历未发布，日期以后告诉您"
    assert due_words(None, "awaits_event", TODAY) == "日期要等结果出来再定"
    assert due_words(None, "none", TODAY) == ""
