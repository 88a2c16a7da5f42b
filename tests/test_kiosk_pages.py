"""The kiosk in a real browser: few touches, one number per press, and what it says when something fails."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from conftest import Demo, Web, start_demo, stop_demo
from playwright.sync_api import Page, Route, ViewportSize, expect

PORTRAIT: ViewportSize = {"width": 1080, "height": 1920}
LANDSCAPE: ViewportSize = {"width": 1920, "height": 1080}
SIZES = [PORTRAIT, LANDSCAPE]
NOBODYS = "0" * 26

#: How far the screen could be scrolled, and every target that a finger would miss.
MEASURES = """
() => {
  const stage = document.querySelector(".stage");
  const targets = [...document.querySelectorAll("button")].filter((one) => one.offsetParent);
  return {
    down: Math.max(stage.scrollHeight - stage.clientHeight, document.documentElement.scrollHeight - innerHeight),
    across: document.documentElement.scrollWidth - innerWidth,
    small: targets.filter((one) => one.getBoundingClientRect().height < 96).map((one) => one.textContent),
    cut: targets.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
  };
}
"""


@pytest.fixture
def kiosk(page: Page, demo: Demo) -> Page:
    """A kiosk at home, upright."""
    return at_home(page, demo)


def at_home(page: Page, demo: Demo) -> Page:
    page.set_viewport_size(PORTRAIT)
    page.goto(f"{demo.base_url}/kiosk")
    expect(page.locator(".screen-home")).to_be_visible()
    return page


def tile(page: Page, service_id: str) -> None:
    page.locator(f"[data-service='{service_id}']").tap()


def take(page: Page) -> None:
    page.locator(".take").tap()
    expect(page.locator(".screen-ticket")).to_be_visible()


def number(page: Page) -> str:
    return page.locator(".ticket-number").inner_text()


def today(demo: Demo, state: str = "waiting") -> list[dict[str, Any]]:
    """Today's tickets as the guide sees them."""
    account = demo.account(role="guide")
    with httpx.Client(base_url=f"{demo.base_url}/api/v1") as client:
        signed_in = client.post("/session", json={name: account[name] for name in ("username", "password")})
        head = {"Authorization": f"Bearer {signed_in.json()['token']}"}
        found: list[dict[str, Any]] = []
        cursor: int | None = 0
        while cursor is not None:
            query = {"state": state, "limit": 200, "cursor": cursor}
            answer = client.get("/tickets", params=query, headers=head).json()
            found += answer["items"]
            cursor = answer["next"]
        return found


def ticket(demo: Demo, service_id: str = "retirement") -> dict[str, Any]:
    """A number taken at another kiosk."""
    head = {
        "Authorization": f"Bearer {demo.token('kiosk')}",
        "Idempotency-Key": f"{threading.get_ident()}-{id(object())}",
    }
    answer = httpx.post(f"{demo.base_url}/api/v1/tickets", json={"service_id": service_id}, headers=head)
    found: dict[str, Any] = answer.json()
    return found


