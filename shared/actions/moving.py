"""Sending a ticket elsewhere: back into the line, to another counter, or on to its next stop."""

from __future__ import annotations

from shared.actions.at_counter import CounterRequest, done, end, here, here_or_held
from shared.actions.counters import require_clerk
from shared.actions.hall_day import enter_queue
from shared.actions.outlook import Line
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import Actor
from shared.domain.counter import Counter
from shared.domain.errors import Invalid
from shared.domain.ticket import TICKET_MOVES, Stop, Ticket
from shared.store.unit_of_work import UnitOfWork


class TargetMissing(Invalid):
    code = "target_missing"
    message = "请选转到哪个业务、窗口或楼层。"


def requeue(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Back into the line; with ``counter`` as that counter's next.

    Raises:
        NotAtThisCounter, IllegalMove: as for recall.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    return requeue_ticket(uow, actor, here_or_held(uow, number, request), request)


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
    return done(uow, actor, ticket, "requeue", before, counter, snapshot, request.reason)


def transfer(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """Send the ticket to another service, counter or floor; number and arrival are kept.

    Raises:
        TargetMissing: no target is named.
        NotAtThisCounter, IllegalMove: as for recall.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    return transfer_ticket(uow, actor, here_or_held(uow, number, request), request)


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
    return done(uow, actor, ticket, "transfer", before, counter, snapshot, request.reason)


def next_stop(uow: UnitOfWork, actor: Actor, number: int, request: CounterRequest) -> StaffTicketView:
    """End the present stop and queue the next: the planned one, or the service named.

    Raises:
        TargetMissing: nothing is planned and nothing is named.
        IllegalMove: the ticket is not being served.
    """
    _, ticket = here(uow, actor, number, request)
    TICKET_MOVES.after(ticket.state, "next_stop")
    snapshot = ticket.snapshot()
    target = None if request.counter is None else uow.counters.by_number(request.counter)
    if request.service_id is not None or request.floor is not None or target is not None:
        _plan_stop(uow, ticket, request, target)
    if ticket.planned_stop is None:
        raise TargetMissing
    end(uow, actor, ticket, "next_stop", request.reason, snapshot)
    if target is not None:
        ticket.for_counter = target.number
        uow.flush()
    return staff_ticket_view(uow, ticket)


def _aim(uow: UnitOfWork, ticket: Ticket, request: CounterRequest) -> None:
    line = Line(uow)
    ticket.for_counter = ticket.preferred_counter = None
    if request.service_id is not None:
        service = line.offered(request.service_id)
        ticket.service_id, ticket.service_name, ticket.service_title = service.id, service.name, service.title
        if not ticket.step_free:
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
        floor = None
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
