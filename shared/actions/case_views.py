"""What the API answers of cases and their items, as frozen data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.actions.slip_ends import place_of
from shared.domain.case import (
    CLOCK_STOPPED,
    ITEM_LABELS,
    NEVER_ACCEPTED,
    Case,
    CaseItem,
    Person,
    latest_due,
)
from shared.domain.catalogue import Limit
from shared.domain.clock_stop import due_after_stop
from shared.domain.lamps import lamp
from shared.domain.limits import due
from shared.domain.masking import last_four, mask_name, mask_number
from shared.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One item of a case; ``version`` guards what an office does with it."""

    id: int
    ordinal: int | None
    subject: str | None
    code: str | None
    leaf_codes: Sequence[str]
    name: str
    plain_name: str
    office: str
    state: str
    state_label: str
    result: str | None
    due_on: date | None
    due_state: str
    ruled_by: str | None
    external_ref: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class ToldItemView(ItemView):
    """An item with the officers' own words: for staff and the applicant, never stored with an answer."""

    reason: str | None
    until: date | None
    was_returned: bool


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case without any personal data: its answers may be stored and replayed."""

    case_number: str
    service_id: str
    service_name: str
    service_title: str
    state: str
    received_at: datetime
    accepted_at: datetime | None
    due_on: date | None
    status_url: str
    items: Sequence[ItemView]
    counter: int | None
    slip: str
    #: Where the latest paper comes out, when that is not the printer of the place where it was ordered.
    slip_place: str | None


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A person or unit of a case as the staff who handle it see them; the number stays masked."""

    ref: str
    role: str
    kind: str
    name: str
    id_kind: str
    id_number: str
    phone: str | None
    relation: str | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One move of a case or an item, for staff."""

    at: datetime
    verb: str
    text: str
    by: str


@dataclass(frozen=True, kw_only=True)
class StaffCaseView(CaseView):
    """A case with its persons and its log, for the staff who handle it."""

    items: Sequence[ToldItemView]
    applicant: PersonView
    agent: PersonView | None
    subjects: Sequence[PersonView]
    ticket_number: str | None
    accepted_by: str | None
    log: Sequence[LogEntry]


@dataclass(frozen=True, kw_only=True)
class InboxEntry:
    """An item as it stands in the inbox of its office."""

    case_number: str
    id: int
    name: str
    plain_name: str
    code: str | None
    office: str
    state: str
    state_label: str
    due_on: date | None
    due_state: str
    ruled_by: str | None
    version: int
    applicant: str
    service_name: str
    service_title: str
    accepted_at: datetime | None
    lamp: str


def case_view(uow: UnitOfWork, case: Case) -> CaseView:
    """The case without personal data."""
    return CaseView(**_case_fields(uow, case))


def staff_case_view(uow: UnitOfWork, case: Case) -> StaffCaseView:
    """The case with persons and log."""
    agent = case.agent
    accounts = uow.accounts.with_ids([case.clerk_id] if case.clerk_id else [])
    clerk = accounts.get(case.clerk_id) if case.clerk_id else None
    fields = _case_fields(uow, case)
    fields["items"] = [told_item_view(uow, item) for item in case.items]
    return StaffCaseView(
        **fields,
        applicant=_person_view(case.applicant),
        agent=_person_view(agent) if agent else None,
        subjects=[_person_view(person) for person in case.subjects],
        ticket_number=uow.tickets.by_id(case.ticket_id).number if case.ticket_id else None,
        accepted_by=f"{clerk.name} {clerk.staff_number}".strip() if clerk else None,
        log=_log(uow, case),
    )


def inbox_entry(uow: UnitOfWork, case: Case, item: CaseItem) -> InboxEntry:
    """An item as its office sees it among the others."""
    due_on, due_state = item_due(uow, item)
    applicant = case.applicant
    return InboxEntry(
        case_number=case.case_number,
        id=item.number,
        name=item.name,
        plain_name=item.plain_name,
        code=item.code,
        office=item.office,
        state=str(item.state),
        state_label=ITEM_LABELS[item.state],
        due_on=due_on,
        due_state=due_state,
        ruled_by=item.ruled_by,
        version=item.version,
        applicant=mask_name(applicant.name) if applicant.kind == "person" else applicant.name,
        service_name=case.service_name,
        service_title=case.service_title,
        accepted_at=item.accepted_at,
        lamp=lamp(due_on, due_state, item.limit_days, uow.day, uow.configuration().calendar),
    )


def item_due(uow: UnitOfWork, item: CaseItem) -> tuple[date | None, str]:
    """When an item is due: stored once accepted, else as if it were accepted (or resumed) today."""
    if item.state not in NEVER_ACCEPTED and item.state not in CLOCK_STOPPED:
        return item.due_on, item.due_state
    calendar = uow.configuration().calendar
    if item.suspended_on is not None:
        if item.due_on is None:
            return None, item.due_state
        resumed = due_after_stop(item.due_on, item.suspended_on, uow.day, calendar)
        return resumed, "provisional" if resumed else "calendar_unpublished"
    limit = Limit(kind=item.limit_kind, working_days=item.limit_days, text="", ruled_by=item.ruled_by)
    supposed = due(limit, None, uow.day, calendar)
    return supposed.due_on, supposed.due_state


def status_url(uow: UnitOfWork, case: Case) -> str:
    """The page of a case: its ticket's, or its own when it has no ticket."""
    token = case.token or (uow.tickets.by_id(case.ticket_id).token if case.ticket_id else "")
    return uow.address.ticket_page(token)


