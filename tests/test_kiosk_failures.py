"""The kiosk when things take their time or fail: slips, silence, scanned codes, a hall away or closed."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from conftest import ID_NUMBER, LAST_FOUR, Demo, start_demo, stop_demo
from playwright.sync_api import Page, Route, ViewportSize, expect
from test_kiosk_pages import MEASURES, SIZES, at_home, take, tile

NOBODYS = "0" * 26


@pytest.fixture
def kiosk(page: Page, demo: Demo) -> Page:
    """A kiosk at home, upright."""
    return at_home(page, demo)


def ticket(demo: Demo, service_id: str = "retirement") -> dict[str, Any]:
    """A number taken at another kiosk."""
    head = {
        "Authorization": f"Bearer {demo.token('kiosk')}",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    answer = httpx.post(f"{demo.base_url}/api/v1/tickets", json={"service_id": service_id}, headers=head)
    found: dict[str, Any] = answer.json()
    return found


def scan(page: Page, text: str) -> None:
    """Type as a scanner does: quickly, with Enter at the end."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


# Slips


def test_a_slip_that_came_out_is_said_to_be_printed(kiosk: Page) -> None:
    tile(kiosk, "retirement")
    take(kiosk)
    expect(kiosk.locator(".slip")).to_contain_text("小票已打印", timeout=10_000)
    expect(kiosk.locator(".code img")).to_have_js_property("complete", True)


def test_the_phone_page_is_not_promised_while_phones_cannot_reach_it(kiosk: Page) -> None:
    tile(kiosk, "retirement")
    take(kiosk)
    expect(kiosk.locator(".code figcaption")).not_to_contain_text("手机")


def test_a_death_closes_with_condolence_and_no_ticket_screen_rejoices(kiosk: Page) -> None:
    tile(kiosk, "retiree-death")
    kiosk.locator("[data-answer='unsure']").tap()
    take(kiosk)
    expect(kiosk.locator(".ticket-farewell")).to_have_text("请节哀，有事随时找我们")


@contextmanager
def silent_printer() -> Iterator[str]:
    """A printer that takes every byte and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def swallow() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)

        thread = threading.Thread(target=swallow)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for connection in held:
                connection.close()


def test_without_paper_the_number_stays_valid_and_fills_the_screen(page: Page) -> None:
    running = start_demo("--clerks", "3", "--kiosks", "1", "--printer", "tcp://127.0.0.1:9")
    try:
        at_home(page, running)
        tile(page, "retirement")
        take(page)
        expect(page.locator(".slip")).to_contain_text("号有效。请拍照或记下", timeout=20_000)
        assert page.evaluate(MEASURES)["down"] == 0
    finally:
        stop_demo(running)


def test_when_nothing_tells_the_person_is_asked_whether_the_slip_came(page: Page) -> None:
    with silent_printer() as address:
        running = start_demo("--clerks", "3", "--kiosks", "1", "--printer", address)
        try:
            at_home(page, running)
            tile(page, "retirement")
            take(page)
            expect(page.locator(".slip h2")).to_have_text("小票出来了吗？", timeout=20_000)
            page.get_by_role("button", name="出来了", exact=True).tap()
            expect(page.locator(".slip h2")).to_have_text("小票已打印")
        finally:
            stop_demo(running)


PLACE = "2楼窗口打印机"


@pytest.mark.parametrize(
    ("state", "title"),
    [("pending", f"小票改到{PLACE}"), ("confirmed", f"小票在{PLACE}"), ("unconfirmed", f"小票可能在{PLACE}")],
)
@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
def test_a_slip_that_comes_out_elsewhere_says_where(
    kiosk: Page, state: str, title: str, size: ViewportSize
) -> None:
    def elsewhere(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "slip": {"state": state, "place": PLACE}})

    kiosk.route_web_socket("**/socket.io/**", lambda line: line.close())
    kiosk.route("**/api/v1/tickets**", elsewhere)
    kiosk.reload()
    kiosk.set_viewport_size(size)
    tile(kiosk, "retirement")
    take(kiosk)
    expect(kiosk.locator(".slip h2")).to_have_text(title)
    expect(kiosk.get_by_role("button", name="出来了", exact=True)).to_have_count(0)
    assert kiosk.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}


@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
def test_a_kiosk_without_paper_says_so_at_home_and_shows_number_and_code_large(
    page: Page, size: ViewportSize
) -> None:
    running = start_demo("--clerks", "3", "--kiosks", "1", "--printer", "tcp://127.0.0.1:9")
    try:
        at_home(page, running).set_viewport_size(size)
        for _ in range(3):
            ticket(running)
        expect(page.locator(".home-paper")).to_contain_text("请用手机拍下号")
        assert page.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}
        tile(page, "retirement")
        take(page)
        expect(page.locator(".slip h2")).to_have_text("没有打出小票")
        assert page.locator(".code").evaluate("code => code.offsetWidth") >= 400
        assert (
            page.locator(".ticket-number").evaluate("number => parseFloat(getComputedStyle(number).fontSize)")
            >= 320
        )
        assert page.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}
    finally:
        stop_demo(running)


# Time


def test_the_ticket_screen_goes_home_by_itself_after_twenty_seconds(page: Page, demo: Demo) -> None:
    page.clock.install()
    at_home(page, demo)
    tile(page, "retirement")
    take(page)
    expect(page.locator(".slip")).to_contain_text("小票已打印", timeout=10_000)
    # Some of the twenty seconds have passed with printing.
    page.clock.fast_forward(10_000)
    expect(page.locator(".screen-ticket")).to_be_visible()
    page.clock.fast_forward(11_000)
    expect(page.locator(".screen-home")).to_be_visible()


def quiet_event(page: Page, demo: Demo) -> None:
    """An event's screen whose time the test lets pass."""
    page.clock.install()
    at_home(page, demo)
    tile(page, "startup")
    expect(page.locator(".facts")).not_to_have_attribute("aria-busy", "true")


