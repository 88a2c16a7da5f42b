"""Taking back the press that last moved a ticket."""

from __future__ import annotations

from shared.actions.counters import require_clerk
from shared.actions.hall_day import enter_queue
from shared.actions.views import StaffTicketView, staff_ticket_view
from shared.domain.account import Actor
from shared.domain.clock import Moment, seconds_between
from shared.domain.counter import CounterHasTicket, CounterNotOpen, CounterState
from shared.domain.errors import Forbidden, Refused
from shared.domain.ledger import LedgerRow
from shared.domain.ticket import AT_COUNTER, Ticket
from shared.store.unit_of_work import UnitOfWork

#: Presses that are not taken back: a recall has been heard, and an undo is an end.
_LASTING = frozenset({"recall", "undo", "issue"})


class NothingToUndo(Refused):
    code = "nothing_to_undo"
    message = "这一步不能撤回。"


class UndoTooLate(Refused):
    code = "undo_too_late"
    message = "时间过了，不能再撤回，请用其他按键处理。"


class NotYourPress(Forbidden):
    code = "not_your_press"
    message = "这一步是别人做的，不能由您撤回。"


def undo(uow: UnitOfWork, actor: Actor, number: int, ticket_number: str) -> StaffTicketView:
    """Put everything back to before the press that last moved the ticket; a row of its own.

    Raises:
        NothingToUndo: that press was a recall, an undo, or nothing that can be taken back, or another ticket
            that it moved has been moved again.
        UndoTooLate: the hall's seconds for it are over.
        NotYourPress: another clerk pressed.
        CounterHasTicket: the counter has another ticket by now.
        CounterNotOpen: a ticket would come back to a counter that is paused.
    """
    enter_queue(uow)
    counter = require_clerk(uow, actor, number)
    ticket = uow.tickets.by_number(ticket_number, uow.day)
    rows = uow.ledger.last_press_of(ticket.id)
    _check(uow, actor, rows)
    touched = [uow.tickets.by_id(row.subject_id) for row in rows if row.subject == "ticket"]
    # What another press has done to the other ticket of this one must not be lost with it.
    if any(uow.ledger.last_press_of(other.id)[0].press != rows[0].press for other in touched):
        raise NothingToUndo
    present = uow.tickets.at_counter(number)
    if present is not None and present.id not in {other.id for other in touched}:
        raise CounterHasTicket(ticket=present.number)
    for row in reversed([row for row in rows if row.subject == "ticket"]):
        _restore(uow, actor, uow.tickets.by_id(row.subject_id), row, number)
    if counter.state is not CounterState.OPEN and uow.tickets.at_counter(number) is not None:
        raise CounterNotOpen(counter=number)
    return staff_ticket_view(uow, ticket)


def _check(uow: UnitOfWork, actor: Actor, rows: list[LedgerRow]) -> None:
    moved = [row for row in rows if row.subject == "ticket"]
    if not moved or any(row.verb in _LASTING or row.before is None for row in moved):
        raise NothingToUndo
    if any(row.actor != actor.principal for row in moved):
        raise NotYourPress
    pressed = Moment(moved[-1].at, moved[-1].elapsed, moved[-1].boot)
    if seconds_between(pressed, uow.now) > uow.configuration().site.undo_seconds:
        raise UndoTooLate


def _restore(uow: UnitOfWork, actor: Actor, ticket: Ticket, row: LedgerRow, number: int) -> None:
    left, undone = ticket.state, ticket.snapshot()
    facts = row.before or {}
    ticket.restore(facts)
    uow.line.count_passing(facts.get("passing", ()), -1)
    if ticket.state in AT_COUNTER and ticket.counter != number:
        raise NothingToUndo
    moved = (left, ticket.state)
    uow.log(actor, "ticket", ticket.id, "undo", moved, counter=number, rule=row.verb, before=undone)
    # One ticket must leave the counter before another comes back to it.
    uow.flush()
