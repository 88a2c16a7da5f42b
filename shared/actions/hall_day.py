"""The service day: hours, breaks, the close of a day by whoever comes first, and standstills."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.account import THE_HALL, Actor
from shared.domain.clock import SHANGHAI, real_now, seconds_between
from shared.domain.counter import CounterState
from shared.domain.errors import Refused
from shared.domain.hall import HallClosed, Outage
from shared.domain.ticket import AT_COUNTER, Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_READINGS_KEPT = timedelta(days=1)
_TROUBLES_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LiftView:
    """Whether the lift works."""

    works: bool


#: Whoever is in one of these states was waiting for the hall when it stood still.
IN_LINE = frozenset({TicketState.WAITING, *AT_COUNTER})


class NearBreak(Refused):
    code = "near_break"
    message = "快到休息时间，现在不叫号、不过号。"


def enter_queue(uow: UnitOfWork) -> None:
    """Begin a change of the queue: lock the hall, note a standstill, close every other day, each once.

    The hall's row is the guard: it is locked first, so only one transaction finds the old day in it, or how
    long nobody kept time.
    """
    if not uow.knows_time:
        note_standstill(uow)
    uow.lock_queue()
    if uow.hall.service_day != uow.day:
        _close_other_days(uow)


def _close_other_days(uow: UnitOfWork) -> None:
    for ticket in uow.tickets.open_on_other_days(uow.day):
        _close_ticket(uow, ticket)
    for counter in uow.counters.all():
        if counter.state is not CounterState.CLOSED:
            before = counter.move("sign_off", uow.at)
            moved = (before, counter.state)
            uow.log(THE_HALL, "counter", counter.number, "sign_off", moved, reason="day_close")
    uow.log(THE_HALL, "hall", 1, "begin_day", (str(uow.hall.service_day), str(uow.day)))
    uow.set_hall(service_day=uow.day)
    uow.presses.forget_before(uow.presses_kept_since)
    uow.card_readings.forget_before(real_now() - _READINGS_KEPT)
    uow.troubles.forget_before(real_now() - _TROUBLES_KEPT)
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


def quiet_until(uow: UnitOfWork, counter: int) -> datetime | None:
    """When this counter may call again (hall-local), in and around a break; None when it may call now."""
    configuration = uow.configuration()
    hours = configuration.site.hours
    if counter in hours.duty_counters:
        return None
    return hours.quiet_until(uow.now.local, configuration.calendar)


def require_calling_time(uow: UnitOfWork, counter: int) -> None:
    """Refuse a call or a no-show in and around a break: people have gone to eat.

    Raises:
        NearBreak: with the moment at which calling goes on.
    """
    until = quiet_until(uow, counter)
    if until is not None:
        raise NearBreak(
            f"午休前后不叫号、不过号，{until:%-H:%M} 接着叫；手上的号可以办完。", until=until.isoformat()
        )


def keep_time(uow: UnitOfWork) -> None:
    """Write down that the hall lives, so that a standstill is noticed when it is over.

    A day that is over is closed too: what screens and phones show at night must not wait for a press.
    """
    if not uow.knows_time:
        note_standstill(uow)
    uow.keep_time()
    if uow.hall.service_day not in (None, uow.day):
        enter_queue(uow)


def note_standstill(uow: UnitOfWork) -> Outage | None:
    """When the hall comes back after more than the hall's minutes: leave them out of waits, expire nothing.

    Whoever comes first does it, a press or a server's time keeper: when a server starts, and when it could
    write nothing down for a while (the database was away, the computer slept). Another server that was
    running all the while has kept the hall alive, so that there is nothing to note. The duty manager sees
    it when people stood in line.
    """
    alive = uow.last_alive()
    if alive is None:
        uow.come_back()
        return None
    stood = seconds_between(alive, uow.now)
    configuration = uow.configuration()
    if stood <= configuration.site.outage_minutes * 60:
        # Hall time goes on from here, by the elapsed time of this boot: a clock set later does not move it.
        uow.come_back()
        uow.keep_time()
        return None
    uow.come_back(leave_out=stood)
    uow.lock_queue()
    waiting = [ticket.number for ticket in uow.tickets.open_on(alive.day) if ticket.state in IN_LINE]
    hours = configuration.site.hours
    if not waiting or not hours.is_open_between(alive.local, uow.now.local, configuration.calendar):
        # A night is no standstill, and nobody missed the hall.
        return None
    outage = Outage(day=uow.day, began_at=alive.at, ended_at=uow.at, seconds=stood, numbers=waiting)
    uow.add(outage)
    uow.flush()
    uow.log(THE_HALL, "hall", 1, "outage", (None, None))
    log.warning("the hall stood still", extra={"seconds": stood})
    return outage


def switch_lift(uow: UnitOfWork, actor: Actor, *, works: bool) -> LiftView:
    """Say that the lift is out, or works again; routing and the walls follow at once."""
    enter_queue(uow)
    before = uow.hall.lift_works
    uow.set_hall(lift_works=works)
    uow.log(actor, "hall", 1, "lift", (_lift_word(before), _lift_word(works)))
    return LiftView(works)


def _lift_word(works: bool) -> str:
    return "works" if works else "out"


def _close_ticket(uow: UnitOfWork, ticket: Ticket) -> None:
    """Day close: what is being served is finished, all else that is open expires."""
    counter, kept = ticket.counter, ticket.snapshot()
    # It ended with its own day, whenever the first press of a later day finds it.
    midnight = datetime.combine(ticket.day + timedelta(days=1), datetime.min.time(), tzinfo=SHANGHAI)
    ended_at = min(uow.at, midnight)
    verb = "finish" if ticket.state is TicketState.SERVING else "expire"
    before = ticket.move(verb, ended_at)
    ticket.end_stop(ended_at)
    uow.log(
        THE_HALL,
        "ticket",
        ticket.id,
        verb,
        (before, ticket.state),
        counter=counter,
        reason="day_close",
        before=kept,
    )
