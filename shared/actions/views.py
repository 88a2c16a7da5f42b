"""What the API answers of tickets and counters, as frozen data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.actions.hall_day import quiet_until
from shared.actions.outlook import Line
from shared.actions.slip_view import SlipView, slip_view
from shared.domain.counter import Counter
from shared.domain.ticket import AT_COUNTER, Ticket, TicketState
from shared.domain.waiting import WaitBand
from shared.store.unit_of_work import UnitOfWork
from shared.store.waiting_line import Scope

#: So many of those who come next a clerk sees.
_IN_VIEW = 12
#: So many of each class are looked at for it.
_LOOKED_AT = 24


@dataclass(frozen=True, slots=True)
class StopView:
    """One leg of the visit."""

    position: int
    service_id: str
    floor: int | None
    state: str


@dataclass(frozen=True, kw_only=True)
class TicketView:
    """A ticket as its holder may see it."""

    number: str
    token: str
    service_id: str
    state: str
    issued_at: datetime
    ahead: int
    wait_seconds: WaitBand | None
    floor: int | None
    counters: Sequence[int]
    status_url: str
    qr_svg_url: str
    slip: SlipView
    stop: int
    stops: Sequence[StopView]
    counter: int | None
    counter_floor: int | None
    calls: int
    service_day: str
    #: The clock time to tell instead of the band, when a break lies before the call (hall-local).
    called_after: datetime | None = None
    announcement: int | None = None


@dataclass(frozen=True, kw_only=True)
class StaffTicketView(TicketView):
    """A ticket as staff see it."""

    service_title: str
    service_name: str
    kind: str
    waited_seconds: int
    priority_reason: str | None
    needs: Sequence[str]
    answer: str | None
    language: str
    cases: Sequence[str]


@dataclass(frozen=True, slots=True)
class ClerkView:
    """Who sits at a counter."""

    name: str
    staff_number: str


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A ticket in a counter's list of who comes next, who is held and who missed the call."""

    number: str
    service_title: str
    waited_seconds: int
    state: str
    #: For staff alone: a granted priority, and needs of the person (codes).
    priority: bool = False
    needs: Sequence[str] = ()
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeriesCount:
    """How many wait in a series."""

    series: str
    count: int


@dataclass(frozen=True, kw_only=True)
class CounterView:
    """A counter as staff see it."""

    number: int
    floor: int
    name: str
    state: str
    clerk: ClerkView | None
    ticket: StaffTicketView | None
    held: Sequence[StaffTicketView]
    waiting: Sequence[SeriesCount]
    queue: Sequence[QueueEntry]
    profile: str
    #: The hall's clock at this reading (hall-local).
    at: datetime
    #: How many wait whom this counter may not call now; None while its own are too many to be all in view.
    elsewhere: int | None = None
    reason: str | None = None
    #: Around a break: when this counter may call again (hall-local).
    quiet_until: datetime | None = None


def ticket_view(
    uow: UnitOfWork, ticket: Ticket, line: Line | None = None, slip: SlipView | None = None
) -> TicketView:
    """The ticket as its holder may see it; ``slip`` is its slip where that is known."""
    return TicketView(**_ticket_fields(uow, ticket, line or Line(uow), slip=slip))


def staff_ticket_view(
    uow: UnitOfWork,
    ticket: Ticket,
    line: Line | None = None,
    announcement: int | None = None,
    slip: SlipView | None = None,
) -> StaffTicketView:
    """The ticket as staff see it; ``announcement`` is the id of its call on the board."""
    line = line or Line(uow)
    fields = _ticket_fields(uow, ticket, line, announcement, slip)
    service = line.configuration.catalogue.find(ticket.service_id)
    return StaffTicketView(
        **fields,
        service_title=ticket.service_title,
        service_name=ticket.service_name,
        kind=service.kind if service else "single",
        waited_seconds=waited_seconds(uow, ticket),
        priority_reason=ticket.priority,
        needs=tuple(ticket.needs),
        answer=ticket.answer,
        language=ticket.language,
        cases=uow.cases.numbers_of_ticket(ticket.id),
    )


def waited_seconds(uow: UnitOfWork, ticket: Ticket) -> int:
    """Whole seconds from arrival to the call, or until now while it waits."""
    until = uow.seconds if ticket.called_seconds is None else ticket.called_seconds
    return max(0, int(until - ticket.arrived_seconds))


