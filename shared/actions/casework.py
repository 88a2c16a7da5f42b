"""Opening a case: one acceptance for the whole event, and its items sent to the offices."""

from __future__ import annotations

import msgspec

from shared.actions.acceptance import accept_items
from shared.actions.case_views import CaseView, case_view
from shared.actions.item_effects import clean
from shared.domain.account import Actor
from shared.domain.case import (
    SUBJECT_ROLES,
    Case,
    CaseItem,
    InvalidRole,
    ItemTwice,
    NameMissing,
    NoItems,
    NotAnApplication,
    Person,
    PersonRole,
    UnknownCondition,
    UnknownLine,
    UnknownSubject,
    WrongOffice,
    case_number,
)
from shared.domain.catalogue import Item, Service, ServiceNotOffered
from shared.domain.configuration import Configuration
from shared.domain.identity_numbers import IdKind, InvalidIdNumber, check_credit_code, check_id_number
from shared.domain.limits import rule_limit
from shared.domain.masking import last_four
from shared.domain.ticket import Ticket, new_token, read_token
from shared.store.unit_of_work import UnitOfWork

#: The gapless day series of case numbers; its name cannot be a letter on a ticket.
CASE_SERIES = "#case"
LONGEST_NAME = 100
MOST_ITEMS = 1000


class ApplicantRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who applies: a person with an identity document, or a unit with its credit code."""

    name: str
    kind: str = "person"
    id_kind: str | None = None
    id_number: str | None = None
    uscc: str | None = None
    phone: str | None = None


class AgentRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who stands at the counter for the applicant."""

    name: str
    id_kind: str
    id_number: str
    phone: str | None = None
    relation: str | None = None


class SubjectRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A person the case is about."""

    ref: str
    role: str
    name: str
    id_kind: str
    id_number: str


class ItemRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A line of the list to open; without leaf codes all of them, without an office the first printed."""

    ordinal: int
    leaf_codes: list[str] | None = None
    subjects: list[str] | None = None
    office: str | None = None
    conditions: list[str] = []
    at_counter: bool = False


class CaseRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One acceptance of a whole event."""

    service_id: str
    applicant: ApplicantRequest
    items: list[ItemRequest]
    ticket_token: str | None = None
    receive_only: bool = False
    subjects: list[SubjectRequest] = []
    agent: AgentRequest | None = None


def open_case(uow: UnitOfWork, actor: Actor, request: CaseRequest) -> CaseView:
    """Take a case in; accept and dispatch it in the same transaction unless it is only received.

    Raises:
        UnknownService, UnknownTicket, UnknownLine: what is named does not exist.
        ServiceNotOffered: the hall does not offer it.
        NotAnApplication: a line that is a service, or the service ``advice``.
        InvalidIdNumber, InvalidCreditCode, NameMissing: the persons are not right.
        ItemTwice, WrongOffice, UnknownCondition, UnknownSubject, NoItems: the items are not right.
    """
    configuration = uow.configuration()
    service = configuration.catalogue.service(request.service_id)
    if service.kind == "advice":
        raise NotAnApplication(field="service_id")
    if not service.offered:
        raise ServiceNotOffered(service=service.id)
    ticket = _ticket(uow, request.ticket_token)
    case = _new_case(uow, actor, service, configuration, ticket)
    case.persons = _persons(uow, request)
    case.items = _items(request, service, configuration)
    uow.add(case)
    uow.flush()
    uow.log(actor, "case", case.id, "open", (None, "received"), counter=case.counter)
    if not request.receive_only:
        accept_items(uow, actor, case, case.items)
    return case_view(uow, case)


def cases_of_token(uow: UnitOfWork, token: str) -> list[Case]:
    """The cases behind a token: those of its ticket, or the one that has it as its own.

    Raises:
        UnknownTicket: the token is neither a ticket's nor a case's.
    """
    plain = read_token(token)
    own = uow.cases.by_token(plain)
    if own is not None:
        return [own]
    return uow.cases.of_ticket(uow.tickets.by_token(plain).id)


def unlocked_cases(uow: UnitOfWork, token: str, last4: str) -> list[Case]:
    """The cases of a token whose applicant's number ends in these four characters.

    Raises:
        UnknownTicket: no such token.
    """
    asked = last4.strip().upper()
    return [case for case in cases_of_token(uow, token) if last_four(case.applicant.id_number) == asked]


def _ticket(uow: UnitOfWork, token: str | None) -> Ticket | None:
    return None if token is None else uow.tickets.by_token(read_token(token))


def _new_case(
    uow: UnitOfWork, actor: Actor, service: Service, configuration: Configuration, ticket: Ticket | None
) -> Case:
    counter = uow.counters.of_account(actor.account_id) if actor.account_id else None
    return Case(
        case_number=case_number(uow.day, uow.tickets.next_serial(uow.day, CASE_SERIES)),
        service_id=service.id,
        service_name=service.name,
        service_title=service.title,
        configuration=configuration.number,
        received_at=uow.at,
        ticket_id=ticket.id if ticket else None,
        token=None if ticket else new_token(),
        counter=counter.number if counter else None,
        floor=counter.floor if counter else None,
        clerk_id=actor.account_id,
        clerk_number=actor.staff_number,
    )


def _persons(uow: UnitOfWork, request: CaseRequest) -> list[Person]:
    persons = [_applicant(uow, request.applicant)]
    if request.agent is not None:
        agent = request.agent
        persons.append(
            _person(uow, "agent", PersonRole.AGENT, agent.name, agent.id_kind, agent.id_number, "agent")
        )
        persons[-1].phone, persons[-1].relation = _short(agent.phone), _short(agent.relation)
    refs: set[str] = set()
    for place, subject in enumerate(request.subjects):
        field = f"subjects[{place}]"
        if subject.role not in SUBJECT_ROLES:
            raise InvalidRole(field=f"{field}.role")
        if (
            subject.ref in refs
            or subject.ref in ("applicant", "agent")
            or not 0 < len(subject.ref) <= 32
            or not subject.ref.isprintable()
        ):
            raise UnknownSubject("涉及人员的代号重复或不对。", field=f"{field}.ref")
        refs.add(subject.ref)
        role = PersonRole(subject.role)
        persons.append(
            _person(uow, subject.ref, role, subject.name, subject.id_kind, subject.id_number, field)
        )
    return persons


def _applicant(uow: UnitOfWork, applicant: ApplicantRequest) -> Person:
    if applicant.kind == "unit":
        code = check_credit_code(applicant.uscc or applicant.id_number or "")
        person = _sealed(uow, "applicant", PersonRole.APPLICANT, applicant.name, "uscc", code, "applicant")
        person.kind = "unit"
    elif applicant.kind == "person":
        person = _person(
            uow,
            "applicant",
            PersonRole.APPLICANT,
            applicant.name,
            applicant.id_kind or IdKind.RESIDENT,
            applicant.id_number or "",
            "applicant",
        )
    else:
        raise InvalidRole("申请人是个人还是单位？请选一个。", field="applicant.kind")
    person.phone = _short(applicant.phone)
    return person


def _short(text: str | None) -> str | None:
    """A telephone number or a relation: one line of at most forty characters."""
    return (clean(text) or "")[:40] or None


def _person(
    uow: UnitOfWork, ref: str, role: PersonRole, name: str, id_kind: str, id_number: str, field: str
) -> Person:
    try:
        kind = IdKind(id_kind)
    except ValueError:
        raise InvalidIdNumber("证件种类不对，请重新选择。", field=f"{field}.id_kind") from None
    try:
        number = check_id_number(kind, id_number, uow.day)
    except InvalidIdNumber as wrong:
        raise InvalidIdNumber(wrong.text, field=f"{field}.id_number") from None
    return _sealed(uow, ref, role, name, str(kind), number, field)


def _sealed(
    uow: UnitOfWork, ref: str, role: PersonRole, name: str, id_kind: str, number: str, field: str
) -> Person:
    plain = " ".join("".join(c for c in name if c.isprintable()).split())
    if not plain or len(plain) > LONGEST_NAME:
        raise NameMissing(field=f"{field}.name")
    return Person(
        ref=ref,
        role=role,
        name=plain,
        name_hash=uow.keyring.search_hash("name", plain),
        id_kind=id_kind,
        id_number=number,
        id_hash=uow.keyring.search_hash("id", number),
    )


def _items(request: CaseRequest, service: Service, configuration: Configuration) -> list[CaseItem]:
    if not 0 < len(request.items) <= MOST_ITEMS:
        raise NoItems(field="items")
    lines = {item.ordinal: item for item in service.items}
    refs = {subject.ref for subject in request.subjects}
    opened: list[CaseItem] = []
    seen: set[tuple[int, str | None]] = set()
    for place, wanted in enumerate(request.items):
        field = f"items[{place}]"
        line = lines.get(wanted.ordinal)
        if line is None:
            raise UnknownLine(f"清单里没有第 {wanted.ordinal} 项。", field=field)
        subjects: list[str | None] = [*wanted.subjects] if wanted.subjects else [None]
        for subject in subjects:
            if subject is not None and subject not in refs:
                raise UnknownSubject(field=field)
            if (wanted.ordinal, subject) in seen:
                raise ItemTwice(field=field)
            seen.add((wanted.ordinal, subject))
            item = _item(wanted, line, service, configuration, field)
            item.number, item.subject = len(opened) + 1, subject
            opened.append(item)
    return opened


def _item(
    wanted: ItemRequest, line: Item, service: Service, configuration: Configuration, field: str
) -> CaseItem:
    if line.kind == "service":
        raise NotAnApplication(f"“{line.plain_name}”可以当场问，不用受理。", field=field)
    all_leaves = [leaf.code for leaf in line.leaf_items]
    leaves = all_leaves if wanted.leaf_codes is None else list(dict.fromkeys(wanted.leaf_codes))
    if any(code not in all_leaves for code in leaves) or (all_leaves and not leaves):
        raise UnknownLine("所选的子事项不在这一项里。", field=f"{field}.leaf_codes")
    office = line.offices[0] if wanted.office is None else configuration.catalogue.office_name(wanted.office)
    if office not in line.offices:
        raise WrongOffice(field=f"{field}.office")
    limit = rule_limit(service, line, leaves, wanted.conditions, configuration)
    known = {branch.code for branch in limit.branches}
    if any(condition not in known for condition in wanted.conditions):
        raise UnknownCondition(field=f"{field}.conditions")
    return CaseItem(
        number=0,
        ordinal=line.ordinal,
        code=line.code,
        leaf_codes=leaves,
        name=line.name,
        plain_name=line.plain_name,
        kind=line.kind,
        office=office,
        conditions=list(wanted.conditions),
        at_counter=wanted.at_counter,
        ruled_by=limit.ruled_by,
        limit_kind=limit.kind,
        limit_days=limit.working_days,
    )
