"""The page behind the slip's code: the place freely, the case after four characters, nothing to strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from conftest import House, Web
from werkzeug.test import TestResponse

import hall
from kiosk.phone import place_mark
from kiosk.phone_words import (
    ItemWords,
    case_advice,
    case_words,
    item_words,
    standing,
)
from shared.actions import casework, issuing
from shared.actions.case_views import case_view, told_item_view
from shared.actions.configuring import change_configuration
from shared.actions.views import TicketView
from shared.domain.account import Actor
from shared.domain.clock import SHANGHAI
from shared.domain.waiting import WaitBand
from shared.store.unit_of_work import UnitOfWork
from shared.web.qr import qr_svg

NOBODYS = "0" * 26
TODAY = date(2026, 11, 23)


def take(house: House, service_id: str = "retirement") -> TicketView:
    """A number from the kiosk."""
    view: TicketView = house.do(issuing.issue, "kiosk-1", issuing.IssueRequest(service_id=service_id))
    return view


def open_case(house: House, token: str, id_number: str = "11010519491231002X") -> Any:
    """A case of two matters for the holder of this ticket."""
    request = casework.CaseRequest(
        service_id="retirement",
        ticket_token=token,
        applicant=casework.ApplicantRequest(
            kind="person", name="张小三", id_kind="resident_id", id_number=id_number
        ),
        items=[casework.ItemRequest(ordinal=1), casework.ItemRequest(ordinal=6)],
    )
    return house.do(casework.open_case, "anna", request)


def page(web: Web, token: str) -> TestResponse:
    return web.client.get(f"/t/{token}")


def form(web: Web, token: str, **fields: str) -> TestResponse:
    return web.client.post(f"/t/{token}", data=fields)


def test_the_place_is_shown_without_any_proof(web: Web) -> None:
    take(web.house)
    ticket = take(web.house)
    text = page(web, ticket.token).text
    assert ticket.number in text
    assert "前面还有 1 人" in text
    assert "2楼 ▲" in text


def test_the_page_names_no_event_before_it_is_unlocked(web: Web) -> None:
    ticket = take(web.house)
    open_case(web.house, ticket.token)
    text = page(web, ticket.token).text
    assert "退休" not in text
    assert "张" not in text


def test_unknown_malformed_and_revoked_codes_get_one_and_the_same_answer(web: Web) -> None:
    ticket = take(web.house)

    def revoke(uow: UnitOfWork, actor: Actor) -> None:
        issuing.find_ticket(uow, ticket.token).revoked = True

    web.house.do(revoke, "anna")
    answers = [page(web, token) for token in (NOBODYS, ticket.token, "short", "U" * 26)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_the_address_is_told_to_no_other_site(web: Web) -> None:
    ticket = take(web.house)
    assert page(web, ticket.token).headers["Referrer-Policy"] == "no-referrer"
    assert page(web, NOBODYS).headers["Referrer-Policy"] == "no-referrer"


def test_without_scripts_the_page_loads_itself_anew_while_somebody_waits(web: Web) -> None:
    ticket = take(web.house)
    refresh = '<noscript><meta http-equiv="refresh" content="15"></noscript>'
    assert refresh in page(web, ticket.token).text
    form(web, ticket.token, action="cancel")
    assert refresh not in page(web, ticket.token).text


def test_a_form_for_the_four_characters_is_never_pulled_away(web: Web) -> None:
    ticket = take(web.house)
    open_case(web.house, ticket.token)
    text = page(web, ticket.token).text
    assert 'name="last4"' in text
    assert 'http-equiv="refresh"' not in text


def test_the_last_four_characters_open_the_case_once_per_browser(web: Web) -> None:
    ticket = take(web.house)
    case = open_case(web.house, ticket.token)
    answer = form(web, ticket.token, last4="002x")
    assert answer.status_code == 303
    text = page(web, ticket.token).text
    assert case.case_number in text
    assert "张*三" in text
    assert "张小三" not in text
    assert 'name="last4"' not in text


def test_the_cookie_is_for_this_ticket_alone_and_not_for_scripts(web: Web) -> None:
    ticket = take(web.house)
    open_case(web.house, ticket.token)
    cookie = form(web, ticket.token, last4="002X").headers["Set-Cookie"]
    assert f"Path=/t/{ticket.token}" in cookie
    assert "HttpOnly" in cookie
    assert "002X" not in cookie


def test_four_characters_open_the_cases_of_their_applicant_only(web: Web) -> None:
    ticket = take(web.house)
    first = open_case(web.house, ticket.token)
    second = open_case(web.house, ticket.token, "110105199001014492")
    form(web, ticket.token, last4="002X")
    text = page(web, ticket.token).text
    assert first.case_number in text
    assert second.case_number not in text
    form(web, ticket.token, last4="4492")
    both = page(web, ticket.token).text
    assert first.case_number in both
    assert second.case_number in both


def test_wrong_characters_are_refused_and_open_nothing(web: Web) -> None:
    ticket = take(web.house)
    case = open_case(web.house, ticket.token)
    answer = form(web, ticket.token, last4="9999")
    assert answer.status_code == 403
    assert "对不上" in answer.text
    assert case.case_number not in page(web, ticket.token).text


def test_the_eleventh_wrong_guess_is_too_many(house: House) -> None:
    app = hall.create_app(replace(house.settings, press_limits=True), house.clock)
    ticket = take(house)
    open_case(house, ticket.token)
    with app.test_client() as client:
        statuses = [client.post(f"/t/{ticket.token}", data={"last4": "9999"}).status_code for _ in range(11)]
    app.extensions["parts"].hall.store.close()
    assert statuses == [403] * 10 + [429]


def test_the_api_unlocks_with_a_cookie_for_the_page(web: Web) -> None:
    ticket = take(web.house)
    case = open_case(web.house, ticket.token)
    path = f"/tickets/{ticket.token}/unlock"
    assert web.post(path, None, {"last4": "9999"}).status_code == 403
    answer = web.post(path, None, {"last4": "002X"})
    assert answer.status_code == 200
    assert [one["case_number"] for one in answer.get_json()["items"]] == [case.case_number]
    assert case.case_number in page(web, ticket.token).text


def test_a_kiosk_keeps_no_unlock_for_the_next_person(web: Web) -> None:
    ticket = take(web.house)
    open_case(web.house, ticket.token)
    answer = web.post(f"/tickets/{ticket.token}/unlock", "kiosk-1", {"last4": "002X"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_stepping_back_twice_with_one_form_steps_back_once(web: Web) -> None:
    ticket = take(web.house)
    for _ in range(6):
        take(web.house)
    mark = web.house.see(lambda uow: place_mark(issuing.find_ticket(uow, ticket.token)))
    first, second = [form(web, ticket.token, action="postpone", from_place=mark) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 303)
    view = web.get(f"/tickets/{ticket.token}").get_json()
    assert view["ahead"] == 3


def test_stepping_back_says_how_far_and_that_the_number_holds(web: Web) -> None:
    ticket = take(web.house)
    for _ in range(2):
        take(web.house)
    mark = web.house.see(lambda uow: place_mark(issuing.find_ticket(uow, ticket.token)))
    answer = form(web, ticket.token, action="postpone", from_place=mark)
    assert "已退后 2 位，号还有效。" in answer.text
    assert "已退后" not in page(web, ticket.token).text


def test_a_missed_call_can_be_made_good_once(web: Web) -> None:
    ticket = take(web.house)
    web.post("/counters/2/sign-on", "anna")
    states = []
    for _ in range(2):
        web.post("/counters/2/call-next", "anna")
        web.post("/counters/2/no-show", "anna")
        form(web, ticket.token, action="reinstate")
        states.append(web.get(f"/tickets/{ticket.token}").get_json()["state"])
    assert states == ["waiting", "no_show"]


def test_who_was_put_back_before_is_sent_to_staff_and_gets_no_button(web: Web) -> None:
    ticket = take(web.house)
    web.post("/counters/2/sign-on", "anna")
    buttons = []
    for _ in range(2):
        web.post("/counters/2/call-next", "anna")
        web.post("/counters/2/no-show", "anna")
        buttons.append("重新排上" in page(web, ticket.token).text)
        form(web, ticket.token, action="reinstate")
    assert buttons == [True, False]
    assert "请到窗口或导办台，由工作人员再排" in page(web, ticket.token).text


def test_where_the_hall_leaves_it_to_staff_the_page_offers_nothing_that_is_refused(web: Web) -> None:
    document = web.house.see(lambda uow: uow.configuration_document())
    rule = {**document["site"]["no_show"], "back": "clerk"}
    site = {**document["site"], "no_show": rule}
    web.house.do(change_configuration, "admin", {**document, "site": site}, "staff put back")
    ticket = take(web.house)
    web.post("/counters/2/sign-on", "anna")
    web.post("/counters/2/call-next", "anna")
    web.post("/counters/2/no-show", "anna")
    text = page(web, ticket.token).text
    assert "重新排上" not in text
    assert "请到窗口或导办台，由工作人员再排" in text


def test_nobody_is_asked_to_come_near_while_a_break_lies_before_the_call(house: House) -> None:
    later = datetime(2026, 9, 18, 14, 35, tzinfo=SHANGHAI)
    over_lunch = replace(take(house), wait_seconds=WaitBand(9000, 9600, 9900), called_after=later)
    told = standing(over_lunch)
    assert (told.title, told.detail, told.call) == ("前面没有人", "约在下午 14:35 以后叫到", False)
    unknown = standing(replace(over_lunch, ahead=2, wait_seconds=None))
    assert (unknown.title, unknown.detail) == ("前面还有 2 人", "约在下午 14:35 以后叫到")


def test_a_call_says_where_to_go_now(web: Web) -> None:
    ticket = take(web.house)
    web.post("/counters/2/sign-on", "anna")
    web.post("/counters/2/call-next", "anna")
    assert "请现在到 2楼 2号窗口" in page(web, ticket.token).text


@pytest.mark.parametrize(("verb", "then"), [("recall", "叫您"), ("start", "接着办")])
def test_a_ticket_left_to_the_next_clerk_says_so_until_one_is_there(web: Web, verb: str, then: str) -> None:
    ticket = take(web.house)
    for path, body in (
        ("sign-on", {}),
        ("call-next", {}),
        (verb, {}),
        ("sign-off", {"hand_over": True}),
    ):
        web.post(f"/counters/2/{path}", "anna", body)
    left = page(web, ticket.token).text
    assert "窗口正在换人，请在旁边稍等" in left
    assert f"2楼 2号窗口，有人接手就{then}" in left
    web.post("/counters/2/sign-on", "anna")
    assert "换人" not in page(web, ticket.token).text


@pytest.mark.parametrize(("service_id", "asked"), [("retirement", True), ("retiree-death", False)])
def test_a_visit_is_rated_once_and_a_loss_is_never_asked_about(
    web: Web, service_id: str, asked: bool
) -> None:
    ticket = take(web.house, service_id)
    web.post("/counters/2/sign-on", "anna")
    web.post("/counters/2/call-next", "anna")
    web.post("/counters/2/finish", "anna")
    assert ('value="rate"' in page(web, ticket.token).text) is asked
    assert form(web, ticket.token, action="rate", level="5").status_code == 303
    assert form(web, ticket.token, action="rate", level="5").status_code == 409
    assert 'value="rate"' not in page(web, ticket.token).text


def test_the_code_picture_is_an_svg_of_the_status_address(web: Web) -> None:
    ticket = take(web.house)
    answer = web.client.get(ticket.qr_svg_url)
    assert answer.content_type == "image/svg+xml"
    assert answer.data == qr_svg(ticket.status_url)
    assert web.client.get(f"/t/{NOBODYS}/qr.svg").status_code == 404


def test_who_is_near_is_asked_to_come_now(web: Web) -> None:
    web.post("/counters/2/sign-on", "anna")
    first, *_, last = [take(web.house) for _ in range(5)]
    assert standing(first).call
    assert not standing(last).call
    assert standing(last).title == "前面还有 4 人"


def test_nobody_is_next_while_no_counter_is_open(web: Web) -> None:
    words = standing(take(web.house))
    assert not words.call
    assert (words.title, words.detail) == ("前面没有人", "等多久现在还说不准")


def test_who_has_nobody_behind_is_told_instead_of_stepping_back(web: Web) -> None:
    ticket = take(web.house)
    mark = web.house.see(lambda uow: place_mark(issuing.find_ticket(uow, ticket.token)))
    answer = form(web, ticket.token, action="postpone", from_place=mark)
    assert answer.status_code == 200
    assert "后面没有人，不用往后排" in answer.text


def test_citizens_read_no_codes_of_errors(web: Web) -> None:
    text = page(web, NOBODYS).text
    assert "unknown_ticket" not in text
    assert "404" not in text


def test_every_state_of_a_ticket_has_words(web: Web) -> None:
    ticket = take(web.house)
    form(web, ticket.token, action="cancel")
    assert "这个号已经取消" in page(web, ticket.token).text


def test_done_is_not_the_same_as_granted(web: Web) -> None:
    token = take(web.house).token
    open_case(web.house, token)
    item = web.house.see(lambda uow: told_item_view(uow, casework.cases_of_token(uow, token)[0].items[0]))

    def words(told: str | None, **changes: Any) -> ItemWords:
        return item_words(replace(item, **changes), told, TODAY)

    granted = words(None, state="completed", result="granted")
    refused = words("年限不够。", state="completed", result="not_granted")
    papers = words("等您补材料", state="suspended", reason="your_papers")
    missing = words("银行卡", state="supplementing", reason="银行卡", until=date(2026, 12, 7))
    others = words("等鉴定", state="suspended", reason="appraisal")
    assert missing.note == "银行卡。请在 12月7日 前带来"
    assert (granted.word, granted.shape, granted.tone) == ("办成", "tick", "pine")
    assert (refused.word, refused.shape, refused.tone) == ("没办成", "dash", "grey")
    assert refused.note == "原因：年限不够。请带小票到窗口问清楚。"
    assert granted.note == "取结果请问导办台"
    assert (papers.word, papers.shape) == ("等您补材料", "hand")
    assert (others.word, others.shape) == ("在等别的部门", "pause")


@pytest.mark.parametrize("state", ["accepted", "dispatched", "in_progress", "returned"])
def test_whoever_works_on_it_inside_the_hall_a_citizen_reads_one_word(web: Web, state: str) -> None:
    token = take(web.house).token
    open_case(web.house, token)
    item = web.house.see(lambda uow: told_item_view(uow, casework.cases_of_token(uow, token)[0].items[0]))
    assert item_words(replace(item, state=state), None, TODAY).word == "办理中"


def test_a_case_is_not_called_all_done_over_what_was_not_granted(web: Web) -> None:
    token = take(web.house).token
    open_case(web.house, token)
    case = web.house.see(lambda uow: case_view(uow, casework.cases_of_token(uow, token)[0]))
    granted = [replace(item, state="completed", result="granted") for item in case.items]
    mixed = [granted[0], replace(granted[1], result="not_granted")]
    assert case_words(replace(case, state="completed", items=granted), TODAY) == "全部办完"
    ended = replace(case, state="completed", items=mixed)
    assert case_words(ended, TODAY) == "已办完，其中 1 项没办成"
    assert case_advice(ended) == "没办成的，请带小票到窗口问清楚。"


def test_the_plain_title_stands_first_and_the_official_name_beside_it(web: Web) -> None:
    ticket = take(web.house)
    open_case(web.house, ticket.token)
    form(web, ticket.token, last4="002X")
    text = page(web, ticket.token).text
    assert "<h2>我要退休<small" in text
    assert "职工退休" in text


def test_the_first_view_is_light_enough_for_a_poor_network(web: Web, pytestconfig: pytest.Config) -> None:
    ticket = take(web.house)
    shared, own = pytestconfig.rootpath / "shared/web/static/css", pytestconfig.rootpath / "kiosk/static"
    files = [shared / "tokens.css", shared / "base.css", own / "css/phone.css", own / "js/phone.js"]
    assert sum(file.stat().st_size for file in files) + len(page(web, ticket.token).data) < 60_000
