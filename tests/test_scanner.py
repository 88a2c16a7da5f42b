"""A scanner at a staff page: it opens what was scanned from anywhere, and leaves all else as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from conftest import ID_NUMBER, Demo
from playwright.sync_api import CDPSession, Locator, Page, expect
from seats import SIZE, Seat, counters, seat

from shared.domain.ticket import new_token

__all__ = ["counters", "seat"]

APPLICANT = {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER}
#: So slow a busy computer hands over the keys of a scanner.
SLOW_MS = 300
#: So long an understood scan may take to open its page, and so often somebody scans.
SOON_MS = 5_000
TRIES = 4
#: Up to so many keys somebody could walk through a list with.
MAY_BE_A_HAND = 7
UPPER = {":": ("Semicolon", ";"), "_": ("Minus", "-"), "?": ("Slash", "/")}
PLACES = {"/": "Slash", ".": "Period", "-": "Minus", ";": "Semicolon"}


def scan(page: Page, text: str, end: str = "Enter") -> None:
    """Type as a scanner does."""
    page.keyboard.type(text)
    if end:
        page.keyboard.press(end)


def type_haltingly(page: Page, text: str) -> None:
    """The keys of a scan on a busy computer: it stops early, on the way, and before the last."""
    for place, character in enumerate(text):
        late = place < MAY_BE_A_HAND or place % 10 == 0 or place == len(text) - 1
        page.keyboard.press(character, delay=SLOW_MS if late else 0)


def key_by_key(page: Page, press: Callable[[], None], opened: Locator, words: str) -> None:
    """Press keys that each wait for an answer of the browser, and again, as people scan again, where the
    machine stood still between two of them for longer than a scan may.
    """
    for _ in range(TRIES - 1):
        press()
        page.keyboard.press("Enter")
        try:
            expect(opened).to_contain_text(words, timeout=SOON_MS)
        except AssertionError:
            continue
        return
    press()
    page.keyboard.press("Enter")
    expect(opened).to_contain_text(words)


def code_of(character: str) -> str:
    """Where the key of a character lies on a US keyboard."""
    if character.isdigit():
        return f"Digit{character}"
    return PLACES.get(character) or f"Key{character.upper()}"


@dataclass
class InputMethod:
    """A Chinese input method that is on: the page sees places of keys, and words that it composes."""

    session: CDPSession
    composed: str = ""

    def key(self, code: str, *, shift: bool = False) -> None:
        told = {"key": "Process", "code": code, "windowsVirtualKeyCode": 229, "modifiers": 8 if shift else 0}
        self.session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **told})
        self.session.send("Input.dispatchKeyEvent", {"type": "keyUp", **told})

    def write(self, character: str) -> None:
        """A key; letters are composed, a digit picks a word, as pinyin has it."""
        code, shift = UPPER.get(character, (code_of(character), ""))[0], character in UPPER
        self.key(code, shift=shift)
        if character.isalpha():
            self.composed += character
            place = len(self.composed)
            told = {"text": self.composed, "selectionStart": place, "selectionEnd": place}
            self.session.send("Input.imeSetComposition", told)
        else:
            self.commit("测" if character.isdigit() else character)

    def commit(self, text: str) -> None:
        self.session.send("Input.insertText", {"text": text})
        self.composed = ""

    def scan(self, text: str) -> None:
        for character in text:
            self.write(character)
        self.key("Enter")


@pytest.fixture
def chinese(seat: Seat) -> InputMethod:
    return InputMethod(seat.page.context.new_cdp_session(seat.page))


def case_of(seat: Seat, ticket: dict[str, Any] | None = None) -> dict[str, Any]:
    """A case that was accepted, of this ticket or of none."""
    items = [{"ordinal": 1}, {"ordinal": 2}]
    body = {"service_id": "retirement", "applicant": APPLICANT, "items": items}
    return dict(seat.call("POST", "/cases", body | ({"ticket_token": ticket["token"]} if ticket else {})))


def code_behind(address: str) -> str:
    return address.rpartition("/")[2]


def presses(page: Page) -> list[str]:
    """The requests that change something, from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    return sent


