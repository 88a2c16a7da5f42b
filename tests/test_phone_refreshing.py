"""The page behind the slip's code renews itself without taking away what its reader has opened."""

from __future__ import annotations

import pytest
from conftest import Demo
from playwright.sync_api import Page, expect
from test_display_live import press
from test_office_pages import token

#: Marks what is shown, and makes the page look for news as it does when somebody comes back to it.
RENEW = """
() => {
  document.querySelector("[data-page]").dataset.before = "true";
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


@pytest.fixture
def phone(page: Page, demo: Demo) -> Page:
    """The page of a number that waits, with somebody behind it."""
    guide = token(demo, role="guide")
    first, _ = [press(demo, guide, "/tickets", {"service_id": "retirement"}) for _ in range(2)]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{demo.base_url}/t/{first['token']}")
    return page


def renew(phone: Page) -> None:
    phone.evaluate(RENEW)
    expect(phone.locator("[data-page]:not([data-before])")).to_be_visible()


def test_a_question_that_was_opened_stays_open_until_it_is_answered(phone: Page) -> None:
    confirm = phone.get_by_role("button", name="取消这个号")
    phone.locator("summary").click()
    renew(phone)
    expect(confirm).to_be_visible()
    confirm.click()
    expect(phone.locator("h1")).to_have_text("这个号已经取消")


def test_what_a_step_back_did_stays_in_sight_over_a_refresh(phone: Page) -> None:
    phone.get_by_role("button", name="来不及").click()
    told = phone.locator("[data-told]")
    expect(told).to_contain_text("位，号还有效。")
    renew(phone)
    expect(told).to_be_visible()