def _ticket_fields(
    uow: UnitOfWork, ticket: Ticket, line: Line, announcement: int | None = None, slip: SlipView | None = None
) -> dict[str, Any]:
    ahead = line.ahead(ticket)
    wait = line.wait(ticket)
    if announcement is None and ticket.state in AT_COUNTER:
        call = uow.tickets.last_call_of(ticket)
        announcement = call.id if call else None
    floors = {counter.number: counter.floor for counter in line.counters}
    return {
        "number": ticket.number,
        "token": ticket.token,
        "service_id": ticket.service_id,
        "state": str(ticket.state),
        "issued_at": ticket.issued_at,
        "ahead": ahead,
        "wait_seconds": wait,
        "called_after": line.called_after(wait) if ticket.state is TicketState.WAITING else None,
        "floor": ticket.floor,
        "counters": line.counters_for(ticket.service_id, ticket.floor, only_open=False),
        "status_url": uow.address.ticket_page(ticket.token),
        "qr_svg_url": f"/t/{ticket.token}/qr.svg",
        "slip": slip or slip_view(uow, ticket),
        "stop": ticket.stop,
        "stops": [_stop_view(ticket, stop.position) for stop in ticket.stops],
        "counter": ticket.counter,
        "counter_floor": floors.get(ticket.counter) if ticket.counter is not None else None,
        "calls": ticket.calls,
        "service_day": ticket.day.isoformat(),
        "announcement": announcement,
    }


def _stop_view(ticket: Ticket, position: int) -> StopView:
    stop = ticket.stops[position - 1]
    if position == ticket.stop:
        state = str(ticket.state)
    else:
        state = "served" if position < ticket.stop else "planned"
    return StopView(position, stop.service_id, stop.floor, state)


def counter_view(uow: UnitOfWork, counter: Counter, line: Line | None = None) -> CounterView:
    """The counter with its ticket, what it holds and who comes next."""
    line = line or Line(uow)
    present = uow.tickets.at_counter(counter.number)
    settings = line.site.counter(counter.number)
    queue, elsewhere = _queue(uow, counter, line)
    return CounterView(
        number=counter.number,
        floor=counter.floor,
        name=settings.name,
        state=str(counter.state),
        clerk=_clerk(uow, counter),
        ticket=staff_ticket_view(uow, present, line) if present else None,
        held=[staff_ticket_view(uow, held, line) for held in uow.tickets.held_at(counter.number, uow.day)],
        waiting=_series_counts(line),
        queue=queue,
        elsewhere=elsewhere,
        profile=settings.profile,
        at=uow.now.local,
        reason=counter.reason,
        quiet_until=quiet_until(uow, counter.number),
    )


def _clerk(uow: UnitOfWork, counter: Counter) -> ClerkView | None:
    if counter.account_id is None:
        return None
    account = uow.accounts.by_id(counter.account_id)
    return ClerkView(account.name, account.staff_number)


def _series_counts(line: Line) -> list[SeriesCount]:
    counts: dict[str, int] = {}
    for group in line.groups:
        counts[group.series] = counts.get(group.series, 0) + group.people
    return [SeriesCount(series, count) for series, count in sorted(counts.items())]


def _queue(uow: UnitOfWork, counter: Counter, line: Line) -> tuple[list[QueueEntry], int | None]:
    """Who comes next here and who missed a call; and how many others wait, where that is seen."""
    reach = line.reach(counter)
    services = None if reach.services is None else {*reach.services, *reach.helps}
    first = uow.line.first(Scope(services), _LOOKED_AT)
    mine = [ticket for ticket in first if reach.bar(ticket, uow.seconds) is None]
    ids = [ticket.id for ticket in line.discipline.order(mine, uow.seconds)[:_IN_VIEW]]
    ordered = uow.tickets.with_ids(ids)
    ordered.sort(key=lambda ticket: ticket.for_counter != counter.number)
    all_seen = len(first) < _LOOKED_AT and len(mine) <= _IN_VIEW
    elsewhere = sum(group.people for group in line.groups) - len(mine) if all_seen else None
    missed = uow.tickets.in_states([TicketState.NO_SHOW], uow.day)[-6:]
    entries = [
        QueueEntry(
            ticket.number,
            ticket.service_title,
            waited_seconds(uow, ticket),
            str(ticket.state),
            ticket.priority is not None,
            tuple(ticket.needs),
            ticket.issued_at,
        )
        for ticket in [*ordered, *missed]
    ]
    return entries, elsewhere
