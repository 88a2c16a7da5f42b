"""What the duty manager sees at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.actions.enrolling import DeviceView, device_views
from shared.actions.outlook import Line
from shared.actions.printer_views import PrinterView, SignLineView, printer_views
from shared.domain.clock import real_now
from shared.domain.queueing import QueueClass
from shared.domain.ticket import Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WaitingView:
    """How many wait in a series on a floor, and the longest of them."""

    series: str
    floor: int | None
    count: int
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class CounterLine:
    """A counter in one line."""

    number: int
    floor: int
    name: str
    state: str
    clerk: str | None
    ticket: str | None
    since: datetime | None
    #: Numbers that were put on hold here.
    held: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TodayView:
    """Numbers of the service day so far."""

    issued: int
    waiting: int
    served: int
    no_show: int
    held: int = 0


@dataclass(frozen=True, slots=True)
class OutageView:
    """A standstill of today and the numbers that were open when it began."""

    began_at: datetime
    ended_at: datetime
    seconds: int
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class ConfigurationView:
    """The configuration in force and what in it is only assumed."""

    number: int
    assumed: Sequence[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """The hall in one answer."""

    at: datetime
    waiting: Sequence[WaitingView]
    counters: Sequence[CounterLine]
    today: TodayView
    devices: Sequence[DeviceView]
    printers: Sequence[PrinterView]
    sign_lines: Sequence[SignLineView]
    slips: dict[str, int]
    configuration: ConfigurationView
    lift_works: bool
    outages: Sequence[OutageView]
    #: Share of tickets with priority today; over a fifth any rule makes the others wait much longer.
    priority_share: float
    #: When counters begin to call, before the day's first shift; until then an empty counter is no fault.
    counters_open_at: datetime | None
    #: When counters call again, in or near a break.
    quiet_until: datetime | None
    #: The machine's own time, by which devices are heard; a manual clock does not move it.
    machine_at: datetime
    #: The build of the pages that this server hands out.
    build: str


def overview(uow: UnitOfWork, build: str = "") -> Overview:
    """Who waits, who serves, what is broken, what is assumed; ``build`` is the server's own."""
    line = Line(uow)
    printers, sign_lines = printer_views(uow)
    counts = uow.tickets.counts(uow.day)
    local, calendar = uow.now.local, line.configuration.calendar
    return Overview(
        at=uow.at,
        waiting=_waiting(uow, line),
        counters=_counters(uow, line),
        today=TodayView(
            issued=sum(counts.values()),
            waiting=counts.get("waiting", 0),
            served=counts.get("served", 0),
            no_show=counts.get("no_show", 0),
            held=counts.get("held", 0),
        ),
        devices=device_views(uow, build),
        printers=printers,
        sign_lines=sign_lines,
        slips=dict.fromkeys(("pending", "confirmed", "unconfirmed", "failed"), 0)
        | uow.papers.counts(uow.day),
        configuration=ConfigurationView(line.configuration.number, line.site.assumed),
        lift_works=uow.hall.lift_works,
        outages=[
            OutageView(outage.began_at, outage.ended_at, int(outage.seconds), outage.numbers)
            for outage in uow.tickets.outages(uow.day)
        ],
        priority_share=round(uow.line.share_of(QueueClass.PRIORITY), 3),
        counters_open_at=line.site.hours.counters_open_at(local, calendar),
        quiet_until=line.site.hours.quiet_until(local, calendar),
        machine_at=real_now(),
        build=build,
    )


def _waiting(uow: UnitOfWork, line: Line) -> list[WaitingView]:
    rows: dict[tuple[str, int | None], tuple[int, float]] = {}
    for group in line.groups:
        key = (group.series, group.floor)
        count, first = rows.get(key, (0, group.first_arrived_seconds))
        rows[key] = (count + group.people, min(first, group.first_arrived_seconds))
    return [
        WaitingView(series, floor, count, int(uow.waited(first)))
        for (series, floor), (count, first) in sorted(rows.items(), key=lambda row: str(row[0]))
    ]


def _counters(uow: UnitOfWork, line: Line) -> list[CounterLine]:
    counters = uow.counters.configured(line.site.profiles_of_counters)
    people = uow.accounts.with_ids([c.account_id for c in counters if c.account_id is not None])
    held = uow.tickets.in_states([TicketState.HELD], uow.day)
    lines = []
    for counter in counters:
        present: Ticket | None = uow.tickets.at_counter(counter.number)
        account = people.get(counter.account_id) if counter.account_id is not None else None
        lines.append(
            CounterLine(
                counter.number,
                counter.floor,
                line.site.counter(counter.number).name,
                str(counter.state),
                account.name if account else None,
                present.number if present else None,
                counter.since,
                [ticket.number for ticket in held if ticket.counter == counter.number],
            )
        )
    return lines
