"""The keys of the console in a browser: calling, taking back, a lost line, scans, pausing and leaving."""

from __future__ import annotations

import re

import httpx
from conftest import ID_NUMBER, Demo
from playwright.sync_api import Page, Route, expect
from seats import SIZE, Seat, bearer_of, counters, seat

__all__ = ["counters", "seat"]


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


def test_a_scanned_slip_shows_its_number(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    seat.page.keyboard.type(ticket["token"].upper())
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("dialog")).to_contain_text(ticket["number"])


def test_what_a_hand_wrote_just_before_a_scan_stays(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    name = seat.page.get_by_label("姓名").first
    name.focus()
    seat.page.keyboard.type(f"Li http://127.0.0.1/t/{ticket['token']}")
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
    assert name.input_value() == "Li "


def test_a_scan_during_which_the_focus_moves_is_understood_and_leaves_the_fields(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    name, number = seat.page.get_by_label("姓名").first, seat.page.get_by_label("证件号码").first
    seat.fill_person()
    # In the page itself, for a scanner makes no pause while the focus moves.
    number.evaluate(
        "(it) => { let keys = 0; addEventListener('keyup', () => { if (++keys === 13) it.focus(); }); }"
    )
    name.focus()
    seat.page.keyboard.type(ticket["token"])
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
    assert (name.input_value(), number.input_value()) == ("张小三", ID_NUMBER)


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
