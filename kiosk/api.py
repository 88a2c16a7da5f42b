"""API addresses of tickets: taking a number, and what its holder or staff may do with it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from shared.actions import holding, issuing
from shared.actions.at_counter import CounterRequest
from shared.actions.moving import TargetMissing, requeue_ticket, transfer_ticket
from shared.actions.outlook import Line
from shared.actions.views import StaffTicketView, TicketView, staff_ticket_view, ticket_view
from shared.domain.account import STAFF_ROLES, Role
from shared.domain.catalogue import ServiceNotOffered, UnknownService
from shared.domain.errors import Forbidden, Invalid
from shared.domain.hall import HallClosed
from shared.domain.paper import NoPrinter
from shared.domain.states import IllegalMove
from shared.domain.ticket import Ticket, TicketState, UnknownTicket, read_token
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall, remote_address
from shared.web.context import current_hall
from shared.web.errors import TooManyPresses
from shared.web.presses import is_answered

api = Api("tickets_api")

ISSUERS = (Role.KIOSK, Role.CLERK, Role.GUIDE, Role.DUTY_MANAGER, Role.ADMINISTRATOR)
DESK = (Role.CLERK, Role.GUIDE, Role.DUTY_MANAGER, Role.ADMINISTRATOR)
PRESSES_PER_MINUTE = 20
WRONG_TOKENS_PER_MINUTE = 200


class UnknownState(Invalid):
    code = "unknown_state"
    message = "没有这个状态。"


class RatingRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """5 非常满意 to 1 非常不满意."""

    level: int


class PriorityBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why staff let a person go first."""

    reason_code: str


def _count_press(call: ApiCall) -> None:
    """A kiosk gives so many numbers a minute; a press that is only repeated gives none."""
    if call.actor.role is not Role.KIOSK:
        return
    try:
        current_hall().limits.take("ticket", call.actor.principal, PRESSES_PER_MINUTE, 60)
    except TooManyPresses:
        if not is_answered(call.actor.principal):
            raise


@api.change(
    "POST",
    "/tickets",
    "Take a number",
    roles=ISSUERS,
    body=issuing.IssueRequest,
    answers=TicketView,
    status=201,
    key=True,
    errors=(UnknownService, ServiceNotOffered, HallClosed, issuing.PriorityNeedsStaff, TooManyPresses),
    prepare=_count_press,
)
def post_ticket(uow: UnitOfWork, call: ApiCall) -> TicketView:
    return issuing.issue(uow, call.actor, call.body)


