"""The counter console: the page as it is sent, the case desk and the keys in a real browser."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from conftest import ID_NUMBER, LAST_FOUR, Demo, Web, start_demo, stop_demo
from playwright.sync_api import Page, Route, ViewportSize, expect

from counter.console_data import console_data
from shared.domain.configuration import Configuration, parse_configuration
from shared.domain.errors import HallError
from shared.domain.identity_numbers import IdKind, check_credit_code, check_id_number
from shared.seed import read_seed

SIZE: ViewportSize = {"width": 1366, "height": 768}
#: How large the page is, where its parts end, and how much of the list of lines cannot be seen.
PLACE = """
() => {
  const { scrollWidth: width, scrollHeight: height } = document.documentElement;
  const bottom = (selector) => document.querySelector(selector).getBoundingClientRect().bottom;
  const list = document.querySelector(".form-left");
  const bottoms = [".items", ".keys", ".form-bar"].map(bottom);
  const hidden = Math.max(list.scrollHeight - list.clientHeight, list.scrollWidth - list.clientWidth);
  return { width, height, bottoms, hidden };
}
"""
#: Whether the applicant of a service's form is a person or a unit as it opens.
APPLICANT_KIND = """
async (service) => {
  const { CasePersons } = await import("/counter/static/console/case_persons.js");
  return new CasePersons(service, () => {}).kind;
}
"""
APPLICANT = {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER}
RETIREMENT = {"service_id": "retirement", "applicant": APPLICANT, "items": [{"ordinal": 1}]}


def open_page(web: Web, address: str, who: str) -> tuple[int, str]:
    """A page as somebody of the cast gets it."""
    web.client.set_cookie("hall_staff", web.house.tokens[who])
    answer = web.client.get(address)
    return answer.status_code, answer.get_data(as_text=True)


# The page as it is sent


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse_configuration(read_seed(), 1)


def test_the_page_carries_every_service_that_can_be_taken_in(web: Web, configuration: Configuration) -> None:
    status, page = open_page(web, "/counter", "anna")
    block = re.search(r'<script type="application/json" id="console-data">(.*?)</script>', page, re.DOTALL)
    assert status == 200
    assert block is not None
    services = {service["id"] for service in json.loads(block.group(1))["services"]}
    assert services == set(configuration.catalogue.service_ids)


def test_the_page_has_no_script_style_or_handler_of_its_own(web: Web) -> None:
    _, page = open_page(web, "/counter", "anna")
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert re.search(r"<style|\sstyle=|\son[a-z]+=", page) is None


def test_an_office_account_is_asked_for_another_one(web: Web) -> None:
    status, page = open_page(web, "/counter", "chen")
    assert status == 200
    assert 'name="password"' in page
    assert "console-data" not in page


def test_an_answer_given_at_the_kiosk_proposes_its_line_and_nothing_else(
    configuration: Configuration,
) -> None:
    answers = console_data(configuration)["answers"]
    assert answers["social-card"]["replace"]["items"] == [5]
    assert answers["social-card"]["unsure"]["items"] == []
    assert answers["work-death"]["not_yet"]["service"] == "1.7.4"


def test_the_notice_names_the_matter_and_masks_the_person(web: Web) -> None:
    case = web.post("/cases", "anna", RETIREMENT).get_json()
    status, page = open_page(web, f"/counter/cases/{case['case_number']}/notice", "anna")
    assert status == 200
    assert "职工退休（打包一件事）" in page
    assert f"张*三（证件尾号 {LAST_FOUR}）" in page
    assert "张小三" not in page
    assert ID_NUMBER not in page


def test_a_case_that_was_only_received_has_no_notice(web: Web) -> None:
    case = web.post("/cases", "anna", {**RETIREMENT, "receive_only": True}).get_json()
    status, page = open_page(web, f"/counter/cases/{case['case_number']}/notice", "anna")
    assert status == 409
    assert "还没有受理" in page


def test_the_notice_of_an_unknown_case_is_not_found(web: Web) -> None:
    status, _ = open_page(web, "/counter/cases/20260918-9999/notice", "anna")
    assert status == 404


# The console in a browser


@dataclass
class Seat:
    """A clerk's browser at a hall of its own, and the hall's API beside it."""

    page: Page
    demo: Demo
    username: str
    token: str

    def call(self, method: str, path: str, body: Any = None, *, kiosk: bool = False) -> Any:
        """Ask the hall as this clerk, or as the kiosk."""
        token = self.demo.token("kiosk") if kiosk else self.token
        answer = httpx.request(
            method,
            f"{self.demo.base_url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def take_number(self, service: str, **more: Any) -> dict[str, Any]:
        """A person takes a number at the kiosk."""
        return dict(self.call("POST", "/tickets", {"service_id": service, **more}, kiosk=True))

    def sign_in(self) -> None:
        """Open the page and sign in with the keyboard."""
        account = self.demo.account(username=self.username)
        self.page.goto(f"{self.demo.base_url}/counter")
        self.page.fill('input[name="username"]', account["username"])
        self.page.fill('input[name="password"]', account["password"])
        self.page.keyboard.press("Enter")

    def sign_on(self) -> None:
        """Sign in and sign on; the first free counter is proposed."""
        self.sign_in()
        expect(self.page.locator("button.seat.free:focus")).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#keys")).to_be_visible()

    def call_next(self, number: str) -> None:
        """Press F2 at an empty counter."""
        self.page.keyboard.press("F2")
        expect(self.page.locator(".person-number")).to_have_text(number)

    def serve(self, service: str, **more: Any) -> dict[str, Any]:
        """Sign on, and begin to serve a person who just took a number."""
        ticket = self.take_number(service, **more)
        self.sign_on()
        self.call_next(ticket["number"])
        expect(self.page.locator(".item").first).to_be_visible()
        self.page.keyboard.press("F4")
        expect(self.page.locator(".person")).to_contain_text("办理中")
        return ticket

    def fill_person(self, name: str = "张小三", number: str = ID_NUMBER) -> None:
        """Write the applicant."""
        self.page.get_by_label("姓名").first.fill(name)
        self.page.get_by_label("证件号码").first.fill(number)

    def key(self, label: str) -> Any:
        """A key of the foot."""
        return self.page.locator(".foot-key").filter(has_text=label)


@pytest.fixture(scope="module")
def counters() -> Iterator[Demo]:
    running = start_demo("--clerks", "12", "--kiosks", "1")
    yield running
    stop_demo(running)


def bearer_of(demo: Demo, account: dict[str, Any]) -> str:
    """A sign-in of its own for an account."""
    answer = httpx.post(
        f"{demo.base_url}/api/v1/session",
        json={"username": account["username"], "password": account["password"]},
    )
    return str(answer.json()["token"])


@pytest.fixture
def seat(page: Page, counters: Demo) -> Iterator[Seat]:
    """A clerk who has not signed on, in a hall where nobody waits; afterwards the counter is left empty."""
    page.set_viewport_size(SIZE)
    account = counters.account(username="clerk1")
    seat = Seat(page, counters, account["username"], bearer_of(counters, account))
    yield seat
    leave_empty(seat)


def leave_empty(seat: Seat) -> None:
    """Nobody waits any more, nothing is held, and the clerk has left."""
    number = seat.call("GET", "/me")["counter"] or 1
    seat.call("POST", f"/counters/{number}/sign-on", {})
    if seat.call("GET", f"/counters/{number}")["state"] == "paused":
        seat.call("POST", f"/counters/{number}/reopen", {})
    for held in seat.call("GET", f"/counters/{number}")["held"]:
        seat.call("POST", f"/counters/{number}/requeue", {"ticket": held["number"]})
    while seat.call("POST", f"/counters/{number}/call-next", {"previous": "finish"}):
        pass
    seat.call("POST", f"/counters/{number}/sign-off", {})


def test_the_console_fits_its_screen_with_the_longest_form(seat: Seat) -> None:
    seat.serve("graduate")
    place = seat.page.evaluate(PLACE)
    assert place["width"] <= SIZE["width"]
    assert place["height"] <= SIZE["height"]
    assert max(place["bottoms"]) <= SIZE["height"]
    assert place["hidden"] <= 0


def test_enlarged_twice_the_console_scrolls_downward_only(seat: Seat) -> None:
    seat.serve("graduate")
    seat.page.set_viewport_size({"width": SIZE["width"] // 2, "height": SIZE["height"] // 2})
    assert seat.page.evaluate("document.documentElement.scrollWidth") <= SIZE["width"] // 2


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
    seat.serve("retirement")
    seat.page.locator(".item input").first.check()
    seat.fill_person(number="110105194912310021")
    seat.page.keyboard.press("Control+Enter")
    field = seat.page.get_by_label("证件号码").first
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(seat.page.locator(".persons .wrong").filter(has_text="最后一位对不上")).to_be_visible()
    assert seat.call("GET", "/cases?limit=1&state=received")["items"] == []


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


def test_a_key_that_rests_says_why(seat: Seat) -> None:
    seat.sign_on()
    expect(seat.key("重呼")).to_have_attribute("aria-disabled", "true")
    expect(seat.key("重呼")).to_contain_text("窗口没有号")
    seat.page.keyboard.press("F3")
    expect(seat.page.locator("#words")).to_contain_text("重呼：窗口没有号")


def test_calling_on_past_a_called_person_asks_what_became_of_them(seat: Seat) -> None:
    first, second = seat.take_number("retirement"), seat.take_number("retirement")
    seat.sign_on()
    seat.call_next(first["number"])
    seat.page.keyboard.press("F2")
    expect(seat.page.locator("dialog")).to_contain_text(f"{first['number']} 怎么样了")
    seat.page.keyboard.press("2")
    expect(seat.page.locator(".person-number")).to_have_text(second["number"])
    assert seat.call("GET", f"/tickets/{first['token']}")["state"] == "no_show"


def test_a_press_is_taken_back_with_control_z(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    seat.call_next(ticket["number"])
    seat.page.keyboard.press("F6")
    expect(seat.page.locator("#words")).to_contain_text("已过号")
    seat.page.locator("#words").click()
    seat.page.keyboard.press("Control+z")
    expect(seat.page.locator(".person-number")).to_have_text(ticket["number"])


def test_a_press_that_did_not_arrive_is_sent_again_with_its_key(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    keys: list[str] = []

    def lose_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.abort() if len(keys) == 1 else route.continue_()

    seat.page.route("**/call-next", lose_first)
    seat.page.keyboard.press("F2")
    expect(seat.page.locator("#words")).to_contain_text("没有收到回答")
    seat.call_next(ticket["number"])
    assert keys[0] == keys[1]


def test_a_press_whose_answer_was_lost_calls_one_person(seat: Seat) -> None:
    first, second = seat.take_number("retirement"), seat.take_number("retirement")
    seat.sign_on()

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    seat.page.route("**/call-next", lose_answer)
    seat.call_next(first["number"])
    expect(seat.page.locator("#words")).not_to_contain_text("没有收到回答")
    assert seat.call("GET", f"/tickets/{second['token']}")["state"] == "waiting"


def test_a_lost_line_is_told_calmly_and_nothing_new_is_called(seat: Seat) -> None:
    seat.serve("retirement")
    seat.page.get_by_label("姓名").first.fill("张小三")
    seat.page.context.set_offline(True)
    expect(seat.page.locator("#band")).to_contain_text("与服务器断开，现在的号继续办", timeout=15000)
    expect(seat.key("办结，叫下一位")).to_have_attribute("aria-disabled", "true")
    expect(seat.page.get_by_label("姓名").first).to_have_value("张小三")
    seat.page.context.set_offline(False)
    expect(seat.page.locator("#band")).to_be_hidden(timeout=15000)
    expect(seat.key("办结，叫下一位")).to_have_attribute("aria-disabled", "false")


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


def test_a_scanned_slip_shows_its_number(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    seat.page.keyboard.type(ticket["token"].upper())
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("dialog")).to_contain_text(ticket["number"])


def test_a_paused_counter_says_why_and_f2_opens_it_again(seat: Seat) -> None:
    seat.sign_on()
    seat.page.keyboard.press("F10")
    seat.page.keyboard.press("3")
    expect(seat.page.locator("#desk")).to_contain_text("吃饭")
    seat.page.keyboard.press("F2")
    expect(seat.page.locator("#where")).to_contain_text("开着")


def test_a_taken_counter_is_refused_in_words(seat: Seat, counters: Demo) -> None:
    account = counters.account(username="clerk2")
    other = {"Authorization": f"Bearer {bearer_of(counters, account)}", "Content-Type": "application/json"}
    taken = f"{counters.base_url}/api/v1/counters/2"
    httpx.post(f"{taken}/sign-on", headers=other, content="{}").raise_for_status()
    seat.sign_in()
    seat.page.get_by_role("button", name="2号").first.click()
    expect(seat.page.locator("#words")).to_contain_text("2号窗口现在是")
    httpx.post(f"{taken}/sign-off", headers=other, content="{}").raise_for_status()


def test_whoever_leaves_may_put_open_and_held_numbers_back_into_the_line(seat: Seat) -> None:
    held = seat.serve("retirement")
    seat.page.keyboard.press("F7")
    expect(seat.page.locator(".person-number")).to_have_count(0)
    called = seat.take_number("retirement")
    expect(seat.page.locator("#queue")).to_contain_text(called["number"])
    seat.call_next(called["number"])
    seat.page.get_by_role("button", name="下岗").click()
    seat.page.get_by_role("button", name="放回队里再下岗").click()
    expect(seat.page.locator("#chooser h1")).to_be_visible()
    for ticket in (held, called):
        assert seat.call("GET", f"/tickets/{ticket['token']}")["state"] == "waiting"
    assert seat.call("GET", "/counters/1")["state"] == "closed"


def test_whoever_leaves_may_hand_the_number_over_or_stay(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    seat.call_next(ticket["number"])
    seat.page.get_by_role("button", name="下岗").click()
    seat.page.get_by_role("button", name="先不下岗").click()
    expect(seat.page.locator(".person-number")).to_have_text(ticket["number"])
    assert seat.call("GET", "/me")["counter"] == 1
    seat.page.get_by_role("button", name="下岗").click()
    seat.page.get_by_role("button", name="交班并下岗").click()
    expect(seat.page.locator("#chooser h1")).to_be_visible()
    assert seat.call("GET", "/counters/1")["ticket"]["number"] == ticket["number"]


def test_the_counter_of_the_last_time_is_proposed_again(seat: Seat) -> None:
    seat.sign_in()
    seat.page.locator('[data-counter="5"]').click()
    expect(seat.page.locator("#keys")).to_be_visible()
    seat.page.reload()
    expect(seat.page.locator("#keys")).to_be_visible()
    seat.page.get_by_role("button", name="下岗").click()
    seat.page.locator("dialog .choice").first.click()
    expect(seat.page.locator('[data-counter="5"]')).to_be_focused()
    seat.page.reload()
    expect(seat.page.locator('[data-counter="5"]')).to_be_focused()


def test_a_guide_gives_a_number_without_a_kiosk(page: Page, counters: Demo) -> None:
    page.set_viewport_size(SIZE)
    guide = Seat(page, counters, "guide", bearer_of(counters, counters.account(username="guide")))
    guide.sign_in()
    expect(page.locator("#chooser")).to_contain_text("导办台不叫号")
    page.keyboard.press("F1")
    page.keyboard.type("我要退休")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="取号", exact=False).last.click()
    expect(page.locator("dialog h2")).to_have_text(re.compile(r"^号码 A\d{3}$"))


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
