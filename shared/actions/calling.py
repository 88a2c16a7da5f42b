"""Calling tickets and what a clerk does with the ticket at the counter."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from shared.actions.counters import present_ticket, require_calling, require_clerk
from shared.actions.hall_day import enter_queue
from shared.actions.outlook import Line
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import Actor
from shared.domain.counter import Counter, CounterHasTicket
from shared.domain.errors import Invalid, Refused
from shared.domain.hall import Call
from shared.domain.queueing import next_ticket
from shared.domain.states import IllegalMove
from shared.domain.ticket import TICKET_MOVES, NotWaiting, Stop, Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork


class TargetMissing(Invalid):
    code = "target_missing"
    message = "请选转到哪个业务、窗口或楼层。"


class TicketMissing(Invalid):
    code = "ticket_missing"
    message = "请说明是哪个号。"


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
        _end(uow, actor, present, "finish" if previous == "finish" else "no_show")
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
    counter, ticket = _here(uow, actor, number, request)
    before = ticket.move("recall", uow.at)
    ticket.calls += 1
    uow.log(actor, "ticket", ticket.id, "recall", (before, ticket.state), counter=number)
    return _announce(uow, ticket, counter, Line(uow))


def start(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """The person is here: service begins.

    Raises:
        NotAtThisCounter, IllegalMove: as for recall.
    """
    _, ticket = _here(uow, actor, number, request)
    snapshot = ticket.snapshot()
    before = ticket.move("start", uow.at)
    ticket.started_at = uow.at
    return _done(uow, actor, ticket, "start", before, number, snapshot)


def finish(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """The visit ends, or its next planned stop begins.

    Raises:
        NotAtThisCounter: no such ticket here.
    """
    _, ticket = _here(uow, actor, number, request)
    _end(uow, actor, ticket, "finish")
    return staff_ticket_view(uow, ticket)


def no_show(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Nobody came to the call.

    Raises:
        NoShowTooEarly: the hall's number of calls has not been made.
        IllegalMove: the person is being served.
    """
    _, ticket = _here(uow, actor, number, request)
    _end(uow, actor, ticket, "no_show", request.reason)
    return staff_ticket_view(uow, ticket)


