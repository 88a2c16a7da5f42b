"""A day in the hall: every life event from the touch on the kiosk to the result, in a real browser."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import zxingcpp
from conftest import BUNDLES, CHROMIUM, CHROMIUM_ARGS, ID_NUMBER, LAST_FOUR
from demos import Demo, running_demo
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

SIZES = {
    "kiosk": {"width": 1080, "height": 1920},
    "wall": {"width": 1920, "height": 1080},
    "desk": {"width": 1366, "height": 768},
    "phone": {"width": 390, "height": 844},
}
PATIENCE_MS = 15_000
#: Events whose line 1 is a service, or which are brought by a unit, are accepted by another line.
FIRST_LINE = {"graduate": 6, "startup": 2}
UNITS = {"hire", "terminate", "public-institution-hire"}
CREDIT_CODE = "91350100M000100Y43"


@dataclass
class Cast:
    """The screens of one day: a kiosk, a clerk's console, the walls of the floors, offices and phones."""

    demo: Demo
    kiosk: Page
    console: Page
    walls: dict[int, Page]
    offices: Callable[[str], Page]
    phone: Page


@pytest.fixture(scope="module")
def hall(hall_form: str) -> Iterator[Demo]:
    """A hall of its own, since nobody else may stand in its line."""
    with running_demo("--clerks", "9", "--kiosks", "1") as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
    yield browser
    browser.close()


