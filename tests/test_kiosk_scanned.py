"""What a slip opens at a kiosk: back into line after a missed call, and another number for coming back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from conftest import ID_NUMBER, LAST_FOUR, Demo
from playwright.sync_api import Page, Route, expect
from test_kiosk_failures import scan
from test_kiosk_pages import MEASURES, SIZES, at_home

COUNTER = 7


@dataclass
class Clerk:
    """Whoever sits at counter 7, over the API, in a hall where nobody else waits."""

    demo: Demo
    token: str

    def post(self, path: str, body: Any = None, *, kiosk: bool = False) -> Any:
        token = self.demo.token("kiosk") if kiosk else self.token
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = httpx.post(f"{self.demo.base_url}/api/v1{path}", json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def call(self, ticket: dict[str, Any], verb: str) -> None:
        """Call this very number and end it."""
        self.post(f"/counters/{COUNTER}/call", {"number": ticket["number"]})
        self.post(f"/counters/{COUNTER}/{verb}")

    def empty(self) -> None:
        """Let nobody wait."""
        while self.post(f"/counters/{COUNTER}/call-next", {"previous": "finish"}):
            pass

    def take(self, service: str = "retirement") -> dict[str, Any]:
        return dict(self.post("/tickets", {"service_id": service}, kiosk=True))


@pytest.fixture
def clerk(demo: Demo) -> Iterator[Clerk]:
    account = demo.account(role="clerk", counter=COUNTER)
    sent = {name: account[name] for name in ("username", "password")}
    token = httpx.post(f"{demo.base_url}/api/v1/session", json=sent).json()["token"]
    clerk = Clerk(demo, token)
    clerk.post(f"/counters/{COUNTER}/sign-on")
    clerk.empty()
    yield clerk
    clerk.empty()
    clerk.post(f"/counters/{COUNTER}/sign-off")


@pytest.fixture
def kiosk(page: Page, demo: Demo) -> Page:
    """A kiosk at home, upright."""
    return at_home(page, demo)


def fits(kiosk: Page) -> None:
    """Upright and wide, nothing is out of sight or cut."""
    for size in SIZES:
        kiosk.set_viewport_size(size)
        assert kiosk.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}


# A missed call


def test_a_missed_slip_puts_itself_back_once_and_says_where_it_stands(kiosk: Page, clerk: Clerk) -> None:
    for _ in range(4):
        clerk.take()
    missed = clerk.take()
    clerk.call(missed, "no-show")
    scan(kiosk, missed["token"])
    expect(kiosk.locator("h1")).to_have_text("已为您排回来")
    expect(kiosk.locator(".ticket-wait")).to_contain_text("前面 3 人，请在 2楼 等")
    expect(kiosk.locator(".ticket-more")).to_contain_text("约等")
    fits(kiosk)


def test_a_slip_that_was_put_back_before_sends_its_holder_to_staff(kiosk: Page, clerk: Clerk) -> None:
    missed = clerk.take()
    clerk.call(missed, "no-show")
    clerk.post(f"/tickets/{missed['token']}/reinstate", kiosk=True)
    clerk.call(missed, "no-show")
    scan(kiosk, missed["token"])
    expect(kiosk.locator("h1")).to_have_text("请让工作人员为您排")
    expect(kiosk.locator(".ticket-wait")).to_have_text("这张小票已经排回过一次，号还有效")
    expect(kiosk.locator(".ticket-more")).to_have_text("请到导办台，或到下面的窗口")
    expect(kiosk.locator(".ticket-where")).to_contain_text("2楼 ▲ 3～9号窗口")
    expect(kiosk.locator(".way [data-there='true']")).to_contain_text("请到这里问")
    fits(kiosk)


def test_where_the_hall_leaves_it_to_staff_the_slip_says_where_to_go(kiosk: Page, clerk: Clerk) -> None:
    missed = clerk.take()
    clerk.call(missed, "no-show")

    def refuse(route: Route) -> None:
        problem = {"code": "clerk_reinstates", "title": "过号请到窗口或导办台，由工作人员再排。"}
        route.fulfill(status=409, json=problem)

    kiosk.route("**/reinstate", refuse)
    scan(kiosk, missed["token"])
    expect(kiosk.locator("h1")).to_have_text("请让工作人员为您排")
    expect(kiosk.locator(".ticket-wait")).to_have_text("没听到没关系，号还有效")
    expect(kiosk.locator(".ticket-where")).to_contain_text("2楼 ▲")


# Coming back


def test_a_served_slip_gives_a_return_number_with_one_touch(kiosk: Page, clerk: Clerk) -> None:
    served = clerk.take()
    clerk.call(served, "finish")
    scan(kiosk, served["token"])
    expect(kiosk.locator("h1")).to_have_text("窗口办理结束了")
    fits(kiosk)
    sent: list[Any] = []
    kiosk.on("request", lambda request: sent.append(request.post_data_json) if request.post_data else None)
    kiosk.get_by_role("button", name="补交材料、领结果：再取一个号").tap()
    expect(kiosk.locator(".ticket-head h1")).to_have_text("您的回访号是")
    expect(kiosk.locator(".ticket-number")).to_contain_text("Q")
    assert {"service_id": "collect", "return_of": served["token"]} in sent
    fits(kiosk)


def test_a_return_number_has_its_head_start(kiosk: Page, clerk: Clerk) -> None:
    served = clerk.take()
    clerk.call(served, "finish")
    for _ in range(3):
        clerk.take()
    scan(kiosk, served["token"])
    kiosk.locator(".return").tap()
    expect(kiosk.locator(".ticket-wait")).to_contain_text("前面没有人")
    called = clerk.post(f"/counters/{COUNTER}/call-next", {"previous": "finish"})
    expect(kiosk.locator(".ticket-number")).to_have_text(called["number"])


def test_a_served_slip_of_another_day_still_gives_a_return_number(kiosk: Page, clerk: Clerk) -> None:
    served = clerk.take()
    clerk.call(served, "finish")

    def long_ago(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "service_day": "2026-11-20"})

    kiosk.route(f"**/tickets/{served['token']}", long_ago)
    scan(kiosk, served["token"])
    expect(kiosk.locator("h1")).to_have_text("这张小票是 11月20日 的")
    expect(kiosk.locator(".screen")).not_to_contain_text(served["number"])
    expect(kiosk.get_by_role("button", name="查办理进度")).to_be_visible()
    fits(kiosk)
    kiosk.locator(".return").tap()
    expect(kiosk.locator(".ticket-head h1")).to_have_text("您的回访号是")


@pytest.mark.parametrize("state", ["waiting", "expired"])
def test_only_a_visit_that_was_served_is_come_back_to(kiosk: Page, clerk: Clerk, state: str) -> None:
    taken = clerk.take()

    def now(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "state": state})

    kiosk.route(f"**/tickets/{taken['token']}", now)
    scan(kiosk, taken["token"])
    expect(kiosk.locator(".screen-place .ticket-number")).to_have_text(taken["number"])
    expect(kiosk.locator(".return")).to_have_count(0)


# What is scanned, and how it comes


def case_without_ticket(clerk: Clerk) -> dict[str, Any]:
    applicant = {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER}
    body = {"service_id": "retirement", "applicant": applicant, "items": [{"ordinal": 1}]}
    return dict(clerk.post("/cases", body))


def test_the_notice_of_a_case_without_a_ticket_asks_for_the_four_characters(
    kiosk: Page, clerk: Clerk
) -> None:
    case = case_without_ticket(clerk)
    scan(kiosk, case["status_url"])
    expect(kiosk.locator("h1")).to_have_text("请输入证件最后四位")
    fits(kiosk)
    for character in LAST_FOUR:
        kiosk.get_by_role("button", name=character, exact=True).first.tap()
    expect(kiosk.locator(".screen-cases")).to_contain_text(case["case_number"])


@pytest.mark.parametrize("end", ["Tab", "NumpadEnter", ""])
def test_a_slip_is_understood_with_caps_lock_and_whatever_key_the_scanner_ends_with(
    kiosk: Page, clerk: Clerk, end: str
) -> None:
    ticket = clerk.take()
    kiosk.keyboard.type(ticket["status_url"].swapcase())
    if end:
        kiosk.keyboard.press(end)
    expect(kiosk.locator(".screen-place .ticket-number")).to_have_text(ticket["number"])


def test_a_slip_scanned_over_a_tile_or_a_button_presses_nothing(kiosk: Page, clerk: Clerk) -> None:
    ticket = clerk.take()
    kiosk.locator("[data-service='hire']").focus()
    scan(kiosk, ticket["token"])
    expect(kiosk.locator(".screen-place .ticket-number")).to_have_text(ticket["number"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("wxp://f2f0abc", "这里不收钱"),
        ("https://h5.example/health?id=1", "这里用不上这个码"),
        ("A-77:120", "请扫小票"),
    ],
)
def test_another_code_is_answered_calmly(kiosk: Page, text: str, sentence: str) -> None:
    scan(kiosk, text)
    expect(kiosk.locator("h1")).to_have_text("这不是本厅的码")
    expect(kiosk.locator(".trouble-sentence")).to_contain_text(sentence)
    fits(kiosk)
