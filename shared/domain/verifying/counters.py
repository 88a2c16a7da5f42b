"""Counters: a ticket is at one counter at a time, and a counter has one ticket at a time (I3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.domain.ticket import AT_COUNTER
from shared.domain.verifying.facts import Breach, DayFacts, Move

#: Verbs that bring a ticket to a counter, where it must not be yet.
ARRIVING = frozenset({"call", "resume"})
_AT_COUNTER = frozenset(str(state) for state in AT_COUNTER)


@dataclass
class Desks:
    """Who is where, as the moves so far tell."""

    at: dict[int, int] = field(default_factory=dict)
    present: dict[int, int] = field(default_factory=dict)

    def follow(self, move: Move, name: str) -> Iterator[str]:
        """Take one move in; what it breaks."""
        if move.after not in _AT_COUNTER:
            self._leave(move.subject)
            return
        known = self.at.get(move.subject)
        if known is not None and move.verb not in ARRIVING:
            return
        if known is not None:
            yield f"{name}：流水 {move.seq} 在 {move.counter} 号窗口 {move.verb}，当时还在 {known} 号窗口"
            self._leave(move.subject)
        if move.counter is None:
            yield f"{name}：流水 {move.seq}（{move.verb}）没有写明窗口"
            return
        former = self.present.get(move.counter)
        if former is not None:
            yield f"{name}：流水 {move.seq} 到了 {move.counter} 号窗口，那里还有一个号（#{former}）"
            self._leave(former)
        self.at[move.subject], self.present[move.counter] = move.counter, move.subject

    def _leave(self, ticket: int) -> None:
        counter = self.at.pop(ticket, None)
        if counter is not None:
            self.present.pop(counter, None)


def broken_counters(facts: DayFacts) -> Iterator[Breach]:
    """I3 over the whole history of a day and over what lies in the database at its end."""
    names = {ticket.id: f"{facts.day} {ticket.number}" for ticket in facts.tickets}
    desks = Desks()
    for move in facts.moves:
        for detail in desks.follow(move, names.get(move.subject, f"#{move.subject}")):
            yield Breach("I3", detail)
    stored: dict[int, str] = {}
    for ticket in facts.tickets:
        if ticket.state not in _AT_COUNTER:
            continue
        name, counter = names[ticket.id], ticket.counter
        if counter is None:
            yield Breach("I3", f"{name} 是 {ticket.state}，却不在任何窗口")
            continue
        if desks.at.get(ticket.id) != counter:
            yield Breach("I3", f"{name} 在 {counter} 号窗口，流水说在 {desks.at.get(ticket.id)} 号窗口")
        if counter in stored:
            yield Breach("I3", f"{counter} 号窗口同时有 {stored[counter]} 和 {name}")
        stored[counter] = name