def scan(page: Page, text: str) -> None:
    """Type as a scanner does: quickly, with Enter at the end."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


# Reading and reaching


@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
def test_home_never_scrolls_and_every_target_is_large(page: Page, demo: Demo, size: ViewportSize) -> None:
    at_home(page, demo).set_viewport_size(size)
    assert page.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}


@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
def test_the_number_and_its_way_fit_the_screen(kiosk: Page, size: ViewportSize) -> None:
    kiosk.set_viewport_size(size)
    tile(kiosk, "retirement")
    take(kiosk)
    assert kiosk.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}


@pytest.mark.parametrize("size", [{"width": 540, "height": 960}, {"width": 960, "height": 540}])
def test_zoomed_to_twice_the_size_it_scrolls_downward_only(kiosk: Page, size: ViewportSize) -> None:
    kiosk.set_viewport_size(size)
    assert kiosk.evaluate(MEASURES)["across"] == 0
    tile(kiosk, "graduate")
    expect(kiosk.locator(".screen-event")).to_be_visible()
    assert kiosk.evaluate(MEASURES)["across"] == 0


def test_large_type_is_half_as_large_again_and_ends_with_the_person(kiosk: Page) -> None:
    size = "getComputedStyle(document.querySelector('.tile-title')).fontSize"
    normal = float(kiosk.evaluate(size).removesuffix("px"))
    kiosk.locator("[data-large]").tap()
    assert float(kiosk.evaluate(size).removesuffix("px")) == pytest.approx(normal * 1.5)
    assert kiosk.evaluate(MEASURES)["across"] == 0
    tile(kiosk, "retirement")
    take(kiosk)
    kiosk.locator(".done").tap()
    expect(kiosk.locator("html")).to_have_attribute("data-type", "normal")


def test_the_page_asks_nobody_else_and_breaks_no_rule_of_its_own(page: Page, demo: Demo) -> None:
    messages: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    at_home(page, demo)
    tile(page, "work-death")
    page.locator("[data-answer='yes']").tap()
    take(page)
    assert messages == []
    assert all(url.startswith((demo.base_url, demo.base_url.replace("http", "ws"))) for url in asked)


# From the first touch to the number


@pytest.mark.parametrize(
    ("service_id", "answer"),
    [
        ("social-card", "replace"),
        ("retirement", None),
        ("unemployment", "counter"),
        ("graduate", None),
        ("startup", None),
        ("retiree-death", "resident"),
        ("work-death", "yes"),
        ("hire", "few"),
        ("terminate", "unsure"),
        ("public-institution-hire", "one"),
    ],
)
def test_each_of_the_ten_tiles_gives_a_number_in_three_touches(
    kiosk: Page, demo: Demo, service_id: str, answer: str | None
) -> None:
    tile(kiosk, service_id)
    if answer is not None:
        kiosk.locator(f"[data-answer='{answer}']").tap()
    take(kiosk)
    taken = {one["number"]: one for one in today(demo)}[number(kiosk)]
    assert (taken["service_id"], taken["answer"]) == (service_id, answer)


def test_an_event_shows_wait_way_limit_and_papers_before_the_number(kiosk: Page) -> None:
    tile(kiosk, "retirement")
    expect(kiosk.locator(".fact-where .fact-main")).to_have_text("2楼 ▲")
    expect(kiosk.locator(".fact-limit .fact-detail")).to_contain_text("15 个工作日内办结")
    expect(kiosk.locator(".bring")).to_contain_text("请带有效身份证件")
    expect(kiosk.locator(".contents-list")).to_be_hidden()
    kiosk.locator(".contents-toggle").tap()
    expect(kiosk.locator(".contents-list li")).to_have_count(7)


def test_who_has_no_decision_yet_is_led_to_the_matter_that_comes_first(kiosk: Page) -> None:
    tile(kiosk, "work-death")
    kiosk.locator("[data-answer='not_yet']").tap()
    expect(kiosk.locator("h1")).to_have_text("工伤认定")


def test_doing_it_by_phone_shows_the_steps_and_still_offers_a_number(kiosk: Page) -> None:
    tile(kiosk, "unemployment")
    kiosk.locator("[data-answer='online']").tap()
    expect(kiosk.locator(".steps li")).not_to_have_count(0)
    kiosk.locator(".button-primary").tap()
    expect(kiosk.locator(".take")).to_be_visible()


def test_a_single_service_takes_at_most_five_touches(kiosk: Page, demo: Demo) -> None:
    kiosk.get_by_role("button", name="只办其中一项").tap()
    kiosk.get_by_role("button", name="工伤报销和待遇").tap()
    tile(kiosk, "1.7.21")
    take(kiosk)
    taken = {one["number"]: one for one in today(demo)}[number(kiosk)]
    assert taken["service_id"] == "1.7.21"


def test_a_service_that_is_not_offered_is_grey_and_says_whom_to_ask(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="只办其中一项").tap()
    kiosk.get_by_role("button", name="就业登记和认定").tap()
    expect(kiosk.locator("[data-service='2.6.4']")).to_contain_text("本厅目前不办")
    tile(kiosk, "2.6.4")
    expect(kiosk.locator("h1")).to_have_text("本厅目前不办这一项")


def test_three_plain_questions_lead_to_a_number_in_five_touches(kiosk: Page, demo: Demo) -> None:
    kiosk.get_by_role("button", name="帮我找").tap()
    for words in ("我自己", "换了工作，社保要转过来", "失业保险"):
        kiosk.get_by_role("button", name=words, exact=True).tap()
    take(kiosk)
    taken = {one["number"]: one for one in today(demo)}[number(kiosk)]
    assert taken["service_id"] == "1.8.8"


def test_after_three_questions_nothing_more_is_asked(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="帮我找").tap()
    for words in ("家里人", "替家人办别的事", "没工作了"):
        kiosk.get_by_role("button", name=words, exact=True).tap()
    expect(kiosk.locator(".take")).to_be_visible()
    expect(kiosk.locator(".event-note")).to_contain_text("双方的身份证件")


def test_advice_is_two_touches_away(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="都不是，问工作人员").tap()
    take(kiosk)
    assert number(kiosk).startswith("Q")


# One press, one number


def test_many_quick_taps_on_one_button_give_one_number(kiosk: Page, demo: Demo) -> None:
    tile(kiosk, "1.7.4") if kiosk.locator("[data-service='1.7.4']").count() else tile(kiosk, "startup")
    before = len(today(demo))
    expect(kiosk.locator(".take")).to_be_enabled()
    kiosk.locator(".take").evaluate("(take) => { for (let tap = 0; tap < 5; tap += 1) take.click(); }")
    expect(kiosk.locator(".screen-ticket")).to_be_visible()
    assert len(today(demo)) == before + 1


def test_an_answer_lost_on_the_way_costs_no_second_number(kiosk: Page, demo: Demo) -> None:
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.json()["number"])
            route.abort()

    kiosk.route("**/api/v1/tickets", lose_first)
    tile(kiosk, "startup")
    take(kiosk)
    assert lost == [number(kiosk)]


def test_a_second_tap_does_not_fall_through_to_the_next_screen(kiosk: Page) -> None:
    box = kiosk.locator("[data-service='hire']").bounding_box()
    assert box is not None
    for _ in range(2):
        kiosk.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(kiosk.locator(".screen-question h1")).to_have_text("为几名员工办？")


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


# Time


def test_the_ticket_screen_goes_home_by_itself_after_twenty_seconds(page: Page, demo: Demo) -> None:
    page.clock.install()
    at_home(page, demo)
    tile(page, "retirement")
    page.clock.run_for(400)
    take(page)
    expect(page.locator(".slip")).to_contain_text("小票已打印", timeout=10_000)
    page.clock.run_for(18_000)
    expect(page.locator(".screen-ticket")).to_be_visible()
    page.clock.run_for(3_000)
    expect(page.locator(".screen-home")).to_be_visible()


def test_after_45_quiet_seconds_it_asks_and_15_later_goes_home(page: Page, demo: Demo) -> None:
    page.clock.install()
    at_home(page, demo)
    tile(page, "startup")
    page.clock.run_for(44_000)
    expect(page.locator(".idle")).to_be_hidden()
    page.clock.run_for(2_000)
    expect(page.locator(".idle")).to_contain_text("您还在吗？")
    page.clock.run_for(16_000)
    expect(page.locator(".screen-home")).to_be_visible()
    expect(page.locator(".idle")).to_be_hidden()


def test_whoever_is_still_there_goes_on_where_they_were(page: Page, demo: Demo) -> None:
    page.clock.install()
    at_home(page, demo)
    tile(page, "startup")
    page.clock.run_for(47_000)
    page.get_by_role("button", name="我还在").tap()
    expect(page.locator(".idle")).to_be_hidden()
    expect(page.locator(".screen-event")).to_be_visible()


# The scanner


def test_a_scanned_slip_shows_its_place(kiosk: Page, demo: Demo) -> None:
    taken = ticket(demo)
    scan(kiosk, taken["status_url"].upper())
    expect(kiosk.locator(".screen-place .ticket-number")).to_have_text(taken["number"])
    expect(kiosk.locator(".ticket-where")).to_contain_text("2楼 ▲")


@pytest.mark.parametrize("text", ["https://example.org/pay/abc", f"http://hall/t/{NOBODYS}"])
def test_a_code_of_somebody_else_is_refused_kindly(kiosk: Page, text: str) -> None:
    scan(kiosk, text)
    expect(kiosk.locator("h1")).to_have_text("这不是本厅的码")


def test_a_case_is_shown_on_the_kiosk_after_the_last_four_characters(kiosk: Page, demo: Demo) -> None:
    token = served_with_case(demo)
    scan(kiosk, token)
    kiosk.locator(".look-up").tap()
    for character in "002X":
        kiosk.get_by_role("button", name=character, exact=True).tap()
    expect(kiosk.locator(".case h1")).to_have_text("职工退休")
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
            "id_number": "11010519491231002X",
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
    ("time", "calls"), [("08:10", "8:30"), ("12:30", "14:30"), ("09:00", None), ("18:30", None)]
)
def test_before_opening_and_over_lunch_the_next_call_is_told(
    kiosk: Page, time: str, calls: str | None
) -> None:
    told = kiosk.evaluate(
        "async (given) => (await import('/kiosk/static/js/hours.js')).callsFrom(...given)",
        [HOURS, {"day": "2026-11-23", "time": time}],
    )
    assert told == calls


# As it is sent


def test_without_a_device_the_page_asks_to_be_enrolled(web: Web) -> None:
    answer = web.client.get("/kiosk")
    assert answer.status_code == 200
    assert 'id="content"' not in answer.text
    assert web.client.get("/kiosk/content").status_code == 401


def test_the_page_carries_the_content_of_its_kiosk(web: Web) -> None:
    web.client.set_cookie("hall_kiosk", web.house.tokens["kiosk-1"])
    answer = web.client.get("/kiosk")
    assert answer.status_code == 200
    assert 'id="content"' in answer.text
    content = web.client.get("/kiosk/content").json
    assert content is not None
    assert content["here"] == 1
    assert content["phone_reachable"] is False
    assert len(json.dumps(content)) < 200_000