@api.get(
    "/tickets",
    "Today's tickets",
    roles=STAFF_ROLES,
    answers=dict,
    query={"state": str, "cursor": int, "limit": int},
    errors=(UnknownState,),
)
def get_tickets(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    state, limit = call.query.get("state"), call.query.get("limit", 50)
    if state is not None and state not in set(TicketState):
        raise UnknownState(parameter="state")
    found = uow.tickets.page(uow.day, state, call.query.get("cursor", 0), limit + 1)
    line = Line(uow)
    more = found[limit - 1].id if len(found) > limit else None
    return {"items": [staff_ticket_view(uow, ticket, line) for ticket in found[:limit]], "next": more}


@api.get(
    "/tickets/<token>",
    "A ticket, for whoever holds its code",
    roles=None,
    answers=TicketView,
    mark=lambda uow, call: None if call.actor.is_staff else holders_mark(uow, call.parts["token"]),
)
def get_ticket(uow: UnitOfWork, call: ApiCall) -> TicketView:
    ticket = ticket_of_token(uow, call.parts["token"])
    return staff_ticket_view(uow, ticket) if call.actor.is_staff else ticket_view(uow, ticket)


@api.change(
    "POST",
    "/tickets/<token>/cancel",
    "Give a place up",
    roles=None,
    body=CounterRequest,
    answers=TicketView,
    errors=(UnknownTicket, IllegalMove),
)
def post_cancel(uow: UnitOfWork, call: ApiCall) -> TicketView:
    return holding.cancel(uow, call.actor, ticket_named(uow, call), call.body.reason)


@api.change(
    "POST",
    "/tickets/<token>/postpone",
    "Step back some places",
    roles=None,
    answers=TicketView,
    errors=(UnknownTicket, IllegalMove),
)
def post_postpone(uow: UnitOfWork, call: ApiCall) -> TicketView:
    return holding.postpone(uow, call.actor, ticket_named(uow, call))


@api.change(
    "POST",
    "/tickets/<token>/reinstate",
    "Back into the line after a missed call",
    roles=None,
    body=CounterRequest,
    answers=TicketView,
    errors=(UnknownTicket, IllegalMove, holding.ReinstatedAlready, holding.ClerkReinstates),
)
def post_reinstate(uow: UnitOfWork, call: ApiCall) -> TicketView:
    return holding.reinstate(uow, call.actor, ticket_named(uow, call))


@api.change(
    "POST",
    "/tickets/<token>/rating",
    "Rate the visit, once",
    roles=None,
    body=RatingRequest,
    answers=TicketView,
    errors=(UnknownTicket, holding.UnknownLevel, holding.NotServedYet, holding.RatedAlready),
)
def post_rating(uow: UnitOfWork, call: ApiCall) -> TicketView:
    return holding.rate(uow, call.actor, ticket_named(uow, call), call.body.level)


@api.change(
    "POST",
    "/tickets/<token>/slip",
    "Print the slip again",
    roles=None,
    answers=TicketView,
    errors=(UnknownTicket, NoPrinter),
)
def post_slip(uow: UnitOfWork, call: ApiCall) -> TicketView:
    return holding.reprint(uow, call.actor, ticket_named(uow, call))


@api.change(
    "POST",
    "/tickets/<token>/transfer",
    "Send a number elsewhere",
    roles=DESK,
    body=CounterRequest,
    answers=StaffTicketView,
    errors=(UnknownTicket, IllegalMove, TargetMissing),
)
def post_transfer(uow: UnitOfWork, call: ApiCall) -> StaffTicketView:
    return transfer_ticket(uow, call.actor, ticket_named(uow, call), call.body)


@api.change(
    "POST",
    "/tickets/<token>/requeue",
    "Put a number back into the line",
    roles=DESK,
    body=CounterRequest,
    answers=StaffTicketView,
    errors=(UnknownTicket, IllegalMove),
)
def post_requeue(uow: UnitOfWork, call: ApiCall) -> StaffTicketView:
    return requeue_ticket(uow, call.actor, ticket_named(uow, call), call.body)


@api.change(
    "POST",
    "/tickets/<token>/priority",
    "Let a person go first, for a reason",
    roles=DESK,
    body=PriorityBody,
    answers=StaffTicketView,
    errors=(UnknownTicket, issuing.UnknownReason),
)
def post_priority(uow: UnitOfWork, call: ApiCall) -> StaffTicketView:
    return holding.grant_priority(uow, call.actor, ticket_named(uow, call), call.body.reason_code)


def holders_mark(uow: UnitOfWork, token: str) -> Hashable | None:
    """Differs whenever what the ticket's holder sees may differ, and every minute, since waits pass."""
    try:
        standing = uow.following.standing(read_token(token))
    except UnknownTicket:
        # Whoever looks the ticket up says so, and counts the guess.
        return None
    return None if standing is None else (*standing, f"{uow.now.local:%Y-%m-%d %H:%M}")


def ticket_named(uow: UnitOfWork, call: ApiCall) -> Ticket:
    """The ticket in the address: by its token, or for staff by today's number.

    Raises:
        UnknownTicket: neither; wrong tokens are counted.
    """
    named = str(call.parts["token"])
    if call.actor.is_staff and call.actor.role not in DESK:
        raise Forbidden
    if call.actor.is_staff and len(named) <= 8:
        return uow.tickets.by_number(named, uow.day)
    return ticket_of_token(uow, named)


def ticket_of_token(uow: UnitOfWork, token: str) -> Ticket:
    """The ticket of a token.

    Raises:
        UnknownTicket: there is none; too many wrong ones from one address are refused.
    """
    try:
        return issuing.find_ticket(uow, token)
    except UnknownTicket:
        current_hall().limits.take("token", remote_address(), WRONG_TOKENS_PER_MINUTE, 60)
        raise
