"""Ordering slips: a print job is a row of the transaction that made it due."""

from __future__ import annotations

from collections.abc import Mapping

from shared.actions.outlook import Line
from shared.domain.account import Actor
from shared.domain.case import Case
from shared.domain.clock import real_now
from shared.domain.configuration import Configuration
from shared.domain.events import SlipOrdered
from shared.domain.paper import NoPrinter
from shared.domain.slip import reprinted, ticket_document
from shared.domain.ticket import Ticket
from shared.domain.waiting import minutes_band
from shared.store.unit_of_work import UnitOfWork


def printer_near(uow: UnitOfWork, actor: Actor, configuration: Configuration) -> str | None:
    """The slip printer of whoever presses: a kiosk's own, or that of the counter where a clerk sits."""
    site = configuration.site
    if actor.device_id is not None:
        return site.printer_of_kiosk(actor.name)
    if actor.account_id is None:
        return None
    counter = uow.counters.of_account(actor.account_id)
    return site.counter(counter.number).printer if counter else None


def order_slip(
    uow: UnitOfWork,
    printer: str,
    document: Mapping[str, object],
    actor: Actor,
    *,
    ticket_id: int | None = None,
    case: Case | None = None,
    reprint: int = 0,
) -> int:
    """Write a print job and answer its id; its printer hears of it when the transaction has committed."""
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
    )
    uow.record(SlipOrdered(printer, job_id))
    return job_id


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


def print_again(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> int:
    """Print a ticket's slip again, marked 补打, where whoever asks stands, and note it in the ledger.

    Raises:
        NoPrinter: no printer belongs to this place.
    """
    configuration = uow.configuration(ticket.configuration)
    former = uow.papers.slip_of_ticket(ticket.id)
    printer = printer_near(uow, actor, configuration) or (former[0] if former else None)
    if printer is None:
        raise NoPrinter
    ticket.reprints += 1
    uow.flush()
    slip = ticket_slip(uow, ticket, configuration, Line(uow, configuration))
    document = reprinted(slip, ticket.reprints)
    uow.log(actor, "ticket", ticket.id, "reprint", (ticket.state, ticket.state))
    return order_slip(uow, printer, document, actor, ticket_id=ticket.id, reprint=ticket.reprints)
