"""Around a break: kiosk, phone and console tell a clock time, call nobody and say why; no alarm is raised."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from conftest import Demo, settings_for, start_demo, stop_demo
from demos import form
from playwright.sync_api import Page, expect
from seats import SIZE, Seat, bearer_of, leave_empty
from test_kiosk_pages import LANDSCAPE, MEASURES, PORTRAIT
from test_manage_pages import sign_in

from shared.commands.founding import found
from shared.domain.adapting import demo_hall

DAY = "2026-09-18"


@dataclass
class Midday:
    """A hall with real hours and a clock that the test moves; ``clerk3`` is on the second floor."""

    demo: Demo
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, who: str, body: Any = None) -> Any:
        """Ask the hall as an account, or as the kiosk."""
        token = self.demo.token("kiosk") if who == "kiosk" else self._token(who)
        answer = httpx.request(
            method,
            f"{self.demo.base_url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def press(self, path: str, who: str = "clerk3", body: Any = None) -> Any:
        return self.ask("POST", path, who, body or {})

    def at(self, time: str) -> None:
        """Set the hall's clock."""
        admin = self.demo.account(role="administrator")["username"]
        self.demo.set_clock(f"{DAY}T{time}:00+08:00", self._token(admin))

    def take(self) -> dict[str, Any]:
        """A number from the kiosk."""
        return dict(self.press("/tickets", "kiosk", {"service_id": "retirement"}))

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            account = self.demo.account(username=who)
            sent = {name: account[name] for name in ("username", "password")}
            answer = httpx.post(f"{self.demo.base_url}/api/v1/session", json=sent)
            self.tokens[who] = answer.json()["token"]
        return self.tokens[who]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, seed: dict[str, Any]) -> Iterator[Midday]:
    folder = tmp_path_factory.mktemp("midday")
    document = demo_hall(seed, counters=6, kiosks=2)
    real_hours = {**document["site"], "hours": seed["site"]["hours"]}
    found(settings_for(folder, database_url=form.database_of(folder)), {**document, "site": real_hours})
    options = ("--clerks", "6", "--kiosks", "2", "--clock", "manual", "--at", f"{DAY}T11:40:00+08:00")
    demo = start_demo(*options, "--data-dir", str(folder))
    yield Midday(demo)
    stop_demo(demo)


@pytest.fixture
def midday(running: Midday) -> Iterator[Midday]:
    """At 11:40 nobody waits and the counters are empty; so they are left behind."""
    running.at("11:40")
    yield running
    running.at("15:00")
    running.press("/counters/3/sign-on")
    while running.press("/counters/3/call-next", body={"previous": "finish"}):
        pass
    running.press("/counters/3/sign-off")


# Kiosk and phone


def kiosk_at(page: Page, midday: Midday) -> Page:
    page.set_viewport_size(PORTRAIT)
    page.goto(f"{midday.demo.base_url}/kiosk")
    expect(page.locator(".screen-home")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("time", "after", "why", "back"),
    [
        ("08:05", "约在上午 08:30 以后叫到", "现在还没有叫号，可以先取号", "返回"),
        ("12:30", "约在下午 14:30 以后叫到", "现在是午休，可以先取号", "下午再来"),
        ("11:58", "约在下午 14:30 以后叫到", "中间有午休，号一直有效", "返回"),
    ],
)
def test_a_call_behind_a_break_is_told_as_a_clock_time_before_the_number_is_taken(
    page: Page, midday: Midday, time: str, after: str, why: str, back: str
) -> None:
    midday.at(time)
    kiosk_at(page, midday).locator("[data-service='retirement']").tap()
    expect(page.locator(".fact-wait .fact-main")).to_have_text(after)
    expect(page.locator(".fact-wait .fact-detail")).to_have_text(f"前面没有人。{why}")
    expect(page.locator(".feet .back")).to_have_text(back)
    for size in (PORTRAIT, LANDSCAPE):
        page.set_viewport_size(size)
        assert page.evaluate(MEASURES) == {"down": 0, "across": 0, "small": [], "cut": []}


def test_the_ticket_and_the_scanned_slip_tell_the_same_clock_time(page: Page, midday: Midday) -> None:
    midday.at("12:30")
    kiosk_at(page, midday).locator("[data-service='retirement']").tap()
    page.locator(".take").tap()
    expect(page.locator(".ticket-wait")).to_have_text("前面没有人，约在下午 14:30 以后叫到")
    token = midday.ask("GET", "/tickets?state=waiting", "clerk3")["items"][-1]["token"]
    page.locator(".done").tap()
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    expect(page.locator(".screen-place .ticket-wait")).to_have_text("约在下午 14:30 以后叫到")
    expect(page.locator("h1")).to_have_text("前面没有人")


def test_the_console_shows_the_halls_clock_and_not_the_computers(desk: Seat, midday: Midday) -> None:
    clock = desk.page.locator("#clock")
    expect(clock).to_have_text("11:40")
    midday.at("12:30")
    midday.take()
    expect(clock).to_have_text("12:30")


def test_over_a_break_a_phone_is_told_the_clock_time_and_asked_to_no_floor(
    page: Page, midday: Midday
) -> None:
    midday.at("12:30")
    ticket = midday.take()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{midday.demo.base_url}/t/{ticket['token']}")
    expect(page.locator(".place-detail")).to_have_text("约在下午 14:30 以后叫到")
    expect(page.locator("main")).to_contain_text("您的号一直有效")
    expect(page.locator("main")).not_to_contain_text("快到您了")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# The console


