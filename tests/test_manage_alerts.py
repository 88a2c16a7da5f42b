"""What the manager's page says of today beside the waits: standstills, the lift, too much priority."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Demo, start_demo, stop_demo
from playwright.sync_api import Page, Route, expect
from test_display_live import press
from test_manage_pages import sign_in
from test_office_pages import token

ALERTS = """
async (overview) => {
  const { alerts } = await import("/counter/static/manage/words.js");
  return alerts(overview).map(({ text, lead, numbers = [] }) => [text, lead, ...numbers]);
}
"""
CUT_AT = {
    "began_at": "2026-09-18T01:12:00Z",
    "ended_at": "2026-09-18T02:05:00Z",
    "seconds": 3180,
    "numbers": ["A001", "A002"],
}


@pytest.fixture
def words(page: Page, demo: Demo) -> Page:
    """A page on which the words can be asked for."""
    page.goto(f"{demo.base_url}/sign-in")
    return page


@pytest.mark.parametrize(
    ("overview", "told"),
    [
        ({}, []),
        ({"lift_works": True, "outages": [], "priority_share": 0.2}, []),
        ({"lift_works": False}, ["电梯停用。"]),
        ({"priority_share": 0.27}, ["优先号占 27%，超过两成。"]),
        ({"outages": [CUT_AT]}, ["停电（或停机）09:12～10:05，53 分钟。"]),
    ],
)
def test_what_is_out_of_the_ordinary_today_is_said_and_what_is_not_told_is_not(
    words: Page, overview: dict[str, Any], told: list[str]
) -> None:
    assert [line[0] for line in words.evaluate(ALERTS, overview)] == told


def test_a_standstill_names_who_was_waiting_and_how_they_are_called(words: Page) -> None:
    line = words.evaluate(ALERTS, {"outages": [CUT_AT]})[0]
    assert line[1:] == ["停电时在等或在窗口的号，顺序不变：", "A001", "A002"]
    nobody = words.evaluate(ALERTS, {"outages": [{**CUT_AT, "numbers": []}]})[0]
    assert nobody[1] == "当时没有人在等，窗口也没有号。"


def change_overview(page: Page, change: dict[str, Any], *, leave_out: tuple[str, ...] = ()) -> None:
    """Let the page read another overview."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        told = {name: value for name, value in fetched.json().items() if name not in leave_out}
        route.fulfill(response=fetched, json={**told, **change})

    page.route("**/api/v1/overview", answer)


def test_an_answer_without_the_newer_facts_is_drawn_all_the_same(page: Page, demo: Demo) -> None:
    change_overview(page, {}, leave_out=("lift_works", "outages", "priority_share"))
    sign_in(page, demo, "duty_manager")
    expect(page.locator("#counters .desk")).to_have_count(12)
    expect(page.locator("#alerts")).to_be_hidden()
    expect(page.locator("#lift")).to_be_hidden()


def test_of_a_crowd_a_few_numbers_are_named_and_all_on_demand(page: Page, demo: Demo) -> None:
    crowd = [f"A{number:03d}" for number in range(1, 121)]
    change_overview(
        page, {"outages": [{**CUT_AT, "numbers": crowd}], "lift_works": False, "priority_share": 0.5}
    )
    sign_in(page, demo, "duty_manager")
    expect(page.locator("#alerts li")).to_have_count(3)
    expect(page.locator("summary")).to_contain_text("等 120 个")
    expect(page.get_by_text("A120")).to_be_hidden()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A120")).to_be_visible()
    size = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
    assert size == [1366, 768]


def test_after_a_power_cut_the_page_names_the_numbers_that_were_waiting(page: Page, tmp_path: Path) -> None:
    options = ("--clerks", "12", "--kiosks", "1", "--data-dir", str(tmp_path), "--clock", "manual", "--at")
    before = start_demo(*options, "2026-09-18T09:12:00+08:00")
    taken = press(before, before.token("kiosk"), "/tickets", {"service_id": "retirement"})
    stop_demo(before)
    after = start_demo(*options, "2026-09-18T10:05:00+08:00")
    sign_in(page, after, "duty_manager")
    expect(page.locator("#alerts")).to_contain_text("09:12～10:05，53 分钟")
    expect(page.locator("#alerts")).to_contain_text(f"在等或在窗口的号，顺序不变：{taken['number']}")
    waiting = press(after, token(after, role="guide"), f"/tickets/{taken['token']}/postpone", {})
    assert waiting["state"] == "waiting"
    stop_demo(after)