def test_after_45_quiet_seconds_it_asks_and_15_later_goes_home(page: Page, demo: Demo) -> None:
    quiet_event(page, demo)
    page.clock.fast_forward(40_000)
    expect(page.locator(".idle")).to_be_hidden()
    page.clock.fast_forward(6_000)
    expect(page.locator(".idle")).to_contain_text("您还在吗？")
    page.clock.fast_forward(15_000)
    expect(page.locator(".screen-home")).to_be_visible()
    expect(page.locator(".idle")).to_be_hidden()


def test_whoever_is_still_there_goes_on_where_they_were(page: Page, demo: Demo) -> None:
    quiet_event(page, demo)
    page.clock.fast_forward(47_000)
    page.get_by_role("button", name="我还在").tap()
    expect(page.locator(".idle")).to_be_hidden()
    expect(page.locator(".screen-event")).to_be_visible()


# The scanner


def test_a_scanned_slip_shows_its_place(kiosk: Page, demo: Demo) -> None:
    taken = ticket(demo)
    scan(kiosk, taken["status_url"].upper())
    expect(kiosk.locator(".screen-place .ticket-number")).to_have_text(taken["number"])
    expect(kiosk.locator(".ticket-where")).to_contain_text("2楼 ▲")


@pytest.mark.parametrize(
    ("text", "title"),
    [("https://example.org/pay/abc", "这不是本厅的码"), (f"http://hall/t/{NOBODYS}", "查不到这张小票")],
)
def test_a_code_that_cannot_be_found_is_refused_kindly(kiosk: Page, text: str, title: str) -> None:
    scan(kiosk, text)
    expect(kiosk.locator("h1")).to_have_text(title)


def test_help_promises_nobody_and_says_where_to_go(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="要帮忙").tap()
    expect(kiosk.locator(".trouble-sentence")).to_have_text("请到导办台，工作人员在那里等您。")
    expect(kiosk.get_by_role("button", name="首页")).to_have_count(1)


def test_who_missed_the_call_is_not_reproached_and_whoever_is_called_is_sent_there(
    kiosk: Page, demo: Demo
) -> None:
    account = demo.account(role="clerk", counter=6)
    with httpx.Client(base_url=f"{demo.base_url}/api/v1") as client:
        signed_in = client.post("/session", json={name: account[name] for name in ("username", "password")})
        client.headers["Authorization"] = f"Bearer {signed_in.json()['token']}"
        client.post("/counters/6/sign-on", json={})
        taken = ticket(demo)
        client.post("/counters/6/call", json={"number": taken["number"]})
        scan(kiosk, taken["token"])
        expect(kiosk.locator(".way [data-there='true']")).to_contain_text("请现在到这里")
        kiosk.locator(".done").tap()
        assert client.post("/counters/6/no-show", json={}).status_code == 200
        scan(kiosk, taken["token"])
        expect(kiosk.locator("h1")).to_have_text("已为您排回来")
        expect(kiosk.locator(".ticket-wait")).to_contain_text("没听到没关系")
        expect(kiosk.locator(".screen-place")).not_to_contain_text("叫过您")
        client.post("/counters/6/sign-off", json={})


