"""What a wall draws of the boards it is given: the display modules, run in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from wall_stage import WALL, board, call, counter, screen, texts

__all__ = ["screen"]


def test_a_wall_without_a_current_call_says_so_and_keeps_the_number_beside_as_past(screen: Page) -> None:
    screen.evaluate(WALL)
    past = {**board(call("A012", 1)), "counters": [counter(3, ticket=None)]}
    screen.evaluate("(board) => wall.take(board)", past)

    expect(screen.locator("[data-no-calls]")).to_have_js_property("hidden", False)
    assert texts(screen, ".call-number") == []
    expect(screen.locator(".recent")).to_have_attribute("data-current", "false")


def test_a_wall_shows_number_counter_and_the_way_to_another_floor(screen: Page) -> None:
    screen.evaluate(WALL)
    screen.evaluate("(board) => wall.take(board)", board(call("A012", 1, counter=15, floor=3, way="up")))

    assert texts(screen, ".call-number") == ["A012"]
    assert texts(screen, ".call-floor") == ["上3楼"]
    assert texts(screen, ".call-counter") == ["15号窗口"]


def test_a_call_is_confirmed_once_after_it_was_painted(screen: Page) -> None:
    screen.evaluate(WALL)
    screen.evaluate("(board) => wall.take(board)", board(call("A012", 7)))
    screen.wait_for_function("confirmed.length > 0")
    screen.evaluate("(board) => wall.take(board)", board(call("A012", 7), call("A013", 8), version=2))
    screen.wait_for_function("confirmed.length > 1")

    assert screen.evaluate("confirmed") == [["shown", 7], ["shown", 8]]


def test_a_row_that_stays_is_never_made_anew_so_its_pulse_does_not_start_again(screen: Page) -> None:
    screen.evaluate(WALL)
    screen.evaluate("(board) => wall.take(board)", board(call("A012", 7)))
    screen.evaluate("() => { window.row = document.querySelector('.call'); }")
    screen.evaluate("(board) => wall.take(board)", board(call("A012", 7), version=2))

    assert screen.evaluate("row !== null && row === document.querySelector('.call')")


def test_text_from_the_hall_is_never_read_as_markup(screen: Page) -> None:
    screen.evaluate(WALL)
    screen.evaluate("(board) => wall.take(board)", board(call("<img src=x>", 1)))

    assert texts(screen, ".call-number") == ["<img src=x>"]
    assert screen.locator("main img").count() == 0


def test_a_wall_holds_no_more_after_two_thousand_boards_than_after_twenty(screen: Page) -> None:
    screen.evaluate(WALL)
    sizes = screen.evaluate(
        """async (call) => {
          const size = () => [document.querySelectorAll("*").length, wall.calls.length, wall.known.size];
          const feed = (from, to) => {
            for (let id = from; id <= to; id += 1) {
              const ids = [...Array(8)].map((_, back) => id - back);
              const calls = ids.map((one) => ({ ...call, id: one, number: `A${one}` }));
              wall.take({ epoch: "e", version: id, calls, counters: [] });
            }
          };
          feed(10, 30);
          const early = size();
          feed(31, 2030);
          return [early, size()];
        }""",
        call("A001", 1),
    )

    assert sizes[0] == sizes[1]
