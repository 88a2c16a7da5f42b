"""Signing on and off at counters, pausing and reopening them."""

from __future__ import annotations

from shared.actions.hall_day import enter_queue
from shared.actions.views import CounterView, counter_view
from shared.domain.account import Actor, Role
from shared.domain.clock import real_now
from shared.domain.counter import (
    Counter,
    CounterHasTicket,
    CounterNotOpen,
    CounterState,
    CounterTaken,
    NotAtThisCounter,
    NotSignedOn,
    SignedOnElsewhere,
)
from shared.domain.ticket import Ticket
from shared.domain.ticket_number import read_number
from shared.store.counters import CounterFacts
from shared.store.unit_of_work import UnitOfWork


def sign_on(uow: UnitOfWork, actor: Actor, number: int, *, take_over: bool = False) -> CounterView:
    """Sign on to a counter; at one's own counter nothing changes. An open ticket stays for who comes.

    Raises:
        UnknownCounter: no such counter.
        CounterTaken: somebody else is there (a duty manager may take over).
        SignedOnElsewhere: the clerk sits at another counter.
    """
    enter_queue(uow)
    counter = uow.counters.by_number(number)
    if counter.account_id == actor.account_id:
        return counter_view(uow, counter)
    if counter.account_id is not None:
        if not (take_over and actor.role in (Role.DUTY_MANAGER, Role.ADMINISTRATOR)):
            holder = uow.accounts.by_id(counter.account_id)
            raise CounterTaken(f"{number}号窗口现在是{holder.name}在岗。", counter=number)
        _leave(uow, actor, counter, "taken_over")
    elsewhere = uow.counters.of_account(actor.account_id) if actor.account_id else None
    if elsewhere is not None:
        raise SignedOnElsewhere(
            f"您已在{elsewhere.number}号窗口上岗，请先在那里下岗。", counter=elsewhere.number
        )
    before = counter.move("sign_on", uow.at)
    counter.account_id = actor.account_id
    uow.log(actor, "counter", number, "sign_on", (before, counter.state), counter=number)
    uow.flush()
    return counter_view(uow, counter)


def sign_off(uow: UnitOfWork, actor: Actor, number: int, *, hand_over: bool = False) -> CounterView:
    """Leave a counter; ``hand_over`` leaves its open and held tickets to the next clerk.

    Raises:
        CounterHasTicket: a ticket is open and is not handed over.
        NotSignedOn: somebody else sits there.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    counter = uow.counters.by_number(number)
    present = uow.tickets.at_counter(number)
    if present is not None and not hand_over:
        raise CounterHasTicket(ticket=present.number)
    _leave(uow, actor, counter, "hand_over" if hand_over else None)
    _free_for_others(uow, actor, number)
    return counter_view(uow, counter)


def pause(uow: UnitOfWork, actor: Actor, number: int, reason: str | None) -> CounterView:
    """Stop calling for a while.

    Raises:
        CounterHasTicket: a ticket is open.
        IllegalMove: the counter is not open.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    counter = uow.counters.by_number(number)
    present = uow.tickets.at_counter(number)
    if present is not None:
        raise CounterHasTicket(ticket=present.number)
    before = counter.move("pause", uow.at)
    counter.reason = reason[:64] if reason else None
    uow.log(actor, "counter", number, "pause", (before, counter.state), counter=number, reason=counter.reason)
    _free_for_others(uow, actor, number)
    uow.card_readings.give_up_at(number, real_now())
    uow.flush()
    return counter_view(uow, counter)


def reopen(uow: UnitOfWork, actor: Actor, number: int) -> CounterView:
    """Call again after a pause.

    Raises:
        IllegalMove: the counter is not paused.
    """
    enter_queue(uow)
    require_clerk(uow, actor, number)
    counter = uow.counters.by_number(number)
    before = counter.move("reopen", uow.at)
    uow.log(actor, "counter", number, "reopen", (before, counter.state), counter=number)
    uow.flush()
    return counter_view(uow, counter)


def require_clerk(uow: UnitOfWork, actor: Actor, number: int) -> CounterFacts:
    """The counter, when this actor sits there.

    Raises:
        UnknownCounter: no such counter.
        CounterNotOpen: nobody sits there.
        NotSignedOn: somebody else sits there.
    """
    counter = uow.counters.facts_of(number)
    if counter.account_id is None:
        raise CounterNotOpen("请先在这个窗口上岗。", counter=number)
    if counter.account_id != actor.account_id:
        raise NotSignedOn(counter=number)
    return counter


def require_calling(uow: UnitOfWork, actor: Actor, number: int) -> CounterFacts:
    """The counter, when this actor sits there and it is open.

    Raises:
        CounterNotOpen: it is paused or closed.
    """
    counter = require_clerk(uow, actor, number)
    if counter.state is not CounterState.OPEN:
        raise CounterNotOpen(counter=number)
    return counter


def _leave(uow: UnitOfWork, actor: Actor, counter: Counter, reason: str | None) -> None:
    before = counter.move("sign_off", uow.at)
    uow.log(
        actor,
        "counter",
        counter.number,
        "sign_off",
        (before, counter.state),
        counter=counter.number,
        reason=reason,
    )
    uow.card_readings.give_up_at(counter.number, real_now())
    uow.flush()


def _free_for_others(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """A counter that stops calling lets go of the tickets that were put back for it."""
    for ticket in uow.line.for_counter(number):
        kept, ticket.for_counter = ticket.snapshot(), None
        moved = (ticket.state, ticket.state)
        uow.log(actor, "ticket", ticket.id, "free", moved, counter=number, before=kept)
    uow.flush()


def present_ticket(uow: UnitOfWork, number: int, named: str | None) -> Ticket:
    """The ticket at a counter; ``named`` is the number the clerk believes to see there.

    Raises:
        NotAtThisCounter: there is none, or another one.
    """
    present = uow.tickets.at_counter(number)
    if present is None or (named is not None and present.number != read_number(named)):
        raise NotAtThisCounter(ticket=named, present=present.number if present else None)
    return present
