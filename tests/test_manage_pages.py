"""The manager's page: who waits too long and what can be done, what is assumed, accounts and devices."""

from __future__ import annotations

import re
import uuid
from datetime import time
from typing import Any

import pytest
from conftest import Demo, House, Web
from playwright.sync_api import Page, expect
from test_office_pages import facts_of, token

from counter.manage import LONG_WAIT_SECONDS
from counter.settings_words import calendar_words, catalogue_counts, hours_words, setting_lines
from shared.domain.configuration import Configuration, parse_configuration
from shared.domain.hours import Hours, Shift
from shared.seed import read_seed

FLOORS = [{"number": 1, "name": "1楼", "shape": "●"}, {"number": 2, "name": "2楼", "shape": "▲"}]
VERDICT = """
async ([overview, facts]) => {
  const { verdict } = await import("/counter/static/manage/words.js");
  return verdict(overview, facts);
}
"""
STATE = """
async ([device, now, silent]) => {
  const { deviceState } = await import("/counter/static/manage/words.js");
  return deviceState(device, now, silent);
}
"""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse_configuration(read_seed(), 1)


def open_page(web: Web, who: str) -> str:
    web.client.set_cookie("hall_staff", web.house.tokens[who])
    return web.client.get("/manage").get_data(as_text=True)


# Settings in words


def test_every_assumed_part_of_the_hall_stands_on_the_page_with_words(configuration: Configuration) -> None:
    lines = setting_lines(configuration)
    assert {line.key for line in lines if line.assumed} == set(configuration.site.assumed)
    assert all(line.subject and line.now for line in lines)


def test_the_counts_are_those_of_the_two_lists(configuration: Configuration) -> None:
    counts = catalogue_counts(configuration)
    assert (counts["bundles"], counts["single_services"]) == (10, 25)
    assert counts["items"] == sum(len(bundle.items) for bundle in configuration.catalogue.bundles)
    materials = counts["materials_confirmed"] + counts["materials_draft"]
    assert materials == len(configuration.catalogue.materials)


def test_the_years_of_the_calendar_are_named(configuration: Configuration) -> None:
    years = sorted(configuration.calendar.published_years)
    assert calendar_words(configuration) == "、".join(f"{year} 年" for year in years)


def test_equal_days_share_one_line_of_hours() -> None:
    morning, short = (Shift(time(8, 30), time(12)),), (Shift(time(9), time(11)),)
    hours = Hours({"1": morning, "2": morning, "6": short}, time(8), time(17, 30))
    assert hours_words(hours) == "周一、二 08:30～12:00；周六 09:00～11:00；08:00～17:30 取号"


# Who may open it


def test_a_clerk_cannot_open_the_page(web: Web) -> None:
    page = open_page(web, "anna")
    assert "这个账号不能打开这一页" in page
    assert 'id="facts"' not in page


def test_the_page_names_its_threshold_and_the_roles_in_chinese(web: Web, house: House) -> None:
    facts = facts_of(open_page(web, "manager"))
    assert facts["long_wait_seconds"] == LONG_WAIT_SECONDS
    assert facts["role_words"]["duty_manager"] == "值班主任"
    assert facts["hall"] == house.see(lambda uow: uow.configuration().site.name)
    assert set(facts["staff_roles"]) | set(facts["device_roles"]) == set(facts["role_words"])


# In a browser


@pytest.fixture
def manage(page: Page, demo: Demo) -> Page:
    """The page, as an administrator sees it."""
    return sign_in(page, demo, "administrator")


def sign_in(page: Page, demo: Demo, role: str) -> Page:
    account = demo.account(role=role)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{demo.base_url}/manage")
    page.fill("#username", account["username"])
    page.fill("#password", account["password"])
    page.press("#password", "Enter")
    expect(page.locator("#verdict b")).to_be_visible()
    return page


def overview(*waiting: tuple[str, int, int, int], states: str = "open closed") -> dict[str, Any]:
    """An overview with counters of the second floor in these states."""
    return {
        "waiting": [
            {"series": series, "floor": floor, "count": count, "longest_seconds": longest}
            for series, floor, count, longest in waiting
        ],
        "counters": [
            {"number": number, "floor": 2, "state": state, "ticket": None}
            for number, state in enumerate(states.split(), start=4)
        ],
    }


@pytest.mark.parametrize(
    ("facts", "kind", "words"),
    [
        (overview(), "good", "现在没有人在等。"),
        (overview(("A", 2, 3, 1799)), "good", "没有人等太久。"),
        (overview(("S", 2, 1, 60), ("A", 2, 12, 2460)), "bad", "2楼▲ A 号段等得太久：41 分钟，12 人。"),
    ],
)
def test_the_first_sentence_says_whether_anybody_waits_too_long(
    manage: Page, facts: dict[str, Any], kind: str, words: str
) -> None:
    said = manage.evaluate(VERDICT, [facts, {"floors": FLOORS, "long_wait_seconds": 1800}])
    assert (said["kind"], said["text"]) == (kind, words)


