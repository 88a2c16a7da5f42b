"""What the API answers of a ticket's slip."""

from __future__ import annotations

import msgspec

from shared.actions.slip_ends import place_of
from shared.domain.ticket import Ticket
from shared.store.unit_of_work import UnitOfWork


class SlipView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a ticket's slip; ``none`` when no printer was asked.

    ``place`` says where it comes out when that is not the printer of the place where it was ordered.
    """

    state: str
    place: str | None = None


NO_SLIP = SlipView("none")


def slip_view(uow: UnitOfWork, ticket: Ticket) -> SlipView:
    """A ticket's latest slip."""
    slip = uow.papers.slip_of_ticket(ticket.id)
    if slip is None:
        return NO_SLIP
    elsewhere = slip.stands_in_for is not None
    return SlipView(str(slip.state), place_of(uow.configuration(), slip.printer) if elsewhere else None)
