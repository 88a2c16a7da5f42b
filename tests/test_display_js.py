"""What a wall makes of the boards it is given: the display modules, run in a real browser."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

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


def board(*calls: dict[str, Any], version: int = 1, epoch: str = "e") -> dict[str, Any]:
    return {"epoch": epoch, "version": version, "floor": 2, "calls": list(calls), "counters": []}


def numbers(calls: list[dict[str, Any]]) -> list[str]:
    return [one["number"] for one in calls]


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
    calls = [call("A011", 1, since=0), call("A012", 2, since=8000)]

    assert numbers(rule(screen, "field", calls, 8000)) == ["A012"]


def test_a_call_within_eight_seconds_shares_the_field_in_the_order_of_calling(screen: Page) -> None:
    calls = [call("A011", 1, since=0), call("A012", 2, since=7999)]

    assert numbers(rule(screen, "field", calls, 7999)) == ["A011", "A012"]
    assert numbers(rule(screen, "field", calls, 8000)) == ["A012"]


def test_at_most_four_calls_share_the_field_and_the_newest_stay(screen: Page) -> None:
    calls = [call(f"A00{index}", index, since=index) for index in range(1, 7)]

    assert numbers(rule(screen, "field", calls, 100)) == ["A003", "A004", "A005", "A006"]


def test_the_newest_call_stays_however_old_it_is(screen: Page) -> None:
    assert numbers(rule(screen, "field", [call("A012", 1, since=0)], 3_600_000)) == ["A012"]


def test_a_recall_stands_once_with_its_newest_counter(screen: Page) -> None:
    calls = [call("A012", 1, counter=3), call("A013", 2), call("A012", 3, counter=5)]

    rows = rule(screen, "field", calls, 100)
    assert [(one["number"], one["counter"]) for one in rows] == [("A013", 3), ("A012", 5)]
    assert rule(screen, "recent", calls, rows, 5) == []


def test_last_calls_are_the_newest_five_outside_the_field(screen: Page) -> None:
    calls = [call(f"A0{index:02}", index) for index in range(1, 10)]
    rows = rule(screen, "field", calls, 60_000)

    assert numbers(rule(screen, "recent", calls, rows, 5)) == ["A008", "A007", "A006", "A005", "A004"]


def test_calls_are_played_by_rising_id_whatever_order_they_come_in(screen: Page) -> None:
    stamped = rule(screen, "arrivals", [call("A013", 9), call("A012", 4)], None, 0, 0)

    assert [one["id"] for one in stamped] == [4, 9]


def test_a_call_that_was_known_keeps_its_time_and_a_late_one_gets_its_full_eight_seconds(
    screen: Page,
) -> None:
    stamped = screen.evaluate(
        """async (calls) => {
          const { arrivals } = await import("/display/static/board.js");
          return arrivals(calls, new Map([[1, 500]]), 9000, 0);
        }""",
        [call("A011", 1), call("A012", 2)],
    )

    assert [one["since"] for one in stamped] == [500, 9000]


@pytest.mark.parametrize(
    ("count", "band", "words"),
    [
        (7, {"low": 900, "expected": 1300, "high": 1800}, "约15～30分"),
        (1, {"low": 10, "expected": 20, "high": 40}, "5分以内"),
        (3, None, "现在还说不准"),
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

    assert screen.evaluate("row === document.querySelector('.call')")


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
              wall.take({ epoch: "e", version: id, calls });
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


def press(demo: Any, token: str | None, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """One press on the running hall's API."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    answer = httpx.post(f"{demo.base_url}/api/v1{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return dict(answer.json())


def test_a_call_stands_on_the_wall_of_its_floor_the_entrance_wall_and_the_sign(page: Page, demo: Any) -> None:
    account = demo.account(role="clerk", floor=2)
    counter, floor = account["counter"], account["floor"]
    clerk = press(demo, None, "/session", {name: account[name] for name in ("username", "password")})["token"]
    press(demo, clerk, f"/counters/{counter}/sign-on", {})
    press(demo, demo.token("kiosk"), "/tickets", {"service_id": "retirement"})
    called = press(demo, clerk, f"/counters/{counter}/call-next", {"previous": "finish"})

    for address, place in (
        (f"/display?floor={floor}", ".call-number, .recent-number"),
        ("/display", ".latest-number"),
        (f"/display/counter/{counter}", ".sign-ticket"),
    ):
        page.goto(demo.base_url + address)
        expect(page.locator(place).get_by_text(called["number"], exact=True)).to_be_visible()
    press(demo, clerk, f"/counters/{counter}/finish", {})
    press(demo, clerk, f"/counters/{counter}/sign-off", {})


def test_a_wall_that_hears_nothing_says_so_and_is_right_again_by_itself(page: Page, demo: Any) -> None:
    silent: list[bool] = []

    def carry(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(server.send)
        server.on_message(lambda message: None if silent else line.send(message))

    page.route_web_socket(re.compile(r"/socket\.io/"), carry)
    page.goto(f"{demo.base_url}/display?floor=2")
    expect(page.locator("[data-age]")).to_have_text("刚刚更新")
    expect(page.get_by_text("屏幕暂未更新")).to_be_hidden()

    silent.append(True)
    expect(page.get_by_text("屏幕暂未更新")).to_be_visible(timeout=15_000)

    silent.clear()
    expect(page.get_by_text("屏幕暂未更新")).to_be_hidden(timeout=15_000)
