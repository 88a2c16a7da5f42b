"""Walls and signs of a running hall: what they show, and what they say when the hall is not heard."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

#: By how many pixels the content of a part of the page is higher than the part, once everything stands still.
CUT = """
async (part) => {
  const it = document.querySelector(part);
  await Promise.all(it.getAnimations({ subtree: true }).map((motion) => motion.finished));
  return it.scrollHeight - it.clientHeight;
}
"""


def press(demo: Any, token: str | None, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """One press on the running hall's API."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    answer = httpx.post(f"{demo.base_url}/api/v1{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return dict(answer.json())


@pytest.mark.both_forms
def test_a_call_stands_on_the_wall_of_its_floor_the_entrance_wall_and_the_sign(page: Page, demo: Any) -> None:
    account = demo.account(role="clerk", floor=2)
    counter, floor = account["counter"], account["floor"]
    clerk = press(demo, None, "/session", {name: account[name] for name in ("username", "password")})["token"]
    press(demo, clerk, f"/counters/{counter}/sign-on", {})
    press(demo, demo.token("kiosk"), "/tickets", {"service_id": "retirement"})
    called = press(demo, clerk, f"/counters/{counter}/call-next", {"previous": "finish"})

    for address, place in (
        (f"/display?floor={floor}", ".call-number, .recent-number"),
        ("/display", ".latest-number"),
        (f"/display/counter/{counter}", ".sign-ticket"),
    ):
        page.goto(demo.base_url + address)
        expect(page.locator(place).get_by_text(called["number"], exact=True)).to_be_visible()
    press(demo, clerk, f"/counters/{counter}/finish", {})
    press(demo, clerk, f"/counters/{counter}/sign-off", {})


def test_calls_are_cut_off_neither_on_the_entrance_wall_nor_beside_the_field(page: Page, demo: Any) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    desks = [account for account in demo.accounts if account.get("floor") == 2][:4]
    clerks = {
        desk["counter"]: press(
            demo, None, "/session", {name: desk[name] for name in ("username", "password")}
        )
        for desk in desks
    }
    for number, clerk in clerks.items():
        press(demo, clerk["token"], f"/counters/{number}/sign-on", {})
    for _ in range(3):
        for number, clerk in clerks.items():
            press(demo, demo.token("kiosk"), "/tickets", {"service_id": "retirement"})
            press(demo, clerk["token"], f"/counters/{number}/call-next", {"previous": "finish"})

    for address, row, rows, part in (
        ("/display", ".latest-call", 4, ".latest"),
        ("/display?floor=2", ".recent", 5, ".recents"),
    ):
        page.goto(demo.base_url + address)
        expect(page.locator(row)).to_have_count(rows)
        assert page.evaluate(CUT, part) <= 0
    for number, clerk in clerks.items():
        press(demo, clerk["token"], f"/counters/{number}/finish", {})
        press(demo, clerk["token"], f"/counters/{number}/sign-off", {})


def breakable(page: Page) -> list[bool]:
    """Carries a page's live lines, and lets nothing through to it while the list holds something."""
    silent: list[bool] = []

    def carry(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(server.send)
        server.on_message(lambda message: None if silent else line.send(message))

    page.route_web_socket(re.compile(r"/socket\.io/"), carry)
    return silent


@pytest.mark.parametrize("address", ["/display", "/display?floor=2", "/display/counter/3"])
def test_a_screen_that_hears_nothing_says_so_and_is_right_again_by_itself(
    page: Page, demo: Any, address: str
) -> None:
    silent = breakable(page)
    page.goto(demo.base_url + address)
    expect(page.locator("[data-age]")).to_have_text("刚刚更新")
    expect(page.get_by_text("屏幕暂未更新")).to_be_hidden()

    silent.append(True)
    expect(page.get_by_text("屏幕暂未更新")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("请听窗口人员叫号，或问导办台")).to_be_visible()

    silent.clear()
    expect(page.get_by_text("屏幕暂未更新")).to_be_hidden(timeout=15_000)


def test_the_band_of_a_stale_wall_covers_neither_calls_nor_waits(page: Page, demo: Any) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    silent = breakable(page)
    page.goto(f"{demo.base_url}/display?floor=2")
    expect(page.locator("[data-age]")).to_have_text("刚刚更新")
    silent.append(True)
    expect(page.get_by_text("屏幕暂未更新")).to_be_visible(timeout=15_000)

    top = page.evaluate("document.querySelector('.stale').getBoundingClientRect().top")
    for part in (".call-field", ".recents", ".soon", ".waits", ".wall-side"):
        bottom = page.evaluate("(part) => document.querySelector(part).getBoundingClientRect().bottom", part)
        assert bottom <= top, part


@pytest.mark.both_forms
def test_a_screen_whose_registration_is_lost_loads_its_page_anew(page: Page, demo: Any) -> None:
    lines: list[WebSocketRoute] = []

    def carry(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    page.route_web_socket(re.compile(r"/socket\.io/"), carry)
    page.goto(f"{demo.base_url}/display?floor=2")
    expect(page.locator("[data-age]")).to_have_text("刚刚更新")
    page.evaluate("() => { document.body.dataset.before = 'true'; }")

    page.context.clear_cookies()
    lines[-1].close()
    expect(page.locator("body[data-before]")).to_have_count(0, timeout=30_000)
    expect(page.locator("[data-age]")).to_have_text("刚刚更新")