def hold(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Put the present ticket aside, so that the next can be called.

    Raises:
        NotAtThisCounter, IllegalMove: as for recall.
    """
    _, ticket = _here(uow, actor, number, request)
    snapshot = ticket.snapshot()
    before = ticket.move("hold", uow.at)
    return _done(uow, actor, ticket, "hold", before, number, snapshot, request.reason)


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
        return _done(uow, actor, ticket, "requeue", before, number, snapshot)
    before = ticket.resume_at(number, uow.at)
    uow.log(actor, "ticket", ticket.id, "resume", (before, ticket.state), counter=number, before=snapshot)
    return _announce(uow, ticket, counter, Line(uow))


def requeue(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Back into the line; with ``counter`` as that counter's next.

    Raises:
        NotAtThisCounter, IllegalMove: as for recall.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    return requeue_ticket(uow, actor, _here_or_held(uow, number, request), request)


def requeue_ticket(uow: UnitOfWork, actor: Actor, ticket: Ticket, request: CounterRequest) -> StaffTicketView:
    """Back into the line, from wherever the ticket is.

    Raises:
        IllegalMove: it is neither called, served nor held.
        UnknownCounter: the named counter does not exist.
    """
    enter_queue(uow)
    snapshot, counter = ticket.snapshot(), ticket.counter
    if request.counter is not None:
        uow.counters.by_number(request.counter)
    before = ticket.move("requeue", uow.at)
    ticket.for_counter = request.counter
    return _done(uow, actor, ticket, "requeue", before, counter, snapshot, request.reason)


def transfer(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Send the ticket to another service, counter or floor; number and arrival are kept.

    Raises:
        TargetMissing: no target is named.
        NotAtThisCounter, IllegalMove: as for recall.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    return transfer_ticket(uow, actor, _here_or_held(uow, number, request), request)


def transfer_ticket(
    uow: UnitOfWork, actor: Actor, ticket: Ticket, request: CounterRequest
) -> StaffTicketView:
    """Send a ticket elsewhere, from wherever it is.

    Raises:
        TargetMissing: neither service, counter nor floor is named.
        UnknownService, UnknownCounter, UnknownFloor: the target does not exist.
    """
    enter_queue(uow)
    if request.service_id is None and request.counter is None and request.floor is None:
        raise TargetMissing
    snapshot, counter = ticket.snapshot(), ticket.counter
    before = ticket.move("transfer", uow.at)
    _aim(uow, ticket, request)
    stop = ticket.present_stop
    stop.service_id, stop.service_name = ticket.service_id, ticket.service_name
    stop.service_title, stop.floor = ticket.service_title, ticket.floor
    return _done(uow, actor, ticket, "transfer", before, counter, snapshot, request.reason)


def next_stop(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """End the present stop and queue the next: the planned one, or the service named.

    Raises:
        TargetMissing: nothing is planned and nothing is named.
        IllegalMove: the ticket is not being served.
    """
    _, ticket = _here(uow, actor, number, request)
    TICKET_MOVES.after(ticket.state, "next_stop")
    snapshot = ticket.snapshot()
    target = None if request.counter is None else uow.counters.by_number(request.counter)
    if request.service_id is not None or request.floor is not None or target is not None:
        _plan_stop(uow, ticket, request, target)
    if ticket.planned_stop is None:
        raise TargetMissing
    _end(uow, actor, ticket, "next_stop", request.reason, snapshot)
    if target is not None:
        ticket.for_counter = target.number
        uow.flush()
    return staff_ticket_view(uow, ticket)


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


def _here(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> tuple[Counter, Ticket]:
    enter_queue(uow)
    counter = require_clerk(uow, actor, number)
    return counter, present_ticket(uow, number, request.ticket)


def _here_or_held(uow: UnitOfWork, number: int, request: CounterRequest) -> Ticket:
    """The present ticket, or one that this counter holds."""
    for held in uow.tickets.held_at(number, uow.day):
        if request.ticket is not None and held.number == request.ticket.strip().upper():
            return held
    return present_ticket(uow, number, request.ticket)


def _end(
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
    before = ticket.move(verb, uow.at) if verb == "no_show" else _serve_to_the_end(uow, ticket, verb)
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
    # The counter must be free in the database before another ticket is put there.
    uow.flush()


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


def _check_no_show(uow: UnitOfWork, ticket: Ticket) -> None:
    rule = uow.configuration().site.no_show
    waited = (uow.at - (ticket.called_at or uow.at)).total_seconds()
    if waited < rule.minutes * 60:
        raise NoShowTooEarly(f"叫号还不到 {rule.minutes} 分钟，请再等一会儿。", minutes=rule.minutes)
    if ticket.calls < rule.calls_before:
        raise NoShowTooEarly(
            f"已叫 {ticket.calls} 次，至少叫 {rule.calls_before} 次才能过号。", calls=ticket.calls
        )


def _done(
    uow: UnitOfWork,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    before: TicketState,
    counter: int | None,
    snapshot: dict[str, object],
    reason: str | None = None,
) -> StaffTicketView:
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
    return staff_ticket_view(uow, ticket)


def _aim(uow: UnitOfWork, ticket: Ticket, request: CounterRequest) -> None:
    line = Line(uow)
    ticket.for_counter = None
    if request.service_id is not None:
        service = line.offered(request.service_id)
        ticket.service_id, ticket.service_name, ticket.service_title = service.id, service.name, service.title
        ticket.floor = line.best_floor(tuple(service.floors), service.id)
    if request.counter is not None:
        target = uow.counters.by_number(request.counter)
        ticket.for_counter, ticket.floor = target.number, target.floor
    if request.floor is not None:
        ticket.floor = line.site.floor(request.floor).number


def _plan_stop(uow: UnitOfWork, ticket: Ticket, request: CounterRequest, target: Counter | None) -> None:
    line = Line(uow)
    service = line.offered(request.service_id or ticket.service_id)
    if target is not None:
        floor: int | None = target.floor
    elif request.floor is not None:
        floor = line.site.floor(request.floor).number
    else:
        floor = line.best_floor(tuple(service.floors), service.id)
    for stop in sorted(ticket.stops, key=lambda stop: -stop.position):
        if stop.position > ticket.stop:
            stop.position += 1
            uow.flush()
    ticket.stops.append(
        Stop(
            position=ticket.stop + 1,
            service_id=service.id,
            service_name=service.name,
            service_title=service.title,
            floor=floor,
        )
    )
    ticket.stops.sort(key=lambda stop: stop.position)
