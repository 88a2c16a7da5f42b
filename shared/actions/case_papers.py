"""Papers of a case: the acceptance notice, or the completion slip when all was done at once."""

from __future__ import annotations

from datetime import date

from shared.actions.case_views import item_due, status_url
from shared.actions.papers import order_at, outlet_near
from shared.actions.slip_view import SlipView
from shared.domain.account import Actor
from shared.domain.case import DROPPED, Case, CaseItem, NotAccepted, latest_due
from shared.domain.clock import SHANGHAI
from shared.domain.masking import last_four, mask_name
from shared.domain.paper import NoPrinter
from shared.domain.slip import acceptance_document, reprinted
from shared.store.unit_of_work import UnitOfWork

#: What the paper says instead of a date, by the state of the due date and the kind of limit.
_PROMISES = {
    "calendar_unpublished": "日历未发布",
    "awaits_event": "条件满足后定",
    "none": "未定时限",
}


def order_case_paper(uow: UnitOfWork, actor: Actor, case: Case) -> SlipView | None:
    """Order the acceptance notice where the clerk sits; None where no printer belongs to that place."""
    outlet = outlet_near(uow, actor, uow.configuration())
    if outlet is None:
        return None
    return order_at(uow, outlet, acceptance_paper(uow, case), actor, case=case)


def print_case_paper(uow: UnitOfWork, actor: Actor, case_number: str) -> SlipView:
    """Print a case's acceptance notice again, with 补打: what it says stays what was said before.

    Raises:
        UnknownCase: no such case.
        NotAccepted: it was only received.
        NoPrinter: the clerk sits at no counter, and the office has no desk, with a printer.
    """
    case = uow.cases.by_number(case_number)
    if case.accepted_at is None:
        raise NotAccepted(case=case.case_number)
    outlet = outlet_near(uow, actor, uow.configuration())
    if outlet is None:
        raise NoPrinter
    former = uow.papers.latest_of_case(case.id)
    copies = 0 if former is None else former.reprint + 1
    paper = acceptance_paper(uow, case) if former is None else former.document
    uow.log(actor, "case", case.id, "reprint", (None, None))
    document = reprinted(paper, copies) if copies else paper
    return order_at(uow, outlet, document, actor, case=case, reprint=copies)


def acceptance_paper(uow: UnitOfWork, case: Case) -> dict[str, object]:
    """The 受理通知书 as data: the matter, a masked name and the last four characters, no more."""
    configuration = uow.configuration(case.configuration)
    site, applicant, agent = configuration.site, case.applicant, case.agent
    service = configuration.catalogue.find(case.service_id)
    bundle = service is not None and service.kind == "bundle"
    unit = applicant.kind == "unit"
    items = [item for item in case.items if item.accepted_at is not None and item.state not in DROPPED]
    due_on, note = _due_of_case(uow, items)
    days = [item.limit_days for item in items if item.limit_days is not None]
    return acceptance_document(
        office_name=site.office_name,
        short_name=site.short_name,
        case_number=case.case_number,
        applicant_masked=applicant.name if unit else mask_name(applicant.name),
        id_tail=last_four(applicant.id_number),
        agent_masked=mask_name(agent.name) if agent else None,
        matter=case.service_name + ("（打包一件事）" if bundle else ""),
        accepted_on=_accepted_on(uow, case),
        floor=case.floor,
        counter=case.counter,
        clerk_number=case.clerk_number or None,
        items=[(item.name, _promise(uow, item)) for item in items],
        due_on=due_on,
        working_days=max(days) if days and due_on else None,
        pickup=site.pickup or None,
        url=status_url(uow, case),
        phone_reachable=uow.address.phone_reachable,
        phone=site.phone or None,
        complaint_phone=site.complaint_phone or None,
        due_note=note,
        unit=unit,
        subjects=len(case.subjects),
    )


def _accepted_on(uow: UnitOfWork, case: Case) -> date:
    return uow.day if case.accepted_at is None else case.accepted_at.astimezone(SHANGHAI).date()


def _due_of_case(uow: UnitOfWork, items: list[CaseItem]) -> tuple[date | None, str | None]:
    """The date of the whole case, or the words that stand for it."""
    dues = [item_due(uow, item) for item in items]
    missing = [state for due_on, state in dues if due_on is None]
    due_on = latest_due((item.state, due_on) for item, (due_on, _) in zip(items, dues, strict=True))
    return due_on, _PROMISES.get(missing[0]) if missing else None


def _promise(uow: UnitOfWork, item: CaseItem) -> str:
    if item.completed_at is not None:
        done_on = item.completed_at.astimezone(SHANGHAI).date()
        return "今天已办结" if done_on == uow.day else f"{done_on.month}月{done_on.day}日已办结"
    due_on, state = item_due(uow, item)
    if due_on is None:
        return _PROMISES.get(state, "未定时限")
    return "今天办结" if due_on == uow.day else f"{due_on.month}月{due_on.day}日前"
