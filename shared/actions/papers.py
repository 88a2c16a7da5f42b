"""Ordering slips: a print job is a row of the transaction that made it due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.actions.outlook import Line
from shared.actions.paperless import NOT_TRIED, count_slips, is_well
from shared.actions.slip_ends import place_of
from shared.actions.slip_view import SlipView
from shared.domain.account import Actor
from shared.domain.case import Case
from shared.domain.clock import real_now
from shared.domain.configuration import Configuration
from shared.domain.devices import ABLE_TO_PRINT, DeviceState, PaperState
from shared.domain.events import SlipOrdered
from shared.domain.paper import NoPrinter
from shared.domain.site import Outlet
from shared.domain.slip import reprinted, ticket_document
from shared.domain.ticket import Ticket
from shared.domain.waiting import minutes_band
from shared.store.unit_of_work import UnitOfWork

KNOWN_BROKEN = "打印机坏着，没有试"
"""The detail of a slip that went to the stand-in at once."""


def outlet_near(uow: UnitOfWork, actor: Actor, configuration: Configuration) -> Outlet | None:
    """Where slips of whoever presses come out: a kiosk, the counter where a clerk sits, an office's desk."""
    site = configuration.site
    if actor.device_id is not None:
        kiosk = site.kiosk(actor.name)
        return _outlet(kiosk.printer, kiosk.stand_in, kiosk.name) if kiosk else None
    if actor.account_id is None:
        return None
    counter = uow.counters.of_account(actor.account_id)
    if counter is not None:
        settings = site.counter(counter.number)
        return _outlet(settings.printer, settings.stand_in)
    desk = site.desk_of(actor.office)
    return Outlet(desk.printer, desk.stand_in) if desk else None


def _outlet(printer: str | None, stand_in: str | None, kiosk: str = "") -> Outlet | None:
    return Outlet(printer, stand_in, kiosk) if printer is not None else None


def order_slip(
    uow: UnitOfWork,
    printer: str,
    document: Mapping[str, object],
    actor: Actor,
    *,
    ticket_id: int | None = None,
    case: Case | None = None,
    reprint: int = 0,
    **more: object,
) -> int:
    """Write a print job and answer its id; its printer hears of it when the transaction has committed.

    ``more``: stand_in, and what is known already of a job that nobody shall print.
    """
    job_id = uow.papers.add(
        printer=printer,
        kind=str(document["kind"]),
        day=uow.day,
        ordered_at=real_now(),
        document=dict(document),
        device=actor.name if actor.device_id is not None else "",
        ticket_id=ticket_id,
        case_id=case.id if case else None,
        reprint=reprint,
        **more,
    )
    if "state" not in more:
        uow.record(SlipOrdered(printer, job_id))
    return job_id


def order_at(
    uow: UnitOfWork,
    outlet: Outlet,
    document: Mapping[str, object],
    actor: Actor,
    *,
    ticket_id: int | None = None,
    case: Case | None = None,
    reprint: int = 0,
) -> SlipView:
    """Order a slip where it has the best chance to come out, and answer what is known of it.

    A printer that is known to be broken, or whose kiosk goes without paper, is not tried: the stand-in is, or
    the slip has failed at once.
    """
    why_not, stand_in = _chances(uow, outlet)
    of: dict[str, Any] = {"ticket_id": ticket_id, "case": case, "reprint": reprint}
    if why_not is None:
        order_slip(uow, outlet.printer, document, actor, **of, stand_in=outlet.stand_in)
        return SlipView(str(PaperState.PENDING))
    told: dict[str, Any] = {
        "state": PaperState.FAILED,
        "detail": why_not,
        "ended_at": real_now(),
        "stand_in": stand_in,
    }
    failed = order_slip(uow, outlet.printer, document, actor, **of, **told)
    count_slips(uow, uow.papers.ended([failed]), PaperState.FAILED)
    if stand_in is None:
        return SlipView(str(PaperState.FAILED))
    uow.record(SlipOrdered(stand_in, uow.papers.move_to_stand_in(failed)))
    return SlipView(str(PaperState.PENDING), place_of(uow.configuration(), stand_in))


def _chances(uow: UnitOfWork, outlet: Outlet) -> tuple[str | None, str | None]:
    """Why the own printer is not even tried, if it is not, and then the stand-in that is tried instead."""
    if not outlet.kiosk and outlet.stand_in is None:
        return None, None
    printers = [outlet.printer] if outlet.stand_in is None else [outlet.printer, outlet.stand_in]
    chances = uow.papers.chances(printers, outlet.kiosk, real_now())
    unknown = DeviceState.UNKNOWN
    there = chances.states.get(outlet.stand_in or "", unknown)
    if chances.paperless:
        settings = uow.configuration().site.printer(outlet.stand_in or "")
        return NOT_TRIED, outlet.stand_in if is_well(settings, there) else None
    broken = chances.states.get(outlet.printer, unknown) not in ABLE_TO_PRINT
    if broken and outlet.stand_in is not None and there in ABLE_TO_PRINT:
        return KNOWN_BROKEN, outlet.stand_in
    return None, None


def ticket_slip(
    uow: UnitOfWork,
    ticket: Ticket,
    configuration: Configuration,
    line: Line,
) -> dict[str, object]:
    """The ticket's slip as data; no event and no name."""
    site = configuration.site
    wait = line.wait(ticket)
    after = line.called_after(wait)
    floor = ticket.floor or site.floors[0].number
    return ticket_document(
        hall=site.name,
        number=ticket.number,
        floor=floor,
        floor_shape=site.floor(floor).shape,
        counters=line.counters_for(ticket.service_id, ticket.floor, only_open=False),
        ahead=line.ahead(ticket),
        wait_minutes=minutes_band(wait) if wait else None,
        issued_at=uow.now.local,
        url=uow.address.ticket_page(ticket.token),
        phone_reachable=uow.address.phone_reachable,
        missed_rule=site.missed_rule,
        return_visit=ticket.return_of is not None,
        step_free=ticket.step_free,
        called_after=after.timetz().replace(tzinfo=None) if after else None,
    )


def print_again(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> SlipView:
    """Print a ticket's slip again, marked 补打, where whoever asks stands, and note it in the ledger.

    Raises:
        NoPrinter: no printer belongs to this place.
    """
    configuration = uow.configuration(ticket.configuration)
    outlet = outlet_near(uow, actor, uow.configuration())
    if outlet is None:
        former = uow.papers.slip_of_ticket(ticket.id)
        outlet = Outlet(former.printer) if former else None
    if outlet is None:
        raise NoPrinter
    ticket.reprints += 1
    uow.flush()
    slip = ticket_slip(uow, ticket, configuration, Line(uow, configuration))
    document = reprinted(slip, ticket.reprints)
    uow.log(actor, "ticket", ticket.id, "reprint", (ticket.state, ticket.state))
    return order_at(uow, outlet, document, actor, ticket_id=ticket.id, reprint=ticket.reprints)
