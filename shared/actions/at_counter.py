"""What the verbs at a counter share: the ticket that is there, its end, and how a move is written down."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from shared.actions.counters import present_ticket, require_clerk
from shared.actions.hall_day import enter_queue, require_calling_time
from shared.actions.outlook import Line
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import Actor
from shared.domain.errors import Refused
from shared.domain.needs import floors_for
from shared.domain.ticket import Ticket, TicketState
from shared.domain.ticket_number import read_number
from shared.store.counters import CounterFacts
from shared.store.unit_of_work import UnitOfWork


class NoShowTooEarly(Refused):
    code = "no_show_too_early"
    message = "叫号次数还不够，请再叫一次。"


class CounterRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a verb at a counter may carry; ``ticket`` is the number the clerk means."""

    ticket: str | None = None
    reason: str | None = None
    service_id: str | None = None
    counter: Annotated[int, msgspec.Meta(ge=1, le=9999)] | None = None
    floor: Annotated[int, msgspec.Meta(ge=-9, le=99)] | None = None


def here(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> tuple[CounterFacts, Ticket]:
    enter_queue(uow)
    counter = require_clerk(uow, actor, number)
    return counter, present_ticket(uow, number, request.ticket)


def here_or_held(uow: UnitOfWork, number: int, request: CounterRequest) -> Ticket:
    """The present ticket, or one that this counter holds."""
    for held in uow.tickets.held_at(number, uow.day):
        if request.ticket is not None and held.number == read_number(request.ticket):
            return held
    return present_ticket(uow, number, request.ticket)


def end(
    uow: UnitOfWork,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    reason: str | None = None,
    snapshot: dict[str, Any] | None = None,
) -> None:
    """Finish, next stop or no-show, with what each leaves in the stops."""
    counter, snapshot = ticket.counter, snapshot or ticket.snapshot()
    if verb == "no_show" and ticket.state is TicketState.CALLED:
        _check_no_show(uow, ticket)
    if verb == "finish" and ticket.planned_stop is not None:
        verb = "next_stop"
    if verb == "next_stop":
        _choose_floor(uow, ticket)
    before = ticket.move(verb, uow.at) if verb == "no_show" else _serve_to_the_end(uow, ticket, verb)
    # Written at once: the counter must be free in the database before another ticket is put there.
    _write_down(uow, actor, ticket, verb, before, counter, snapshot, reason)


def _serve_to_the_end(uow: UnitOfWork, ticket: Ticket, verb: str) -> TicketState:
    """Finish from called begins and ends service at one instant."""
    before = ticket.state
    if verb == "next_stop":
        if before is TicketState.CALLED:
            ticket.move("start", uow.at)
        ticket.begin_next_stop(uow.at)
        return before
    if before is TicketState.CALLED:
        ticket.started_at = uow.at
    ticket.move("finish", uow.at)
    ticket.end_stop(uow.at)
    return before


def _choose_floor(uow: UnitOfWork, ticket: Ticket) -> None:
    """The planned stop goes where the wait is shorter; a step-free person stays on this floor."""
    planned = ticket.planned_stop
    if planned is None or (planned.floor is not None and not ticket.step_free):
        return
    line = Line(uow)
    present = uow.counters.by_number(ticket.counter).floor if ticket.counter is not None else None
    service = line.configuration.catalogue.service(planned.service_id)
    floors = floors_for(ticket.needs, tuple(service.floors), present, lift_works=uow.hall.lift_works)
    planned.floor = line.best_floor(floors, service.id)


def _check_no_show(uow: UnitOfWork, ticket: Ticket) -> None:
    require_calling_time(uow, ticket.counter or 0)
    rule = uow.configuration().site.no_show
    minutes = rule.minutes_for(ticket.needs)
    if uow.waited(ticket.called_seconds) < minutes * 60:
        raise NoShowTooEarly(f"叫号还不到 {minutes} 分钟，请再等一会儿。", minutes=minutes)
    if ticket.calls < rule.calls_before:
        raise NoShowTooEarly(
            f"已叫 {ticket.calls} 次，至少叫 {rule.calls_before} 次才能过号。", calls=ticket.calls
        )


def done(
    uow: UnitOfWork,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    before: TicketState,
    counter: int | None,
    snapshot: dict[str, Any],
    reason: str | None = None,
) -> StaffTicketView:
    """Write a move down and answer the ticket as it is now."""
    _write_down(uow, actor, ticket, verb, before, counter, snapshot, reason)
    return staff_ticket_view(uow, ticket)


def _write_down(
    uow: UnitOfWork,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    before: TicketState,
    counter: int | None,
    snapshot: dict[str, Any],
    reason: str | None,
) -> None:
    uow.log(
        actor,
        "ticket",
        ticket.id,
        verb,
        (before, ticket.state),
        counter=counter,
        reason=reason,
        before=snapshot,
    )
    uow.flush()
