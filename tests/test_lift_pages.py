"""The lift as one switch of the manager's page, and the line that the walls show while it is out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Demo
from playwright.sync_api import Page, ViewportSize, expect
from test_display_live import CUT, press
from test_manage_pages import sign_in
from test_office_pages import token

LINE = "电梯停用，请走楼梯；上楼不便请找工作人员"
SIZES: list[ViewportSize] = [{"width": 1920, "height": 1080}, {"width": 1080, "height": 1920}]
#: By how much a part's own content is wider than the part, and how far the last part ends below the screen.
BEYOND = """
() => {
  const names = ".lift-out, .waits, .band, .band-facts, .entrance-foot, .wall-side";
  const parts = [...document.querySelectorAll(names)];
  const wide = parts.filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.className);
  const low = parts.filter((part) => part.getBoundingClientRect().bottom > innerHeight + 1);
  return [...wide, ...low.map((part) => part.className)];
}
"""


@pytest.fixture
def lift(demo: Demo) -> Iterator[None]:
    """However a test leaves the lift, it works afterwards."""
    yield
    press(demo, token(demo, role="duty_manager"), "/hall/lift", {"works": True})


def test_the_duty_manager_switches_the_lift_and_the_page_says_how_it_stands(
    page: Page, demo: Demo, lift: None
) -> None:
    sign_in(page, demo, "duty_manager")
    switch = page.get_by_role("switch", name="电梯能用")
    expect(switch).to_be_checked()
    expect(page.locator("#alerts")).to_be_hidden()
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    expect(switch).to_be_focused()
    expect(page.locator("#lift")).to_contain_text("停用")
    expect(page.locator("#alerts")).to_contain_text("电梯停用。")
    switch.click()
    expect(switch).to_be_checked()
    expect(page.locator("#alerts")).to_be_hidden()


def test_an_auditor_sees_how_the_lift_stands_and_has_no_switch(page: Page, demo: Demo) -> None:
    sign_in(page, demo, "auditor")
    expect(page.locator("#lift")).to_contain_text("能用")
    expect(page.get_by_role("switch")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=["wide", "upright"])
@pytest.mark.parametrize("address", ["/display?floor=1", "/display?floor=2", "/display"])
def test_while_the_lift_is_out_the_walls_say_it_in_one_line_and_nothing_is_cut(
    page: Page, demo: Demo, lift: None, address: str, size: ViewportSize
) -> None:
    page.set_viewport_size(size)
    page.goto(demo.base_url + address)
    expect(page.locator("[data-age]")).to_have_text("刚刚更新")
    expect(page.get_by_text(LINE)).to_be_hidden()
    press(demo, token(demo, role="duty_manager"), "/hall/lift", {"works": False})
    expect(page.get_by_text(LINE)).to_be_visible()
    assert page.evaluate(BEYOND) == []
    box = page.locator(".lift-out").bounding_box()
    assert box is not None
    assert box["height"] < 100
    press(demo, token(demo, role="duty_manager"), "/hall/lift", {"works": True})
    expect(page.get_by_text(LINE)).to_be_hidden()


def test_while_the_lift_is_out_the_entrance_sends_nobody_to_it(page: Page, demo: Demo, lift: None) -> None:
    page.set_viewport_size(SIZES[0])
    page.goto(f"{demo.base_url}/display")
    expect(page.locator(".by-lift").first).to_be_visible()
    press(demo, token(demo, role="duty_manager"), "/hall/lift", {"works": False})
    expect(page.locator(".by-lift").first).to_be_hidden()
    for band in page.locator(".band").all():
        assert band.evaluate("(it) => it.scrollHeight - it.clientHeight") <= 0


def test_four_calls_at_once_still_fit_above_the_line_of_the_lift(page: Page, demo: Demo, lift: None) -> None:
    page.set_viewport_size(SIZES[0])
    desks = [account for account in demo.accounts if account.get("floor") == 2][:4]
    kiosk = demo.token("kiosk")
    page.goto(f"{demo.base_url}/display?floor=2")
    press(demo, token(demo, role="duty_manager"), "/hall/lift", {"works": False})
    for desk in desks:
        clerk = token(demo, username=desk["username"])
        press(demo, clerk, f"/counters/{desk['counter']}/sign-on", {})
        press(demo, kiosk, "/tickets", {"service_id": "retirement"})
        press(demo, clerk, f"/counters/{desk['counter']}/call-next", {"previous": "finish"})
    expect(page.locator(".field-calls")).to_have_attribute("data-count", "4")
    assert page.evaluate(CUT, ".call-field") <= 0
    for row in page.locator(".call").all():
        assert row.evaluate("(it) => it.scrollHeight - it.clientHeight") <= 0
    for desk in desks:
        clerk = token(demo, username=desk["username"])
        press(demo, clerk, f"/counters/{desk['counter']}/finish", {})
        press(demo, clerk, f"/counters/{desk['counter']}/sign-off", {})
