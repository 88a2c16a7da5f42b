"""The manager's page finds who is left alone: held numbers, closed counters, floors where nobody calls."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Demo
from playwright.sync_api import Page, expect
from test_display_live import press
from test_manage_alerts import ALERTS, CUT_AT
from test_manage_pages import FLOORS, VERDICT, overview, sign_in
from test_office_pages import token

FACTS = {"floors": FLOORS, "long_wait_seconds": 1800}


@pytest.fixture
def words(page: Page, demo: Demo) -> Page:
    """A page on which the words can be asked for."""
    page.goto(f"{demo.base_url}/sign-in")
    return page


def test_a_number_on_hold_at_a_closed_counter_is_raised(words: Page) -> None:
    facts = overview(("A", 2, 12, 2460), states="closed open")
    facts["counters"][0]["held"] = ["A012"]
    said = words.evaluate(VERDICT, [facts, FACTS])
    assert (said["kind"], said["text"]) == ("bad", "4号窗口没人接待，A012 挂起，还在等。")


def test_called_and_held_numbers_left_alone_are_told_apart(words: Page) -> None:
    facts = overview(states="closed")
    facts["counters"][0] |= {"ticket": "A011", "held": ["A012", "A013"]}
    said = words.evaluate(VERDICT, [facts, FACTS])
    assert said["text"] == "4号窗口没人接待，A011 和挂起的 A012、A013 还在等。"


@pytest.mark.parametrize("state", ["open", "paused"])
def test_a_number_on_hold_where_a_clerk_sits_is_no_alarm(words: Page, state: str) -> None:
    facts = overview(states=state)
    facts["counters"][0]["held"] = ["A012"]
    assert words.evaluate(VERDICT, [facts, FACTS])["kind"] == "good"


@pytest.mark.parametrize(
    ("states", "advice"),
    [("closed closed", "可以再开 4、5 号窗口。"), ("paused closed", "可以请 4 号窗口恢复叫号。")],
)
def test_a_floor_where_people_wait_and_no_counter_is_open_is_raised_at_once(
    words: Page, states: str, advice: str
) -> None:
    said = words.evaluate(VERDICT, [overview(("A", 2, 2, 0), states=states), FACTS])
    assert said == {"kind": "bad", "text": "2楼▲ 2 人在等，没有窗口开着。", "lead": advice}


def test_a_floor_without_an_open_counter_comes_before_a_long_wait_on_another(words: Page) -> None:
    facts = overview(("S", 1, 2, 0), ("A", 2, 12, 2460))
    facts["counters"].append({"number": 1, "floor": 1, "state": "closed", "ticket": None})
    said = words.evaluate(VERDICT, [facts, FACTS])
    assert (said["text"], said["lead"]) == ("1楼● 2 人在等，没有窗口开着。", "可以再开 1 号窗口。")


BEFORE_OPENING = {"counters_open_at": "2026-09-18T00:30:00Z"}
IN_THE_BREAK = {"quiet_until": "2026-09-18T06:32:00Z"}


@pytest.mark.parametrize(
    ("rest", "text"),
    [(BEFORE_OPENING, "还没到叫号时间，窗口 08:30 开。"), (IN_THE_BREAK, "现在不叫号，14:32 再叫。")],
)
def test_that_no_counter_is_open_while_the_hours_say_so_is_told_calmly(
    words: Page, rest: dict[str, str], text: str
) -> None:
    facts = overview(("A", 2, 2, 2460), ("S", 1, 1, 0), states="closed paused") | rest
    said = words.evaluate(VERDICT, [facts, FACTS])
    assert said == {"kind": "quiet", "text": text, "lead": "2楼▲ 2 人、1楼● 1 人在等。"}


def test_a_number_left_at_a_counter_is_no_fault_before_the_counters_open(words: Page) -> None:
    facts = overview(states="closed closed") | BEFORE_OPENING
    facts["counters"][0]["ticket"], facts["counters"][1]["held"] = "A001", ["A002"]
    said = words.evaluate(VERDICT, [facts, FACTS])
    assert (said["kind"], said["lead"]) == ("quiet", "A001 在 4 号窗口；A002 挂起，在 5 号窗口。")


def test_a_number_left_at_a_counter_over_the_break_is_raised(words: Page) -> None:
    facts = overview(("A", 2, 2, 0), states="closed closed") | IN_THE_BREAK
    facts["counters"][0]["ticket"] = "A001"
    said = words.evaluate(VERDICT, [facts, FACTS])
    assert (said["kind"], said["text"]) == ("bad", "4号窗口没人接待，A001 还在等。")


@pytest.mark.parametrize("rest", [BEFORE_OPENING, IN_THE_BREAK])
def test_whoever_is_well_served_while_others_rest_is_told_as_always(
    words: Page, rest: dict[str, str]
) -> None:
    said = words.evaluate(VERDICT, [overview(("A", 2, 2, 60)) | rest, FACTS])
    assert (said["kind"], said["text"]) == ("good", "没有人等太久。")


@pytest.mark.parametrize(("seconds", "minutes"), [(20, "1 分钟"), (100, "2 分钟"), (3180, "53 分钟")])
def test_a_standstill_is_told_in_the_nearest_minute_and_never_as_nothing(
    words: Page, seconds: int, minutes: str
) -> None:
    cut: dict[str, Any] = {**CUT_AT, "seconds": seconds}
    assert words.evaluate(ALERTS, {"outages": [cut]})[0][0].endswith(f"，{minutes}。")


def test_what_a_clerk_held_and_left_stands_at_the_counter_and_in_the_numbers(page: Page, demo: Demo) -> None:
    sign_in(page, demo, "duty_manager")
    page.set_viewport_size({"width": 1366, "height": 768})
    clerk = token(demo, username="clerk1")
    press(demo, demo.token("kiosk"), "/tickets", {"service_id": "retirement"})
    press(demo, clerk, "/counters/3/sign-on", {})
    number = press(demo, clerk, "/counters/3/call-next", {})["number"]
    press(demo, clerk, "/counters/3/hold", {})
    desk = page.locator("#counters .desk", has=page.locator(".desk-number", has_text="3")).first
    expect(desk).to_contain_text(f"挂起 {number}")
    expect(page.locator("#numbers > div", has_text="现在挂起").locator("dd")).to_have_text("1")
    press(demo, clerk, "/counters/3/sign-off", {"hand_over": True})
    expect(page.locator("#verdict b")).to_have_text(f"3号窗口没人接待，{number} 挂起，还在等。")
    expect(desk).to_have_attribute("data-unattended", "true")
    assert desk.evaluate("(it) => it.scrollHeight - it.clientHeight") <= 0
    press(demo, clerk, "/counters/3/sign-on", {})
    press(demo, clerk, "/counters/3/resume", {"ticket": number})
    press(demo, clerk, "/counters/3/finish", {})
    press(demo, clerk, "/counters/3/sign-off", {})
