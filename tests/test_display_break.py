"""Walls and signs when time alone changes what they tell: the break, waits behind it, and each minute."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from conftest import House
from playwright.sync_api import Page, expect
from test_break_pages import Midday, midday, running
from test_hall_day import FRIDAY, at, working
from test_issuing import take
from test_sockets import Ear
from wall_stage import WALL, board, counter, rule, screen, texts

from display.outgoing import OutgoingBoards, state_of
from shared.actions.boards import build_board
from shared.actions.configuring import change_configuration
from shared.actions.outlook import Line
from shared.domain.board import Board, BoardCounter, BoardTicket, face_of
from shared.domain.clock import SHANGHAI
from shared.domain.sign import WORDS, SignState

__all__ = ["midday", "running", "screen", "working"]

BACK = "2026-09-18T14:32:00+08:00"
LUNCH = "午休，14:32 接着叫号"
#: The hall looks at its boards every three seconds; a busy machine may take longer.
PATIENCE_MS = 25_000
BEATS = 2


def board_of(house: House, floor: int | None = 2) -> Board:
    made: Board = house.see(lambda uow: build_board(uow, floor))
    return made


# The board


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(11, 54, False), (11, 55, True), (14, 31, True), (14, 32, False)]
)
def test_a_board_tells_the_minutes_in_which_nobody_is_called_and_when_they_end(
    working: House, hour: int, minute: int, quiet: bool
) -> None:
    at(working, hour, minute)
    told = board_of(working)
    assert told.quiet_until == (datetime(*FRIDAY, 14, 32, tzinfo=SHANGHAI) if quiet else None)
    assert {row.quiet for row in told.counters} == {quiet}


def test_a_counter_that_goes_on_over_the_break_is_not_quiet(working: House, seed: dict[str, Any]) -> None:
    hours = {**seed["site"]["hours"], "duty_counters": [4]}
    document = {**seed, "site": {**seed["site"], "hours": hours}}
    working.do(change_configuration, "admin", document, "duty at counter 4")
    at(working, 12, 30)
    assert [row.number for row in board_of(working).counters if not row.quiet] == [4]


@pytest.mark.parametrize(("hour", "minute"), [(8, 5), (10, 30), (11, 54), (12, 30), (16, 0)])
def test_a_wall_tells_the_clock_time_that_the_kiosk_tells_for_a_number_taken_now(
    working: House, hour: int, minute: int
) -> None:
    for _ in range(2):
        take(working)
    at(working, hour, minute)
    at_kiosk = working.see(lambda uow: Line(uow).outlook("retirement").called_after)
    at_wall = {row.series: row.called_after for row in board_of(working).waiting}
    assert at_wall["A"] == at_kiosk
    assert (at_kiosk is None) is ((hour, minute) in [(10, 30), (16, 0)])


def test_while_no_numbers_are_given_no_clock_time_is_told(working: House) -> None:
    at(working, 7)
    assert {row.called_after for row in board_of(working).waiting} == {None}


# What goes out


def test_a_board_is_kept_for_those_who_come_only_within_its_minute(working: House) -> None:
    boards = OutgoingBoards(working.store.read)
    at(working, 11, 54, 58)
    kept = boards.of(2)
    working.later(seconds=1)
    assert boards.of(2) is kept
    working.later(seconds=1)
    assert boards.of(2) is not kept


def test_of_one_version_the_board_of_an_earlier_minute_is_older_also_when_the_clock_was_set_back(
    working: House,
) -> None:
    early = working.see(state_of)
    working.later(minutes=1)
    late = working.see(state_of)
    working.clock.jump(timedelta(hours=-3))
    working.later(minutes=1)
    set_back = working.see(state_of)
    assert early.version == late.version == set_back.version
    assert early.is_older_than(late)
    assert late.is_older_than(set_back)
    assert not late.is_older_than(early)
    assert not set_back.is_older_than(late)


def test_boards_of_one_minute_are_as_good_as_each_other(working: House) -> None:
    early = working.see(state_of)
    working.later(seconds=59)
    assert working.see(state_of).is_like(early)
    assert not early.is_older_than(working.see(state_of))


def test_a_wall_is_told_when_time_alone_has_changed_its_board(midday: Midday) -> None:
    wall = Ear(midday.demo, "/display", midday.demo.token("display"))
    try:
        before = wall.wait("board")
        midday.at("11:55")
        heard = [one for _ in range(BEATS) for one in wall.heard_until("alive")]
    finally:
        wall.close()
    after = next(board for event, board in reversed(heard) if event == "board")
    assert (after["epoch"], after["version"]) == (before["epoch"], before["version"])
    assert after["seconds"] > before["seconds"]
    assert after["quiet_until"] == BACK


# What is shown


def at_lunch(*counters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**board(), "counters": list(counters), "soon": ["A012"], "quiet_until": BACK, **more}


def quiet(number: int, state: str = "open", *, ticket: str | None = None) -> dict[str, Any]:
    return {**counter(number, state, ticket=ticket), "quiet": True}


def test_around_a_break_nobody_is_called_soon_and_the_wall_says_when_it_goes_on(screen: Page) -> None:
    for told in (at_lunch(quiet(3)), at_lunch(quiet(3, "closed"), soon=[]), at_lunch()):
        assert rule(screen, "soonNumbers", told) == []
        assert rule(screen, "soonNone", told) == LUNCH
        assert rule(screen, "breakLine", told, "现在没有叫号") == LUNCH
    assert rule(screen, "breakLine", board(), "现在没有叫号") == "现在没有叫号"


def test_a_wall_whose_duty_counter_calls_over_the_break_goes_on_as_ever(screen: Page) -> None:
    told = at_lunch(quiet(3), counter(4, ticket=None))
    assert rule(screen, "soonNumbers", told) == ["A012"]
    assert rule(screen, "breakLine", told, "现在没有叫号") == "现在没有叫号"
    away = at_lunch(quiet(3), counter(4, "closed", ticket=None))
    assert rule(screen, "soonNone", away) == LUNCH


def test_the_empty_field_of_a_wall_says_that_it_is_lunch(screen: Page) -> None:
    screen.evaluate(WALL)
    screen.evaluate("(board) => wall.take(board)", at_lunch(quiet(3)))
    assert texts(screen, "[data-no-calls]") == [LUNCH]
    screen.evaluate("(board) => wall.take(board)", {**board(), "counters": [counter(3, ticket=None)]})
    assert texts(screen, "[data-no-calls]") == ["现在没有叫号，请坐下等"]


@pytest.mark.parametrize("state", ["open", "paused", "closed"])
def test_the_sign_of_a_counter_that_calls_nobody_because_of_a_break_says_so(screen: Page, state: str) -> None:
    told = at_lunch(quiet(3, state))
    assert rule(screen, "signState", told, 3) == {"state": "break", "ticket": None}
    assert rule(screen, "breakWords", told, 3) == {"title": "午休", "until": "14:32 接着叫号"}


def test_a_sign_tells_whom_it_has_and_a_duty_counter_that_it_is_free_also_in_a_break(screen: Page) -> None:
    told = at_lunch(quiet(3, ticket="A012"), counter(4, ticket=None), counter(5, "closed", ticket=None))
    assert rule(screen, "signState", told, 3) == {"state": "calling", "ticket": "A012"}
    assert rule(screen, "signState", told, 4) == {"state": "free", "ticket": None}
    assert rule(screen, "signState", told, 5) == {"state": "closed", "ticket": None}
    assert rule(screen, "openBeside", told, 5) == [4]


def series(letter: str, count: int, after: str | None = None) -> dict[str, Any]:
    band = {"low": 300, "expected": 400, "high": 600}
    return {"series": letter, "count": count, "wait_seconds": band, "called_after": after}


def test_a_wait_behind_a_break_is_a_clock_time_also_where_nobody_waits(screen: Page) -> None:
    after = "2026-09-18T14:35:00+08:00"
    assert rule(screen, "waitWords", series("A", 7, after)) == "14:35以后"
    assert rule(screen, "waitWords", series("A", 0, after)) == "14:35以后"
    assert rule(screen, "waitLabel", [series("A", 7), series("S", 0, after)]) == "大约"
    assert rule(screen, "waitLabel", [series("A", 7)]) == "约等"


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        ([series("A", 7, "2026-09-18T14:35:00+08:00"), series("S", 1, BACK)], "约 14:32 以后"),
        ([series("A", 7, BACK), series("S", 1)], "有的 14:32 以后"),
        ([series("A", 0, BACK), series("S", 1)], "约等 5～10 分钟"),
        ([series("A", 0, BACK), series("S", 0, BACK)], "约 14:32 以后"),
        ([series("A", 0)], "没有人等"),
    ],
)
def test_a_floor_tells_from_which_clock_time_its_people_are_called(
    screen: Page, waiting: list[dict[str, Any]], words: str
) -> None:
    assert rule(screen, "floorWait", waiting) == words


def test_walls_and_signs_know_the_break_though_nobody_presses_anything(page: Page, midday: Midday) -> None:
    midday.press("/counters/3/sign-on")
    waiting = midday.take()
    pages = {
        address: page if address == "/display?floor=2" else page.context.new_page()
        for address in ("/display?floor=2", "/display", "/display/counter/3")
    }
    for address, shown in pages.items():
        shown.set_viewport_size({"width": 1920, "height": 1080})
        shown.goto(midday.demo.base_url + address)
    wall, entrance, sign = pages.values()
    expect(wall.locator("[data-soon] li")).to_have_text([waiting["number"]])
    expect(sign.locator("[data-words]")).to_have_text("空闲")

    midday.at("11:55")
    expect(wall.locator("[data-soon-none]")).to_have_text(LUNCH, timeout=PATIENCE_MS)
    expect(wall.locator("[data-soon] li")).to_have_count(0)
    expect(wall.locator("[data-no-calls]")).to_have_text(LUNCH)
    wait = wall.locator("[data-waiting] [data-key='A'] .waiting-time")
    expect(wait).to_have_text(re.compile(r"^14:\d\d以后$"))
    expect(entrance.locator("[data-no-calls]")).to_have_text(LUNCH, timeout=PATIENCE_MS)
    floor = entrance.locator("[data-band='2']")
    expect(floor.locator("[data-wait]")).to_have_text(f"约 {wait.inner_text()[:5]} 以后", timeout=PATIENCE_MS)
    expect(floor.locator("[data-now]")).to_be_visible()
    expect(sign.locator("[data-words]")).to_have_text("午休", timeout=PATIENCE_MS)
    expect(sign.locator("[data-advice]")).to_have_text("14:32 接着叫号")

    midday.at("14:32")
    expect(wall.locator("[data-soon] li")).to_have_text([waiting["number"]], timeout=PATIENCE_MS)
    expect(sign.locator("[data-words]")).to_have_text("空闲", timeout=PATIENCE_MS)
    for shown in (entrance, sign):
        shown.close()
    midday.press("/counters/3/sign-off")


# Strips and pages


@pytest.mark.parametrize("state", ["open", "paused", "closed"])
@pytest.mark.parametrize("ticket", [None, "called", "serving"])
@pytest.mark.parametrize("is_quiet", [True, False])
def test_a_strip_and_the_page_of_a_counter_tell_the_same(
    screen: Page, state: str, ticket: str | None, is_quiet: bool
) -> None:
    present = BoardTicket("A012", ticket) if ticket else None
    until = datetime(*FRIDAY, 14, 32, tzinfo=SHANGHAI)
    strip = face_of(BoardCounter(3, 2, state, present, is_quiet), until)
    told = {"number": 3, "floor": 2, "state": state, "quiet": is_quiet}
    told["ticket"] = {"number": "A012", "state": ticket} if ticket else None
    page = rule(screen, "signState", at_lunch(told), 3)
    assert page == {"state": str(strip.state), "ticket": strip.number}


def test_a_page_says_the_words_of_all_signs(page: Page, midday: Midday) -> None:
    page.goto(f"{midday.demo.base_url}/display/counter/3")
    expect(page.locator("[data-words]")).to_have_text(WORDS[SignState.CLOSED])
    midday.press("/counters/3/sign-on")
    expect(page.locator("[data-words]")).to_have_text(WORDS[SignState.FREE])
    midday.press("/counters/3/pause", body={"reason": "meal"})
    expect(page.locator("[data-words]")).to_have_text(WORDS[SignState.PAUSED])
    midday.press("/counters/3/reopen")
