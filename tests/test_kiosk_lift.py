"""The kiosk while the lift is out: whoever is sent to another floor is told to take the stairs or ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Demo
from playwright.sync_api import Page, ViewportSize, expect
from test_display_live import press
from test_kiosk_pages import MEASURES, SIZES, at_home, number, take, tile, today
from test_office_pages import token

LINE = "电梯停用，请走楼梯；上楼不便请告诉工作人员"
#: How far the line reaches under the buttons, which stay in sight over what scrolls.
COVERED = """
() => {
  const bottom = document.querySelector(".event-lift").getBoundingClientRect().bottom;
  return bottom - document.querySelector(".screen-event .feet").getBoundingClientRect().top;
}
"""
WORDS = "async (given) => (await import('/kiosk/static/js/way.js')).liftWords(...given)"


@pytest.fixture
def no_lift(demo: Demo) -> Iterator[None]:
    """The lift is out during a test."""
    duty = token(demo, role="duty_manager")
    press(demo, duty, "/hall/lift", {"works": False})
    yield
    press(demo, duty, "/hall/lift", {"works": True})


@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_without_a_lift_the_way_to_another_floor_says_so_before_and_on_the_ticket(
    page: Page, demo: Demo, no_lift: None, size: ViewportSize, large: bool
) -> None:
    at_home(page, demo).set_viewport_size(size)
    if large:
        page.locator("[data-large]").tap()
    tile(page, "retirement")
    expect(page.locator(".facts")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".event-lift")).to_contain_text(LINE)
    expect(page.locator(".event-lift")).to_be_in_viewport(ratio=1)
    assert page.evaluate(COVERED) <= 0
    take(page)
    expect(page.locator(".lift-line")).to_be_in_viewport(ratio=1)
    measures = page.evaluate(MEASURES)
    assert (measures["down"], measures["across"]) == (0, 0)


def test_without_a_lift_a_scanned_slip_says_so_too(page: Page, demo: Demo, no_lift: None) -> None:
    at_home(page, demo)
    tile(page, "retirement")
    take(page)
    known = {ticket["number"]: ticket["token"] for ticket in today(demo)}
    code = known[number(page)]
    page.locator(".done").tap()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator(".screen-place .lift-line")).to_contain_text(LINE)
    assert page.evaluate(MEASURES)["down"] == 0


def test_with_a_lift_nothing_is_said_of_it(page: Page, demo: Demo) -> None:
    at_home(page, demo)
    tile(page, "retirement")
    expect(page.locator(".facts")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".lift-line")).to_have_count(0)


@pytest.mark.parametrize(
    ("here", "target", "words"),
    [(1, 1, ""), (1, 2, LINE), (3, 1, LINE.replace("上楼不便", "下楼不便")), (None, 2, LINE), (1, None, "")],
)
def test_only_another_floor_makes_the_lift_worth_a_word(
    page: Page, demo: Demo, here: int | None, target: int | None, words: str
) -> None:
    page.goto(f"{demo.base_url}/kiosk")
    assert page.evaluate(WORDS, [{"here": here, "lift_works": False}, target]) == words
