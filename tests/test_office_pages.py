"""The office inbox and the doors before it: who may open it, what is offered, and work with keys alone."""

from __future__ import annotations

import json
import re
import uuid
from html import unescape
from typing import Any

import httpx
import pytest
from conftest import ID_NUMBER, OFFICE, PASSWORD, Demo, House, Web
from playwright.sync_api import Page, expect

from counter.office import verbs_by_state
from shared.domain.account import Role
from shared.domain.case import ITEM_MOVES, ItemState

APPLICANT = {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER}
SIZE = {"width": 1366, "height": 768}
#: A hand's pace; what comes faster is a scanner's.
HAND_MS = 60


def open_page(web: Web, address: str, who: str | None = None) -> str:
    """The page as somebody of the cast gets it; every staff page answers 200."""
    if who is not None:
        web.client.set_cookie("hall_staff", web.house.tokens[who])
    answer = web.client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def facts_of(page: str) -> dict[str, Any]:
    """What a page carries as data."""
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(found.group(1)))


# Doors


@pytest.mark.parametrize("address", ["/office", "/manage", "/counter"])
def test_a_staff_page_asks_to_sign_in_and_leads_back_to_itself(web: Web, address: str) -> None:
    page = open_page(web, address)
    assert re.search(r'<form[^>]*method="post"[^>]*action="/sign-in"', page)
    assert re.search(r'<input[^>]*name="username"', page)
    assert re.search(r'<input[^>]*name="password"[^>]*type="password"', page)
    assert f'name="next" value="{address}"' in page


def test_a_wrong_password_and_an_unknown_name_are_told_in_the_same_line(web: Web) -> None:
    pages = [
        web.client.post("/sign-in", data={"username": name, "password": "no", "next": "/office"})
        for name in ("chen", "nobody")
    ]
    lines = [re.search(r'role="alert"[^>]*>(.*?)</p>', page.get_data(as_text=True)) for page in pages]
    assert lines[0] is not None
    assert lines[1] is not None
    assert lines[0].group(1) == lines[1].group(1)
    assert "用户名或密码不对。" in lines[0].group(1)