# What the keys are


@pytest.mark.parametrize("end", ["Enter", "NumpadEnter", "Tab", ""])
def test_a_slip_is_understood_whatever_key_the_scanner_ends_with(seat: Seat, end: str) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    scan(seat.page, ticket["status_url"], end)
    expect(seat.page.locator("dialog h2")).to_contain_text(ticket["number"])


def test_with_the_caps_lock_on_a_slip_is_understood(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    scan(seat.page, ticket["status_url"].swapcase())
    expect(seat.page.locator("dialog h2")).to_contain_text(ticket["number"])


def test_digits_of_the_numeric_pad_are_digits(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()

    def press() -> None:
        for character in ticket["token"]:
            seat.page.keyboard.press(
                f"Numpad{character}" if character.isdigit() else f"Key{character.upper()}"
            )

    key_by_key(seat.page, press, seat.page.locator("dialog h2"), ticket["number"])


def test_under_a_layout_that_writes_digits_with_shift_the_place_of_the_keys_tells(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    session = seat.page.context.new_cdp_session(seat.page)
    french = dict(zip("1234567890aqwz;", "&é\"'(-è_çàqazw" + "m", strict=True))

    def press() -> None:
        for character in ticket["token"]:
            key = french.get(character, character)
            told = {"code": code_of(character), "key": key, "text": key}
            session.send("Input.dispatchKeyEvent", {"type": "keyDown", **told})
            session.send("Input.dispatchKeyEvent", {"type": "keyUp", **told})

    key_by_key(seat.page, press, seat.page.locator("dialog h2"), ticket["number"])


def test_on_a_busy_computer_a_slow_scan_is_understood_and_no_key_of_it_reaches_the_page(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    case = case_of(seat, ticket)
    sent = presses(seat.page)
    seat.page.locator("#words").click()

    def press() -> None:
        type_haltingly(seat.page, f"http://h/t/{ticket['token']}")

    key_by_key(seat.page, press, seat.page.locator(".desk-body"), case["case_number"])
    assert sent == []


# An input method


def test_with_an_input_method_on_a_scan_into_a_field_opens_the_number_and_leaves_the_field(
    seat: Seat, chinese: InputMethod
) -> None:
    ticket = seat.serve("retirement")
    waiting = seat.take_number("retirement")
    name = seat.page.get_by_label("姓名").first
    name.fill("张小三")
    name.evaluate("(field) => field.setSelectionRange(1, 1)")
    chinese.scan(waiting["status_url"])
    expect(seat.page.locator("dialog h2")).to_contain_text(waiting["number"])
    expect(name).to_have_value("张小三")
    assert ticket["number"] != waiting["number"]


def test_what_an_input_method_hands_over_after_the_scan_does_not_stay_either(
    seat: Seat, chinese: InputMethod
) -> None:
    ticket = seat.serve("retirement")
    name = seat.page.get_by_label("姓名").first
    name.fill("张")
    chinese.scan(ticket["token"])
    chinese.commit("晚到的字")
    expect(seat.page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
    expect(name).to_have_value("张")
    seat.page.keyboard.press("End")
    seat.page.keyboard.type("li")
    expect(name).to_have_value("张li")


def test_what_a_hand_was_composing_when_the_scan_came_is_not_lost(seat: Seat, chinese: InputMethod) -> None:
    ticket = seat.serve("retirement")
    name = seat.page.get_by_label("姓名").first
    name.focus()
    for letter in "li":
        chinese.write(letter)
    chinese.scan(ticket["status_url"])
    expect(seat.page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
    expect(name).to_have_value("li")


# From anywhere, and nothing else moves


def test_a_scan_presses_no_button_and_sends_no_form(seat: Seat) -> None:
    ticket = seat.serve("retirement")
    sent = presses(seat.page)
    search = seat.page.get_by_role("tab", name="查办件")
    search.click()
    for focused in (seat.page.get_by_label("找办件"), seat.key("挂起"), seat.page.locator("#sign-off")):
        focused.focus()
        scan(seat.page, ticket["status_url"])
        expect(seat.page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
        search.click()
    assert sent == []
    expect(seat.page.locator("dialog")).to_have_count(0)


def test_a_scan_over_a_question_closes_it_and_answers_nothing(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    sent = presses(seat.page)
    seat.page.keyboard.press("F10")
    expect(seat.page.locator("dialog")).to_contain_text("暂停叫号")
    scan(seat.page, ticket["token"])
    expect(seat.page.locator("dialog h2")).to_contain_text(ticket["number"])
    expect(seat.page.locator("dialog")).to_have_count(1)
    assert sent == []


def test_a_question_in_which_something_was_written_stays_until_the_clerk_says_otherwise(seat: Seat) -> None:
    ticket = seat.take_number("retirement")
    seat.sign_on()
    seat.page.keyboard.press("F9")
    seat.page.get_by_role("button", name="找一个号").click()
    seat.page.keyboard.type("A0")
    scan(seat.page, ticket["token"])
    expect(seat.page.locator("dialog").last).to_contain_text(f"扫到 {ticket['number']}")
    seat.page.keyboard.press("Escape")
    expect(seat.page.locator("dialog input")).to_have_value("A0")
    scan(seat.page, ticket["token"])
    seat.page.get_by_role("button", name="不填了").click()
    expect(seat.page.locator("dialog h2")).to_have_text(f"{ticket['number']}　{ticket_title(seat, ticket)}")


def ticket_title(seat: Seat, ticket: dict[str, Any]) -> str:
    return str(seat.call("GET", f"/tickets/{ticket['token']}")["service_title"])


@pytest.mark.parametrize("with_ticket", [True, False])
def test_a_notice_opens_its_case_and_what_was_begun_at_the_desk_stays(seat: Seat, with_ticket: bool) -> None:
    of_ticket = None
    if with_ticket:
        of_ticket = seat.take_number("retirement")
        seat.call("POST", "/counters/1/sign-on", {})
        seat.call("POST", "/counters/1/call", {"number": of_ticket["number"]})
        seat.call("POST", "/counters/1/start", {})
    case = case_of(seat, of_ticket)
    if with_ticket:
        seat.call("POST", "/counters/1/finish", {})
        seat.call("POST", "/counters/1/sign-off", {})
    seat.serve("retirement")
    seat.fill_person()
    scan(seat.page, case["status_url"])
    expect(seat.page.locator(".desk-body")).to_contain_text(case["case_number"])
    seat.page.get_by_role("tab", name="受理").click()
    expect(seat.page.get_by_label("姓名").first).to_have_value("张小三")


def test_another_code_is_known_as_one_also_when_the_computer_stops_in_the_middle(seat: Seat) -> None:
    seat.serve("retirement")
    sent = presses(seat.page)
    name = seat.page.get_by_label("姓名").first
    name.fill("张小三")
    # In the page itself, whose own clock the keys are read by.
    name.evaluate(
        """(field) => {
          let keys = 0;
          addEventListener("keydown", () => {
            if (++keys !== 6 && keys !== 12) return;
            for (const began = performance.now(); performance.now() - began < 120;);
          });
        }"""
    )
    scan(seat.page, "6901234567892")
    expect(seat.page.locator("#words")).to_contain_text("不是本厅的码")
    expect(name).to_have_value("张小三")
    assert sent == []


def test_a_code_that_the_hall_does_not_know_is_told_calmly(seat: Seat) -> None:
    seat.sign_on()
    scan(seat.page, new_token())
    expect(seat.page.locator("#words")).to_contain_text("本厅没有这个码")


def test_before_a_counter_is_chosen_a_scan_tells_how_the_case_stands(seat: Seat) -> None:
    case = case_of(seat)
    seat.sign_in()
    expect(seat.page.locator("button.seat.free:focus")).to_be_visible()
    scan(seat.page, case["status_url"])
    expect(seat.page.locator("dialog")).to_contain_text(f"办件 {case['case_number']}")
    assert seat.call("GET", "/me")["counter"] is None


# Other pages of the staff


def signed_in(page: Page, demo: Demo, address: str, **who: Any) -> Page:
    page.set_viewport_size(SIZE)
    account = demo.account(**who)
    page.goto(demo.base_url + address)
    page.fill("#username", account["username"])
    page.fill("#password", account["password"])
    page.press("#password", "Enter")
    return page


@pytest.fixture
def case(seat: Seat) -> dict[str, Any]:
    return case_of(seat)


def test_in_the_inbox_a_notice_opens_its_case_and_no_verb_is_pressed(
    seat: Seat, case: dict[str, Any]
) -> None:
    page = signed_in(seat.page, seat.demo, "/office", role="office", office=case["items"][0]["office"])
    expect(page.locator("#rows tr").first).to_be_visible()
    sent = presses(page)
    page.keyboard.press("Enter")
    expect(page.locator("#pane h2")).to_be_visible()
    scan(page, code_behind(case["status_url"]))
    expect(page.locator("#pane")).to_contain_text(case["case_number"])
    expect(page.locator("#pane h2")).to_have_text(case["items"][0]["name"])
    assert sent == []


def test_in_the_inbox_a_reason_that_is_being_written_is_left_alone(seat: Seat, case: dict[str, Any]) -> None:
    page = signed_in(seat.page, seat.demo, "/office", role="duty_manager")
    expect(page.locator("#rows tr").first).to_be_visible()
    scan(page, case["status_url"])
    expect(page.locator("#pane")).to_contain_text(case["case_number"])
    page.locator(".verbs [data-verb='return']").click()
    words = page.locator(".verb-place input, .verb-place textarea").first
    words.fill("缺一页")
    scan(page, case["status_url"])
    expect(page.locator("#notice")).to_contain_text("先做完或关上正在填的")
    expect(words).to_have_value("缺一页")


def test_in_the_inbox_letters_of_a_hand_still_walk_and_open(seat: Seat, case: dict[str, Any]) -> None:
    page = signed_in(seat.page, seat.demo, "/office", role="duty_manager")
    expect(page.locator("#rows tr").first).to_be_visible()
    for key in ("j", "k", "j", "k", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#pane h2")).to_be_visible()
    assert case["case_number"]


def test_at_the_managers_page_a_scan_tells_what_it_is_and_leads_there(
    seat: Seat, case: dict[str, Any]
) -> None:
    page = signed_in(seat.page, seat.demo, "/manage", role="duty_manager")
    expect(page.locator("#verdict")).not_to_be_empty()
    scan(page, case["status_url"])
    expect(page.locator("#dialog")).to_contain_text(f"办件 {case['case_number']}")
    page.get_by_role("link", name="在股室页面打开").click()
    expect(page.locator("#pane")).to_contain_text(case["case_number"])
    assert code_behind(case["status_url"]) not in page.url


def test_on_the_notice_page_a_scan_leads_to_the_counter(seat: Seat, case: dict[str, Any]) -> None:
    ticket = seat.serve("retirement")
    page = seat.page
    page.goto(f"{seat.demo.base_url}/counter/cases/{case['case_number']}/notice")
    expect(page.locator("#print")).to_be_visible()
    scan(page, "https://example.org/abc")
    expect(page.locator("#said")).to_contain_text("不是本厅的码")
    page.locator(".seal").click()
    page.locator("#print").focus()
    scan(page, ticket["status_url"])
    expect(page.locator("#words")).to_contain_text(f"{ticket['number']} 就在本窗口")
    assert ticket["token"] not in page.url


def test_only_staff_learn_what_a_code_is_of(counters: Demo) -> None:
    for role in ("kiosk", "display"):
        answer = httpx.get(
            f"{counters.base_url}/api/v1/scans/{new_token()}",
            headers={"Authorization": f"Bearer {counters.token(role)}"},
        )
        assert answer.status_code == 403
