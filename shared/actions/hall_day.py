"""The service day: opening hours, and the close of yesterday by whoever comes first today."""

from __future__ import annotations

from shared.domain.account import THE_HALL
from shared.domain.counter import CounterState
from shared.domain.hall import HallClosed
from shared.domain.ticket import Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork


def enter_queue(uow: UnitOfWork) -> None:
    """Begin a change of the queue: lock the hall and close the days before today, once.

    The hall's row is the guard: it is locked first, so only one transaction finds the old day in it.
    """
    uow.lock_queue()
    hall = uow.hall
    if hall.service_day is None or hall.service_day < uow.day:
        for ticket in uow.tickets.open_before(uow.day):
            _close_ticket(uow, ticket)
        for counter in uow.counters.all():
            if counter.state is not CounterState.CLOSED:
                before = counter.move("sign_off", uow.at)
                uow.log(
                    THE_HALL,
                    "counter",
                    counter.number,
                    "sign_off",
                    (before, counter.state),
                    reason="day_close",
                )
        hall.service_day = uow.day
        uow.presses.forget_before(uow.presses_kept_since)
        uow.flush()


def require_open(uow: UnitOfWork) -> None:
    """Refuse a number outside the hours in which numbers are given.

    Raises:
        HallClosed: with the next opening, when the calendar tells it.
    """
    configuration = uow.configuration()
    hours = configuration.site.hours
    local = uow.now.local
    if hours.takes_numbers(local, configuration.calendar):
        return
    opens = hours.next_opening(local, configuration.calendar)
    if opens is None:
        raise HallClosed
    raise HallClosed(f"现在不在取号时间，下次开门：{opens:%-m月%-d日 %-H:%M}。", opens_at=opens.isoformat())


def _close_ticket(uow: UnitOfWork, ticket: Ticket) -> None:
    """Day close: what is being served is finished, all else that is open expires."""
    counter = ticket.counter
    # It ended with its own day, whenever the first press of a later day finds it.
    ended_at = min(uow.at, uow.now.day_began)
    verb = "finish" if ticket.state is TicketState.SERVING else "expire"
    before = ticket.move(verb, ended_at)
    ticket.end_stop(ended_at)
    uow.log(THE_HALL, "ticket", ticket.id, verb, (before, ticket.state), counter=counter, reason="day_close")
