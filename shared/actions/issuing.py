"""Issuing tickets, and what their holders may do with them."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from shared.actions.hall_day import enter_queue, require_open
from shared.actions.outlook import Line, Outlook
from shared.actions.papers import order_slip, print_again, printer_near, ticket_slip
from shared.actions.views import StaffTicketView, TicketView, staff_ticket_view, ticket_view
from shared.domain.account import Actor
from shared.domain.catalogue import Service
from shared.domain.errors import Invalid, Refused
from shared.domain.hall import Rating
from shared.domain.queueing import place_behind
from shared.domain.ticket import (
    HandNumberTaken,
    Stop,
    Ticket,
    TicketState,
    new_token,
    number_text,
    read_hand_number,
    read_token,
)
from shared.store.unit_of_work import UnitOfWork

#: Hand-written numbers have a series of their own; they need only be unique, not gapless.
HAND_SERIES = "H"
#: The five official levels of a rating, 5 the best.
LEVELS = (1, 2, 3, 4, 5)


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


class NotInLine(Refused):
    code = "not_in_line"
    message = "这个号已经叫到或结束，不用再优先。"


class ReinstatedAlready(Refused):
    code = "reinstated_already"
    message = "这个号已经重新排过一次，请到导办台。"


class RatedAlready(Refused):
    code = "rated_already"
    message = "您已经评价过了，谢谢。"


class NotServedYet(Refused):
    code = "not_served_yet"
    message = "办完以后再评价。"


class UnknownLevel(Invalid):
    code = "unknown_level"
    message = "请选 1 到 5 中的一个。"


class PriorityRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why staff let a person go first; never shown on paper or wall."""

    reason_code: str


class IssueRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a kiosk or staff ask a ticket for."""

    service_id: str
    answer: str | None = None
    language: str = "zh"
    needs: list[str] = []
    priority: PriorityRequest | None = None
    return_of: str | None = None
    hand_number: str | None = None


def issue(uow: UnitOfWork, actor: Actor, request: IssueRequest) -> TicketView:
    """Give a number and order its slip in the same transaction.

    Raises:
        UnknownService: no such service.
        ServiceNotOffered: the hall does not offer it.
        HallClosed: outside the hours in which numbers are given (staff may enter hand-written ones).
        PriorityNeedsStaff, HandNumberNeedsStaff: a device asked for what only staff may grant.
    """
    _check_rights(actor, request)
    enter_queue(uow)
    line = Line(uow)
    service = line.offered(request.service_id)
    if request.hand_number is None:
        require_open(uow)
    _check_words(line, request, service)
    ticket = _new_ticket(uow, actor, request, service, line)
    uow.add(ticket)
    uow.flush()
    uow.log(actor, "ticket", ticket.id, "issue", (None, ticket.state), reason=ticket.priority)
    configuration = line.configuration
    printer = None if request.hand_number else printer_near(uow, actor, configuration)
    if printer is not None:
        ahead = line.ahead(ticket)
        expected = (ahead, line.wait(ticket.service_id, ticket.floor, ahead))
        counters = line.counters_for(ticket.service_id, ticket.floor, only_open=False)
        order_slip(
            uow, printer, ticket_slip(uow, ticket, configuration, counters, expected), actor, ticket=ticket
        )
    return staff_ticket_view(uow, ticket, line) if actor.is_staff else ticket_view(uow, ticket, line)


def _check_rights(actor: Actor, request: IssueRequest) -> None:
    if request.priority is not None and not actor.is_staff:
        raise PriorityNeedsStaff(field="priority")
    if request.hand_number is not None and not actor.is_staff:
        raise HandNumberNeedsStaff(field="hand_number")


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
    floor = line.best_floor(_floors_for(actor, request, service), service.id)
    former = find_ticket(uow, request.return_of) if request.return_of else None
    stop = Stop(
        position=1,
        service_id=service.id,
        service_name=service.name,
        service_title=service.title,
        floor=floor,
        began_at=uow.at,
    )
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
        queued_at=uow.at,
        place=float(uow.hall.version),
        issued_by=actor.principal,
        language=request.language,
        answer=request.answer,
        needs=list(dict.fromkeys(request.needs)),
        priority=request.priority.reason_code if request.priority else None,
        return_of=former.id if former else None,
        stops=[stop],
    )


def _floors_for(actor: Actor, request: IssueRequest, service: Service) -> tuple[int, ...]:
    """Step-free people are served on the floor where they are, whatever the event."""
    if "step_free" in request.needs and actor.floor is not None:
        return (actor.floor,)
    return tuple(service.floors)


def outlook(uow: UnitOfWork, service_id: str) -> Outlook:
    """What a new ticket for a service would meet.

    Raises:
        UnknownService: no such service.
    """
    return Line(uow).outlook(service_id)


def find_ticket(uow: UnitOfWork, token: str) -> Ticket:
    """The ticket of a token, or of what a scanner typed.

    Raises:
        UnknownTicket: unknown or revoked.
    """
    return uow.tickets.by_token(read_token(token))


def cancel(uow: UnitOfWork, actor: Actor, ticket: Ticket, reason: str | None = None) -> TicketView:
    """Give a place up.

    Raises:
        IllegalMove: it is being served or has ended.
    """
    enter_queue(uow)
    counter, before_press = ticket.counter, ticket.snapshot()
    before = ticket.move("cancel", uow.at)
    ticket.end_stop(uow.at)
    uow.log(
        actor,
        "ticket",
        ticket.id,
        "cancel",
        (before, ticket.state),
        counter=counter,
        reason=reason,
        before=before_press,
    )
    return _view(uow, actor, ticket)


def postpone(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> TicketView:
    """Step back by the hall's number of places.

    Raises:
        IllegalMove: it does not wait.
    """
    enter_queue(uow)
    line = Line(uow)
    before_press = ticket.snapshot()
    before = ticket.move("postpone", uow.at)
    ticket.queued_at, ticket.place = _behind(uow, line, ticket, after=ticket)
    uow.log(actor, "ticket", ticket.id, "postpone", (before, ticket.state), before=before_press)
    return _view(uow, actor, ticket)


def reinstate(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> TicketView:
    """Back into the line after a missed call, behind the hall's number of places; holders may once.

    Raises:
        IllegalMove: it has not been marked as no-show.
        ReinstatedAlready: its holder has used this already.
    """
    enter_queue(uow)
    line = Line(uow)
    before_press = ticket.snapshot()
    before = ticket.move("reinstate", uow.at)
    if not actor.is_staff:
        if ticket.reinstated:
            raise ReinstatedAlready
        ticket.reinstated = True
    ticket.queued_at, ticket.place = _behind(uow, line, ticket, after=None)
    ticket.calls = 0
    uow.log(
        actor,
        "ticket",
        ticket.id,
        "reinstate",
        (before, ticket.state),
        rule=f"back_{line.site.back_places}",
        before=before_press,
    )
    return _view(uow, actor, ticket)


def grant_priority(uow: UnitOfWork, actor: Actor, ticket: Ticket, reason_code: str) -> StaffTicketView:
    """Let a waiting person go first, for a reason of the hall's list.

    Raises:
        UnknownReason: the list has no such reason.
        NotInLine: it has been called or has ended.
    """
    enter_queue(uow)
    if reason_code not in uow.configuration().site.reasons.codes("priority"):
        raise UnknownReason(field="reason_code")
    if ticket.state not in (TicketState.WAITING, TicketState.NO_SHOW, TicketState.HELD):
        raise NotInLine(number=ticket.number)
    before_press = ticket.snapshot()
    ticket.priority = reason_code
    uow.log(
        actor,
        "ticket",
        ticket.id,
        "priority",
        (ticket.state, ticket.state),
        reason=reason_code,
        before=before_press,
    )
    uow.flush()
    return staff_ticket_view(uow, ticket)


def reprint(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> TicketView:
    """Print the slip again, marked 补打.

    Raises:
        NoPrinter: no printer belongs to this place.
    """
    print_again(uow, actor, ticket)
    return _view(uow, actor, ticket)


def rate(uow: UnitOfWork, actor: Actor, ticket: Ticket, level: int) -> TicketView:
    """Keep the rating of a visit: 5 非常满意 to 1 非常不满意, voluntary and once (GB/T 39734).

    Raises:
        UnknownLevel: not 1 to 5.
        NotServedYet: the visit has not ended in service.
        RatedAlready: it was rated before.
    """
    if level not in LEVELS:
        raise UnknownLevel(field="level")
    if ticket.state is not TicketState.SERVED:
        raise NotServedYet
    if uow.tickets.rating_of(ticket.id) is not None:
        raise RatedAlready
    uow.add(Rating(ticket_id=ticket.id, level=level, rated_at=uow.at))
    uow.log(actor, "ticket", ticket.id, "rate", (ticket.state, ticket.state))
    return _view(uow, actor, ticket)


def _behind(uow: UnitOfWork, line: Line, ticket: Ticket, after: Ticket | None) -> tuple[datetime, float]:
    """The place behind the hall's number of people, counted from ``after`` or from the head of the line."""
    scope = line.scope(ticket.service_id, ticket.floor)
    others = [
        other for other in uow.line.behind(after, scope, line.site.back_places + 2) if other.id != ticket.id
    ]
    return place_behind(others, line.site.back_places, uow.at, float(uow.hall.version))


def _view(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> TicketView:
    uow.flush()
    return staff_ticket_view(uow, ticket) if actor.is_staff else ticket_view(uow, ticket)
