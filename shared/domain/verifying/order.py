"""Order and time: rising numbers (I7), durations that are never negative (I11), closed days (I12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest

from shared.domain.ticket import ENDED
from shared.domain.verifying.facts import Breach, CallFact, DayFacts, HallFact, HallTimes, Move, Summons, Tick

#: Every one of these puts a row into the calls, which the walls show and speak.
CALLING = frozenset({"call", "recall", "resume"})
#: What may still happen to a ticket after its day: its end, and what moves nothing.
_LATE_REASON = "day_close"
_ENDED = frozenset(str(state) for state in ENDED)


def broken_ticks(ticks: Iterable[Tick]) -> Iterator[Breach]:
    """I7: seq rises. I11: within a boot the elapsed time never falls, so no duration is negative."""
    seq = 0
    last: dict[str, float] = {}
    for tick in ticks:
        if tick.seq <= seq:
            yield Breach("I7", f"流水 {tick.seq} 排在 {seq} 之后")
        seq = tick.seq
        before = last.get(tick.boot)
        if before is not None and tick.elapsed < before:
            yield Breach("I11", f"流水 {tick.seq} 的开机时长从 {before:.3f} 秒退到 {tick.elapsed:.3f} 秒")
        last[tick.boot] = tick.elapsed


def broken_calls(made: Iterable[Summons], shown: Iterable[CallFact]) -> Iterator[Breach]:
    """I7: calls are numbered in the order in which they were made, none is missing and none is added.

    I1: each names the number of its ticket.
    """
    in_step = True
    for one, other in zip_longest(made, shown):
        if in_step and (one is None or other is None or one[1:] != (other.ticket, other.counter)):
            in_step = False
            yield Breach("I7", f"叫号编号与流水不一致：流水 {_told(one)}，叫号 {_told(other)}")
        if other is not None and other.number != other.shown:
            yield Breach("I1", f"叫号 {other.id} 叫的是 {other.shown}，这个号是 {other.number}")


def _told(call: Summons | CallFact | None) -> str:
    return "没有" if call is None else f"{call[0]}（号 #{call.ticket}，{call.counter} 号窗口）"


def queue_presses(facts: DayFacts) -> int:
    """How many presses of the day moved a ticket; each of them counted the hall's version up."""
    moved = (move for move in facts.moves if move.before != move.after and move.reason != _LATE_REASON)
    return len({move.press for move in moved})


def broken_version(hall: HallFact, presses: int) -> Iterator[Breach]:
    """I7: the hall's version has counted every press that the ledger shows."""
    if hall.version < presses:
        yield Breach("I7", f"大厅版本是 {hall.version}，流水里却有 {presses} 次按键")


def broken_durations(times: Iterable[HallTimes]) -> Iterator[Breach]:
    """I11: nobody was called before having come, by the time that no clock moves."""
    for one in times:
        if one.called < one.arrived:
            yield Breach("I11", f"{one.number}：叫号比取号早 {one.arrived - one.called:.3f} 秒")


def broken_close(facts: DayFacts, service_day: date | None) -> Iterator[Breach]:
    """I12: when another day has begun, no ticket of this one is open, and none moved but by the close."""
    if service_day is None or facts.day == service_day:
        return
    for ticket in facts.tickets:
        if ticket.state not in _ENDED:
            yield Breach("I12", f"{facts.day} {ticket.number} 还是 {ticket.state}，{service_day} 已经开始")
    yield from _late_moves(facts)


def _late_moves(facts: DayFacts) -> Iterator[Breach]:
    names = {ticket.id: ticket.number for ticket in facts.tickets}
    for move in facts.moves:
        if move.day != facts.day and move.before != move.after and move.reason != _LATE_REASON:
            name = names.get(move.subject, f"#{move.subject}")
            yield Breach("I12", f"{facts.day} {name}：过了这一天还 {move.verb}（流水 {move.seq}）")


def orphans(moves: Iterable[Move]) -> Iterator[Breach]:
    """I1: rows of the ledger about a ticket that is not there."""
    for move in moves:
        yield Breach("I1", f"流水 {move.seq}（{move.day} {move.verb}）说的号 #{move.subject} 库里没有")
