"""Chains of moves: states only along the state tables (I5), and every state with its rows (I10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.case import ITEM_MOVES
from shared.domain.counter import COUNTER_MOVES
from shared.domain.states import StateTable
from shared.domain.ticket import TICKET_MOVES
from shared.domain.verifying.facts import Breach, CasesFacts, CounterFact, DayFacts, Move

Table = Mapping[tuple[str, str], str]

#: What happens to a subject without being a press that an undo takes back.
STANDING = frozenset({"reprint", "rate", "free"})


@dataclass(frozen=True)
class Machine:
    """A state table with what the ledger knows beside it.

    ``birth`` is the verb that makes a subject, and the state after it; ``begins`` the state in which a
    subject without a row lies. A verb that the table does not know at all keeps the state.
    """

    moves: Table
    birth: tuple[str, str] | None = None
    begins: str | None = None
    verbs: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verbs", frozenset(verb for _, verb in self.moves))

    def after(self, verb: str, before: str | None) -> str | None:
        """Where ``verb`` leads; None when it leads nowhere."""
        if before is None:
            return self.birth[1] if self.birth is not None and verb == self.birth[0] else None
        if verb not in self.verbs:
            return before if self.birth is None or verb != self.birth[0] else None
        return self.moves.get((before, verb))


def _plain(table: StateTable[Any]) -> dict[tuple[str, str], str]:
    return {(str(state), verb): str(after) for (state, verb), after in table.moves.items()}


#: A finish from called begins and ends service at one instant, also when it ends only this stop.
_AT_ONCE: Table = {("called", "next_stop"): "waiting"}

TICKETS = Machine({**_plain(TICKET_MOVES), **_AT_ONCE}, birth=("issue", "waiting"))
COUNTERS = Machine(_plain(COUNTER_MOVES), begins="closed")
ITEMS = Machine(_plain(ITEM_MOVES), begins="received")


@dataclass(slots=True)
class Tail:
    """How far a subject's chain goes: its state now, and before each row of the press that last moved it."""

    state: str | None
    press: str = ""
    former: list[str | None] = field(default_factory=list)
    #: Presses that changed the state: each of them changed the row as well.
    changes: int = 0


def broken_chain(
    machine: Machine, moves: Iterable[Move], tails: dict[int, Tail], name: Callable[[int], str]
) -> Iterator[Breach]:
    """I5 and I10 over ``moves`` in order of seq; ``tails`` then holds where each chain ends."""
    for move in moves:
        tail = tails.get(move.subject)
        if tail is None:
            tail = tails[move.subject] = Tail(machine.begins)
        if not move.press or not move.actor:
            yield Breach("I10", f"{name(move.subject)}：流水 {move.seq}（{move.verb}）没有写明谁或哪次按键")
        if move.before != tail.state:
            yield Breach(
                "I5",
                f"{name(move.subject)}：流水 {move.seq} 说 {move.verb} 前是 {move.before}，应是 {tail.state}",
            )
        if move.after is None or move.after != _leads_to(machine, move, tail):
            yield Breach(
                "I5",
                f"{name(move.subject)}：流水 {move.seq} 里 {move.verb} 从 {move.before} 到了 {move.after}",
            )
        _note(tail, move)


def _leads_to(machine: Machine, move: Move, tail: Tail) -> str | None:
    """Where a move must lead; an undo takes the rows of the press before back, the last one first."""
    if move.verb == "undo":
        return tail.former.pop() if tail.former else None
    return machine.after(move.verb, move.before)


def _note(tail: Tail, move: Move) -> None:
    if move.verb not in STANDING:
        if move.press != tail.press and move.after != tail.state:
            tail.changes += 1
        if move.verb != "undo":
            tail.former = [*(tail.former if move.press == tail.press else ()), tail.state]
        tail.press = move.press
    tail.state = move.after


def broken_tickets(facts: DayFacts) -> Iterator[Breach]:
    """I5 and I10: every ticket goes along its table, from its issue to the state in which it lies."""
    names = {ticket.id: f"{facts.day} {ticket.number}" for ticket in facts.tickets}
    tails: dict[int, Tail] = {}
    yield from broken_chain(TICKETS, facts.moves, tails, lambda subject: names.get(subject, f"#{subject}"))
    for ticket in facts.tickets:
        tail = tails.get(ticket.id)
        if tail is None:
            yield Breach("I10", f"{names[ticket.id]}：没有一行流水")
            continue
        yield from _broken_end(names[ticket.id], tail, ticket.state, ticket.version)


def broken_counter_states(counters: Iterable[CounterFact], moves: Iterable[Move]) -> Iterator[Breach]:
    """I5: every counter goes along its table, and lies in the state in which its moves end."""
    tails: dict[int, Tail] = {}
    yield from broken_chain(COUNTERS, moves, tails, lambda number: f"{number}号窗口")
    for counter in counters:
        tail = tails.get(counter.number, Tail(COUNTERS.begins))
        if tail.state != counter.state:
            yield Breach("I5", f"{counter.number}号窗口现在是 {counter.state}，流水止于 {tail.state}")


def broken_items(facts: CasesFacts) -> Iterator[Breach]:
    """I5 and I10 for the items of cases."""
    names = {item.id: f"办件 {item.case_number} 第 {item.number} 项" for item in facts.items}
    tails: dict[int, Tail] = {}
    yield from broken_chain(ITEMS, facts.moves, tails, lambda subject: names.get(subject, f"#{subject}"))
    for item in facts.items:
        tail = tails.get(item.id, Tail(ITEMS.begins))
        yield from _broken_end(names[item.id], tail, item.state, item.version)


def _broken_end(name: str, tail: Tail, state: str, version: int) -> Iterator[Breach]:
    if tail.state != state:
        yield Breach("I5", f"{name}：现在是 {state}，流水止于 {tail.state}")
    # The first press makes the row; every later one that moved it has changed it.
    if version < max(1, tail.changes):
        yield Breach("I10", f"{name}：改了 {tail.changes} 次，版本却是 {version}")
