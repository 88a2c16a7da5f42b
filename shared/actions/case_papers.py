"""Papers of a case: the acceptance notice, or the completion slip when all was done at once."""

from __future__ import annotations

from datetime import date

from shared.actions.case_views import item_due, status_url
from shared.actions.papers import order_slip, printer_near
from shared.domain.account import Actor
from shared.domain.case import Case, CaseItem, ItemState
from shared.domain.clock import SHANGHAI
from shared.domain.masking import last_four, mask_name
from shared.domain.paper import NoPrinter, PrintJobRow
from shared.domain.slip import acceptance_document, reprinted
from shared.store.unit_of_work import UnitOfWork

#: What the paper says instead of a date, by the state of the due date and the kind of limit.
_PROMISES = {
    "calendar_unpublished": "日历未发布",
    "awaits_event": "条件满足后定",
    "none": "未定时限",
}


def order_case_paper(uow: UnitOfWork, actor: Actor, case: Case) -> PrintJobRow | None:
    """Order the acceptance notice at the printer where the clerk sits; None without a counter."""
    printer = printer_near(uow, actor, uow.configuration(case.configuration))
    if printer is None:
        return None
    copies = uow.papers.count_of_case(case.id)
    paper = acceptance_paper(uow, case)
    document = reprinted(paper, copies) if copies else paper
    return order_slip(uow, printer, document, actor, case=case, reprint=copies)


def print_case_paper(uow: UnitOfWork, actor: Actor, case_number: str) -> PrintJobRow:
    """Print a case's acceptance notice again.

    Raises:
        UnknownCase: no such case.
        NoPrinter: the clerk sits at no counter with a printer.
    """
    case = uow.cases.by_number(case_number)
    job = order_case_paper(uow, actor, case)
    if job is None:
        raise NoPrinter
    uow.log(actor, "case", case.id, "reprint", (None, None))
    return job


def acceptance_paper(uow: UnitOfWork, case: Case) -> dict[str, object]:
    """The 受理通知书 as data: the matter, a masked name and the last four characters, no more."""
    configuration = uow.configuration(case.configuration)
    site, applicant, agent = configuration.site, case.applicant, case.agent
    service = configuration.catalogue.find(case.service_id)
    bundle = service is not None and service.kind == "bundle"
    unit = applicant.kind == "unit"
    due_on, note = _due_of_case(uow, case)
    days = [item.limit_days for item in case.items if item.limit_days is not None]
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
        items=[(item.name, _promise(uow, item)) for item in case.items],
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


def _due_of_case(uow: UnitOfWork, case: Case) -> tuple[date | None, str | None]:
    dues = [item_due(uow, item) for item in case.items]
    missing = [state for due_on, state in dues if due_on is None]
    if missing:
        return None, _PROMISES.get(missing[0])
    return max(due_on for due_on, _ in dues if due_on is not None), None


def _promise(uow: UnitOfWork, item: CaseItem) -> str:
    if item.state in (ItemState.COMPLETED, ItemState.DELIVERED):
        return "今天已办结"
    due_on, state = item_due(uow, item)
    if due_on is None:
        return _PROMISES.get(state, "未定时限")
    return "今天办结" if due_on == uow.day else f"{due_on.month}月{due_on.day}日前"
