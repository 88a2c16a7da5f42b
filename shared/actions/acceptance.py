"""Acceptance: items are accepted, their clocks start, and they go to their offices at once."""

from __future__ import annotations

from collections.abc import Iterable

from shared.actions.case_papers import order_case_paper
from shared.domain.account import Actor
from shared.domain.case import Case, CaseItem
from shared.domain.catalogue import Limit
from shared.domain.clock import SHANGHAI
from shared.domain.events import CasesChanged
from shared.domain.limits import due
from shared.store.unit_of_work import UnitOfWork


def accept_items(uow: UnitOfWork, actor: Actor, case: Case, items: Iterable[CaseItem]) -> None:
    """Accept items, dispatch those not kept at the counter, and order the notice where the clerk sits."""
    if case.accepted_at is None:
        case.accepted_at = uow.at
    for item in items:
        before = item.move("accept")
        item.accepted_at = uow.at
        set_due(uow, item)
        uow.log(actor, "item", item.id, "accept", (before, item.state), counter=case.counter)
        if not item.at_counter:
            before = item.move("dispatch")
            uow.log(actor, "item", item.id, "dispatch", (before, item.state), counter=case.counter)
    uow.flush()
    order_case_paper(uow, actor, case)
    announce(uow, case)


def set_due(uow: UnitOfWork, item: CaseItem) -> None:
    """Promise the date that follows from the item's limit and the day of its own acceptance."""
    limit = Limit(kind=item.limit_kind, working_days=item.limit_days, text="", ruled_by=item.ruled_by)
    accepted_on = uow.day if item.accepted_at is None else item.accepted_at.astimezone(SHANGHAI).date()
    promised = due(limit, accepted_on, uow.day, uow.configuration().calendar)
    item.due_on, item.due_state = promised.due_on, promised.due_state


def announce(uow: UnitOfWork, case: Case) -> None:
    """Tell the offices of a case that their inboxes changed."""
    uow.record(CasesChanged(tuple(sorted({item.office for item in case.items}))))
