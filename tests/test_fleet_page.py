"""The manager's panel of all devices: how each is, what to do, and calm when nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Demo
from fleets import Fleet, running_fleet
from playwright.sync_api import Page, expect
from test_manage_pages import sign_in

pytestmark = pytest.mark.one_process

PARTS = """
async ([overview, troubles]) => {
  const { partsOf, fleetVerdict } = await import("/counter/static/manage/device_words.js");
  const parts = partsOf(overview, { silent_seconds: 180 }, troubles);
  return { parts, verdict: fleetVerdict(parts) };
}
"""
NOW = "2026-09-18T02:42:00Z"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture
def devices(page: Page, fleet: Fleet) -> Page:
    """The panel with 8 kiosks, 12 printers, 10 walls, 20 signs and 8 agents."""
    fleet.heal()
    sign_in(page, fleet.demo, "administrator")
    page.get_by_role("tab", name="设备").click()
    expect(page.locator(".fleet-verdict")).to_be_visible()
    return page


def assert_it_scrolls_downward_only(page: Page) -> None:
    for scrolled in ("html", "#devices .panel-list"):
        assert page.locator(scrolled).evaluate("(one) => one.scrollWidth - one.clientWidth") == 0


def test_a_hall_in_which_all_is_well_says_so_in_one_sentence(devices: Page) -> None:
    expect(devices.locator(".fleet-verdict")).to_have_text("✓ 58 台设备都正常。")
    expect(devices.locator('[data-group="troubled"]')).to_have_count(0)
    groups = devices.locator(".fleet-group").all_inner_texts()
    assert [text.split() for text in groups] == [
        ["取号机8", "台"],
        ["打印机12", "台"],
        ["大屏10", "台"],
        ["窗口屏20", "台"],
        ["打印代理8", "台"],
        ["监控1", "台"],
    ]
    assert_it_scrolls_downward_only(devices)


def test_devices_in_trouble_stand_first_with_what_to_do(devices: Page, fleet: Fleet) -> None:
    fleet.printer("kiosk-1", "paper_out")
    fleet.paperless("kiosk-1")
    fleet.silent("sign-3")
    fleet.printer("floor-2", "near_end")
    fleet.connected({"display-1": 1}, version="0.0.9·0ld0ld")
    troubled = devices.locator('[data-group="troubled"] tr:not(.fleet-group)')
    expect(troubled).to_have_count(5)
    expect(devices.locator(".fleet-verdict")).to_have_text("◆ 3 台设备要处理，2 台要留意。")
    for place, words in enumerate(
        [
            ("1号取号机", "先不打小票", "号照常取；打印机好了自动恢复。"),
            ("1号取号机的打印机", "没纸了", "换一卷纸，换好自动恢复。"),
            ("sign-3", "10 分钟没有消息", "看电源和网络，连上自动恢复。"),
            ("2楼窗口打印机", "纸快用完", "备好一卷纸，用完再换。"),
            ("display-1", "旧版页面", "在那块屏幕上刷新页面（F5）。", "0.0.9·0ld0ld"),
        ]
    ):
        for word in words:
            expect(troubled.nth(place)).to_contain_text(word)
    assert_it_scrolls_downward_only(devices)


def test_the_first_panel_names_a_few_and_leads_to_all(devices: Page, fleet: Fleet) -> None:
    for number in range(1, 8):
        fleet.printer(f"kiosk-{number}", "cover_open")
    devices.get_by_role("tab", name="现在").click()
    expect(devices.locator("#health .parts li")).to_have_count(5)
    devices.get_by_role("link", name="还有 2 台，看全部设备").click()
    expect(devices.locator('[data-group="troubled"]')).to_be_visible()
    size = devices.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
    assert size == [1366, 768]


def test_a_small_or_enlarged_screen_has_all_of_it_one_below_the_other(devices: Page) -> None:
    devices.set_viewport_size({"width": 683, "height": 384})
    expect(devices.locator("#devices tr", has_text="wall-7")).to_be_attached()
    assert_it_scrolls_downward_only(devices)


# The words, from made-up answers


@pytest.fixture
def words(page: Page, demo: Demo) -> Page:
    page.goto(f"{demo.base_url}/sign-in")
    return page


def device(role: str, **more: Any) -> dict[str, Any]:
    plain = {"name": f"{role}-1", "role": role, "floor": 1, "enrolled": True, "revoked": False}
    return {**plain, "last_seen_at": NOW, "screens": 1, "version": "", "up_to_date": None, **more}


def printer(**more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": "p",
        "place": "",
        "state": "ok",
        "detail": "",
        "kind": "tcp",
        "agent": None,
    }
    plain |= {"dots": 576, "encoding": "gb18030", "mode": "text", "heard_at": NOW, "since": NOW}
    return {**plain, "stand_ins": [], "stands_in_for": [], "slips": {}, "tested_at": None, **more}


def parts(words: Page, *, troubles: Any = (), **overview: Any) -> list[dict[str, Any]]:
    told = {"at": NOW, "machine_at": "2026-09-18T02:42:30Z", "devices": [], "printers": [], **overview}
    return list(words.evaluate(PARTS, [told, list(troubles)])["parts"])


def test_a_printer_tells_its_set_up_its_stand_ins_its_slips_and_its_last_test(words: Page) -> None:
    (part,) = parts(
        words,
        printers=[
            printer(
                dots=384,
                encoding="gb2312",
                mode="raster",
                stand_ins=["q"],
                stands_in_for=["r", "s"],
                slips={"confirmed": 120, "unconfirmed": 2, "failed": 1, "pending": 0},
                tested_at=NOW,
                test_state="confirmed",
            )
        ],
    )
    assert part["lines"] == [
        "网络 · 58 毫米 · GB2312 · 图形；坏了改到 q；可替 r、s",
        "今天打出 120、说不准 2、没打出来 1；测试页 10:42 已打出",
    ]
    assert part["heard"] == "刚刚"


def test_an_agent_tells_which_printers_hang_on_it(words: Page) -> None:
    hanging = [printer(name=name, kind="agent", agent="agent-1") for name in ("a", "b")]
    found = {part["name"]: part for part in parts(words, devices=[device("agent")], printers=hanging)}
    assert found["agent-1"]["lines"] == ["连着 a、b"]
    assert found["a"]["lines"][0] == "代理 agent-1 · 80 毫米 · GB18030 · 文字"


@pytest.mark.parametrize(
    ("told", "state", "kind"),
    [
        (device("display", up_to_date=True), "在线", "good"),
        (device("display", up_to_date=False), "旧版页面", "near"),
        (device("agent", up_to_date=False), "旧版程序", "near"),
        (device("kiosk", paperless_since=NOW, up_to_date=False), "先不打小票", "bad"),
        (device("sign", last_seen_at="2026-09-18T02:30:00Z", up_to_date=False), "12 分钟没有消息", "bad"),
        (device("display", enrolled=False), "还没登记", "near"),
        (device("display", last_seen_at=None), "还没联系过", "quiet"),
    ],
)
def test_of_a_device_the_gravest_is_said(words: Page, told: dict[str, Any], state: str, kind: str) -> None:
    (part,) = parts(words, devices=[told])
    assert part["state"]["word"] == state
    assert part["state"]["kind"] == kind


def test_several_screens_that_share_a_device_are_counted(words: Page) -> None:
    (part,) = parts(words, devices=[device("display", screens=3)])
    assert part["lines"] == ["3 块屏幕连着"]


def test_a_line_of_signs_stands_among_the_signs_of_counters(words: Page) -> None:
    line: dict[str, Any] = {"kind": "serial", "counters": [3, 4]}
    line |= {"name": "东侧", "state": "offline", "detail": "没有回话", "since": NOW, "heard_at": None}
    (part,) = parts(words, sign_lines=[line])
    assert part["lines"] == ["串口 · 3、4 号窗口", "没有回话"]
    assert (part["group"], part["state"]["word"], part["lead"]) == (
        "sign",
        "连不上",
        "看转换器的电源和线，接好自动恢复。",
    )
