"""The case desk in a real browser: what is taken in, what is asked, what is told at the field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from conftest import ID_NUMBER, Demo
from playwright.sync_api import Page, expect
from seats import Seat, counters, seat

from shared.domain.errors import HallError
from shared.domain.identity_numbers import IdKind, check_credit_code, check_id_number

__all__ = ["counters", "seat"]

#: Whether the applicant of a service's form is a person or a unit as it opens.
APPLICANT_KIND = """
async (service) => {
  const { CasePersons } = await import("/counter/static/console/case_persons.js");
  return new CasePersons(service, () => {}).kind;
}
"""


def test_from_the_call_to_the_notice_the_keyboard_is_enough(seat: Seat) -> None:
    first, second = seat.take_number("retirement"), seat.take_number("retirement")
    seat.sign_on()
    keyboard = seat.page.keyboard
    seat.call_next(first["number"])
    keyboard.press("F4")
    expect(seat.page.locator(".item input").first).to_be_focused()
    keyboard.press("Space")
    seat.fill_person()
    keyboard.press("Control+Enter")
    expect(seat.page.locator(".case-number")).to_have_text(re.compile(r"^\d{8}-\d{4}$"))
    expect(seat.page.locator(".sheet-notice")).to_contain_text("受理通知书已打印")
    keyboard.press("F2")
    expect(seat.page.locator(".person-number")).to_have_text(second["number"])
    assert seat.call("GET", f"/tickets/{first['token']}")["state"] == "served"


def test_no_line_is_ticked_beforehand(seat: Seat) -> None:
    seat.serve("retirement")
    assert seat.page.locator(".item input").count() == 7
    assert seat.page.locator(".item input:checked").count() == 0


def test_the_persons_own_answer_ticks_its_line(seat: Seat) -> None:
    seat.serve("social-card", answer="replace")
    expect(seat.page.locator(".item.taken")).to_have_count(1)
    expect(seat.page.locator(".item.taken")).to_contain_text("社会保障卡补领、换领、换发")


def test_what_can_be_asked_on_the_spot_has_no_box(seat: Seat) -> None:
    seat.serve("graduate")
    asked = seat.page.locator(".item.asks")
    expect(asked).to_have_count(5)
    expect(asked.first).to_contain_text("可以当场问")
    assert asked.locator("input").count() == 0


def test_a_line_with_parts_takes_them_one_by_one(seat: Seat) -> None:
    ticket = seat.serve("work-death")
    seat.page.locator(".item input").first.check()
    expect(seat.page.locator(".ticks input")).to_have_count(2)
    seat.page.get_by_label("工伤信息变更").uncheck()
    seat.fill_person()
    seat.page.keyboard.press("Control+Enter")
    expect(seat.page.locator(".case-number")).to_be_visible()
    number = seat.call("GET", f"/tickets/{ticket['token']}")["cases"][0]
    assert seat.call("GET", f"/cases/{number}")["items"][0]["leaf_codes"] == ["1.7.2"]


def test_a_wrong_check_digit_is_told_at_the_field_and_nothing_is_sent(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.fill_person(number="110105194912310021")
    seat.page.keyboard.press("Control+Enter")
    field = seat.page.get_by_label("证件号码").first
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(seat.page.locator(".persons .wrong").filter(has_text="最后一位对不上")).to_be_visible()
    assert seat.call("GET", f"/tickets/{ticket['token']}")["cases"] == []


def test_two_wrong_fields_are_counted(seat: Seat) -> None:
    seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.page.keyboard.press("Control+Enter")
    expect(seat.page.locator("#words")).to_contain_text("2 处还没填对")
    expect(seat.page.locator('.persons [aria-invalid="true"]')).to_have_count(2)


@pytest.mark.parametrize(
    "service",
    ["hire", "terminate", "public-institution-hire", "1.1.1", "1.3.1", "1.8.9", "3.3.2", "3.3.3", "4.1.1"],
)
def test_what_units_bring_opens_with_a_unit_as_applicant(page: Page, counters: Demo, service: str) -> None:
    page.goto(f"{counters.base_url}/counter")
    kind = page.evaluate(APPLICANT_KIND, service)
    assert kind == "unit"
    assert page.evaluate(APPLICANT_KIND, "1.10.7") == "person"


def test_a_person_left_empty_keeps_nobody_from_being_told_what_is_missing(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.fill_person()
    seat.page.get_by_role("button", name="＋涉及的人").click()
    seat.page.get_by_role("button", name="＋代办人").click()
    seat.page.get_by_role("button", name="不予受理").click()
    seat.page.locator("dialog .choice").first.click()
    expect(seat.page.locator(".case-number")).to_be_visible()
    number = seat.call("GET", f"/tickets/{ticket['token']}")["cases"][0]
    case = seat.call("GET", f"/cases/{number}")
    assert (case["state"], case["agent"], case["subjects"]) == ("refused", None, [])


def test_staff_read_the_official_name_first_and_the_plain_one_beside_it(seat: Seat) -> None:
    seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    expect(seat.page.locator(".item-name").first).to_contain_text("职工正常退休（职）申请")
    expect(seat.page.locator(".detail")).to_contain_text("正常退休　")
    seat.fill_person()
    seat.page.keyboard.press("Control+Enter")
    row = seat.page.locator(".sheet-items tbody tr").first
    expect(row.locator("td").nth(1)).to_contain_text("职工正常退休（职）申请")
    expect(row.locator("td").nth(1).locator("small")).to_contain_text("正常退休")
    expect(row).to_contain_text("待接办")


def test_several_cases_come_from_one_ticket(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    for person in ("张小三", "李四"):
        seat.page.locator(".item input").first.check()
        seat.fill_person(person)
        seat.page.keyboard.press("Control+Enter")
        expect(seat.page.locator(".case-number")).to_be_visible()
        seat.page.get_by_role("button", name="再开一件").click()
        expect(seat.page.locator(".case-number")).to_have_count(0)
    assert len(seat.call("GET", f"/tickets/{ticket['token']}")["cases"]) == 2
    expect(seat.page.locator(".case-link")).to_have_count(2)


def test_missing_papers_are_told_once_and_the_case_waits(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.fill_person()
    seat.page.get_by_role("button", name="材料不全").click()
    seat.page.get_by_label("别的材料").fill("银行卡")
    seat.page.get_by_role("button", name="收件并告知").click()
    expect(seat.page.locator(".sheet")).to_contain_text("等补材料")
    number = seat.call("GET", f"/tickets/{ticket['token']}")["cases"][0]
    assert seat.call("GET", f"/cases/{number}")["items"][0]["state"] == "supplementing"


def test_an_item_kept_at_the_counter_is_completed_there(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.page.get_by_label("谁来办").select_option(label="本窗口当场办结")
    seat.fill_person()
    seat.page.keyboard.press("Control+Enter")
    seat.page.get_by_role("button", name="办成", exact=True).click()
    expect(seat.page.locator(".sheet td").filter(has_text="今天已办结")).to_be_visible()
    number = seat.call("GET", f"/tickets/{ticket['token']}")["cases"][0]
    item = seat.call("GET", f"/cases/{number}")["items"][0]
    assert (item["state"], item["result"]) == ("completed", "granted")


def test_what_is_being_written_survives_a_change_of_the_queue(seat: Seat) -> None:
    seat.serve("retirement")
    name = seat.page.get_by_label("姓名").first
    name.fill("张小三")
    ticket = seat.take_number("hire")
    expect(seat.page.locator("#queue")).to_contain_text(ticket["number"])
    expect(name).to_have_value("张小三")
    expect(name).to_be_focused()


def test_a_form_that_was_begun_is_not_left_without_a_question(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.page.keyboard.press("F8")
    expect(seat.page.locator("dialog")).to_contain_text("这张表还没受理")
    seat.page.keyboard.press("Escape")
    assert seat.call("GET", f"/tickets/{ticket['token']}")["state"] == "serving"


def test_no_personal_data_stays_in_the_browser(seat: Seat) -> None:
    seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.fill_person()
    seat.page.keyboard.press("Control+Enter")
    expect(seat.page.locator(".case-number")).to_be_visible()
    kept = seat.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert json.loads(kept) == [{"counter-here:clerk1": "1"}, {}]


# The first look at numbers


def _refused(check: Callable[[], object]) -> bool:
    try:
        check()
    except HallError:
        return True
    return False


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (IdKind.RESIDENT, ID_NUMBER),
        (IdKind.RESIDENT, "110105194912310021"),
        (IdKind.RESIDENT, "620402195607011236"),
        (IdKind.RESIDENT, "620402195613011236"),
        (IdKind.RESIDENT, "62040219560701123"),
        (IdKind.RESIDENT, " 1101 0519 4912 3100 2x "),
        (IdKind.PASSPORT, "e12345678"),
        (IdKind.PASSPORT, "E1"),
    ],
)
def test_the_console_and_the_hall_agree_on_identity_numbers(
    page: Page, counters: Demo, kind: IdKind, number: str
) -> None:
    page.goto(f"{counters.base_url}/sign-in")
    told = page.evaluate(
        'async ([kind, number]) => (await import("/counter/static/console/identity.js"))'
        ".wrongIdNumber(kind, number)",
        [str(kind), number],
    )
    refused = _refused(lambda: check_id_number(kind, number, date(2026, 9, 18)))
    assert (told is not None) == refused


@pytest.mark.parametrize(
    "code", ["91620400MA74H6QY44", "91620400MA74H6QY4K", "911101080000000000", "9111010800000000IO", "9111"]
)
def test_the_console_and_the_hall_agree_on_credit_codes(page: Page, counters: Demo, code: str) -> None:
    page.goto(f"{counters.base_url}/sign-in")
    told = page.evaluate(
        'async (code) => (await import("/counter/static/console/identity.js")).wrongCreditCode(code)', code
    )
    assert (told is not None) == _refused(lambda: check_credit_code(code))
