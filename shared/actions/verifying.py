"""Checking the books of a hall: every invariant over everything that its database tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from shared.domain.configuration import parse_configuration
from shared.domain.site import Site
from shared.domain.verifying.cases import broken_cases
from shared.domain.verifying.chains import broken_counter_states, broken_items, broken_tickets
from shared.domain.verifying.counters import broken_counters
from shared.domain.verifying.facts import INVARIANTS, Breach, DayFacts
from shared.domain.verifying.line import Circumstances, broken_discipline
from shared.domain.verifying.numbers import (
    broken_answers,
    broken_case_numbers,
    broken_numbers,
    broken_sums,
    missing_cases,
    missing_numbers,
    read_answer,
    unknown_states,
)
from shared.domain.verifying.order import (
    broken_calls,
    broken_close,
    broken_durations,
    broken_ticks,
    broken_version,
    orphans,
    queue_presses,
)
from shared.store.history import History

#: So many breaches of one invariant are named; the rest is counted.
NAMED_AT_MOST = 100

_OF_A_DAY = (unknown_states, broken_numbers, broken_sums, broken_tickets, broken_counters)


def verify(history: History) -> list[Breach]:
    """Everything that is broken, by invariant; an empty list for sound books."""
    found: dict[str, list[Breach]] = {name: [] for name in INVARIANTS}
    counts: Counter[str] = Counter()
    for breach in _all_breaches(history):
        counts[breach.invariant] += 1
        if counts[breach.invariant] <= NAMED_AT_MOST:
            found[breach.invariant].append(breach)
    for name, count in counts.items():
        if count > NAMED_AT_MOST:
            found[name].append(Breach(name, f"另有 {count - NAMED_AT_MOST} 处"))
    return [breach for name in INVARIANTS for breach in found[name]]


def _all_breaches(history: History) -> Iterator[Breach]:
    yield from (Breach("storage", detail) for detail in history.damages())
    promised = _Promises(history)
    yield from promised.broken
    yield from _days(history, promised)
    yield from missing_numbers(promised.tickets)
    yield from orphans(history.orphans())
    yield from broken_counter_states(history.counters(), history.counter_moves())
    for cases in history.cases():
        yield from broken_cases(cases)
        yield from broken_items(cases)
    numbers = history.case_numbers()
    yield from broken_case_numbers(numbers, history.last_case_numbers())
    yield from missing_cases({name: promised.cases[name] for name in promised.cases.keys() - set(numbers)})
    yield from broken_calls(history.calls_made(), history.calls_shown())
    yield from broken_ticks(history.ticks())
    yield from broken_durations(history.hall_times())


def _days(history: History, promised: _Promises) -> Iterator[Breach]:
    hall, presses = history.hall(), 0
    circumstances = Circumstances(history.hall_moves(), _sites(history))
    for day in history.days():
        facts = history.day(day)
        for rule in _OF_A_DAY:
            yield from rule(facts)
        yield from broken_discipline(history.line(facts), circumstances)
        yield from broken_close(facts, hall.service_day if hall else None)
        presses += queue_presses(facts)
        promised.keep(facts)
    if hall is not None:
        yield from broken_version(hall, presses)


def _sites(history: History) -> Callable[[int], Site]:
    """The hall as each configuration had it, read once."""

    @cache
    def site(number: int) -> Site:
        return parse_configuration(history.configuration(number), number).site

    return site


class _Promises:
    """What stored answers named, until it is found: tickets by (day, number), cases by number."""

    def __init__(self, history: History) -> None:
        self.tickets: dict[tuple[str, str], int] = {}
        self.cases: dict[str, int] = {}
        self.broken: list[Breach] = [
            Breach("I9", f"{principal} 在 {route} 的一个键有两个答复")
            for principal, route in history.doubled_presses()
        ]
        for press in history.presses():
            self.broken += broken_answers([press])
            answer = read_answer(press)
            if answer is None:
                continue
            for ticket in answer.tickets:
                self.tickets.setdefault(ticket, press.id)
            for case in answer.cases:
                self.cases.setdefault(case, press.id)

    def keep(self, facts: DayFacts) -> None:
        """Strike out what this day has."""
        day = facts.day.isoformat()
        for ticket in facts.tickets:
            self.tickets.pop((day, ticket.number), None)


def by_invariant(breaches: Iterable[Breach]) -> dict[str, list[str]]:
    """The details by invariant, every invariant named."""
    told: dict[str, list[str]] = {name: [] for name in INVARIANTS}
    for breach in breaches:
        told[breach.invariant].append(breach.detail)
    return told
