"""Phones follow their ticket by tags: nothing new is 304, whatever moved is told, and no tag fits another."""

from __future__ import annotations

import pytest
from conftest import ID_NUMBER, LAST_FOUR, Demo, House, Web
from playwright.sync_api import Page, Response, expect
from slips import LONG_AGO
from test_kiosk_failures import ticket as take_at_demo
from werkzeug.test import TestResponse

from shared.actions import calling, counters, issuing
from shared.actions.devices import StoreReports
from shared.actions.views import TicketView
from shared.domain.account import Actor
from shared.domain.devices import PaperReport, PaperState
from shared.store.unit_of_work import UnitOfWork
from shared.web.known_tags import MOST_KNOWN, KnownTags

ADDRESSES = ("/t/{}", "/api/v1/tickets/{}")


def take(house: House) -> TicketView:
    view: TicketView = house.do(issuing.issue, "kiosk-1", issuing.IssueRequest(service_id="retirement"))
    return view


def ask(web: Web, address: str, tag: str | None = None) -> TestResponse:
    return web.client.get(address, headers={} if tag is None else {"If-None-Match": tag})


def tag_of(web: Web, address: str) -> str:
    answer = ask(web, address)
    assert answer.status_code == 200
    return answer.headers["ETag"]


@pytest.fixture(params=ADDRESSES)
def address(request: pytest.FixtureRequest, web: Web) -> str:
    """A waiting ticket's address, behind one who came before."""
    take(web.house)
    return str(request.param).format(take(web.house).token)


def call_the_first(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    house.do(calling.call_next, "anna", 3, None)


def test_what_has_not_changed_is_not_sent_again(web: Web, address: str) -> None:
    tag = tag_of(web, address)
    again = ask(web, address, tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert not tag.startswith("W/")


def test_a_tag_that_a_proxy_has_weakened_still_holds(web: Web, address: str) -> None:
    assert ask(web, address, f"W/{tag_of(web, address)}").status_code == 304


def test_a_move_of_the_queue_that_the_holder_sees_is_sent(web: Web, address: str) -> None:
    tag = tag_of(web, address)
    call_the_first(web.house)
    news = ask(web, address, tag)
    assert news.status_code == 200
    assert news.headers["ETag"] != tag


def test_a_move_that_changes_nothing_for_the_holder_is_not_sent(web: Web, address: str) -> None:
    tag = tag_of(web, address)
    take(web.house)
    assert ask(web, address, tag).status_code == 304


def test_what_became_of_the_slip_is_sent(web: Web) -> None:
    address = ADDRESSES[1].format(take(web.house).token)
    tag = tag_of(web, address)
    reports = StoreReports(web.house.store)
    reports.lease(["kiosk-1"], "one")
    (job,) = reports.exchange("one", [], {"kiosk-1": 1}, LONG_AGO)
    reports.exchange("one", [PaperReport(job.id, PaperState.FAILED, "")], {}, LONG_AGO)
    news = ask(web, address, tag)
    assert news.get_json()["slip"] == {"state": "failed"}


def test_a_case_shows_up_and_each_of_its_answers_is_fresh(web: Web) -> None:
    token = take(web.house).token
    address = ADDRESSES[0].format(token)
    tag = tag_of(web, address)
    body = {
        "service_id": "retirement",
        "ticket_token": token,
        "applicant": {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER},
        "items": [{"ordinal": 1}],
    }
    opened = web.post("/cases", "anna", body).get_json()
    locked = ask(web, address, tag)
    assert 'name="last4"' in locked.text
    web.client.post(address, data={"last4": LAST_FOUR})
    unlocked = ask(web, address, locked.headers["ETag"])
    assert opened["case_number"] in unlocked.text
    web.post(f"/cases/{opened['case_number']}/withdraw", "anna", {"reason": "applicant"})
    assert ask(web, address, unlocked.headers["ETag"]).status_code == 200


def test_the_minute_of_the_page_is_never_an_old_one(web: Web) -> None:
    address = ADDRESSES[0].format(take(web.house).token)
    tag = tag_of(web, address)
    web.house.later(minutes=1)
    assert "更新于 10:01" in ask(web, address, tag).text


def test_no_tag_fits_another_ticket(web: Web, address: str) -> None:
    tag = tag_of(web, address)
    others = [form.format(take(web.house).token) for form in ADDRESSES]
    for other in others:
        assert ask(web, other, tag).status_code == 200
        assert ask(web, other, f"{tag}, {tag_of(web, other)}").status_code == 304


def test_a_revoked_code_is_unknown_at_once_whatever_tag_is_sent(web: Web, address: str) -> None:
    tag = tag_of(web, address)
    token = address.rsplit("/", 1)[1]

    def revoke(uow: UnitOfWork, actor: Actor) -> None:
        issuing.find_ticket(uow, token).revoked = True

    web.house.do(revoke, "anna")
    assert ask(web, address, tag).status_code == 404
    assert ask(web, address, "*").status_code == 404


def test_staff_and_holder_do_not_share_an_answer(web: Web) -> None:
    address = ADDRESSES[1].format(take(web.house).token)
    tag = tag_of(web, address)
    head = {"Authorization": f"Bearer {web.house.tokens['anna']}", "If-None-Match": tag}
    seen = web.client.get(address, headers=head)
    assert seen.status_code == 200
    assert "waited_seconds" in seen.get_json()
    assert ask(web, address, seen.headers["ETag"]).status_code == 200


def test_no_more_tags_are_known_than_phones_can_follow() -> None:
    known = KnownTags()
    for number in range(MOST_KNOWN + 1):
        known.keep(f"/t/{number}", 1, "tag")
    assert known.tag("/t/0", 1) is None
    assert known.tag(f"/t/{MOST_KNOWN}", 1) == "tag"
    assert known.tag(f"/t/{MOST_KNOWN}", 2) is None


def test_the_phone_page_asks_with_its_tag_and_keeps_what_it_shows(page: Page, demo: Demo) -> None:
    taken = take_at_demo(demo)
    answers: list[int] = []

    def note(answer: Response) -> None:
        if "/t/" in answer.url:
            answers.append(answer.status)

    page.on("response", note)
    page.goto(f"{demo.base_url}/t/{taken['token']}")

    def look() -> None:
        with page.expect_response(lambda answer: "/t/" in answer.url):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    page.wait_for_load_state("networkidle")
    while answers.count(304) == 0 and len(answers) < 6:
        look()
    assert answers[-1] == 304
    expect(page.locator(".place-number")).to_have_text(taken["number"])
    expect(page.locator("[data-offline]")).to_be_hidden()
