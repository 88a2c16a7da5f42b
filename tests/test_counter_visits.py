"""The console over a whole visit: numbers given by staff, what a person needs, the next stop, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Demo
from playwright.sync_api import Page, expect
from seats import SIZE, Seat, bearer_of, leave_empty


@pytest.fixture
def seat(page: Page, demo: Demo) -> Iterator[Seat]:
    """A clerk who has not signed on, in a hall where nobody waits; afterwards the counter is left empty."""
    page.set_viewport_size(SIZE)
    account = demo.account(username="clerk10")
    seat = Seat(page, demo, account["username"], bearer_of(demo, account))
    leave_empty(seat)
    yield seat
    leave_empty(seat)


def open_form(page: Page, service: str) -> None:
    """From anywhere to the form of a number, by keyboard."""
    page.keyboard.press("F1")
    expect(page.locator("dialog input")).to_be_focused()
    page.keyboard.type(service)
    page.keyboard.press("Enter")
    expect(page.locator(".issue-form")).to_be_visible()


def newest(seat: Seat) -> dict[str, Any]:
    """The number that was given last."""
    return dict(seat.call("GET", "/tickets?limit=200&state=waiting")["items"][-1])


# Numbers given by staff


def test_a_number_with_needs_reason_and_stops_is_given_by_keyboard_alone(seat: Seat) -> None:
    seat.sign_on()
    page, keyboard = seat.page, seat.page.keyboard
    open_form(page, "我要退休")
    expect(page.locator(".issue-needs input").first).to_be_focused()
    keyboard.press("Space")
    page.get_by_label("坐轮椅").focus()
    keyboard.press("Space")
    expect(page.locator(".issue-where")).to_be_visible()
    page.get_by_label("优先").focus()
    for _ in range(3):
        keyboard.press("ArrowDown")
    page.get_by_role("button", name="加一站").focus()
    keyboard.press("Enter")
    keyboard.type("来拿结果")
    keyboard.press("Enter")
    expect(page.get_by_role("button", name="加一站")).to_be_focused()
    page.get_by_label("在几楼", exact=False).last.select_option(label="1楼")
    page.locator(".issue-needs input").first.focus()
    keyboard.press("Enter")
    expect(page.locator("dialog h2")).to_contain_text("号码 A")
    keyboard.press("Enter")
    given = newest(seat)
    assert set(given["needs"]) == {"hearing", "step_free"}
    assert given["priority_reason"] == "elderly"
    stops = [(stop["service_id"], stop["floor"], stop["state"]) for stop in given["stops"]]
    assert stops == [("retirement", 1, "waiting"), ("collect", 1, "planned")]


def test_the_form_of_a_number_fits_the_screen_with_everything_in_it(seat: Seat) -> None:
    seat.sign_on()
    open_form(seat.page, "我要退休")
    seat.page.get_by_label("坐轮椅").check()
    for _ in range(4):
        seat.page.get_by_role("button", name="加一站").click()
        seat.page.keyboard.press("Enter")
    box = seat.page.locator("dialog").bounding_box()
    assert box is not None
    assert box["height"] <= SIZE["height"]
    size = "(it) => [it.scrollWidth - it.clientWidth, it.scrollHeight - it.clientHeight]"
    assert seat.page.locator("dialog").evaluate(size) == [0, 0]
    seat.page.keyboard.press("Escape")


def test_a_refused_number_leaves_everything_as_it_was_written(seat: Seat) -> None:
    seat.sign_on()
    open_form(seat.page, "我要退休")
    seat.page.get_by_label("看不清").check()
    seat.page.get_by_label("手写号").fill("X1")
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator(".ask-wrong")).to_have_text("手写号应是 H 加 1 到 4 位数字，例如 H012。")
    expect(seat.page.get_by_label("看不清")).to_be_checked()
    seat.page.get_by_label("手写号").fill("h734")
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("dialog h2")).to_have_text("号码 H734")
    expect(seat.page.locator("dialog")).to_contain_text("照手写号叫，不另打小票。")
    seat.page.keyboard.press("Enter")
    assert newest(seat)["needs"] == ["sight"]


def test_a_guide_says_where_a_step_free_person_is(page: Page, demo: Demo, seat: Seat) -> None:
    guide = Seat(page, demo, "guide", bearer_of(demo, demo.account(username="guide")))
    guide.sign_in()
    expect(page.locator("#chooser")).to_contain_text("导办台不叫号")
    open_form(page, "我要退休")
    page.get_by_label("坐轮椅").check()
    page.get_by_role("button", name="取号", exact=False).last.click()
    expect(page.locator(".ask-wrong")).to_have_text("请选人现在在几楼。")
    page.get_by_label("3楼").check()
    page.get_by_role("button", name="取号", exact=False).last.click()
    expect(page.locator("dialog")).to_contain_text("请到 3楼 等候")
    page.keyboard.press("Enter")
    assert newest(seat)["floor"] == 3


# A person at the counter


def test_what_a_called_person_needs_and_where_they_go_next_stand_beside_the_number(seat: Seat) -> None:
    stops = [{"service_id": "collect", "floor": 1}]
    wanted = {"service_id": "retirement", "needs": ["hearing"], "stops": stops}
    given = seat.call("POST", "/tickets", {**wanted, "priority": {"reason_code": "military"}})
    seat.sign_on()
    seat.call_next(given["number"])
    person = seat.page.locator(".person")
    expect(person).to_contain_text("听不清")
    expect(person).to_contain_text("军人")
    expect(seat.page.locator(".next-stop")).to_have_text("办完后下一站：1楼 来拿结果、补交材料")
    expect(seat.key("办结这一站")).to_contain_text("去下一站")
    seat.page.keyboard.press("F8")
    expect(seat.page.locator("#words")).to_contain_text("去下一站：1楼 来拿结果、补交材料")
    assert seat.call("GET", f"/tickets/{given['token']}")["state"] == "waiting"
    seat.page.keyboard.press("Control+z")
    expect(seat.page.locator(".person-number")).to_have_text(given["number"])


def test_needs_and_reasons_stay_with_the_staff(seat: Seat) -> None:
    wanted = {"service_id": "retirement", "needs": ["hearing"]}
    given = seat.call("POST", "/tickets", {**wanted, "priority": {"reason_code": "military"}})
    seat.sign_on()
    seat.call_next(given["number"])
    base = seat.demo.base_url
    for address, shown in ((f"/t/{given['token']}", given["number"]), ("/display", given["number"])):
        seat.page.goto(base + address)
        expect(seat.page.locator("main")).to_contain_text(shown)
        for word in ("听不清", "军人", "优先"):
            expect(seat.page.locator("main")).not_to_contain_text(word)


def test_a_step_free_person_is_told_that_the_next_stop_comes_here(seat: Seat) -> None:
    seat.sign_on()
    wanted = {"service_id": "retirement", "needs": ["step_free"], "stops": [{"service_id": "collect"}]}
    given = seat.call("POST", "/tickets", wanted)
    seat.call_next(given["number"])
    expect(seat.page.locator(".next-stop")).to_have_text("办完后下一站：1楼 来拿结果、补交材料")


def test_a_chosen_number_is_called_from_the_list(seat: Seat) -> None:
    first, second = seat.take_number("retirement"), seat.take_number("retirement")
    seat.sign_on()
    seat.page.locator(f"[data-number='{second['number']}']").click()
    seat.page.keyboard.press("1")
    expect(seat.page.locator(".person-number")).to_have_text(second["number"])
    assert seat.call("GET", f"/tickets/{first['token']}")["state"] == "waiting"


# Leaving


def held_and_called(seat: Seat) -> tuple[dict[str, Any], dict[str, Any]]:
    held, called = seat.take_number("retirement"), seat.take_number("retirement")
    seat.sign_on()
    seat.call_next(held["number"])
    seat.page.keyboard.press("F7")
    expect(seat.page.locator(".person-number")).to_have_count(0)
    seat.call_next(called["number"])
    return held, called


def states(seat: Seat, *tickets: dict[str, Any]) -> list[str]:
    return [seat.call("GET", f"/tickets/{ticket['token']}")["state"] for ticket in tickets]


def test_whoever_leaves_decides_of_each_number_by_itself(seat: Seat) -> None:
    held, called = held_and_called(seat)
    seat.page.get_by_role("button", name="下岗").click()
    dialog = seat.page.locator("dialog")
    expect(dialog).to_contain_text(f"{called['number']}（在窗口）、{held['number']}（挂起）还没办完")
    seat.page.keyboard.press("3")
    expect(dialog.locator("h2")).to_have_text(f"{called['number']}（在窗口）怎么办？")
    seat.page.keyboard.press("1")
    expect(dialog.locator("h2")).to_have_text(f"{held['number']}（挂起）怎么办？")
    seat.page.keyboard.press("2")
    expect(seat.page.locator("#chooser h1")).to_be_visible()
    assert states(seat, called, held) == ["waiting", "held"]
    counter = seat.call("GET", "/counters/1")
    assert (counter["state"], [one["number"] for one in counter["held"]]) == ("closed", [held["number"]])


def test_the_open_number_may_stay_for_the_next_clerk_while_the_held_one_goes_back(seat: Seat) -> None:
    held, called = held_and_called(seat)
    seat.page.get_by_role("button", name="下岗").click()
    for key in ("3", "2", "1"):
        seat.page.keyboard.press(key)
    expect(seat.page.locator("#chooser h1")).to_be_visible()
    assert states(seat, called, held) == ["called", "waiting"]


def test_going_back_in_the_middle_of_deciding_changes_nothing(seat: Seat) -> None:
    held, called = held_and_called(seat)
    seat.page.get_by_role("button", name="下岗").click()
    seat.page.keyboard.press("3")
    seat.page.keyboard.press("1")
    seat.page.keyboard.press("Escape")
    assert states(seat, called, held) == ["called", "held"]
    assert seat.call("GET", "/me")["counter"] == 1


def test_a_number_that_is_only_held_is_asked_about_too(seat: Seat) -> None:
    held, called = held_and_called(seat)
    seat.page.keyboard.press("F8")
    expect(seat.page.locator(".person-number")).to_have_count(0)
    seat.page.get_by_role("button", name="下岗").click()
    expect(seat.page.locator("dialog")).to_contain_text(f"{held['number']}（挂起）还没办完")
    expect(seat.page.get_by_role("button", name="一个一个选")).to_have_count(0)
    seat.page.keyboard.press("1")
    expect(seat.page.locator("#chooser h1")).to_be_visible()
    assert states(seat, called, held) == ["served", "waiting"]