def test_whoever_signs_in_comes_to_the_page_that_was_asked_for(web: Web) -> None:
    answer = web.client.post("/sign-in", data={"username": "chen", "password": PASSWORD, "next": "/office"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office")
    assert f'<h2 class="tools-office">{OFFICE}</h2>' in open_page(web, "/office")


def test_another_role_is_told_that_this_account_cannot_open_the_page(web: Web) -> None:
    page = open_page(web, "/office", "anna")
    assert "这个账号不能打开这一页" in page
    assert 'id="facts"' not in page


def test_a_device_that_is_not_enrolled_is_asked_for_its_code(web: Web) -> None:
    page = open_page(web, "/display?floor=2")
    assert "登记这台叫号大屏" in page
    assert re.search(r'<input[^>]*name="code"', page)
    assert 'name="next" value="/display?floor=2"' in page


def test_a_page_that_is_not_there_says_what_to_do_and_its_code_small(web: Web) -> None:
    answer = web.client.get("/no-such-page")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "<h1>没有这个地址。</h1>" in page
    assert "请检查地址有没有写错" in page
    assert "<small>404 · not_found</small>" in page


def test_a_problem_never_shows_words_of_the_address_as_markup(web: Web) -> None:
    page = open_page(web, "/sign-in?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page
    assert '"><script>' in unescape(page)


# What the page offers


@pytest.mark.parametrize("role", [Role.OFFICE, Role.DUTY_MANAGER, Role.ADMINISTRATOR])
def test_only_verbs_of_the_item_table_are_offered(role: Role) -> None:
    offered = verbs_by_state(role)
    assert offered["dispatched"][0] == "start"
    assert offered["in_progress"][0] == "complete"
    assert all(
        ITEM_MOVES.allows(ItemState(state.removesuffix("_returned")), verb)
        for state, verbs in offered.items()
        for verb in verbs
    )


def test_an_office_cannot_move_what_it_has_returned_but_the_manager_can_send_it_on() -> None:
    assert "returned" not in verbs_by_state(Role.OFFICE)
    assert "dispatch" in verbs_by_state(Role.DUTY_MANAGER)["returned"]


def test_what_came_back_and_is_suspended_is_dispatched_and_never_resumed() -> None:
    manager = verbs_by_state(Role.DUTY_MANAGER)
    assert ("resume" in manager["suspended"], "dispatch" in manager["suspended"]) == (True, False)
    assert ("resume" in manager["suspended_returned"], "dispatch" in manager["suspended_returned"]) == (
        False,
        True,
    )
    assert "suspended_returned" not in verbs_by_state(Role.OFFICE)


def test_an_auditor_only_looks() -> None:
    assert verbs_by_state(Role.AUDITOR) == {}


def test_the_page_knows_the_hall_s_words_for_reasons(web: Web) -> None:
    facts = facts_of(open_page(web, "/office", "chen"))
    assert facts["office"] == OFFICE
    assert "材料不全" in facts["reasons"]["return"]
    assert "等鉴定" in facts["reasons"]["suspend"]
    assert "上级未回复" in facts["reasons"]["extend"]
    assert "return" in facts["need_reason"]


def test_a_manager_chooses_among_all_offices(web: Web, house: House) -> None:
    page = open_page(web, "/office", "manager")
    offices = house.see(lambda uow: [office.name for office in uow.configuration().catalogue.offices])
    assert re.findall(r"<option>(.*?)</option>", page) == offices


@pytest.mark.parametrize(("address", "who"), [("/office", "chen"), ("/manage", "admin"), ("/sign-in", None)])
def test_pages_hold_no_script_or_style_that_the_policy_would_refuse(
    web: Web, address: str, who: str | None
) -> None:
    page = open_page(web, address, who)
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []


# In a browser


def token(demo: Demo, **account: Any) -> str:
    found = demo.account(**account)
    body = {"username": found["username"], "password": found["password"]}
    return str(httpx.post(f"{demo.base_url}/api/v1/session", json=body).json()["token"])


def api(demo: Demo, bearer: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": uuid.uuid4().hex}
    answer = httpx.post(f"{demo.base_url}/api/v1{path}", json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    return dict(answer.json())


def new_case(demo: Demo) -> dict[str, Any]:
    """A case with one item for the office of registration."""
    facts = {"service_id": "retirement", "applicant": APPLICANT, "items": [{"ordinal": 6}]}
    return api(demo, token(demo, role="clerk"), "/cases", facts)


@pytest.fixture
def inbox(page: Page, demo: Demo) -> Page:
    """The inbox of the office of registration, narrowed to nothing yet."""
    page.set_viewport_size({"width": SIZE["width"], "height": SIZE["height"]})
    account = demo.account(role="office", office=OFFICE)
    page.goto(f"{demo.base_url}/office")
    page.fill("#username", account["username"])
    page.fill("#password", account["password"])
    page.press("#password", "Enter")
    expect(page.locator("#states .state").first).to_be_visible()
    return page


def find(page: Page, words: str) -> None:
    """Search with the keyboard alone."""
    page.keyboard.press("/")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type(words, delay=HAND_MS)
    with page.expect_response(lambda answer: f"q={words}" in answer.url):
        page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows tr")).to_have_attribute("aria-selected", "true")


def test_an_item_is_taken_up_and_completed_with_keys_alone(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    find(inbox, case["case_number"])
    row = inbox.locator("#rows tr")
    expect(row).to_contain_text("张*三")
    expect(row).to_contain_text("待接办")

    inbox.keyboard.press("Enter")
    expect(inbox.locator("#pane h2")).to_be_focused()
    inbox.keyboard.press("1")
    expect(inbox.locator("#notice")).to_contain_text("已接办")
    expect(inbox.locator(".pane-tags")).to_contain_text("办理中")

    inbox.keyboard.press("1")
    expect(inbox.locator("input[value=granted]")).to_be_focused()
    inbox.keyboard.press("Space")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#notice")).to_contain_text("已办结")
    expect(inbox.locator(".pane-tags")).to_contain_text("✓ 办成")
    expect(inbox.locator("#rows tr")).to_have_count(0)


def test_news_of_the_open_case_leave_the_focus_in_its_pane(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    find(inbox, case["case_number"])
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#pane h2")).to_be_focused()
    with inbox.expect_response(f"**/api/v1/cases/{case['case_number']}"):
        new_case(demo)
    expect(inbox.locator("#pane h2")).to_be_focused()


def test_the_official_name_leads_and_the_plain_one_stands_small_beside_it(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    find(inbox, case["case_number"])
    expect(inbox.locator("#rows .cell-item b")).to_have_text("多重养老保险关系个人账户退费")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#pane h2")).to_have_text("多重养老保险关系个人账户退费")
    expect(inbox.locator(".pane-head .small")).to_have_text("1.6.16　重复缴的养老钱退还")


def test_what_is_not_granted_needs_a_reason(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    find(inbox, case["case_number"])
    inbox.keyboard.press("Enter")
    inbox.locator(".verbs [data-verb=start]").click()
    inbox.locator(".verbs [data-verb=complete]").click()
    inbox.locator("input[value=not_granted]").check()
    inbox.get_by_role("button", name="确定办结").click()
    expect(inbox.locator(".verb-form .wrong")).to_have_text("没办成要写明原因，申请人会看到。")
    expect(inbox.locator("#verb-reason")).to_be_focused()

    inbox.keyboard.type("年龄不符合条件")
    inbox.get_by_role("button", name="确定办结").click()
    expect(inbox.locator(".pane-tags")).to_contain_text("✕ 没办成")
    expect(inbox.locator(".pane-body .message")).to_contain_text("年龄不符合条件")


def test_whoever_comes_second_is_told_and_sees_what_is_now(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    find(inbox, case["case_number"])
    inbox.keyboard.press("Enter")
    inbox.locator(".verbs [data-verb=return]").click()
    inbox.get_by_role("button", name="材料不全").click()
    item = case["items"][0]
    other = token(demo, role="office", office=OFFICE)
    moved = f"/cases/{case['case_number']}/items/{item['id']}/start"
    api(demo, other, moved, {"expected": item["version"]})

    inbox.get_by_role("button", name="确定退回窗口").click()
    expect(inbox.locator("#notice")).to_contain_text("这一项刚被别人处理过")
    expect(inbox.locator(".pane-tags")).to_contain_text("办理中")
    expect(inbox.locator(".verb-form")).to_have_count(0)


def test_a_new_item_appears_by_itself_and_escape_closes_what_is_open(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    key = f"{case['case_number']}/{case['items'][0]['id']}"
    row = inbox.locator(f'#rows tr[data-key="{key}"]')
    expect(row).to_be_visible()
    row.click()
    expect(inbox.locator("#pane")).to_be_visible()
    inbox.keyboard.press("2")
    expect(inbox.locator(".verb-form")).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(inbox.locator(".verb-form")).to_have_count(0)
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#pane")).to_be_hidden()


def test_j_and_k_move_through_the_list_and_the_open_item_follows(inbox: Page, demo: Demo) -> None:
    for _ in range(2):
        new_case(demo)
    expect(inbox.locator("#rows tr").nth(1)).to_be_visible()
    chosen = inbox.locator('#rows tr[aria-selected="true"]')
    first, second = (inbox.locator("#rows tr").nth(place).get_attribute("data-key") for place in (0, 1))
    expect(chosen).to_have_attribute("data-key", str(first))
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#pane dd", has_text=str(first).split("/")[0])).to_be_visible()
    inbox.keyboard.press("j")
    expect(chosen).to_have_attribute("data-key", str(second))
    expect(inbox.locator("#pane dd", has_text=str(second).split("/")[0])).to_be_visible()
    inbox.keyboard.press("k")
    expect(chosen).to_have_attribute("data-key", str(first))


def test_an_empty_list_says_so_kindly(inbox: Page) -> None:
    inbox.keyboard.press("/")
    expect(inbox.locator("#words")).to_be_focused()
    inbox.keyboard.type("20200101-0001", delay=HAND_MS)
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#empty")).to_contain_text("没有找到")


def test_the_inbox_never_scrolls_as_a_whole_on_the_screen_of_an_office(inbox: Page, demo: Demo) -> None:
    case = new_case(demo)
    find(inbox, case["case_number"])
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#pane h2")).to_be_visible()
    size = inbox.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
    assert size == [SIZE["width"], SIZE["height"]]
