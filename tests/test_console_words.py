"""What the console tells a clerk: who goes first, what was done, what was not found, and where nobody is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from seats import Seat, bearer_of, counters, seat
from test_display_live import press
from test_office_pages import token

WORDS = "async ([name, given]) => (await import('/counter/static/console/words.js'))[name](...given)"
MINUTE = 60_000
TAKEN = "2026-09-18T01:05:00Z"
#: 09:05 by the hall's clock, in milliseconds.
AT = 1_789_693_500_000


__all__ = ["counters", "seat"]


def words(seat: Seat, name: str, *given: Any) -> Any:
    seat.page.goto(f"{seat.demo.base_url}/sign-in")
    return seat.page.evaluate(WORDS, [name, list(given)])


def guide(seat: Seat, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return press(seat.demo, token(seat.demo, role="guide"), path, body)


def said(seat: Seat) -> Any:
    return seat.page.locator("#words > span")


def pick_more(seat: Seat, label: str) -> None:
    seat.page.keyboard.press("F9")
    seat.page.locator("dialog .choice").filter(has_text=label).click()


def search(seat: Seat, typed: str) -> None:
    seat.page.locator("dialog input").fill(typed)
    seat.page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("written", "number"),
    [("a1", "A001"), ("A 1", "A001"), ("ａ００１", "A001"), ("A0012", "A012"), ("H1234", "H1234")],
)
def test_a_number_is_found_however_it_was_written(seat: Seat, written: str, number: str) -> None:
    assert words(seat, "numberText", written) == number


@pytest.mark.parametrize(
    ("seconds", "age", "told"), [(20, 1, "刚到"), (20, 50, "取号 09:05"), (720, 50, "12 分钟")]
)
def test_an_old_number_with_a_new_wait_is_told_by_the_time_it_was_taken(
    seat: Seat, seconds: int, age: int, told: str
) -> None:
    entry = {"waited_seconds": seconds, "issued_at": TAKEN}
    assert words(seat, "waitInList", entry, AT + age * MINUTE) == told


@pytest.mark.parametrize("question", ["issue", "transfer"])
def test_a_list_of_services_never_shows_what_the_hall_calls_them_inside(seat: Seat, question: str) -> None:
    number = seat.take_number("retirement")["number"]
    seat.sign_on()
    if question == "issue":
        seat.page.keyboard.press("F1")
    else:
        seat.call_next(number)
        pick_more(seat, "转到别的业务")
    rows = seat.page.locator("dialog .found li").all_inner_texts()
    assert any("1.7.4 工伤认定申请" in row for row in rows)
    assert any("领取办理结果" in row for row in rows)
    assert not [row for row in rows if re.search("[a-z]", row)]
    seat.page.keyboard.press("Escape")


def test_the_line_marks_who_goes_first_and_who_needs_a_hand(seat: Seat) -> None:
    wish = {"service_id": "retirement", "needs": ["hearing"], "priority": {"reason_code": "disability"}}
    number = guide(seat, "/tickets", wish)["number"]
    seat.sign_on()
    row = seat.page.locator(f'.line-entry[data-number="{number}"]')
    expect(row.locator(".line-marks")).to_have_text("◆ 优先 · 听不清")
    seat.page.keyboard.press("F9")
    seat.page.locator("dialog .choice").filter(has_text="找一个号").click()
    search(seat, number.lower())
    dialog = seat.page.locator("dialog")
    expect(dialog).to_contain_text("已优先：残疾人")
    expect(dialog).to_contain_text("需要：听不清")
    expect(dialog.locator(".choice").filter(has_text="登记优先")).to_have_count(0)
    seat.page.keyboard.press("Escape")


def test_a_full_line_shows_whole_titles_and_fits_beside_the_desk(seat: Seat) -> None:
    for service in ("work-death", "retiree-death", "public-institution-hire") * 4:
        seat.take_number(service)
    seat.sign_on()
    rows = seat.page.locator(".line-entry").all()
    assert len(rows) == 9
    for row in rows:
        assert row.evaluate("(it) => it.scrollWidth - it.clientWidth") <= 0
        assert row.locator(".line-title").evaluate("(it) => it.scrollHeight - it.clientHeight") <= 1
    expect(rows[0].locator(".line-title")).to_have_text("亲人因工去世")
    assert seat.page.locator("#queue").evaluate("(it) => it.scrollHeight - it.clientHeight") <= 0


def test_a_number_that_is_not_found_is_said_where_it_was_asked_for(seat: Seat) -> None:
    number = seat.take_number("retirement")["number"]
    seat.sign_on()
    pick_more(seat, "找一个号")
    search(seat, "Z 99")
    expect(seat.page.locator("dialog .ask-wrong")).to_have_text("今天没有 Z 99 这个号。")
    expect(seat.page.locator("dialog input")).to_have_value("Z 99")
    search(seat, f"{number[0].lower()} {int(number[1:])}")
    expect(seat.page.locator("dialog h2")).to_contain_text(number)
    seat.page.keyboard.press("Escape")


def test_another_call_of_the_same_number_is_told_and_goes_with_the_next_press(seat: Seat) -> None:
    number = seat.take_number("retirement")["number"]
    seat.sign_on()
    seat.call_next(number)
    seat.page.keyboard.press("F3")
    expect(said(seat)).to_have_text(f"已再叫 {number}，第 2 次")
    seat.page.keyboard.press("F9")
    expect(said(seat)).to_have_text("")
    seat.page.keyboard.press("Escape")


def test_a_held_number_taken_back_at_a_busy_counter_is_called_next(seat: Seat) -> None:
    held, other = seat.take_number("retirement")["number"], seat.take_number("retirement")["number"]
    seat.sign_on()
    seat.call_next(held)
    seat.page.keyboard.press("F7")
    expect(seat.page.locator(".person-free")).to_be_visible()
    seat.call_next(other)
    seat.page.locator(f'.line-entry[data-number="{held}"]').click()
    seat.page.locator("dialog .choice").filter(has_text="排成本窗口下一位").click()
    expect(said(seat)).to_have_text(f"{held} 排为本窗口下一位")


def to_counter(seat: Seat) -> None:
    pick_more(seat, "转到别的窗口")
    search(seat, "11号")


def to_service(seat: Seat) -> None:
    pick_more(seat, "转到别的业务")
    search(seat, "我要退休")


@pytest.mark.parametrize(
    ("send", "asked", "told"),
    [
        (to_counter, "号窗口没有人在岗，确定转去？", "号窗口"),
        (to_service, "楼没有人在岗，确定转去？", "楼 我要退休"),
    ],
    ids=["counter", "service"],
)
def test_sending_a_number_where_nobody_is_asks_once_more_and_names_the_place(
    seat: Seat, send: Callable[[Seat], None], asked: str, told: str
) -> None:
    number = seat.take_number("retirement")["number"]
    seat.sign_on()
    seat.call_next(number)
    send(seat)
    expect(seat.page.locator("dialog h2")).to_contain_text(asked)
    seat.page.locator("dialog .choice").filter(has_text="不转了").click()
    expect(seat.page.locator(".person-number")).to_have_text(number)
    send(seat)
    seat.page.locator("dialog .choice").filter(has_text="转去").last.click()
    expect(said(seat)).to_contain_text(f"{number} 已转到 ")
    expect(said(seat)).to_contain_text(told)


def test_a_number_given_where_no_counter_is_open_comes_with_a_warning(seat: Seat) -> None:
    seat.sign_in()
    expect(seat.page.locator("button.seat.free:focus")).to_be_visible()
    seat.page.keyboard.press("F1")
    search(seat, "我要退休")
    seat.page.locator("dialog .choice").filter(has_text="取号").click()
    expect(seat.page.locator("dialog .message-amber")).to_contain_text("现在没有窗口开着，请告诉群众")


def test_calling_a_step_free_person_to_another_floor_without_a_lift_says_why_not(seat: Seat) -> None:
    duty = token(seat.demo, role="duty_manager")
    wish = {"service_id": "retirement", "needs": ["step_free"], "floor": 3}
    number = guide(seat, "/tickets", wish)["number"]
    press(seat.demo, duty, "/hall/lift", {"works": False})
    seat.sign_on()
    pick_more(seat, "找一个号")
    search(seat, number)
    seat.page.locator("dialog .choice").filter(has_text="现在就叫这个号").click()
    expect(said(seat)).to_contain_text("电梯停用")
    press(seat.demo, duty, "/hall/lift", {"works": True})
    ticket = next(one for one in guide_tickets(seat) if one["number"] == number)
    guide(seat, f"/tickets/{ticket['token']}/cancel", {})


def guide_tickets(seat: Seat) -> list[dict[str, Any]]:
    return list(seat.call("GET", "/tickets?state=waiting&limit=200")["items"])


def test_choosing_a_counter_names_the_numbers_held_there(seat: Seat) -> None:
    number = seat.take_number("retirement")["number"]
    at = seat.demo.account(username="clerk1")["counter"]
    seat.call("POST", f"/counters/{at}/sign-on", {})
    seat.call("POST", f"/counters/{at}/call-next", {})
    seat.call("POST", f"/counters/{at}/hold", {})
    seat.call("POST", f"/counters/{at}/sign-off", {"hand_over": True})
    seat.sign_in()
    expect(seat.page.locator(f'[data-counter="{at}"] .seat-held')).to_have_text(f"挂起 {number}")
    seat.call("POST", f"/counters/{at}/sign-on", {})
    seat.call("POST", f"/counters/{at}/resume", {"ticket": number})
    seat.call("POST", f"/counters/{at}/finish", {})
    seat.call("POST", f"/counters/{at}/sign-off", {})


@pytest.fixture
def neighbour(seat: Seat) -> Iterator[int]:
    """Another counter that calls, until the test ends."""
    account = seat.demo.account(username="clerk3")
    other = Seat(seat.page, seat.demo, account["username"], bearer_of(seat.demo, account))
    other.call("POST", "/counters/3/sign-on", {})
    yield 3
    other.call("POST", "/counters/3/sign-off", {})


def test_the_line_says_how_many_of_the_waiting_are_called_elsewhere(seat: Seat, neighbour: int) -> None:
    kept, mine = [seat.take_number("retirement")["number"] for _ in range(2)]
    seat.call("POST", f"/tickets/{kept}/transfer", {"counter": neighbour})
    seat.sign_on()
    told = seat.page.locator("#queue .elsewhere")
    expect(told).to_have_text("其中 1 人归别的楼层或窗口")
    expect(seat.page.locator(".line-entry")).to_have_count(1)
    seat.page.screenshot(path="/tmp/pg_queue.png")
    seat.call_next(mine)
    expect(told).to_have_text("等候的 1 人归别的楼层或窗口")
    seat.page.keyboard.press("F6")
    expect(seat.page.locator(".desk-body h1")).to_have_text("没有本窗口可叫的号")
    seat.page.screenshot(path="/tmp/pg_queue2.png")


def test_counters_to_send_somebody_to_begin_with_those_that_call(seat: Seat) -> None:
    states = {1: "closed", 2: "paused", 3: "closed", 4: "open", 5: "open"}
    told = words(
        seat, "attendedFirst", [{"number": number, "state": state} for number, state in states.items()]
    )
    assert [one["number"] for one in told] == [4, 5, 2, 1, 3]


def test_the_list_of_counters_to_send_somebody_to_is_in_that_order(seat: Seat, neighbour: int) -> None:
    seat.serve("retirement")
    pick_more(seat, "转到别的窗口")
    expect(seat.page.locator("dialog .found li").first).to_contain_text(f"{neighbour}号窗口")
    seat.page.keyboard.press("Escape")