def _case_fields(uow: UnitOfWork, case: Case) -> dict[str, Any]:
    items = [_item_view(uow, item) for item in case.items]
    slip = uow.papers.latest_of_case(case.id)
    return {
        "case_number": case.case_number,
        "service_id": case.service_id,
        "service_name": case.service_name,
        "service_title": case.service_title,
        "state": str(case.state),
        "received_at": case.received_at,
        "accepted_at": case.accepted_at,
        "due_on": latest_due((item.state, view.due_on) for item, view in zip(case.items, items, strict=True)),
        "status_url": status_url(uow, case),
        "items": items,
        "counter": case.counter,
        "slip": str(slip.state) if slip else "none",
        "slip_place": place_of(uow.configuration(), slip.printer) if slip and slip.stands_in_for else None,
    }


def _item_view(uow: UnitOfWork, item: CaseItem) -> ItemView:
    return ItemView(**_item_fields(uow, item))


def told_item_view(uow: UnitOfWork, item: CaseItem) -> ToldItemView:
    """An item with its reason, for those who have proved that it is theirs."""
    return ToldItemView(
        **_item_fields(uow, item), reason=item.reason, until=item.until, was_returned=item.was_returned
    )


def _item_fields(uow: UnitOfWork, item: CaseItem) -> dict[str, Any]:
    due_on, due_state = item_due(uow, item)
    return {
        "id": item.number,
        "ordinal": item.ordinal,
        "subject": item.subject,
        "code": item.code,
        "leaf_codes": tuple(item.leaf_codes),
        "name": item.name,
        "plain_name": item.plain_name,
        "office": item.office,
        "state": str(item.state),
        "state_label": ITEM_LABELS[item.state],
        "result": str(item.result) if item.result else None,
        "due_on": due_on,
        "due_state": due_state,
        "ruled_by": item.ruled_by,
        "external_ref": item.external_ref,
        "version": item.version,
    }


def _person_view(person: Person) -> PersonView:
    return PersonView(
        ref=person.ref,
        role=str(person.role),
        kind=person.kind,
        name=person.name,
        id_kind=person.id_kind,
        id_number=mask_number(person.id_number),
        phone=f"***{last_four(person.phone)}" if person.phone else None,
        relation=person.relation,
    )


_VERBS = {
    "open": "收件",
    "accept": "受理",
    "dispatch": "转办",
    "refuse": "不予受理",
    "supplement": "告知补正",
    "receive": "补正收到",
    "withdraw": "撤回",
    "drop": "不需要办",
    "lapse": "逾期未补",
    "start": "股室接办",
    "return": "股室退回",
    "reassign": "改派股室",
    "complete": "办结",
    "suspend": "暂停计时",
    "resume": "恢复计时",
    "extend": "延期",
    "hand_over": "转交",
    "deliver": "送达",
    "reopen": "重新办理",
}


def _log(uow: UnitOfWork, case: Case) -> list[LogEntry]:
    names = {item.id: f"{item.number} {item.plain_name}" for item in case.items}
    rows = uow.ledger.of("case", [case.id]) + uow.ledger.of("item", list(names))
    rows.sort(key=lambda row: row.seq)
    ids = {int(row.actor.split(":")[1]) for row in rows if row.actor.startswith("account:")}
    people = uow.accounts.with_ids(ids)
    reasons = uow.configuration().site.reasons
    entries = []
    for row in rows:
        what = names.get(row.subject_id, "") if row.subject == "item" else "整件"
        why = f"：{reasons.words(row.reason)}" if row.reason else ""
        text = f"{what} {_VERBS.get(row.verb, row.verb)}{why}"
        account = people.get(int(row.actor.split(":")[1])) if row.actor.startswith("account:") else None
        entries.append(LogEntry(row.at, row.verb, text, account.name if account else "系统"))
    return entries
