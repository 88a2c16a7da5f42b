"""The kiosk in a real browser: everything within reach, few touches, one number per press."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from conftest import Demo, Web
from playwright.sync_api import Page, Route, ViewportSize, expect

PORTRAIT: ViewportSize = {"width": 1080, "height": 1920}
LANDSCAPE: ViewportSize = {"width": 1920, "height": 1080}
SIZES = [PORTRAIT, LANDSCAPE]

#: How far the screen could be scrolled, and every target that a finger would miss.
MEASURES = """
() => {
  const stage = document.querySelector(".stage");
  const targets = [...document.querySelectorAll("button")].filter((one) => one.offsetParent);
  return {
    down: Math.max(stage.scrollHeight - stage.clientHeight, document.body.scrollHeight - innerHeight),
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
            query: dict[str, str | int] = {"state": state, "limit": 200, "cursor": cursor}
            answer = client.get("/tickets", params=query, headers=head).json()
            found += answer["items"]
            cursor = answer["next"]
        return found


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


@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
def test_large_type_keeps_the_number_way_code_and_slip_in_sight(kiosk: Page, size: ViewportSize) -> None:
    kiosk.set_viewport_size(size)
    kiosk.locator("[data-large]").tap()
    tile(kiosk, "retirement")
    take(kiosk)
    for part in (".ticket-number", ".ticket-where", ".code img", ".slip", ".ring-words"):
        expect(kiosk.locator(part)).to_be_in_viewport(ratio=1)
    assert kiosk.evaluate(MEASURES)["down"] == 0


@pytest.mark.parametrize("size", SIZES, ids=["upright", "wide"])
def test_what_is_out_of_sight_has_a_sign_and_the_four_ways_stay(kiosk: Page, size: ViewportSize) -> None:
    expect(kiosk.locator(".more")).to_be_hidden()
    kiosk.set_viewport_size(size)
    kiosk.locator("[data-large]").tap()
    expect(kiosk.locator(".more")).to_have_text("下面还有 ↓")
    for way in ("只办其中一项", "帮我找", "问工作人员", "我有小票"):
        expect(kiosk.locator(".home-foot").get_by_text(way)).to_be_in_viewport(ratio=1)
    kiosk.locator(".stage").evaluate("(stage) => stage.scrollTo(0, stage.scrollHeight)")
    expect(kiosk.locator(".more")).to_be_hidden()


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
    expect(kiosk.locator(".online-way")).to_have_count(2)
    kiosk.get_by_role("button", name="还是到窗口办").tap()
    expect(kiosk.locator(".take")).to_be_visible()


def test_fetching_a_result_says_what_to_bring(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="只办其中一项").tap()
    kiosk.get_by_role("button", name="来拿结果").tap()
    expect(kiosk.locator(".heading-under")).to_have_text("带上小票或受理通知书，来拿结果或补交材料")
    expect(kiosk.locator(".facts")).not_to_contain_text("当场回答")


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
    tile(kiosk, "startup")
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
