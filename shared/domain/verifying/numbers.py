"""Numbers and answers: nothing promised is missing (I1), numbers (I2), sums (I8), stored answers (I9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from shared.domain.ticket import TicketState
from shared.domain.ticket_number import number_text
from shared.domain.verifying.facts import Breach, DayFacts, PressFact, twice

#: Hand-written numbers come from paper: they need only be unique.
UNCOUNTED = frozenset({"H"})
#: The statuses with which a press is answered and kept; errors are not.
KEPT_STATUSES = frozenset({200, 201, 204})


class _Answer(msgspec.Struct):
    """What of an answer names a ticket or a case: it is one itself, or a counter that has some."""

    number: Any = None
    service_day: Any = None
    case_number: Any = None
    ticket: Any = None
    held: Any = None


class Promised(msgspec.Struct, frozen=True):
    """What an answer named: tickets as (service day, number), and cases by number."""

    tickets: list[tuple[str, str]]
    cases: list[str]


def read_answer(press: PressFact) -> Promised | None:
    """What a stored answer promised; None when it cannot be read."""
    if not press.answer:
        return Promised([], [])
    try:
        found = msgspec.json.decode(press.answer, type=_Answer)
    except msgspec.DecodeError:
        return None
    held = found.held if isinstance(found.held, list) else []
    named = [
        (one.get("service_day"), one.get("number")) for one in (found.ticket, *held) if isinstance(one, dict)
    ]
    named.append((found.service_day, found.number))
    tickets = [(day, number) for day, number in named if isinstance(day, str) and isinstance(number, str)]
    return Promised(tickets, [found.case_number] if isinstance(found.case_number, str) else [])


def broken_answers(presses: Iterable[PressFact]) -> Iterator[Breach]:
    """I9: a stored answer has the status and the form of an answer."""
    for press in presses:
        if press.status not in KEPT_STATUSES or (press.status == 204) != (not press.answer):
            yield Breach("I9", f"按键 {press.id}（{press.route}）存的答复是 {press.status}，不成答复")
        elif read_answer(press) is None:
            yield Breach("I9", f"按键 {press.id}（{press.route}）存的答复读不出来")


def missing_numbers(promised: Mapping[tuple[str, str], int]) -> Iterator[Breach]:
    """I1: what was answered as issued, called or seen and is no longer there, by the press that said so."""
    for (day, number), press in promised.items():
        yield Breach("I1", f"{day} {number}：按键 {press} 答复过这个号，库里没有")


def missing_cases(promised: Mapping[str, int]) -> Iterator[Breach]:
    """I1: the same for cases."""
    for number, press in promised.items():
        yield Breach("I1", f"办件 {number}：按键 {press} 答复过，库里没有")


def broken_numbers(facts: DayFacts) -> Iterator[Breach]:
    """I2: in each series of the day the numbers are 1 to the last one given, each once."""
    serials: dict[str, list[int]] = {letter: [] for letter in facts.series if letter.isalpha()}
    for ticket in facts.tickets:
        serials.setdefault(ticket.series, []).append(ticket.serial)
        if ticket.number != number_text(ticket.series, ticket.serial):
            yield Breach("I2", f"{facts.day} {ticket.number}：应是 {ticket.series} 的第 {ticket.serial} 号")
    for letter, found in serials.items():
        yield from _broken_series(facts, letter, sorted(found))
    for number, times in twice(ticket.number for ticket in facts.tickets):
        yield Breach("I2", f"{facts.day} {number}：发了 {times} 次")


def _broken_series(facts: DayFacts, letter: str, serials: list[int]) -> Iterator[Breach]:
    if letter in UNCOUNTED:
        return
    last = facts.series.get(letter, 0)
    highest = serials[-1] if serials else 0
    if highest != last:
        yield Breach("I2", f"{facts.day} {letter} 号段：最后发的是 {highest}，记的是 {last}")
    gaps = sorted(set(range(1, highest + 1)) - set(serials))
    if gaps:
        shown = "、".join(number_text(letter, gap) for gap in gaps[:5])
        yield Breach("I2", f"{facts.day} {letter} 号段缺 {len(gaps)} 个号：{shown}")


def broken_case_numbers(numbers: Iterable[str], last: Mapping[str, int]) -> Iterator[Breach]:
    """I2 for cases: of each day (``20261123``) the numbers are 1 to the last one given."""
    serials: dict[str, set[int]] = {day: set() for day in last}
    for number in numbers:
        parts = re.fullmatch(r"([0-9]{8})-([0-9]{4,})", number)
        if parts is None:
            yield Breach("I2", f"办件号 {number} 不成办件号")
            continue
        serials.setdefault(parts[1], set()).add(int(parts[2]))
    for day, found in serials.items():
        expected = last.get(day, 0)
        if found != set(range(1, expected + 1)):
            yield Breach("I2", f"{day} 的办件号不是 1 到 {expected}：有 {len(found)} 个")


def broken_sums(facts: DayFacts) -> Iterator[Breach]:
    """I8: the tickets in each state together are the tickets that the ledger says were issued."""
    known = set(TicketState)
    counted = sum(ticket.state in known for ticket in facts.tickets)
    if counted != facts.issued:
        yield Breach("I8", f"{facts.day}：流水里发了 {facts.issued} 个号，各状态相加是 {counted} 个")


def unknown_states(facts: DayFacts) -> Iterator[Breach]:
    """I5: a state that is none."""
    known = set(TicketState)
    for ticket in facts.tickets:
        if ticket.state not in known:
            yield Breach("I5", f"{ticket.number}：没有“{ticket.state}”这种状态")
