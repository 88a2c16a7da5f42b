"""Calling tickets and serving them: what a clerk does two hundred times a day."""

from __future__ import annotations

from shared.actions.at_counter import CounterRequest, done, end, here
from shared.actions.counters import require_calling
from shared.actions.hall_day import enter_queue, require_calling_time
from shared.actions.outlook import Line
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import Actor
from shared.domain.counter import CounterHasTicket
from shared.domain.errors import Invalid, Refused
from shared.domain.queueing import OvertakingRule, Reach, explain, next_ticket
from shared.domain.states import IllegalMove
from shared.domain.ticket import NotWaiting, Ticket, TicketState
from shared.store.counters import CounterFacts
from shared.store.unit_of_work import UnitOfWork


class LiftIsOut(Refused):
    code = "lift_is_out"
    message = "电梯停用，这位上下楼不便，请由本楼的窗口叫号。"


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
        NearBreak: nobody is called around a break.
    """
    enter_queue(uow)
    counter = require_calling(uow, actor, number)
    require_calling_time(uow, number)
    present = uow.tickets.at_counter(number)
    if present is not None:
        if previous is None:
            raise CounterHasTicket(ticket=present.number)
        end(uow, actor, present, "finish" if previous == "finish" else "no_show")
    line = Line(uow)
    reach, seconds = line.reach(counter), uow.seconds
    candidates = uow.line.candidates(reach, line.discipline.cap, seconds)
    found = next_ticket(candidates, reach, line.discipline, seconds)
    return None if found is None else _call(uow, actor, uow.tickets.by_id(found.id), counter, line, reach)


def call_number(uow: UnitOfWork, actor: Actor, number: int, ticket_number: str) -> StaffTicketView:
    """Call a chosen number that waits, or that missed its call.

    Raises:
        UnknownTicket: no such number today.
        NotWaiting: it neither waits nor missed its call.
        CounterHasTicket: the counter still has a ticket.
        NearBreak: nobody is called around a break.
        LiftIsOut: the person cannot come to this floor.
    """
    enter_queue(uow)
    counter = require_calling(uow, actor, number)
    require_calling_time(uow, number)
    ticket = uow.tickets.by_number(ticket_number, uow.day)
    present = uow.tickets.at_counter(number)
    if present is not None:
        raise CounterHasTicket(ticket=present.number)
    if ticket.state not in (TicketState.WAITING, TicketState.NO_SHOW):
        raise NotWaiting(number=ticket.number, state=str(ticket.state))
    if ticket.step_free and not uow.hall.lift_works and ticket.floor not in (None, counter.floor):
        raise LiftIsOut(
            f"电梯停用，{ticket.number} 的人在 {ticket.floor} 楼，不便上下楼，请由 {ticket.floor} 楼叫号。",
            floor=ticket.floor,
        )
    line = Line(uow)
    return _call(uow, actor, ticket, counter, line, line.reach(counter), chosen=True)


def recall(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Call the present ticket once more.

    Raises:
        NotAtThisCounter: no such ticket here.
        IllegalMove: it is being served already.
        NearBreak: nobody is called around a break.
    """
    counter, ticket = here(uow, actor, number, request)
    require_calling_time(uow, number)
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
    before = ticket.resume_at(number, uow.at, uow.seconds)
    uow.log(
        actor,
        "ticket",
        ticket.id,
        "resume",
        (before, ticket.state),
        counter=number,
        rule=OvertakingRule.PUT_BACK,
        before=snapshot,
    )
    return _announce(uow, ticket, counter, Line(uow))


def _call(
    uow: UnitOfWork,
    actor: Actor,
    ticket: Ticket,
    counter: CounterFacts,
    line: Line,
    reach: Reach,
    *,
    chosen: bool = False,
) -> StaffTicketView:
    earlier = uow.line.earlier(ticket)
    overtaking = explain(ticket, earlier, reach, line.discipline, uow.seconds, chosen=chosen)
    uow.line.count_passing(overtaking.counted, 1)
    snapshot = {**ticket.snapshot(), "passing": list(overtaking.counted), "chosen": chosen}
    before = ticket.call_to(counter.number, uow.at, uow.seconds)
    # The guards speak before anything is announced: one call per ticket, one ticket per counter.
    uow.flush()
    uow.log(
        actor,
        "ticket",
        ticket.id,
        "call",
        (before, ticket.state),
        counter=counter.number,
        rule=overtaking.text,
        before=snapshot,
    )
    return _announce(uow, ticket, counter, line)


def _announce(uow: UnitOfWork, ticket: Ticket, counter: CounterFacts, line: Line) -> StaffTicketView:
    """Put a call or recall on the board."""
    call_id = uow.tickets.add_call(
        day=uow.day,
        seconds=uow.seconds,
        ticket_id=ticket.id,
        number=ticket.number,
        counter=counter.number,
        floor=counter.floor,
        from_floor=ticket.floor or counter.floor,
        called_at=uow.at,
        calls=ticket.calls,
        shown_at=None,
        sounded_at=None,
    )
    uow.flush()
    return staff_ticket_view(uow, ticket, line, announcement=call_id)
