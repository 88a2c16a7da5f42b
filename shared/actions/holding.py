"""What the holder of a ticket, or staff for them, may do with its place: give it up, step back, come back."""

from __future__ import annotations

from shared.actions.hall_day import enter_queue
from shared.actions.issuing import UnknownReason
from shared.actions.outlook import Line
from shared.actions.papers import print_again
from shared.actions.views import StaffTicketView, TicketView, staff_ticket_view, ticket_view
from shared.domain.account import Actor
from shared.domain.errors import Invalid, Refused
from shared.domain.hall import Rating
from shared.domain.queueing import QueueClass, place_behind
from shared.domain.ticket import Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork

#: The five official levels of a rating, 5 the best.
LEVELS = (1, 2, 3, 4, 5)


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


class ClerkReinstates(Refused):
    code = "clerk_reinstates"
    message = "过号请到窗口或导办台，由工作人员再排。"


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
    _step_back(uow, line, ticket, after=ticket)
    uow.log(actor, "ticket", ticket.id, "postpone", (before, ticket.state), before=before_press)
    return _view(uow, actor, ticket)


def reinstate(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> TicketView:
    """Back into the line after a missed call, behind the hall's number of places; holders may once.

    Raises:
        IllegalMove: it has not been marked as no-show.
        ReinstatedAlready: its holder has used this already.
        ClerkReinstates: the hall leaves it to staff.
    """
    enter_queue(uow)
    line = Line(uow)
    before_press = ticket.snapshot()
    before = ticket.move("reinstate", uow.at)
    if not actor.is_staff:
        if line.site.no_show.back == "clerk":
            raise ClerkReinstates
        if ticket.reinstated:
            raise ReinstatedAlready
        ticket.reinstated = True
    _step_back(uow, line, ticket, after=None)
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
    # A reason given again writes nothing, so no version would tell that the ticket has moved meanwhile.
    uow.tickets.read_again(ticket)
    if ticket.state not in (TicketState.WAITING, TicketState.NO_SHOW, TicketState.HELD):
        raise NotInLine(number=ticket.number)
    before_press = ticket.snapshot()
    ticket.priority, ticket.queue_class = reason_code, QueueClass.PRIORITY
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


def _step_back(uow: UnitOfWork, line: Line, ticket: Ticket, after: Ticket | None) -> None:
    """Put a ticket behind the hall's number of people, counted from ``after`` or from the head of the line.

    Whoever steps back is weighed like everybody from then on: a head start would carry the person past those
    who were just let go first.
    """
    scope = line.scope(ticket.service_id, ticket.floor)
    places = line.site.back_places
    others = [other for other in uow.line.behind(after, scope, places + 2) if other.id != ticket.id]
    found = place_behind(others, places, uow.seconds, float(uow.hall.version), uow.line.places_taken)
    ticket.queued_seconds, ticket.place = found
    ticket.queue_class, ticket.passed = QueueClass.NORMAL, 0
    ticket.preferred_counter = ticket.for_counter = None


def _view(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> TicketView:
    uow.flush()
    return staff_ticket_view(uow, ticket) if actor.is_staff else ticket_view(uow, ticket)
