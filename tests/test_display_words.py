"""What walls and signs say of a board: the rules of the display modules, run in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from wall_stage import board, call, counter, rule, screen

__all__ = ["screen"]


@pytest.mark.parametrize(
    ("new", "last", "counts"),
    [
        (board(version=7), None, True),
        (board(version=7), board(version=7), True),
        (board(version=8), board(version=7), True),
        (board(version=6), board(version=7), False),
        (board(version=7, seconds=60), board(version=7, seconds=59), True),
        (board(version=7, seconds=59), board(version=7, seconds=60), False),
        (board(version=8, seconds=59), board(version=7, seconds=60), True),
        (board(version=1, epoch="restored"), board(version=7, seconds=60), True),
    ],
)
def test_a_board_counts_unless_it_is_older_within_its_epoch(
    screen: Page, new: dict[str, Any], last: dict[str, Any] | None, counts: bool
) -> None:
    assert rule(screen, "accept", new, last) is counts


@pytest.mark.parametrize(
    ("count", "band", "words"),
    [
        (7, {"low": 900, "expected": 1300, "high": 1800}, "15～30分"),
        (1, {"low": 10, "expected": 20, "high": 40}, "5分以内"),
        (3, None, "说不准"),
        (0, {"low": 0, "expected": 0, "high": 0}, "没有人等"),
        (0, None, "没有人等"),
    ],
)
def test_a_wait_is_a_band_or_said_to_be_unknown(
    screen: Page, count: int, band: dict[str, int] | None, words: str
) -> None:
    assert rule(screen, "waitWords", {"series": "A", "count": count, "wait_seconds": band}) == words


def test_a_floor_waits_from_its_shortest_to_its_longest_series(screen: Page) -> None:
    waiting = [
        {"series": "A", "count": 7, "wait_seconds": {"low": 900, "expected": 1300, "high": 1800}},
        {"series": "S", "count": 2, "wait_seconds": {"low": 300, "expected": 400, "high": 600}},
        {"series": "Q", "count": 0, "wait_seconds": {"low": 0, "expected": 0, "high": 0}},
    ]

    assert rule(screen, "floorWait", waiting) == "约等 5～30 分钟"


def test_paused_counters_are_named_in_the_fewest_words(screen: Page) -> None:
    states = {4: "open", 6: "paused", 7: "paused", 8: "paused", 10: "paused", 11: "closed"}
    counters = [{"number": number, "floor": 2, "state": state} for number, state in states.items()]

    assert rule(screen, "pausedWords", counters) == "6～8、10号窗口"
    assert rule(screen, "pausedWords", counters[:1]) == ""


@pytest.mark.parametrize(
    ("age", "stale", "words"),
    [
        (0, False, "刚刚更新"),
        (7999, False, "7 秒前更新"),
        (8000, True, "8 秒前更新"),
        (125_000, True, "2 分钟前更新"),
    ],
)
def test_a_picture_is_called_stale_after_eight_seconds(
    screen: Page, age: int, stale: bool, words: str
) -> None:
    assert rule(screen, "freshness", age) == {"stale": stale, "words": words}


def test_the_clock_shows_the_time_of_the_hall(screen: Page) -> None:
    assert rule(screen, "hallTime", 1_795_401_720_000) == "10:42"


@pytest.mark.parametrize(
    ("state", "ticket", "shown"),
    [
        ("open", {"number": "A012", "state": "called"}, {"state": "calling", "ticket": "A012"}),
        ("open", {"number": "A012", "state": "serving"}, {"state": "serving", "ticket": "A012"}),
        ("open", None, {"state": "free", "ticket": None}),
        ("paused", None, {"state": "paused", "ticket": None}),
        ("closed", None, {"state": "closed", "ticket": None}),
    ],
)
def test_a_sign_tells_whose_turn_it_is_at_its_counter(
    screen: Page, state: str, ticket: dict[str, str] | None, shown: dict[str, str | None]
) -> None:
    counters = [{"number": 3, "floor": 1, "state": state, "ticket": ticket}]

    assert rule(screen, "signState", {**board(), "counters": counters}, 3) == shown


def test_a_sign_says_of_nobody_that_they_are_served_when_the_board_does_not_tell(screen: Page) -> None:
    counters = [{"number": number, "floor": 2, "state": "open"} for number in (3, 4)]
    known = {**board(call("A012", 1, counter=3)), "counters": counters}

    assert rule(screen, "signState", known, 3) == {"state": "calling", "ticket": "A012"}
    assert rule(screen, "signState", known, 4) == {"state": "open", "ticket": None}


def test_a_resting_counter_sends_people_to_the_nearest_open_ones_of_its_floor(screen: Page) -> None:
    states = {1: "open", 5: "open", 6: "paused", 7: "closed", 8: "open", 12: "open"}
    counters = [
        {"number": number, "floor": 1 if number == 1 else 2, "state": state}
        for number, state in states.items()
    ]

    assert rule(screen, "openBeside", {**board(), "counters": counters}, 6) == [5, 8]


def test_a_resting_counter_sends_nobody_to_counters_of_which_none_is_open(screen: Page) -> None:
    counters = [counter(5, "closed", ticket=None), counter(6, "paused", ticket=None)]

    assert rule(screen, "openBeside", {**board(), "counters": counters}, 6) == []