@pytest.mark.parametrize(
    ("states", "advice"),
    [
        ("open paused closed", "只有 1 个窗口在叫号。可以请 5 号窗口恢复叫号。"),
        ("closed closed", "可以再开 4、5 号窗口。"),
        ("open open", "本楼 2 个窗口都在叫号，可以请别的楼层帮忙。"),
    ],
)
def test_a_long_wait_comes_with_what_can_be_done(manage: Page, states: str, advice: str) -> None:
    facts = overview(("A", 2, 12, 2460), states=states)
    said = manage.evaluate(VERDICT, [facts, {"floors": FLOORS, "long_wait_seconds": 1800}])
    assert said["lead"] == advice


@pytest.mark.parametrize("state", ["closed", "paused"])
def test_a_number_at_an_unattended_counter_comes_before_everything_else(manage: Page, state: str) -> None:
    facts = overview(("A", 2, 12, 2460), states=f"open {state}")
    facts["counters"][1]["ticket"] = "A012"
    said = manage.evaluate(VERDICT, [facts, {"floors": FLOORS, "long_wait_seconds": 1800}])
    assert (said["kind"], said["text"]) == ("bad", "5号窗口没人接待，A012 还在等。")
    assert said["lead"].startswith("请派人到窗口上岗")


def test_a_number_left_to_the_next_clerk_is_raised_on_the_page(manage: Page, demo: Demo) -> None:
    def post(path: str, bearer: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": uuid.uuid4().hex}
        answer = manage.request.post(f"{demo.base_url}/api/v1{path}", headers=headers, data=body)
        assert answer.ok, answer.text()
        return answer.json() if answer.status != 204 else None

    clerk = token(demo, username="clerk1")
    post("/tickets", demo.token("kiosk"), {"service_id": "retirement"})
    post("/counters/3/sign-on", clerk, {})
    called = post("/counters/3/call-next", clerk, {})
    post("/counters/3/sign-off", clerk, {"hand_over": True})
    expect(manage.locator("#verdict")).to_have_attribute("data-kind", "bad")
    expect(manage.locator("#verdict b")).to_have_text(f"3号窗口没人接待，{called['number']} 还在等。")
    expect(manage.locator('.desk[data-unattended="true"]')).to_contain_text("没人接待")
    post("/counters/3/sign-on", clerk, {})
    post("/counters/3/finish", clerk, {})
    post("/counters/3/sign-off", clerk, {})
    expect(manage.locator('.desk[data-unattended="true"]')).to_have_count(0)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"role": "kiosk", "enrolled": True, "last_seen_at": "2026-11-23T01:40:00Z"}, "good"),
        ({"role": "kiosk", "enrolled": True, "last_seen_at": "2026-11-23T01:00:00Z"}, "bad"),
        ({"role": "monitor", "enrolled": True, "last_seen_at": "2026-11-23T01:00:00Z"}, "quiet"),
        ({"role": "kiosk", "enrolled": False, "last_seen_at": None}, "near"),
        ({"role": "kiosk", "enrolled": True, "last_seen_at": None}, "quiet"),
    ],
)
def test_silence_is_a_fault_only_where_a_device_must_always_be_on(
    manage: Page, told: dict[str, Any], kind: str
) -> None:
    assert manage.evaluate(STATE, [told, "2026-11-23T01:41:00Z", 180])["kind"] == kind


def test_the_first_panel_shows_every_counter_and_never_scrolls_as_a_whole(manage: Page) -> None:
    expect(manage.locator("#counters .desk")).to_have_count(12)
    expect(manage.locator("#numbers dt")).to_have_text(
        ["在等", "在窗口", "现在挂起", "现在过号", "今天取号", "今天办结", "小票没打出来"]
    )
    size = manage.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
    assert size == [1366, 768]


def test_what_happens_in_the_hall_shows_without_a_reload(manage: Page, demo: Demo) -> None:
    before = int(manage.locator("#numbers dd").nth(4).inner_text())
    answer = manage.request.post(
        f"{demo.base_url}/api/v1/tickets",
        headers={"Authorization": f"Bearer {demo.token('kiosk')}", "Idempotency-Key": "manage-page"},
        data={"service_id": "advice"},
    )
    assert answer.status == 201
    expect(manage.locator("#numbers dd").nth(4)).to_have_text(str(before + 1))


def test_the_settings_panel_counts_what_is_still_assumed(manage: Page) -> None:
    manage.get_by_role("tab", name="大厅资料").click()
    settings = manage.locator("#settings")
    expect(settings).to_contain_text("大厅资料第 1 版")
    expect(settings.locator("tr", has_text="开放时间")).to_contain_text("默认，待核对")
    expect(settings.locator("tr", has_text="等太久的提醒")).to_contain_text("30 分钟")


