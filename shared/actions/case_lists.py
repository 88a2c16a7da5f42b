"""Finding cases and items again: lists, inboxes, search."""

from __future__ import annotations

from shared.domain.case import ITEM_LABELS, WITH_OFFICE, Case, CaseItem, CaseState, ItemState
from shared.domain.errors import Invalid
from shared.store.cases import CaseFilter
from shared.store.unit_of_work import UnitOfWork


class UnknownCaseState(Invalid):
    code = "unknown_state"
    message = "没有这个状态。"


class NothingToSearch(Invalid):
    code = "nothing_to_search"
    message = "请填姓名、证件号码或统一社会信用代码。"


def list_cases(
    uow: UnitOfWork,
    *,
    office: str | None,
    state: str | None,
    text: str | None,
    cursor: int | None,
    limit: int,
) -> tuple[list[Case], int | None]:
    """A page of cases from the newest back, and the cursor of the next one.

    ``state`` is the case's computed state, so pages are read until enough cases have it.

    Raises:
        UnknownCaseState, UnknownOffice: no such state or office.
    """
    if state is not None and state not in set(CaseState):
        raise UnknownCaseState(parameter="state")
    name = uow.configuration().catalogue.office_name(office) if office else None
    narrowed = CaseFilter(office=name, text=text)
    found: list[Case] = []
    while True:
        page = uow.cases.page(narrowed, cursor, limit + 1)
        for case in page:
            if state is None or case.state == state:
                if len(found) == limit:
                    return found, found[-1].id
                found.append(case)
        if len(page) <= limit:
            return found, None
        cursor = page[-1].id


def find_cases(uow: UnitOfWork, name: str | None, number: str | None) -> list[Case]:
    """Cases of a person or unit, by exact name and/or number.

    Raises:
        NothingToSearch: neither is given.
    """
    if not (name or "").strip() and not (number or "").strip():
        raise NothingToSearch
    return uow.cases.of_person(name, number)


def read_inbox(
    uow: UnitOfWork, office: str | None, state: str | None, text: str | None
) -> list[tuple[Case, CaseItem]]:
    """Items of an office, what is due first; without ``state`` what still lies with it.

    Raises:
        UnknownCaseState, UnknownOffice: no such state or office.
    """
    if state is not None and state not in ITEM_LABELS:
        raise UnknownCaseState(parameter="state")
    states = [ItemState(state)] if state else list(WITH_OFFICE)
    name = uow.configuration().catalogue.office_name(office) if office else None
    items = uow.cases.inbox(name, states, text)
    cases = uow.cases.with_ids({item.case_id for item in items})
    return [(cases[item.case_id], item) for item in items]
