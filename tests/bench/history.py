"""Checks the history of a run: the ledger and the tickets as they lie in the database's file."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.domain.ticket import AT_COUNTER, TICKET_MOVES, TicketState

#: Verbs that leave the state as it is and so stand in no state table.
STATE_KEPT = frozenset({"reprint", "rate", "priority", "free"})


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the ledger about a ticket."""

    seq: int
    ticket: int
    verb: str
    before: str | None
    after: str
    counter: int | None


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket as it lies in the database."""

    id: int
    day: str
    series: str
    serial: int
    number: str
    state: str
    counter: int | None


@dataclass(frozen=True)
class History:
    """Everything that happened to tickets, in the order in which it happened."""

    moves: list[Move]
    tickets: list[StoredTicket]

    @property
    def verbs(self) -> Counter[str]:
        """How often each verb was done."""
        return Counter(move.verb for move in self.moves)

    @property
    def states(self) -> Counter[str]:
        """How many tickets are in each state."""
        return Counter(ticket.state for ticket in self.tickets)


def read_history(data_dir: str) -> History:
    """Read the file of a hall, which may still be running."""
    database = sqlite3.connect(f"file:{Path(data_dir)}/hall.db?mode=ro", uri=True)
    try:
        moves = database.execute(
            "SELECT seq, subject_id, verb, from_state, to_state, counter FROM ledger"
            " WHERE subject = 'ticket' ORDER BY seq"
        )
        tickets = database.execute(
            "SELECT id, day, series, serial, number, state, counter FROM tickets ORDER BY id"
        )
        return History([Move(*row) for row in moves], [StoredTicket(*row) for row in tickets])
    finally:
        database.close()


def broken_numbers(history: History) -> Iterator[str]:
    """Numbers are distinct and gapless in each series of each day."""
    serials: dict[tuple[str, str], list[int]] = defaultdict(list)
    for ticket in history.tickets:
        serials[ticket.day, ticket.series].append(ticket.serial)
    for (day, series), found in serials.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"series {series} of {day} is not 1 to {len(found)}"
    for (day, number), times in Counter((one.day, one.number) for one in history.tickets).items():
        if times > 1:
            yield f"number {number} of {day} was given {times} times"


def broken_moves(history: History) -> Iterator[str]:
    """Every ticket goes only along the state table, from its issue to the state in which it lies."""
    state: dict[int, str] = {}
    for move in history.moves:
        if move.before != state.get(move.ticket):
            yield f"row {move.seq}: {move.verb} from {move.before}, but it was {state.get(move.ticket)}"
        if move.after != _allowed(move):
            yield f"row {move.seq}: {move.verb} led from {move.before} to {move.after}"
        state[move.ticket] = move.after
    for ticket in history.tickets:
        if state.get(ticket.id) != ticket.state:
            yield f"{ticket.number} is {ticket.state}, but its ledger ends in {state.get(ticket.id)}"


def broken_counters(history: History) -> Iterator[str]:
    """A ticket is at one counter at a time, and a counter has one ticket at a time."""
    at: dict[int, int] = {}
    present: dict[int, int] = {}
    for move in history.moves:
        if move.verb in ("call", "resume"):
            if move.counter is None or move.ticket in at:
                yield f"row {move.seq}: ticket {move.ticket} called while at counter {at.get(move.ticket)}"
                continue
            if move.counter in present:
                yield f"row {move.seq}: counter {move.counter} still had ticket {present[move.counter]}"
            at[move.ticket], present[move.counter] = move.counter, move.ticket
        elif move.after not in AT_COUNTER and move.ticket in at:
            present.pop(at.pop(move.ticket), None)
    for ticket in history.tickets:
        if ticket.state in AT_COUNTER and at.get(ticket.id) != ticket.counter:
            yield f"{ticket.number} lies at counter {ticket.counter}, the ledger says {at.get(ticket.id)}"


def _allowed(move: Move) -> str | None:
    """The state to which the table leads; None when it has no such move."""
    if move.before is None:
        return TicketState.WAITING if move.verb == "issue" else None
    if move.verb in STATE_KEPT:
        return move.before
    return TICKET_MOVES.moves.get((TicketState(move.before), move.verb))
