"""Codes that are not the hall's own: in a field for codes they stay, elsewhere they leave nothing."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ID_NUMBER, Demo
from playwright.sync_api import Locator, Page, expect
from seats import Seat, counters, seat
from test_scanner import case_of, code_behind, presses, scan, signed_in

from shared.domain.ticket import new_token

__all__ = ["counters", "seat"]

#: A resident's number of digits alone that begins like a payment code.
ALL_DIGITS = "110105194912310062"
CREDIT_CODE = "91620400MA00000015"
KIND = """
async (text) => (await import("/static/js/scanned_keys.js")).kindOf(text)
"""
CODE = """
async (text) => {
  const { read } = await import("/static/js/scanned_keys.js");
  return read([...text].map((key) => ({ told: key, placed: key })))?.code ?? null;
}
"""


def field(seat: Seat, label: str) -> Locator:
    if label == "统一社会信用代码":
        seat.page.get_by_text("单位", exact=True).click()
    return seat.page.get_by_label(label).first


@pytest.mark.parametrize(
    ("label", "number"),
    [("证件号码", ALL_DIGITS), ("证件号码", ID_NUMBER), ("统一社会信用代码", CREDIT_CODE)],
)
def test_a_number_scanned_into_its_field_stays_and_a_slip_scanned_after_it_is_understood(
    seat: Seat, label: str, number: str
) -> None:
    ticket = seat.serve("retirement")
    sent = presses(seat.page)
    place = field(seat, label)
    place.focus()
    scan(seat.page, number)
    expect(place).to_have_value(number)
    expect(seat.page.locator("#words")).not_to_contain_text("扫到")
    for code in (ticket["token"], ticket["status_url"]):
        # A hand's key ends the tail of the scan before, which a second scan would take a tenth of a second.
        seat.page.keyboard.press("End")
        scan(seat.page, code)
        expect(seat.page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
        expect(place).to_have_value(number)
    assert sent == []


def test_a_longer_code_whose_end_could_be_a_slip_s_stays_in_a_field_for_codes(seat: Seat) -> None:
    seat.serve("retirement")
    place = field(seat, "证件号码")
    place.focus()
    longer = f"7-{new_token()}"
    scan(seat.page, longer)
    seat.page.keyboard.press("End")
    expect(place).to_have_value(longer)
    expect(seat.page.locator("#words")).not_to_contain_text("码")


def test_behind_a_scanned_number_tab_goes_on_to_the_next_field(seat: Seat) -> None:
    seat.serve("retirement")
    place = field(seat, "证件号码")
    place.focus()
    scan(seat.page, ID_NUMBER, "Tab")
    expect(place).not_to_be_focused()
    expect(place).to_have_value(ID_NUMBER)


def test_a_search_for_a_scanned_number_begins_when_a_hand_presses_enter(seat: Seat) -> None:
    case = case_of(seat)
    seat.serve("retirement")
    sent = presses(seat.page)
    seat.page.get_by_role("tab", name="查办件").click()
    search = seat.page.get_by_label("找办件")
    search.focus()
    scan(seat.page, ID_NUMBER)
    expect(search).to_have_value(ID_NUMBER)
    seat.page.keyboard.press("End")
    assert sent == []
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator(".cases-found")).to_contain_text(case["case_number"])


def office(seat: Seat, case: dict[str, Any]) -> Page:
    """The inbox with the case open."""
    page = signed_in(seat.page, seat.demo, "/office", role="duty_manager")
    expect(page.locator("#rows tr").first).to_be_visible()
    scan(page, code_behind(case["status_url"]))
    expect(page.locator("#pane")).to_contain_text(case["case_number"])
    return page


def test_an_office_scans_the_number_of_another_system_and_sends_the_form_itself(seat: Seat) -> None:
    page = office(seat, case_of(seat))
    sent = presses(page)
    page.locator(".verbs [data-verb='start']").click()
    page.locator(".verbs [data-verb='complete']").click()
    place = page.locator("#verb-external_ref")
    place.focus()
    sent.clear()
    scan(page, "6901234567892")
    expect(place).to_have_value("6901234567892")
    scan(page, "https://example.org/ref/abc")
    page.keyboard.press("End")
    expect(place).to_have_value("6901234567892https://example.org/ref/abc")
    expect(page.locator("#notice")).not_to_contain_text("扫到")
    assert sent == []


def test_in_the_inbox_a_scanned_number_stays_in_the_search_until_enter(seat: Seat) -> None:
    case = case_of(seat)
    page = office(seat, case)
    search = page.locator("#words")
    # The pointer ends the tail of the scan before.
    search.click()
    scan(page, case["case_number"])
    expect(search).to_have_value(case["case_number"])
    page.keyboard.press("End")
    expect(search).to_be_focused()
    page.keyboard.press("Enter")
    expect(search).not_to_be_focused()
    expect(page.locator("#rows")).to_contain_text(case["case_number"])


# Elsewhere


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://example.org/health/abc", "扫到的是一个网址"),
        ("134567890123456789", "像是付款码"),
        ("6901234567892", "不是本厅的码"),
    ],
)
def test_another_code_is_told_calmly_and_leaves_the_field(seat: Seat, text: str, words: str) -> None:
    seat.serve("retirement")
    sent = presses(seat.page)
    name = seat.page.get_by_label("姓名").first
    name.fill("张小三")
    scan(seat.page, text)
    expect(seat.page.locator("#words")).to_contain_text(words)
    expect(name).to_have_value("张小三")
    assert sent == []


# What a code is


@pytest.fixture
def keys(page: Page, counters: Demo) -> Page:
    """A page on which codes can be read."""
    page.goto(f"{counters.base_url}/sign-in")
    return page


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("134567890123456789", "payment"),
        ("101234567890123456", "payment"),
        ("2512345678901234", "payment"),
        ("301234567890123456789012", "payment"),
        (ALL_DIGITS, "other"),
        ("161234567890123456", "other"),
        ("1345678901234567", "other"),
        ("311234567890123456", "other"),
        ("6901234567892", "other"),
        ("wxp://f2f0abc", "payment"),
    ],
)
def test_a_payment_code_is_known_by_how_it_begins_and_a_resident_s_number_is_none(
    keys: Page, text: str, kind: str
) -> None:
    assert keys.evaluate(KIND, text) == kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0" * 26, None),
        ("0" * 25 + "A", "0" * 25 + "a"),
        ("http://hall/t/" + "0" * 26, "0" * 26),
        ("ABC" + "7" * 26, None),
    ],
)
def test_digits_alone_are_a_slip_s_code_only_in_an_address(keys: Page, text: str, code: str | None) -> None:
    assert keys.evaluate(CODE, text) == code