def _context(browser: Browser, size: str) -> BrowserContext:
    context = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        has_touch=size in ("kiosk", "phone"),
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def _sign_in(page: Page, demo: Demo, path: str, **wanted: Any) -> None:
    account = demo.account(**wanted)
    page.goto(f"{demo.base_url}{path}")
    page.fill("[name=username]", account["username"])
    page.fill("[name=password]", account["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")


@pytest.fixture(scope="module")
def cast(hall: Demo, chromium: Browser) -> Iterator[Cast]:
    contexts: list[BrowserContext] = []

    def page(size: str) -> Page:
        contexts.append(_context(chromium, size))
        return contexts[-1].new_page()

    kiosk, console, phone = page("kiosk"), page("desk"), page("phone")
    kiosk.goto(f"{hall.base_url}/kiosk")
    walls = {}
    for floor in (1, 2, 3):
        walls[floor] = page("wall")
        walls[floor].goto(f"{hall.base_url}/display?floor={floor}")
    _sign_in(console, hall, "/counter", role="clerk", floor=2)
    console.click(f'[data-counter="{hall.account(role="clerk", floor=2)["counter"]}"]')
    expect(console.locator(".person-free")).to_be_visible()
    known: dict[str, Page] = {}

    def office(name: str) -> Page:
        if name not in known:
            known[name] = page("desk")
            _sign_in(known[name], hall, "/office", role="office", office=name)
        return known[name]

    yield Cast(hall, kiosk, console, walls, office, phone)
    for context in contexts:
        context.close()


def _take_number(kiosk: Page, service: str) -> str:
    """Touch the tile, answer its question if it has one, confirm; at most four touches."""
    kiosk.locator(f'[data-service="{service}"]').tap()
    kiosk.wait_for_function("['question', 'event'].includes(document.documentElement.dataset.at)")
    if kiosk.evaluate("document.documentElement.dataset.at") == "question":
        kiosk.locator("[data-answer]").last.tap()
    kiosk.locator(".take").tap()
    number = kiosk.locator(".ticket-number")
    expect(number).to_be_visible()
    return number.inner_text()


def _names(demo: Demo, service: str) -> set[str]:
    """What an event and its items are called."""
    bundles = httpx.get(f"{demo.base_url}/api/v1/catalogue").json()["bundles"]
    bundle = next(one for one in bundles if one["id"] == service)
    return {bundle["name"], bundle["title"], *(item["name"] for item in bundle["items"])}


def _slip(demo: Demo, number: str) -> tuple[str, str]:
    """The printed slip of a number: what its picture's QR code says, and all its text."""
    # The paper of a virtual printer lies with the process that owns it.
    rolls = [(part, httpx.get(f"{part.base_url}/hardware/printer/paper.json")) for part in demo.processes]
    slips = [(part, slip) for part, roll in rolls for slip in roll.json()["slips"] if number in slip["lines"]]
    ((owner, slip),) = slips
    assert slip["unknown"] == [], "a command that the printer does not know"
    assert slip["size"] < 600
    picture = Image.open(io.BytesIO(httpx.get(f"{owner.base_url}{slip['picture']}").content)).convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    return code.text, "\n".join(slip["lines"])


def _accept(console: Page, service: str) -> str:
    """Tick one line, say who applies, accept; the case number is the answer."""
    line = FIRST_LINE.get(service, 1)
    console.locator(".items .item").nth(line - 1).locator("input[type=checkbox]").check()
    if service in UNITS:
        console.locator(".switch").get_by_text("单位", exact=True).click()
        console.get_by_label("单位全称").fill("白银铜城商贸有限公司")
        console.get_by_label(re.compile("信用代码")).fill(CREDIT_CODE)
    else:
        console.get_by_label("姓名", exact=True).fill("张小三")
        console.get_by_label("证件号码", exact=True).fill(ID_NUMBER)
    console.keyboard.press("Control+Enter")
    number = console.locator(".case-number")
    expect(number).to_be_visible()
    return number.inner_text()


def _complete(cast: Cast, case_number: str) -> None:
    """The office takes its item and completes it as granted."""
    token = _clerk_token(cast.demo)
    case = httpx.get(f"{cast.demo.base_url}/api/v1/cases/{case_number}", headers=token).json()
    (item,) = case["items"]
    office = cast.offices(item["office"])
    office.locator(f'tr[data-key="{case_number}/{item["id"]}"]').click()
    office.locator('[data-verb="start"]').click()
    office.locator('button[data-verb="complete"]').click()
    office.locator('form[data-verb="complete"]').get_by_text("办成", exact=False).first.click()
    office.locator('form[data-verb="complete"] button[type=submit]').click()
    expect(office.locator(".pane-tags")).to_contain_text("办成")


def _clerk_token(demo: Demo) -> dict[str, str]:
    account = demo.account(role="duty_manager")
    body = {name: account[name] for name in ("username", "password")}
    token = httpx.post(f"{demo.base_url}/api/v1/session", json=body).json()["token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("service", BUNDLES)
def test_a_life_event_goes_from_the_touch_to_the_result_on_the_phone(cast: Cast, service: str) -> None:
    live_through(cast, service)


@pytest.mark.two_processes
@pytest.mark.parametrize("service", ["hire", "retiree-death"])
def test_a_life_event_goes_the_same_way_through_two_processes(cast: Cast, service: str) -> None:
    live_through(cast, service)


def live_through(cast: Cast, service: str) -> None:
    """One visit: kiosk, slip, phone, call, acceptance, office, result."""
    number = _take_number(cast.kiosk, service)
    expect(cast.kiosk.locator('[data-slip="confirmed"]').first).to_be_visible()
    address, text = _slip(cast.demo, number)
    assert re.fullmatch(re.escape(cast.demo.base_url) + "/t/[0-9a-hjkmnp-tv-z]{26}", address)
    assert not [word for word in _names(cast.demo, service) if word in text], "the slip names no event"

    cast.phone.goto(address)
    expect(cast.phone.locator(".place-number")).to_have_text(number)

    cast.console.keyboard.press("F2")
    expect(cast.console.locator(".person-number")).to_have_text(number)
    wall = cast.walls[2]
    expect(wall.locator("[data-field], [data-recent]").filter(has_text=number).first).to_be_visible()

    cast.console.keyboard.press("F4")
    case_number = _accept(cast.console, service)
    _complete(cast, case_number)

    cast.phone.reload()
    cast.phone.fill("[name=last4]", CREDIT_CODE[-4:] if service in UNITS else LAST_FOUR)
    cast.phone.get_by_role("button", name="查看").tap()
    expect(cast.phone.locator(".item-word").first).to_contain_text("办成")
    assert "张小三" not in cast.phone.content(), "the phone shows a masked name"

    cast.console.keyboard.press("F8")
    expect(cast.console.locator(".person-free")).to_be_visible()
    cast.kiosk.locator(".done").tap()
    expect(cast.kiosk.locator(".home-title")).to_be_visible()
