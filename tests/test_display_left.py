"""What a wall shows of numbers that went elsewhere: put back, taken back, or waiting where nobody calls."""

from __future__ import annotations

from playwright.sync_api import Page
from wall_stage import STAGE, WALL, board, call, counter, numbers, rule, screen, texts

__all__ = ["screen"]


def test_a_call_that_was_taken_back_leaves_the_field_at_once(screen: Page) -> None:
    calls = [call("A012", 1)]
    scenes = [[0, calls, [counter(3, ticket="A012")]], [500, calls, [counter(3, ticket=None)]]]

    assert [numbers(rows) for rows in screen.evaluate(STAGE, scenes)] == [["A012"], []]


def test_a_call_that_was_taken_back_takes_no_room_from_the_next(screen: Page) -> None:
    calls = [call(f"A00{index}", index, counter=index) for index in range(1, 6)]
    counters = [counter(index, ticket=f"A00{index}") for index in range(1, 6)]
    left = [counter(1, ticket=None), *counters[1:]]
    scenes = [[0, calls, counters], [500, calls, left]]

    assert numbers(screen.evaluate(STAGE, scenes)[1]) == ["A002", "A003", "A004", "A005"]


def test_a_number_that_is_called_soon_does_not_stand_among_those_just_called(screen: Page) -> None:
    screen.evaluate(WALL)
    told = {**board(call("A012", 1), call("A013", 2)), "soon": ["A012"]}
    told["counters"] = [counter(3, ticket="A013")]
    screen.evaluate("(board) => wall.take(board)", told)

    assert (texts(screen, ".call-number"), texts(screen, ".recent-number")) == (["A013"], [])


def test_nobody_is_called_soon_on_a_floor_without_an_open_counter(screen: Page) -> None:
    told = {**board(), "soon": ["A012"], "counters": [counter(3, "closed", ticket=None)]}

    assert rule(screen, "soonNumbers", told) == []
    assert rule(screen, "soonNone", told) == "没有窗口开着，请坐着等或问导办台"
    assert rule(screen, "soonNumbers", {**told, "counters": [counter(3, ticket=None)]}) == ["A012"]
