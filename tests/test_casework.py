"""Cases on a real database: accepted once, every item with its office and its date."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import msgspec
import pytest
from conftest import BUNDLES, ID_NUMBER, LAST_FOUR, OFFICE, House
from slips import claim_slips
from test_issuing import take

from shared.actions import case_lists, case_papers, casework, counters, item_work
from shared.actions.case_views import CaseView, StaffCaseView, staff_case_view
from shared.actions.casework import CaseRequest
from shared.actions.item_effects import ApproverMissing, ItemVerbRequest, UntilMissing
from shared.actions.item_work import CaseVerbRequest
from shared.domain.case import (
    ChangedMeanwhile,
    ItemTwice,
    MissingPapersMissing,
    NameMissing,
    NoItems,
    NotAccepted,
    NotAnApplication,
    ReasonMissing,
    ResultMissing,
    UnknownCase,
    UnknownLine,
    UnknownSubject,
    WrongOffice,
)
from shared.domain.catalogue import ServiceNotOffered
from shared.domain.errors import HallError
from shared.domain.identity_numbers import InvalidCreditCode, InvalidIdNumber
from shared.domain.states import IllegalMove

PERSON = {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER}
UNIT = {"kind": "unit", "name": "白银铜城商贸有限公司", "uscc": "91350100M000100Y43"}


def request(service: str = "retirement", ordinals: tuple[int, ...] = (1, 6), **more: Any) -> CaseRequest:
    facts = {"service_id": service, "applicant": PERSON, "items": [{"ordinal": n} for n in ordinals]}
    return msgspec.convert(facts | more, CaseRequest)


def open_case(house: House, *args: Any, **kwargs: Any) -> CaseView:
    return house.do(casework.open_case, "anna", request(*args, **kwargs))  # type: ignore[no-any-return]


def verb(house: House, who: str, case: CaseView, item: int, name: str, **more: Any) -> CaseView:
    current = house.see(lambda uow: uow.cases.by_number(case.case_number).item(item).version)
    body = ItemVerbRequest(**({"expected": current} | more))
    return house.do(item_work.item_verb, who, case.case_number, item, name, body)  # type: ignore[no-any-return]


def staff_view(house: House, case: CaseView) -> StaffCaseView:
    view: StaffCaseView = house.see(lambda uow: staff_case_view(uow, uow.cases.by_number(case.case_number)))
    return view


def test_one_acceptance_sends_every_item_to_its_office(house: House) -> None:
    case = open_case(house, "retirement", (1, 3, 4, 6))
    assert case.case_number == "20260918-0001"
    assert {item.state for item in case.items} == {"dispatched"}
    assert [item.office for item in case.items] == [
        "社保中心企业职工养老保险股",
        "劳动监察中队",
        OFFICE,
        OFFICE,
    ]


def test_each_item_has_its_own_limit_and_the_case_is_due_with_the_last(house: House) -> None:
    case = open_case(house, "retirement", (1, 6))
    assert [(item.due_on, item.ruled_by) for item in case.items] == [
        (date(2026, 9, 18), "list2"),
        (date(2026, 10, 15), "bundle"),
    ]
    assert case.due_on == date(2026, 10, 15)


@pytest.mark.parametrize("service", BUNDLES)
def test_every_line_of_every_bundle_is_accepted_or_is_a_service(house: House, service: str) -> None:
    offered = house.see(lambda uow: uow.configuration().catalogue.service(service))
    lines = [item.ordinal for item in offered.items if item.kind != "service"]
    case = open_case(house, service, tuple(lines))
    assert [item.ordinal for item in case.items] == lines
    assert all(item.office in offered.items[(item.ordinal or 0) - 1].offices for item in case.items)
    for line in offered.items:
        if line.kind == "service":
            with pytest.raises(NotAnApplication):
                open_case(house, service, (line.ordinal,))


def test_a_due_date_beyond_the_published_calendar_is_not_guessed(house: House) -> None:
    house.clock.advance(77 * 86_400)
    case = open_case(house, "startup", (7,))
    assert (case.items[0].due_on, case.items[0].due_state) == (None, "calendar_unpublished")
    assert case.due_on is None


def test_a_case_that_is_only_received_runs_no_clock(house: House) -> None:
    case = open_case(house, receive_only=True)
    assert (case.state, case.accepted_at, case.items[1].due_state) == ("received", None, "provisional")
    accepted = house.do(item_work.case_verb, "anna", case.case_number, "accept", CaseVerbRequest())
    assert (accepted.state, accepted.items[1].due_state) == ("open", "fixed")


def test_several_cases_come_from_one_ticket_and_share_its_page(house: House) -> None:
    take(house)
    token = house.see(lambda uow: uow.tickets.by_number("A001", uow.day).token)
    first = open_case(house, ticket_token=token)
    second = open_case(house, "1.10.7", (1,), ticket_token=token.upper(), applicant=UNIT)
    assert first.status_url == second.status_url
    assert len(house.see(lambda uow: casework.cases_of_token(uow, token))) == 2
    assert [c.case_number for c in house.see(lambda uow: casework.unlocked_cases(uow, token, "002x"))] == [
        first.case_number
    ]


def test_a_case_without_a_ticket_has_a_page_of_its_own(house: House) -> None:
    case = open_case(house)
    token = case.status_url.rsplit("/", 1)[1]
    assert (
        house.see(lambda uow: casework.unlocked_cases(uow, token, LAST_FOUR))[0].case_number
        == case.case_number
    )
    assert house.see(lambda uow: casework.unlocked_cases(uow, token, "1234")) == []


def test_an_item_is_opened_once_for_each_person_named(house: House) -> None:
    subjects = [
        {
            "ref": f"e{n}",
            "role": "employee",
            "name": f"员工{n}",
            "id_kind": "passport",
            "id_number": f"E{n}2345678",
        }
        for n in (1, 2)
    ]
    items = [{"ordinal": 1, "subjects": ["e1", "e2"]}, {"ordinal": 11}]
    case = open_case(house, "hire", applicant=UNIT, subjects=subjects, items=items)
    assert [(item.id, item.ordinal, item.subject) for item in case.items] == [
        (1, 1, "e1"),
        (2, 1, "e2"),
        (3, 11, None),
    ]


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"applicant": PERSON | {"id_number": "110105194912310021"}}, InvalidIdNumber, "applicant.id_number"),
        ({"applicant": PERSON | {"id_kind": "library_card"}}, InvalidIdNumber, "applicant.id_kind"),
        ({"applicant": PERSON | {"name": " \x1b@ "}}, None, None),
        ({"applicant": PERSON | {"name": "  "}}, NameMissing, "applicant.name"),
        ({"applicant": UNIT | {"uscc": "91350100M000100Y44"}}, InvalidCreditCode, "uscc"),
        ({"items": []}, NoItems, "items"),
        ({"items": [{"ordinal": 99}]}, UnknownLine, "items[0]"),
        ({"items": [{"ordinal": 1}, {"ordinal": 1}]}, ItemTwice, "items[1]"),
        ({"items": [{"ordinal": 1, "office": "劳动监察中队"}]}, WrongOffice, "items[0].office"),
        ({"items": [{"ordinal": 5, "leaf_codes": ["1.6.15"]}]}, UnknownLine, "items[0].leaf_codes"),
        ({"items": [{"ordinal": 1, "subjects": ["e9"]}]}, UnknownSubject, "items[0]"),
        ({"service_id": "advice"}, NotAnApplication, "service_id"),
        ({"service_id": "2.6.4", "items": [{"ordinal": 1}]}, ServiceNotOffered, None),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_opened(
    house: House, changes: dict[str, Any], refusal: type[HallError] | None, field: str | None
) -> None:
    if refusal is None:
        assert open_case(house, **changes).case_number
        return
    with pytest.raises(refusal) as refused:
        open_case(house, **changes)
    assert refused.value.details.get("field") == field
    assert house.see(
        lambda uow: case_lists.list_cases(uow, office=None, state=None, text=None, cursor=None, limit=5)
    ) == ([], None)
    assert open_case(house).case_number.endswith("-0001"), "a refused case takes no number"


def test_an_office_starts_and_completes_its_item(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    started = verb(house, "chen", case, 1, "start")
    assert started.items[0].state == "in_progress"
    with pytest.raises(ResultMissing):
        verb(house, "chen", case, 1, "complete")
    with pytest.raises(ReasonMissing):
        verb(house, "chen", case, 1, "complete", result="not_granted")
    done = verb(house, "chen", case, 1, "complete", result="not_granted", reason="没有重复缴费")
    assert (done.state, done.items[0].result) == ("completed", "not_granted")
    assert staff_view(house, case).items[0].reason == "没有重复缴费"


def test_an_office_does_not_touch_what_is_anothers(house: House) -> None:
    case = open_case(house, "retirement", (1,))
    with pytest.raises(item_work.NotYourOffice):
        verb(house, "chen", case, 1, "start")


def test_two_officers_on_one_item_do_not_overwrite_each_other(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    seen = case.items[0].version
    verb(house, "chen", case, 1, "start")
    with pytest.raises(ChangedMeanwhile):
        verb(house, "chen", case, 1, "start", expected=seen)


def test_a_verb_in_the_wrong_state_is_refused(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    with pytest.raises(IllegalMove):
        verb(house, "chen", case, 1, "complete", result="granted")
    with pytest.raises(item_work.UnknownVerb):
        verb(house, "chen", case, 1, "explode")
    with pytest.raises(UnknownCase):
        house.see(lambda uow: uow.cases.by_number("20260918-9999"))


def test_an_item_kept_at_the_counter_is_completed_there(house: House) -> None:
    case = open_case(house, "social-card", items=[{"ordinal": 3, "at_counter": True}])
    assert case.items[0].state == "accepted"
    assert verb(house, "anna", case, 1, "complete", result="granted").state == "completed"


def test_the_inbox_of_an_office_holds_its_open_items_by_due_date(house: House) -> None:
    open_case(house, "startup", (11,))
    open_case(house, "retirement", (6,))
    rows = house.see(lambda uow: case_lists.read_inbox(uow, OFFICE, None, None))
    assert [(case.service_id, item.ordinal) for case, item in rows] == [("retirement", 6), ("startup", 11)]
    other = house.see(lambda uow: case_lists.read_inbox(uow, "劳动监察中队", None, None))
    assert other == []


def test_a_case_is_found_by_name_or_number_without_storing_them_readably(house: House) -> None:
    case = open_case(house)
    for name, number in (("张小三", None), (None, ID_NUMBER.lower()), (" 张小三 ", ID_NUMBER)):
        found = house.see(partial(case_lists.find_cases, name=name, number=number))
        assert [c.case_number for c in found] == [case.case_number]
    assert house.see(lambda uow: case_lists.find_cases(uow, "李四", None)) == []
    stored = house.stored()
    assert "张小三".encode() not in stored
    assert ID_NUMBER.encode() not in stored


def test_the_acceptance_prints_where_the_clerk_sits_with_a_masked_name(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    case = open_case(house)
    printer = house.see(lambda uow: uow.configuration().site.counter(3).printer)
    (document,) = claim_slips(house, printer)
    assert (document["kind"], document["case_number"]) == ("acceptance", case.case_number)
    assert document["applicant_masked"] == "张*三"
    assert "张小三" not in str(document)
    assert ID_NUMBER not in str(document)


def test_staff_see_the_whole_name_and_a_masked_number(house: House) -> None:
    case = open_case(house)
    seen = house.see(lambda uow: staff_case_view(uow, uow.cases.by_number(case.case_number)))
    assert (seen.applicant.name, seen.applicant.id_number) == ("张小三", "*" * 14 + LAST_FOUR)
    assert [entry.verb for entry in seen.log][:3] == ["open", "accept", "dispatch"]


def test_lists_of_cases_are_paged_and_narrowed_by_computed_state(house: House) -> None:
    for _ in range(5):
        open_case(house)
    house.do(item_work.case_verb, "anna", "20260918-0002", "withdraw", CaseVerbRequest(reason="不办了"))
    first, cursor = house.see(
        lambda uow: case_lists.list_cases(uow, office=None, state="open", text=None, cursor=None, limit=3)
    )
    rest, end = house.see(
        lambda uow: case_lists.list_cases(uow, office=None, state="open", text=None, cursor=cursor, limit=3)
    )
    assert [case.case_number[-1] for case in (*first, *rest)] == ["5", "4", "3", "1"]
    assert end is None


def test_accepting_one_item_sends_it_to_its_office_and_orders_the_notice(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    case = open_case(house, "retirement", (1, 6), receive_only=True)
    accepted = verb(house, "anna", case, 2, "accept")
    assert [item.state for item in accepted.items] == ["received", "dispatched"]
    printer = house.see(lambda uow: uow.configuration().site.counter(3).printer)
    (document,) = claim_slips(house, printer)
    assert [item[0] for item in document["items"]] == ["多重养老保险关系个人账户退费"]


def test_what_was_only_received_has_no_notice(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    case = open_case(house, receive_only=True)
    with pytest.raises(NotAccepted):
        house.do(case_papers.print_case_paper, "anna", case.case_number)


def test_a_notice_printed_again_says_what_it_said(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    case = open_case(house, "retirement", (1, 6))
    house.do(item_work.case_verb, "anna", case.case_number, "withdraw", CaseVerbRequest(items=[2]))
    house.do(case_papers.print_case_paper, "anna", case.case_number)
    printer = house.see(lambda uow: uow.configuration().site.counter(3).printer)
    first, again = claim_slips(house, printer)
    assert (again["reprint"], again["items"]) == (1, first["items"])
    assert len(again["items"]) == 2


def test_a_suspension_stops_the_clock_and_resuming_moves_the_date(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    verb(house, "chen", case, 1, "start")
    verb(house, "chen", case, 1, "suspend", reason="等鉴定")
    house.later(days=10)
    waiting = staff_view(house, case).items[0]
    assert (waiting.due_on, waiting.due_state) == (date(2026, 10, 23), "provisional")
    resumed = verb(house, "chen", case, 1, "resume").items[0]
    assert (resumed.due_on, resumed.due_state) == (date(2026, 10, 23), "fixed")


def test_an_extension_needs_a_later_date_and_an_approver_and_survives_a_suspension(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    verb(house, "chen", case, 1, "start")
    with pytest.raises(UntilMissing):
        verb(house, "chen", case, 1, "extend", reason="材料多", approver="李主任", until=date(2026, 10, 15))
    with pytest.raises(ApproverMissing):
        verb(house, "chen", case, 1, "extend", reason="材料多", until=date(2026, 10, 30))
    verb(house, "chen", case, 1, "extend", reason="材料多", approver="李主任", until=date(2026, 10, 30))
    verb(house, "chen", case, 1, "suspend", reason="等鉴定")
    assert verb(house, "chen", case, 1, "resume").items[0].due_on == date(2026, 10, 30)
    rows = house.see(lambda uow: uow.ledger.of("item", [uow.cases.by_number(case.case_number).items[0].id]))
    extended = next(row for row in rows if row.verb == "extend")
    assert extended.before == {"due_on": "2026-10-15", "due_state": "fixed"}


def test_what_an_office_sent_back_is_the_counters_to_move(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    verb(house, "chen", case, 1, "return", reason="材料不全")
    with pytest.raises(item_work.NotYourOffice):
        verb(house, "chen", case, 1, "dispatch")
    assert verb(house, "anna", case, 1, "dispatch").items[0].state == "dispatched"
    with pytest.raises(item_work.NotYourOffice):
        verb(house, "anna", case, 1, "start")


def test_missing_papers_are_told_whole(house: House) -> None:
    case = open_case(house, receive_only=True)
    with pytest.raises(MissingPapersMissing):
        house.do(item_work.case_verb, "anna", case.case_number, "supplement", CaseVerbRequest())
    told = CaseVerbRequest(missing=["银行卡", "退费申请表"], until=date(2026, 10, 1))
    house.do(item_work.case_verb, "anna", case.case_number, "supplement", told)
    item = staff_view(house, case).items[0]
    assert (item.state, item.reason, item.until) == ("supplementing", "银行卡；退费申请表", date(2026, 10, 1))


def test_free_words_of_staff_stand_neither_in_the_ledger_nor_in_stored_answers(house: House) -> None:
    case = open_case(house, "retirement", (6,))
    answer = verb(house, "chen", case, 1, "return", reason="张三的电话不对")
    rows = house.see(lambda uow: uow.ledger.of("item", [uow.cases.by_number(case.case_number).items[0].id]))
    assert "张三" not in str([row.reason for row in rows])
    assert "张三" not in str(answer)