@pytest.fixture
def desk(page: Page, midday: Midday) -> Iterator[Seat]:
    """A clerk who has signed on while counters call; afterwards the counter is left empty."""
    page.set_viewport_size(SIZE)
    account = midday.demo.account(username="clerk1")
    seat = Seat(page, midday.demo, account["username"], bearer_of(midday.demo, account))
    seat.sign_on()
    yield seat
    midday.at("15:00")
    leave_empty(seat)


def begin_break(desk: Seat, midday: Midday, time: str = "11:56") -> None:
    """The minutes before lunch begin, and something happens in the hall."""
    midday.at(time)
    midday.take()
    expect(desk.page.locator("#quiet")).to_have_text("‖ 午休前后不叫号，14:32 接着叫")


def state_of(midday: Midday, ticket: dict[str, Any]) -> str:
    return str(midday.ask("GET", f"/tickets/{ticket['token']}", "kiosk")["state"])


def test_around_the_break_the_large_key_ends_what_is_there_and_calls_nobody(
    desk: Seat, midday: Midday
) -> None:
    first, second = midday.take(), midday.take()
    desk.call_next(first["number"])
    desk.page.keyboard.press("F4")
    expect(desk.page.locator(".person")).to_contain_text("办理中")
    begin_break(desk, midday)
    large = desk.page.locator(".foot-key.large")
    expect(large).to_contain_text("先不叫下一位，14:32 接着叫")
    desk.page.keyboard.press("F2")
    expect(desk.page.locator("#desk")).to_contain_text("午休前后不叫号，14:32 接着叫。")
    assert [state_of(midday, ticket) for ticket in (first, second)] == ["served", "waiting"]
    expect(large).to_have_attribute("aria-disabled", "true")
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= SIZE["width"]


def test_nobody_is_marked_absent_around_the_break_and_the_key_says_so(desk: Seat, midday: Midday) -> None:
    ticket = midday.take()
    desk.call_next(ticket["number"])
    begin_break(desk, midday)
    expect(desk.key("过号")).to_have_attribute("aria-disabled", "true")
    desk.page.keyboard.press("F6")
    expect(desk.page.locator("#words")).to_contain_text("过号：午休前后不过号")
    assert state_of(midday, ticket) == "called"


def test_who_was_called_and_did_not_come_goes_back_into_line_before_the_break(
    desk: Seat, midday: Midday
) -> None:
    ticket = midday.take()
    desk.call_next(ticket["number"])
    begin_break(desk, midday)
    desk.page.keyboard.press("F2")
    expect(desk.page.locator("dialog")).to_contain_text(f"{ticket['number']} 怎么样了？")
    desk.page.keyboard.press("3")
    expect(desk.page.locator(".ask-wrong")).to_have_text("午休前后不过号")
    desk.page.keyboard.press("2")
    expect(desk.page.locator("#words")).to_contain_text("已放回队里")
    assert state_of(midday, ticket) == "waiting"


def test_a_press_that_falls_into_the_break_is_refused_in_words_and_the_break_is_known(
    desk: Seat, midday: Midday
) -> None:
    ticket = midday.take()
    expect(desk.page.locator("#queue")).to_contain_text(ticket["number"])
    midday.at("11:56")
    desk.page.keyboard.press("F2")
    expect(desk.page.locator("#words")).to_contain_text("14:32 接着叫；手上的号可以办完。")
    expect(desk.page.locator("#quiet")).to_be_visible()


def test_around_the_break_a_chosen_number_cannot_be_called(desk: Seat, midday: Midday) -> None:
    ticket = midday.take()
    begin_break(desk, midday)
    desk.page.locator(f"[data-number='{ticket['number']}']").click()
    expect(desk.page.locator(".choice", has_text="现在就叫这个号")).to_contain_text("午休前后不叫号")
    desk.page.keyboard.press("1")
    assert state_of(midday, ticket) == "waiting"
    desk.page.keyboard.press("Escape")


def test_the_end_of_the_break_is_noticed_though_nothing_happens_in_the_hall(
    desk: Seat, midday: Midday
) -> None:
    begin_break(desk, midday)
    midday.at("14:33")
    expect(desk.page.locator("#quiet")).to_be_hidden(timeout=25_000)
    expect(desk.key("呼叫下一位")).to_have_attribute("aria-disabled", "false")


# The manager's page


def test_before_the_counters_open_nothing_on_the_managers_page_is_red(page: Page, midday: Midday) -> None:
    midday.at("08:05")
    for _ in range(2):
        midday.take()
    midday.press("/counters/3/sign-on")
    left = midday.press("/counters/3/call-next")
    midday.press("/counters/3/sign-off", body={"hand_over": True})
    sign_in(page, midday.demo, "duty_manager")
    expect(page.locator("#verdict")).to_have_attribute("data-kind", "quiet")
    expect(page.locator("#verdict b")).to_have_text("还没到叫号时间，窗口 08:30 开。")
    expect(page.locator("#verdict")).to_contain_text(f"1 人在等；{left['number']} 在 3 号窗口。")
    expect(page.locator('.desk[data-unattended="true"]')).to_have_count(0)
    midday.at("08:30")
    page.reload()
    expect(page.locator("#verdict")).to_have_attribute("data-kind", "bad")
    expect(page.locator('.desk[data-unattended="true"]')).to_have_count(1)


def test_over_the_break_a_long_wait_is_not_red(page: Page, midday: Midday) -> None:
    midday.take()
    midday.at("12:40")
    sign_in(page, midday.demo, "duty_manager")
    expect(page.locator("#verdict b")).to_have_text("现在不叫号，14:32 再叫。")
    expect(page.locator("#waiting .series")).to_have_attribute("data-long", "false")
    midday.at("14:32")
    page.reload()
    expect(page.locator("#waiting .series")).to_have_attribute("data-long", "true")
