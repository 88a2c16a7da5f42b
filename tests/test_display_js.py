"""What a wall makes of the boards it is given: the display modules, run in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"/display/static/": ROOT / "display/static", "/static/": ROOT / "shared/web/static"}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ORIGIN = "http://wall.test"

#: A wall reduced to its lists, drawn by the real module from boards that a test hands in.
WALL = """
async () => {
  document.body.innerHTML =
    '<main><p data-no-calls></p><ol data-field></ol><ol data-recent data-rows="5"></ol></main>';
  const { CallField } = await import("/display/static/calls.js");
  window.confirmed = [];
  const link = { offset: 0, confirm: (event, id) => { window.confirmed.push([event, id]); return true; } };
  window.wall = new CallField(link, document.querySelector("main"));
}
"""

#: The rows of a wall's field, moment after moment.
STAGE = """
async (scenes) => {
  const { advance, field } = await import("/display/static/stage.js");
  let turns = new Map();
  return scenes.map(([now, calls, counters]) => {
    turns = advance(turns, calls, now, counters);
    return field(calls, turns, counters, now);
  });
}
"""


@pytest.fixture
def screen(page: Page) -> Page:
    """An empty page of an origin that serves the static files of the checkout."""
    page.route(f"{ORIGIN}/**", _serve)
    page.goto(ORIGIN)
    return page


def _serve(route: Route) -> None:
    address = route.request.url.removeprefix(ORIGIN).split("?")[0]
    for prefix, folder in FOLDERS.items():
        if address.startswith(prefix):
            path = folder / address.removeprefix(prefix)
            route.fulfill(path=path, content_type=TYPES[path.suffix])
            return
    route.fulfill(body="<!doctype html><html lang='zh-CN'><body></body></html>", content_type="text/html")


def rule(screen: Page, name: str, *arguments: Any) -> Any:
    """What a function of the board rules answers."""
    return screen.evaluate(
        "async ([name, given]) => (await import('/display/static/board.js'))[name](...given)",
        [name, list(arguments)],
    )


def play(screen: Page, scenes: list[tuple[int, list[dict[str, Any]]]]) -> list[list[str]]:
    """The numbers in a wall's field at each scene: a moment in ms and the calls on the board then.

    The board tells nothing of the counters.
    """
    return [
        [one["number"] for one in rows]
        for rows in screen.evaluate(STAGE, [[at, calls, []] for at, calls in scenes])
    ]


def call(
    number: str, identity: int, since: int = 0, *, counter: int = 3, floor: int = 2, way: str = "here"
) -> dict[str, Any]:
    """A call as a board tells it, already stamped with the moment this screen began to show it."""
    return {
        "id": identity,
        "number": number,
        "counter": counter,
        "floor": floor,
        "from_floor": 2,
        "direction": way,
        "called_at": "2026-11-23T02:00:00Z",
        "calls": 1,
        "since": since,
    }


def counter(number: int, state: str = "open", *, ticket: str | None) -> dict[str, Any]:
    at_it = None if ticket is None else {"number": ticket, "state": "called"}
    return {"number": number, "floor": 2, "state": state, "ticket": at_it}


def board(*calls: dict[str, Any], version: int = 1, epoch: str = "e") -> dict[str, Any]:
    """A board on which every call is current."""
    counters = [counter(one["counter"], ticket=one["number"]) for one in calls]
    return {"epoch": epoch, "version": version, "floor": 2, "calls": list(calls), "counters": counters}


def numbers(calls: list[dict[str, Any]]) -> list[str]:
    return [one["number"] for one in calls]


def beside(screen: Page, calls: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Any:
    return screen.evaluate(
        "async ([calls, rows]) => (await import('/display/static/stage.js')).recent(calls, rows, 5)",
        [calls, rows],
    )


def texts(screen: Page, selector: str) -> list[str]:
    return screen.locator(selector).all_inner_texts()


@pytest.mark.parametrize(
    ("new", "last", "counts"),
    [
        (board(version=7), None, True),
        (board(version=7), board(version=7), True),
        (board(version=8), board(version=7), True),
        (board(version=6), board(version=7), False),
        (board(version=1, epoch="restored"), board(version=7), True),
    ],
)
def test_a_board_counts_unless_it_is_older_within_its_epoch(
    screen: Page, new: dict[str, Any], last: dict[str, Any] | None, counts: bool
) -> None:
    assert rule(screen, "accept", new, last) is counts


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
