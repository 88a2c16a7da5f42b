"""Issuing tickets: at a kiosk, by staff, after a hand-written number, for a return visit."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from shared.actions.hall_day import enter_queue, require_open
from shared.actions.outlook import Line
from shared.actions.papers import order_at, outlet_near, ticket_slip
from shared.actions.slip_view import NO_SLIP
from shared.actions.views import TicketView, staff_ticket_view, ticket_view
from shared.domain.account import Actor
from shared.domain.catalogue import Service
from shared.domain.errors import Invalid
from shared.domain.needs import STEP_FREE, floors_for
from shared.domain.queueing import QueueClass
from shared.domain.ticket import Stop, Ticket, TicketState, new_token, read_token
from shared.domain.ticket_number import HandNumberTaken, number_text, read_hand_number
from shared.store.unit_of_work import UnitOfWork

#: Hand-written numbers have a series of their own; they need only be unique, not gapless.
HAND_SERIES = "H"


class PriorityNeedsStaff(Invalid):
    code = "priority_needs_staff"
    message = "优先由工作人员确认，请到导办台。"


class HandNumberNeedsStaff(Invalid):
    code = "hand_number_needs_staff"
    message = "手写号由工作人员补登。"


class UnknownReason(Invalid):
    code = "unknown_reason"
    message = "原因不在列表里，请重新选择。"


class UnknownNeed(Invalid):
    code = "unknown_need"
    message = "这项需要不在列表里，请告诉工作人员。"


class UnknownAnswer(Invalid):
    code = "unknown_answer"
    message = "这个答案不在问题的选项里，请重新选择。"


class UnknownLanguage(Invalid):
    code = "unknown_language"
    message = "没有这种语言。"


class StopsNeedStaff(Invalid):
    code = "stops_need_staff"
    message = "楼层和下一站由工作人员安排。"


class StopRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A further stop of the visit; without a floor it goes where the wait is shorter by then."""

    service_id: str
    floor: Annotated[int, msgspec.Meta(ge=-9, le=99)] | None = None


class PriorityRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why staff let a person go first; never shown on paper or wall."""

    reason_code: str


class IssueRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a kiosk or staff ask a ticket for.

    ``floor`` is where the person is, when staff ask from elsewhere; ``stops`` are further stops of the same
    visit that staff plan.
    """

    service_id: str
    answer: str | None = None
    language: str = "zh"
    needs: list[str] = []
    priority: PriorityRequest | None = None
    return_of: str | None = None
    hand_number: str | None = None
    floor: Annotated[int, msgspec.Meta(ge=-9, le=99)] | None = None
    stops: Annotated[list[StopRequest], msgspec.Meta(max_length=8)] = []


def issue(uow: UnitOfWork, actor: Actor, request: IssueRequest) -> TicketView:
    """Give a number and order its slip in the same transaction.

    Raises:
        UnknownService: no such service.
        ServiceNotOffered: the hall does not offer it.
        HallClosed: outside the hours in which numbers are given (staff may enter hand-written ones).
        PriorityNeedsStaff, HandNumberNeedsStaff, StopsNeedStaff: what only staff may grant.
    """
    _check_rights(actor, request)
    enter_queue(uow)
    line = Line(uow)
    service = line.offered(request.service_id)
    if request.hand_number is None:
        require_open(uow)
    _check_words(line, request, service)
    ticket = _new_ticket(uow, actor, request, service, line)
    uow.tickets.add(ticket)
    uow.log(actor, "ticket", ticket.id, "issue", (None, ticket.state), reason=ticket.priority)
    slip = NO_SLIP
    outlet = None if request.hand_number else outlet_near(uow, actor, line.configuration)
    if outlet is not None:
        document = ticket_slip(uow, ticket, line.configuration, line)
        slip = order_at(uow, outlet, document, actor, ticket_id=ticket.id)
    if actor.is_staff:
        return staff_ticket_view(uow, ticket, line, slip=slip)
    return ticket_view(uow, ticket, line, slip=slip)


def _check_rights(actor: Actor, request: IssueRequest) -> None:
    if actor.is_staff:
        return
    if request.priority is not None:
        raise PriorityNeedsStaff(field="priority")
    if request.hand_number is not None:
        raise HandNumberNeedsStaff(field="hand_number")
    if request.stops or request.floor is not None:
        raise StopsNeedStaff(field="stops" if request.stops else "floor")


