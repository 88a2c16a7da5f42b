"""Which calls stand in a wall's field and beside it, and how long: the display modules in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from wall_stage import STAGE, call, counter, numbers, screen

__all__ = ["screen"]


def play(screen: Page, scenes: list[tuple[int, list[dict[str, Any]]]]) -> list[list[str]]:
    """The numbers in a wall's field at each scene: a moment in ms and the calls on the board then.

    The board tells nothing of the counters.
    """
    return [
        [one["number"] for one in rows]
        for rows in screen.evaluate(STAGE, [[at, calls, []] for at, calls in scenes])
    ]


def beside(screen: Page, calls: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Any:
    return screen.evaluate(
        "async ([calls, rows]) => (await import('/display/static/stage.js')).recent(calls, rows, 5)",
        [calls, rows],
    )


def test_a_call_stands_alone_when_the_one_before_had_its_eight_seconds(screen: Page) -> None:
    first, second = call("A011", 1), call("A012", 2)

    assert play(screen, [(0, [first]), (8000, [first, second])]) == [["A011"], ["A012"]]


def test_a_call_within_eight_seconds_shares_the_field_in_the_order_of_calling(screen: Page) -> None:
    first, both = [call("A011", 1)], [call("A011", 1), call("A012", 2)]

    assert play(screen, [(0, first), (7999, both), (8000, both)]) == [["A011"], ["A011", "A012"], ["A012"]]


def test_in_a_burst_everyone_called_stands_eight_seconds_in_the_field_and_nobody_is_lost(
    screen: Page,
) -> None:
    calls = [call(f"A0{index:02}", index) for index in range(1, 11)]
    moments = range(0, 30_000, 250)
    rows = play(screen, [(now, calls) for now in moments])

    assert rows[0] == ["A001", "A002", "A003", "A004"]
    assert max(len(names) for names in rows) == 4
    stood = {one["number"]: sum(one["number"] in names for names in rows) * 250 for one in calls}
    assert min(stood.values()) >= 8000
    assert rows[-1] == ["A010"]


def test_a_backlog_shortens_the_time_in_the_field_but_never_below_three_seconds(screen: Page) -> None:
    times = [
        screen.evaluate("async (n) => (await import('/display/static/stage.js')).standingTime(n)", waiting)
        for waiting in (0, 15, 16, 40, 500)
    ]

    assert times == [8000, 8000, 7500, 3000, 3000]


def test_a_call_that_had_its_time_in_a_backlog_does_not_come_back_when_the_backlog_is_gone(
    screen: Page,
) -> None:
    calls = [call(f"A0{index:02}", index) for index in range(1, 46)]
    rows = play(screen, [(0, calls), (3000, calls), (3001, calls[:9])])

    assert rows[1] == ["A005", "A006", "A007", "A008"]
    assert "A001" not in rows[2]


def test_a_number_called_again_while_it_waits_for_the_field_keeps_its_place(screen: Page) -> None:
    calls = [call(f"A00{index}", index) for index in range(1, 7)]
    again = [*calls, call("A005", 7)]

    assert play(screen, [(0, calls), (100, again), (8000, again)])[2] == ["A006", "A005"]
    assert "A005" in play(screen, [(0, calls), (100, again), (8000, again[1:])])[2]


@pytest.mark.parametrize(("number_at_counter", "shown"), [("A012", ["A012"]), (None, []), ("A013", [])])
def test_a_call_stands_in_the_field_only_while_its_counter_has_the_number(
    screen: Page, number_at_counter: str | None, shown: list[str]
) -> None:
    scenes = [[now, [call("A012", 1)], [counter(3, ticket=number_at_counter)]] for now in (0, 3_600_000)]
    early, late = ([one["number"] for one in rows] for rows in screen.evaluate(STAGE, scenes))

    assert early == late == shown


def test_an_older_call_that_is_current_stands_in_the_field_when_the_newest_is_not(screen: Page) -> None:
    calls = [call("A011", 1, counter=4), call("A012", 2, counter=3)]
    counters = [counter(3, ticket=None), counter(4, ticket="A011")]
    scenes = [[now, calls, counters] for now in (0, 8000)]

    assert numbers(screen.evaluate(STAGE, scenes)[1]) == ["A011"]


def test_a_call_to_a_counter_that_is_not_on_the_board_counts_for_its_minute(screen: Page) -> None:
    calls = [call("A012", 1, counter=15, floor=3, way="up")]
    rows = screen.evaluate(STAGE, [[now, calls, []] for now in (0, 59_999, 60_000)])

    assert [numbers(one) for one in rows] == [["A012"], ["A012"], []]


def test_the_entrance_shows_the_calls_whose_numbers_are_at_their_counters(screen: Page) -> None:
    calls = [call("A011", 1, counter=4), call("A012", 2, counter=3), call("A013", 3, since=9000, counter=5)]
    counters = [counter(3, ticket=None), counter(4, ticket="A011"), counter(5, ticket="A013")]
    rows = screen.evaluate(
        "async (given) => (await import('/display/static/stage.js')).calling(...given)",
        [calls, counters, 10_000, 4],
    )

    assert numbers(rows) == ["A013", "A011"]


def test_a_recall_stands_once_with_its_newest_counter(screen: Page) -> None:
    calls = [call("A012", 1, counter=3), call("A013", 2), call("A012", 3, counter=5)]
    rows = screen.evaluate(STAGE, [[100, calls, []]])[0]

    assert [(one["number"], one["counter"]) for one in rows] == [("A013", 3), ("A012", 5)]
    assert beside(screen, calls, rows) == []


def test_last_calls_are_the_newest_five_outside_the_field(screen: Page) -> None:
    calls = [call(f"A0{index:02}", index) for index in range(1, 10)]

    assert numbers(beside(screen, calls, calls[-1:])) == ["A008", "A007", "A006", "A005", "A004"]


def test_calls_are_played_by_rising_id_whatever_order_they_come_in(screen: Page) -> None:
    stamped = screen.evaluate(
        "async (calls) => (await import('/display/static/stage.js')).arrivals(calls, null, 0, 0)",
        [call("A013", 9), call("A012", 4)],
    )

    assert [one["id"] for one in stamped] == [4, 9]


def test_a_call_that_was_known_keeps_its_time_and_a_late_one_gets_its_full_eight_seconds(
    screen: Page,
) -> None:
    stamped = screen.evaluate(
        """async (calls) => {
          const { arrivals } = await import("/display/static/stage.js");
          return arrivals(calls, new Map([[1, 500]]), 9000, 0);
        }""",
        [call("A011", 1), call("A012", 2)],
    )

    assert [one["since"] for one in stamped] == [500, 9000]