def test_a_case_is_shown_on_the_kiosk_after_the_last_four_characters(kiosk: Page, demo: Demo) -> None:
    token = served_with_case(demo)
    scan(kiosk, token)
    kiosk.locator(".look-up").tap()
    for character in LAST_FOUR:
        kiosk.get_by_role("button", name=character, exact=True).tap()
    expect(kiosk.locator(".case h1")).to_contain_text("我要退休")
    expect(kiosk.locator(".case h1 small")).to_have_text("职工退休")
    expect(kiosk.locator(".case")).to_contain_text("张*三")
    expect(kiosk.locator(".case-word")).to_have_text("办理中")


def served_with_case(demo: Demo) -> str:
    """A person at a counter whose case has been accepted; answers the token of the ticket."""
    account = demo.account(role="clerk", counter=5)
    with httpx.Client(base_url=f"{demo.base_url}/api/v1") as client:
        signed_in = client.post("/session", json={name: account[name] for name in ("username", "password")})
        client.headers["Authorization"] = f"Bearer {signed_in.json()['token']}"
        client.post("/counters/5/sign-on", json={})
        taken = ticket(demo)
        client.post("/counters/5/call", json={"number": taken["number"]})
        client.post("/counters/5/start", json={})
        person = {
            "kind": "person",
            "name": "张小三",
            "id_kind": "resident_id",
            "id_number": ID_NUMBER,
        }
        case = {
            "ticket_token": taken["token"],
            "service_id": "retirement",
            "applicant": person,
            "items": [{"ordinal": 1}],
        }
        opened = client.post("/cases", json=case, headers={"Idempotency-Key": taken["token"]})
        assert opened.status_code == 201, opened.text
    return str(taken["token"])


# When the hall is away or closed


def test_away_hall_sends_people_to_the_desk_and_comes_back_by_itself(kiosk: Page) -> None:
    kiosk.route("**/api/v1/**", lambda route: route.abort())
    tile(kiosk, "retirement")
    expect(kiosk.locator("h1")).to_have_text("取号机暂时连不上", timeout=15_000)
    expect(kiosk.locator(".trouble-sentence")).to_contain_text("手写号")
    kiosk.unroute("**/api/v1/**")
    kiosk.locator(".done").tap()
    expect(kiosk.locator(".screen-home")).to_be_visible()


def test_a_closed_hall_gives_no_number_and_says_when_it_opens(kiosk: Page) -> None:
    def closed(route: Route) -> None:
        answer = route.fetch()
        shut = {"open": False, "opens_at": "2036-11-25T08:00:00+08:00"}
        route.fulfill(response=answer, json={**answer.json(), **shut})

    kiosk.route("**/outlook", closed)
    tile(kiosk, "retirement")
    expect(kiosk.locator(".closed")).to_contain_text("11月25日 星期二 8:00")
    expect(kiosk.locator(".take")).to_be_hidden()


def test_a_closed_hall_is_seen_on_the_home_screen_at_once(page: Page, demo: Demo) -> None:
    def closed(route: Route) -> None:
        answer = route.fetch()
        shut = (
            answer.text()
            .replace('"open": true', '"open": false')
            .replace('"opens_at": null', '"opens_at": "2036-11-25T08:00:00+08:00"')
        )
        route.fulfill(response=answer, body=shut)

    page.route("**/kiosk", closed)
    at_home(page, demo)
    expect(page.locator(".home-closed")).to_contain_text("11月25日 星期二 8:00")
    for size in SIZES:
        page.set_viewport_size(size)
        assert page.evaluate(MEASURES)["down"] == 0


HOURS = {
    "always_open": False,
    "works_today": True,
    "numbers_from": "08:00",
    "numbers_until": "17:30",
    "shifts": [["08:30", "12:00"], ["14:30", "18:00"]],
}


@pytest.mark.parametrize(
    ("time", "opens", "title"),
    [
        ("07:10", "2026-11-23T08:00:00+08:00", "还没到开门时间"),
        ("17:40", "2026-11-24T08:00:00+08:00", "今天的号取完了"),
        ("10:00", None, "今天不上班"),
    ],
)
def test_why_no_number_is_given_is_told_by_the_hours(
    kiosk: Page, time: str, opens: str | None, title: str
) -> None:
    words = kiosk.evaluate(
        "async (given) => (await import('/kiosk/static/js/hours.js')).closedWords(...given)",
        [HOURS, {"day": "2026-11-23", "time": time}, opens],
    )
    assert words["title"] == title


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("08:10", "现在还没有叫号，可以先取号"),
        ("11:50", "中间有午休，号一直有效"),
        ("12:30", "现在是午休，可以先取号"),
    ],
)
def test_why_somebody_is_called_only_later_is_told_by_the_hours(kiosk: Page, time: str, why: str) -> None:
    told = kiosk.evaluate(
        "async (given) => (await import('/kiosk/static/js/hours.js')).laterWords(...given)",
        [HOURS, {"day": "2026-11-23", "time": time}],
    )
    assert told == why
