"""API addresses of cases: opening them, the work of the offices, and finding them again."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.actions import case_papers, casework, item_work
from shared.actions.case_forms import FormView, service_form
from shared.actions.case_lists import find_cases, list_cases, read_inbox
from shared.actions.case_views import CaseView, StaffCaseView, case_view, inbox_entry, staff_case_view
from shared.actions.issuing import find_ticket
from shared.actions.item_effects import ItemVerbRequest
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import STAFF_ROLES, Role
from shared.domain.case import (
    ChangedMeanwhile,
    ItemTwice,
    NameMissing,
    NoItems,
    NotAnApplication,
    ReasonMissing,
    ResultMissing,
    UnknownCase,
    UnknownItem,
    UnknownLine,
    WrongOffice,
)
from shared.domain.catalogue import ServiceNotOffered, UnknownService
from shared.domain.errors import Forbidden
from shared.domain.identity_numbers import InvalidCreditCode, InvalidIdNumber
from shared.domain.paper import NoPrinter
from shared.domain.states import IllegalMove
from shared.domain.ticket import UnknownTicket
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall

api = Api("cases_api")

CLERKS = (Role.CLERK, Role.DUTY_MANAGER, Role.ADMINISTRATOR)
WORKERS = (Role.OFFICE, *CLERKS)


class SearchRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whom a case is about; personal words travel in a body, never in an address."""

    name: str | None = None
    id_number: str | None = None
    uscc: str | None = None


class ScanView(msgspec.Struct, frozen=True):
    """What the code of a slip or a notice is of; a case without a ticket has a code of its own."""

    ticket: StaffTicketView | None
    cases: tuple[CaseView, ...]


@api.change(
    "POST",
    "/cases",
    "Take a case in, accept it and send its items to the offices",
    roles=CLERKS,
    body=casework.CaseRequest,
    answers=CaseView,
    status=201,
    key=True,
    errors=(
        UnknownService,
        ServiceNotOffered,
        UnknownTicket,
        UnknownLine,
        NotAnApplication,
        InvalidIdNumber,
        InvalidCreditCode,
        NameMissing,
        NoItems,
        ItemTwice,
        WrongOffice,
    ),
)
def post_case(uow: UnitOfWork, call: ApiCall) -> CaseView:
    return casework.open_case(uow, call.actor, call.body)


@api.get(
    "/cases",
    "Cases from the newest back",
    roles=STAFF_ROLES,
    answers=dict,
    query={"office": str, "state": str, "q": str, "cursor": int, "limit": int},
)
def get_cases(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    query = call.query
    found, more = list_cases(
        uow,
        office=query.get("office"),
        state=query.get("state"),
        text=query.get("q"),
        cursor=query.get("cursor"),
        limit=query.get("limit", 50),
    )
    return {"items": [case_view(uow, case) for case in found], "next": more}


@api.change(
    "POST", "/cases/search", "Cases of a person or unit", roles=STAFF_ROLES, body=SearchRequest, answers=dict
)
def post_search(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    wanted: SearchRequest = call.body
    found = find_cases(uow, wanted.name, wanted.uscc or wanted.id_number)
    return {"items": [case_view(uow, case) for case in found], "next": None}


@api.get(
    "/cases/<case_number>",
    "A case with its persons and its log",
    roles=STAFF_ROLES,
    answers=StaffCaseView,
    errors=(UnknownCase,),
)
def get_case(uow: UnitOfWork, call: ApiCall) -> StaffCaseView:
    return staff_case_view(uow, uow.cases.by_number(call.parts["case_number"]))


@api.get(
    "/scans/<token>",
    "The ticket and the cases behind a scanned code",
    roles=STAFF_ROLES,
    answers=ScanView,
    errors=(UnknownTicket,),
)
def get_scan(uow: UnitOfWork, call: ApiCall) -> ScanView:
    cases = casework.cases_of_token(uow, call.parts["token"])
    ticket = None if cases and cases[0].token is not None else find_ticket(uow, call.parts["token"])
    return ScanView(
        ticket=staff_ticket_view(uow, ticket) if ticket else None,
        cases=tuple(case_view(uow, case) for case in cases),
    )


@api.change(
    "POST",
    "/cases/<case_number>/slip",
    "Print the acceptance notice again",
    roles=CLERKS,
    answers=CaseView,
    errors=(UnknownCase, NoPrinter),
)
def post_case_slip(uow: UnitOfWork, call: ApiCall) -> CaseView:
    case_papers.print_case_paper(uow, call.actor, call.parts["case_number"])
    return case_view(uow, uow.cases.by_number(call.parts["case_number"]))


@api.change(
    "POST",
    "/cases/<case_number>/items/<int:item>/<verb>",
    "Do a verb on one item",
    roles=WORKERS,
    body=ItemVerbRequest,
    answers=CaseView,
    errors=(
        UnknownCase,
        UnknownItem,
        item_work.UnknownVerb,
        item_work.NotYourOffice,
        ChangedMeanwhile,
        IllegalMove,
        ReasonMissing,
        ResultMissing,
    ),
)
def post_item_verb(uow: UnitOfWork, call: ApiCall) -> CaseView:
    parts = call.parts
    verb = str(parts["verb"]).replace("-", "_")
    return item_work.item_verb(uow, call.actor, parts["case_number"], parts["item"], verb, call.body)


@api.get(
    "/inbox",
    "Items of an office by due date",
    roles=STAFF_ROLES,
    answers=dict,
    query={"office": str, "state": str, "q": str},
)
def get_inbox(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    if call.actor.role is Role.OFFICE:
        # An account without an office has an inbox of nothing, never everybody's.
        if call.actor.office is None:
            raise Forbidden
        office: str | None = call.actor.office
    else:
        office = call.query.get("office")
    rows = read_inbox(uow, office, call.query.get("state"), call.query.get("q"))
    return {"items": [inbox_entry(uow, case, item) for case, item in rows], "next": None}


@api.get(
    "/services/<service_id>/form",
    "What the case desk shows for a service",
    roles=STAFF_ROLES,
    answers=FormView,
    errors=(UnknownService,),
)
def get_form(uow: UnitOfWork, call: ApiCall) -> FormView:
    return service_form(uow, call.parts["service_id"])


def _declare(verb: str, summary: str) -> None:
    def work(uow: UnitOfWork, call: ApiCall) -> CaseView:
        return item_work.case_verb(uow, call.actor, call.parts["case_number"], verb, call.body)

    work.__name__ = f"post_case_{verb}"
    api.change(
        "POST",
        f"/cases/<case_number>/{verb}",
        summary,
        roles=CLERKS,
        body=item_work.CaseVerbRequest,
        answers=CaseView,
        errors=(UnknownCase, UnknownItem, IllegalMove, ReasonMissing),
    )(work)


for _verb, _summary in (
    ("accept", "Accept what was received"),
    ("refuse", "Refuse what was received"),
    ("supplement", "Tell once what is missing"),
    ("withdraw", "Withdraw for the applicant"),
    ("deliver", "Hand results over"),
):
    _declare(_verb, _summary)
