"""What staff are told of devices in trouble on their pages: quietly, once, and until it ends or is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Demo
from fleets import Fleet, running_fleet
from playwright.sync_api import Browser, Page, expect

from shared.actions.troubles import begin_trouble

pytestmark = pytest.mark.one_process

NOTICES = """
async (troubles) => {
  const { noticesOf } = await import("/counter/static/troubles/words.js");
  return noticesOf(troubles).map(({ text, mild, ids }) => [text, mild, ids]);
}
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet"), kiosks=2) as running:
        yield running


@pytest.fixture(autouse=True)
def well(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test leaves all devices well."""
    yield
    if "fleet" in request.fixturenames:
        request.getfixturevalue("fleet").heal()


def sign_in(page: Page, demo: Demo, path: str, **who: Any) -> Page:
    account = demo.account(**who)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{demo.base_url}{path}")
    page.fill("#username", account["username"])
    page.fill("#password", account["password"])
    page.press("#password", "Enter")
    expect(page.locator("#troubles")).to_be_attached()
    return page


@pytest.fixture
def guide(page: Page, fleet: Fleet) -> Page:
    return sign_in(page, fleet.demo, "/counter", role="guide")


def take_seat(page: Page, number: int) -> None:
    page.locator("button.seat").filter(has=page.get_by_text(f"{number}号", exact=True)).click()
    expect(page.locator("#work")).to_be_visible()


# What is said


def trouble(part: str, kind: str, **more: Any) -> dict[str, Any]:
    plain = {"id": 1, "device": part, "what": "printer", "place": "", "part_of": part, "times": 1}
    return {**plain, "kind": kind, "mild": kind == "near_end", "began_at": "2026-09-18T02:42:00Z", **more}


@pytest.fixture
def words(page: Page, demo: Demo) -> Page:
    """A page on which the words can be asked for."""
    page.goto(f"{demo.base_url}/sign-in")
    return page


def kiosk(kind: str, **more: Any) -> dict[str, Any]:
    return trouble("kiosk:kiosk-1", kind, **{"device": "kiosk-1", "what": "kiosk", **more})


@pytest.mark.parametrize(
    ("troubles", "told"),
    [
        ([trouble("p", "paper_out", place="2楼窗口打印机")], ["2楼窗口打印机没纸了"]),
        ([kiosk("silent")], ["1号取号机没有消息"]),
        ([trouble("d", "silent", device="display-2", what="display")], ["2楼大屏没有消息"]),
        ([trouble("p", "offline", place="东门", times=3)], ["东门连不上，时好时坏"]),
        (
            [kiosk("paperless"), kiosk("paper_out", what="printer", place="1号取号机", id=2)],
            ["1号取号机没纸了，先不打小票"],
        ),
        ([trouble("p", "near_end", place="东门"), trouble("p", "paper_out", place="东门")], ["东门没纸了"]),
        (
            [trouble("p", "near_end"), trouble("q", "fault")],
            ["打印机 q卡纸或出故障了", "打印机 p的纸快用完了"],
        ),
    ],
)
def test_one_notice_says_what_is_wrong_with_all_that_belongs_together_and_the_grave_comes_first(
    words: Page, troubles: list[dict[str, Any]], told: list[str]
) -> None:
    assert [text for text, _, _ in words.evaluate(NOTICES, troubles)] == told


def test_devices_that_fall_silent_together_are_one_notice(words: Page) -> None:
    silent = [trouble(f"s{n}", "silent", id=n, device=f"sign-{n}", what="sign") for n in range(1, 41)]
    assert words.evaluate(NOTICES, silent[:3])[0][0] == "窗口屏 sign-1没有消息"
    ((text, mild, ids),) = words.evaluate(NOTICES, silent)
    assert (text, mild, len(ids)) == ("窗口屏 sign-1等 40 台设备没有消息", False, 40)


PAPER_OUT, NEAR_END = trouble("p", "paper_out", id=1), trouble("p", "near_end", id=2)
SEEN = {"seen_by": "张敏"}


@pytest.mark.parametrize(
    ("troubles", "ids"),
    [
        ([NEAR_END, PAPER_OUT], [[1, 2]]),
        (
            [kiosk("paper_out", id=3, what="printer"), kiosk("near_end", id=4), kiosk("paperless", id=5)],
            [[3, 5, 4]],
        ),
        ([PAPER_OUT | SEEN, NEAR_END], []),
        ([PAPER_OUT, NEAR_END | SEEN], [[1]]),
        ([NEAR_END], [[2]]),
        ([NEAR_END, trouble("q", "fault", id=6) | SEEN], [[2]]),
        ([NEAR_END | SEEN], []),
    ],
)
def test_who_has_seen_the_worst_of_a_device_has_seen_all_of_it(
    words: Page, troubles: list[dict[str, Any]], ids: list[list[int]]
) -> None:
    assert [of_notice for _, _, of_notice in words.evaluate(NOTICES, troubles)] == ids


# On the pages


def test_a_clerk_is_told_once_of_the_own_printer_and_then_that_it_is_well(page: Page, fleet: Fleet) -> None:
    sign_in(page, fleet.demo, "/counter", counter=5)
    take_seat(page, 5)
    fleet.printer("floor-1", "offline")
    for _ in range(5):
        fleet.printer("floor-2", "paper_out")
    notice = page.locator(".trouble")
    expect(notice).to_contain_text("2楼窗口打印机没纸了")
    assert notice.inner_text().startswith("▲")
    expect(page.locator(".trouble-more")).to_have_count(0)
    fleet.printer("floor-2", "ok")
    expect(notice).to_have_text("✓2楼窗口打印机好了")
    expect(notice).to_have_count(0)


def test_a_notice_moves_nothing_on_the_console(page: Page, fleet: Fleet) -> None:
    sign_in(page, fleet.demo, "/counter", counter=6)
    take_seat(page, 6)
    places = """() => [...document.querySelectorAll(".foot-key, .pane")].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return [x, y, width, height];
    })"""
    before = page.evaluate(places)
    fleet.printer("floor-2", "cover_open")
    expect(page.locator(".trouble")).to_be_visible()
    assert page.evaluate(places) == before
    size = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
    assert size == [1366, 768]


def test_the_newest_line_alone_is_read_aloud_from_a_place_that_is_always_there(
    guide: Page, fleet: Fleet
) -> None:
    aloud = guide.locator("#trouble-said")
    expect(aloud).to_have_role("status")
    expect(aloud).to_be_empty()
    expect(aloud).to_have_js_property("hidden", False)
    fleet.printer("floor-1", "cover_open")
    expect(aloud).to_have_text("1楼窗口打印机盖子开着")
    fleet.printer("floor-3", "near_end")
    expect(aloud).to_have_text("3楼窗口打印机的纸快用完了")
    guide.locator(".trouble-words").click()
    expect(guide.locator(".trouble-list")).to_be_visible()
    expect(aloud).to_have_text("3楼窗口打印机的纸快用完了")
    assert guide.locator("[role=status] button, [aria-live] button").count() == 0


@pytest.mark.parametrize(
    ("path", "who"), [("/counter", {"counter": 7}), ("/manage", {"role": "duty_manager"})]
)
def test_what_can_be_pressed_of_a_notice_is_large_enough_and_stays_in_its_row(
    page: Page, fleet: Fleet, path: str, who: dict[str, Any]
) -> None:
    sign_in(page, fleet.demo, path, **who)
    if path == "/counter":
        take_seat(page, 7)
    fleet.printer("floor-2", "paper_out")
    row = page.locator("#words" if path == "/counter" else ".bar").bounding_box()
    assert row is not None
    for part in (page.locator(".trouble-words"), page.get_by_role("button", name="知道了")):
        box = part.bounding_box()
        assert box is not None
        assert box["height"] >= 36
        assert row["y"] <= box["y"]
        assert box["y"] + box["height"] <= row["y"] + row["height"]


def test_what_one_person_has_seen_is_told_to_nobody_else_but_the_manager_who_learns_who_it_was(
    guide: Page, fleet: Fleet, browser: Browser
) -> None:
    manager = sign_in(browser.new_page(locale="zh-CN"), fleet.demo, "/manage", role="duty_manager")
    fleet.printer("kiosk-1", "paper_out")
    expect(manager.locator(".trouble")).to_contain_text("1号取号机没纸了")
    expect(guide.locator(".trouble")).to_contain_text("1号取号机没纸了")
    guide.get_by_role("button", name="知道了").click()
    for page in (guide, manager):
        expect(page.locator(".trouble")).to_have_count(0)
    manager.get_by_role("tab", name="设备").click()
    row = manager.locator('[data-group="troubled"] tr', has_text="1号取号机的打印机")
    expect(row).to_contain_text("没纸了")
    expect(row.locator(".fleet-seen")).to_contain_text("导办台")
    manager.close()


def test_behind_an_empty_roll_that_was_seen_no_word_of_its_low_paper_comes(guide: Page, fleet: Fleet) -> None:
    fleet.printer("floor-1", "near_end")
    fleet.write(lambda uow: begin_trouble(uow, "floor-1", "paper_out"))
    expect(guide.locator(".trouble")).to_contain_text("1楼窗口打印机没纸了")
    guide.get_by_role("button", name="知道了").click()
    expect(guide.locator(".trouble")).to_have_count(0)
    fleet.printer("floor-3", "cover_open")
    expect(guide.locator(".trouble")).to_contain_text("3楼窗口打印机盖子开着")
    expect(guide.locator(".trouble-more")).to_have_count(0)


def test_a_device_that_flaps_has_one_notice_that_stays_calm(guide: Page, fleet: Fleet) -> None:
    for state in ("offline", "ok", "offline"):
        fleet.printer("spare", state)
    expect(guide.locator(".trouble")).to_contain_text("备用打印机连不上，时好时坏")
    fleet.printer("spare", "ok")
    expect(guide.locator(".trouble")).to_have_text("◇备用打印机时好时坏")
    fleet.printer("spare", "offline")
    expect(guide.locator(".trouble")).to_contain_text("备用打印机连不上，时好时坏")
    expect(guide.locator(".trouble-more")).to_have_count(0)


def test_several_notices_are_one_line_and_the_rest_on_demand_by_keys_too(guide: Page, fleet: Fleet) -> None:
    fleet.printer("floor-1", "near_end")
    fleet.printer("floor-3", "cover_open")
    fleet.silent("wall-5")
    expect(guide.locator(".trouble-more")).to_have_text("还有 2 条")
    guide.locator(".trouble-words").focus()
    guide.keyboard.press("Enter")
    lines = guide.locator(".trouble-list li")
    expect(lines).to_have_count(3)
    expect(lines.last).to_contain_text("1楼窗口打印机的纸快用完了")
    expect(lines.last).to_contain_text("备好一卷纸，用完再换。")
    guide.keyboard.press("Escape")
    expect(lines).to_have_count(0)


def test_an_office_is_told_of_its_desk_s_printer_and_an_auditor_says_nothing(
    page: Page, fleet: Fleet, browser: Browser
) -> None:
    sign_in(page, fleet.demo, "/office", role="office")
    auditor = sign_in(browser.new_page(locale="zh-CN"), fleet.demo, "/manage", role="auditor")
    fleet.printer("kiosk-2", "fault")
    expect(auditor.locator(".trouble")).to_contain_text("2号取号机")
    expect(page.locator(".trouble")).to_have_count(0)
    fleet.printer("floor-3", "paper_out")
    expect(page.locator(".trouble")).to_contain_text("3楼窗口打印机没纸了")
    expect(page.get_by_role("button", name="知道了")).to_be_visible()
    expect(auditor.get_by_role("button", name="知道了")).to_have_count(0)
    auditor.close()