def test_an_administrator_makes_an_account_and_closes_it(manage: Page) -> None:
    manage.get_by_role("tab", name="账号").click()
    manage.get_by_role("button", name="新增账号").click()
    manage.fill("#ask-name", "钱文")
    manage.fill("#ask-username", "qianwen")
    manage.fill("#ask-password", "aaaaaaaaaaaa")
    manage.get_by_role("button", name="新增", exact=True).click()
    expect(manage.locator(".field-wrong")).to_have_text("密码至少 10 位，并且不能只用一种字符。")

    manage.fill("#ask-password", "long enough 1")
    manage.get_by_role("button", name="新增", exact=True).click()
    row = manage.locator("#accounts tr", has_text="qianwen")
    expect(row).to_contain_text("能登录")
    row.get_by_role("button", name="停用").click()
    manage.locator("#dialog").get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")


def test_an_administrator_gets_the_code_by_which_a_device_enrols(manage: Page) -> None:
    manage.get_by_role("tab", name="设备").click()
    manage.get_by_role("button", name="登记新设备").click()
    manage.fill("#ask-name", "kiosk-9")
    manage.get_by_role("button", name="生成登记码").click()
    expect(manage.locator(".ask-big")).to_have_text(re.compile(r"^[A-Z0-9]{10}$"))
    manage.get_by_role("button", name="知道了").click()
    expect(manage.locator("#devices tr", has_text="kiosk-9")).to_contain_text("还没登记")


def test_an_administrator_renews_the_code_of_a_device_and_shuts_it_out(manage: Page, demo: Demo) -> None:
    administrator = token(demo, role="administrator")
    headers = {"Authorization": f"Bearer {administrator}", "Idempotency-Key": "sign-9"}
    device = {"name": "sign-9", "role": "sign", "floor": 2}
    manage.request.post(f"{demo.base_url}/api/v1/devices", headers=headers, data=device)
    manage.get_by_role("tab", name="设备").click()
    row = manage.locator("#devices tr", has_text="sign-9")
    row.get_by_role("button", name="换登记码").click()
    expect(manage.locator("#dialog")).to_contain_text("马上断开")
    manage.locator("#dialog").get_by_role("button", name="换登记码").click()
    expect(manage.locator(".ask-big")).to_have_text(re.compile(r"^[A-Z0-9]{10}$"))
    manage.get_by_role("button", name="知道了").click()
    row.get_by_role("button", name="停用").click()
    manage.locator("#dialog").get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
    expect(row.get_by_role("button")).to_have_text(["换登记码"])


def test_a_screen_that_reports_becomes_online_in_the_open_list(manage: Page, demo: Demo) -> None:
    manage.get_by_role("tab", name="设备").click()
    name = next(device["name"] for device in demo.devices if device["role"] == "display")
    row = manage.locator("#devices tr", has_text=name)
    expect(row).to_be_visible()
    headers = {"Authorization": f"Bearer {demo.token('display')}"}
    answer = manage.request.post(f"{demo.base_url}/api/v1/devices/heartbeat", headers=headers, data={})
    assert answer.ok, answer.text()
    kiosk = {"Authorization": f"Bearer {demo.token('kiosk')}", "Idempotency-Key": uuid.uuid4().hex}
    manage.request.post(f"{demo.base_url}/api/v1/tickets", headers=kiosk, data={"service_id": "advice"})
    expect(row).to_contain_text("在线")


@pytest.mark.parametrize(("role", "buttons"), [("duty_manager", {"打测试页"}), ("auditor", set())])
def test_only_an_administrator_changes_devices_and_an_auditor_prints_no_test_page(
    page: Page, demo: Demo, role: str, buttons: set[str]
) -> None:
    sign_in(page, demo, role)
    page.get_by_role("tab", name="设备").click()
    expect(page.locator("#devices tbody tr").first).to_be_visible()
    assert set(page.locator("#devices button").all_inner_texts()) == buttons


def test_a_test_page_is_printed_and_its_result_shows_in_the_row_of_the_printer(
    page: Page, demo: Demo
) -> None:
    sign_in(page, demo, "duty_manager")
    page.get_by_role("tab", name="设备").click()
    row = page.locator("#devices tr", has_text="kiosk-2 · 打印机")
    row.get_by_role("button", name="打测试页").click()
    expect(row).to_contain_text(re.compile(r"测试页 \d\d:\d\d 已打出"))


def test_a_duty_manager_sees_accounts_but_changes_none(page: Page, demo: Demo) -> None:
    sign_in(page, demo, "duty_manager")
    page.get_by_role("tab", name="账号").click()
    expect(page.locator("#accounts tbody tr").first).to_be_visible()
    expect(page.locator("#accounts button")).to_have_count(0)