def _check_words(line: Line, request: IssueRequest, service: Service) -> None:
    reasons = line.site.reasons
    if request.priority is not None and request.priority.reason_code not in reasons.codes("priority"):
        raise UnknownReason(field="priority")
    bundle = next((known for known in line.configuration.catalogue.bundles if known.id == service.id), None)
    answers = {answer.code for answer in bundle.question.answers} if bundle and bundle.question else set()
    if request.answer is not None and request.answer not in answers:
        raise UnknownAnswer(field="answer")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", request.language):
        raise UnknownLanguage(field="language")
    for need in request.needs:
        if need not in reasons.codes("needs"):
            raise UnknownNeed(field="needs")


def _new_ticket(uow: UnitOfWork, actor: Actor, request: IssueRequest, service: Service, line: Line) -> Ticket:
    if request.hand_number is None:
        series = line.site.series_of(service)
        serial = uow.tickets.next_serial(uow.day, series)
    else:
        series, serial = HAND_SERIES, read_hand_number(request.hand_number)
        if uow.tickets.hand_number_exists(uow.day, serial):
            raise HandNumberTaken(field="hand_number")
    present = _where_the_person_is(uow, actor, request, line)
    floors = floors_for(request.needs, tuple(service.floors), present, lift_works=uow.hall.lift_works)
    floor = line.best_floor(floors, service.id)
    before = find_ticket(uow, request.return_of) if request.return_of else None
    former = before if before and _gives_head_start(uow, before) else None
    seconds = uow.seconds
    return Ticket(
        day=uow.day,
        series=series,
        serial=serial,
        number=number_text(series, serial),
        token=new_token(),
        service_id=service.id,
        service_name=service.name,
        service_title=service.title,
        configuration=line.configuration.number,
        floor=floor,
        issued_at=uow.at,
        arrived_at=uow.at,
        arrived_seconds=seconds,
        queued_seconds=seconds,
        place=float(uow.hall.version),
        issued_by=actor.principal,
        language=request.language,
        answer=request.answer,
        needs=list(dict.fromkeys(request.needs)),
        step_free=STEP_FREE in request.needs,
        queue_class=_class_of(request, former),
        priority=request.priority.reason_code if request.priority else None,
        return_of=before.id if before else None,
        preferred_counter=_known_counter(uow, former, service, line),
        stops=_stops(uow, request, service, floor, line),
    )


def _stops(
    uow: UnitOfWork, request: IssueRequest, service: Service, floor: int | None, line: Line
) -> list[Stop]:
    """The first stop, then what the hall plans after its service, then what staff plan."""
    planned = [(stop.service, stop.floor) for stop in line.site.stops_planned_after(service.id)]
    planned += [(stop.service_id, stop.floor) for stop in request.stops]
    stops = [_stop(1, service, floor, uow.at)]
    for position, (service_id, its_floor) in enumerate(planned, start=2):
        if its_floor is not None:
            line.site.floor(its_floor)
        stops.append(_stop(position, line.offered(service_id), its_floor, None))
    return stops


def _stop(position: int, service: Service, floor: int | None, began_at: datetime | None) -> Stop:
    return Stop(
        position=position,
        service_id=service.id,
        service_name=service.name,
        service_title=service.title,
        floor=floor,
        began_at=began_at,
    )


def _class_of(request: IssueRequest, former: Ticket | None) -> QueueClass:
    if request.priority is not None:
        return QueueClass.PRIORITY
    return QueueClass.NORMAL if former is None else QueueClass.RETURN


def _gives_head_start(uow: UnitOfWork, former: Ticket) -> bool:
    """Whether a visit after this one is a return visit.

    The person was served, not longer ago than the hall's days, and has no other return visit open.
    """
    recent = uow.day - former.day <= timedelta(days=uow.configuration().site.discipline.return_days)
    served = former.state is TicketState.SERVED
    return served and recent and not uow.tickets.has_open_return(former.id)


def _known_counter(uow: UnitOfWork, former: Ticket | None, service: Service, line: Line) -> int | None:
    """The counter that served the person before, if it takes this service."""
    call = uow.tickets.last_call_of(former) if former else None
    return call.counter if call is not None and line.site.takes(call.counter, service.id) else None


def _where_the_person_is(uow: UnitOfWork, actor: Actor, request: IssueRequest, line: Line) -> int | None:
    """The floor that staff name, that of the kiosk, or that of the counter where the clerk sits."""
    if request.floor is not None:
        return line.site.floor(request.floor).number
    if actor.account_id is None:
        return actor.floor
    counter = uow.counters.of_account(actor.account_id)
    return counter.floor if counter else None


def find_ticket(uow: UnitOfWork, token: str) -> Ticket:
    """The ticket of a token, or of what a scanner typed.

    Raises:
        UnknownTicket: unknown or revoked.
    """
    return uow.tickets.by_token(read_token(token))
