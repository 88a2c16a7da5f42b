"""Calling tickets and serving them: what a clerk does two hundred times a day."""

from __future__ import annotations

from shared.actions.at_counter import CounterRequest, done, end, here
from shared.actions.counters import require_calling
from shared.actions.hall_day import enter_queue
from shared.actions.outlook import Line
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import Actor
from shared.domain.counter import Counter, CounterHasTicket
from shared.domain.errors import Invalid
from shared.domain.hall import Call
from shared.domain.queueing import next_ticket
from shared.domain.states import IllegalMove
from shared.domain.ticket import NotWaiting, Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork


class TicketMissing(Invalid):
    code = "ticket_missing"
    message = "请说明是哪个号。"


def call_next(
    uow: UnitOfWork, actor: Actor, number: int, previous: str | None = None
) -> StaffTicketView | None:
    """End the present ticket, if there is one, and call the next: one transaction, one press.

    Returns None when nobody waits; the previous ticket is ended all the same.

    Raises:
        CounterNotOpen: the counter is paused or closed.
        CounterHasTicket: a ticket is there and ``previous`` does not say what becomes of it.
    """
    enter_queue(uow)
    counter = require_calling(uow, actor, number)
    present = uow.tickets.at_counter(number)
    if present is not None:
        if previous is None:
            raise CounterHasTicket(ticket=present.number)
        end(uow, actor, present, "finish" if previous == "finish" else "no_show")
    line = Line(uow)
    reach = line.reach(counter)
    candidates = uow.line.heads(reach, uow.at)
    ticket = next_ticket(candidates, reach, line.discipline, uow.at)
    return None if ticket is None else _call(uow, actor, ticket, counter, line)


def call_number(uow: UnitOfWork, actor: Actor, number: int, ticket_number: str) -> StaffTicketView:
    """Call a chosen number that waits, or that missed its call.

    Raises:
        UnknownTicket: no such number today.
        NotWaiting: it neither waits nor missed its call.
        CounterHasTicket: the counter still has a ticket.
    """
    enter_queue(uow)
    counter = require_calling(uow, actor, number)
    ticket = uow.tickets.by_number(ticket_number, uow.day)
    present = uow.tickets.at_counter(number)
    if present is not None:
        raise CounterHasTicket(ticket=present.number)
    if ticket.state not in (TicketState.WAITING, TicketState.NO_SHOW):
        raise NotWaiting(number=ticket.number, state=str(ticket.state))
    return _call(uow, actor, ticket, counter, Line(uow))


def recall(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Call the present ticket once more.

    Raises:
        NotAtThisCounter: no such ticket here.
        IllegalMove: it is being served already.
    """
    counter, ticket = here(uow, actor, number, request)
    before = ticket.move("recall", uow.at)
    ticket.calls += 1
    uow.log(actor, "ticket", ticket.id, "recall", (before, ticket.state), counter=number)
    return _announce(uow, ticket, counter, Line(uow))


def start(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """The person is here: service begins.

    Raises:
        NotAtThisCounter, IllegalMove: as for recall.
    """
    _, ticket = here(uow, actor, number, request)
    snapshot = ticket.snapshot()
    before = ticket.move("start", uow.at)
    ticket.started_at = uow.at
    return done(uow, actor, ticket, "start", before, number, snapshot)


def finish(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """The visit ends, or its next planned stop begins.

    Raises:
        NotAtThisCounter: no such ticket here.
    """
    _, ticket = here(uow, actor, number, request)
    end(uow, actor, ticket, "finish")
    return staff_ticket_view(uow, ticket)


def no_show(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Nobody came to the call.

    Raises:
        NoShowTooEarly: the hall's number of calls has not been made.
        IllegalMove: the person is being served.
    """
    _, ticket = here(uow, actor, number, request)
    end(uow, actor, ticket, "no_show", request.reason)
    return staff_ticket_view(uow, ticket)


def hold(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Put the present ticket aside, so that the next can be called.

    Raises:
        NotAtThisCounter, IllegalMove: as for recall.
    """
    _, ticket = here(uow, actor, number, request)
    snapshot = ticket.snapshot()
    before = ticket.move("hold", uow.at)
    return done(uow, actor, ticket, "hold", before, number, snapshot, request.reason)


def resume(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Take a held ticket back, at any counter; at a busy one it becomes that counter's next.

    Raises:
        CounterNotOpen: the counter does not call.
        IllegalMove: the ticket is not held.
        UnknownTicket: no such number today.
    """
    enter_queue(uow)
    counter = require_calling(uow, actor, number)
    if request.ticket is None:
        raise TicketMissing(field="ticket")
    ticket = uow.tickets.by_number(request.ticket, uow.day)
    snapshot = ticket.snapshot()
    if uow.tickets.at_counter(number) is not None:
        if ticket.state is not TicketState.HELD:
            raise IllegalMove(number=ticket.number, state=str(ticket.state), verb="resume")
        before = ticket.move("requeue", uow.at)
        ticket.for_counter = number
        return done(uow, actor, ticket, "requeue", before, number, snapshot)
    before = ticket.resume_at(number, uow.at)
    uow.log(actor, "ticket", ticket.id, "resume", (before, ticket.state), counter=number, before=snapshot)
    return _announce(uow, ticket, counter, Line(uow))


def _call(uow: UnitOfWork, actor: Actor, ticket: Ticket, counter: Counter, line: Line) -> StaffTicketView:
    snapshot = ticket.snapshot()
    other_floor = ticket.floor is not None and ticket.floor != counter.floor
    before = ticket.call_to(counter.number, uow.at)
    uow.log(
        actor,
        "ticket",
        ticket.id,
        "call",
        (before, ticket.state),
        counter=counter.number,
        rule="other_floor_late" if other_floor else None,
        before=snapshot,
    )
    return _announce(uow, ticket, counter, line)


def _announce(uow: UnitOfWork, ticket: Ticket, counter: Counter, line: Line) -> StaffTicketView:
    """Put a call or recall on the board."""
    call = Call(
        ticket_id=ticket.id,
        number=ticket.number,
        counter=counter.number,
        floor=counter.floor,
        from_floor=ticket.floor or counter.floor,
        called_at=uow.at,
        calls=ticket.calls,
    )
    uow.add(call)
    uow.flush()
    return staff_ticket_view(uow, ticket, line, announcement=call.id)
