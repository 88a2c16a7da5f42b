"""A hard day: kiosks and clerks press at random over HTTP, then the whole history must be right."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import start_demo, stop_demo
from history import History, broken_counters, broken_moves, broken_numbers, read_history
from keepalive import kiosk_tokens, seat_clerks
from measuring import Crew, percentile
from random_pressing import Day, RandomClerk, RandomKiosk

CLERKS = 20
KIOSKS = 8
TICKETS = 5000
#: The same seed makes the same choices; how they meet is up to the machine.
SEED = 20_260_918


@dataclass
class Outcome:
    """A day and its history; as a plug-in of pytest it prints its report at the end."""

    day: Day
    history: History
    seconds: float
    lines: list[str] = field(default_factory=list)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("A hard day")
        for line in self.lines:
            terminalreporter.write_line(line)

    def broken(self, what: str, found: Iterable[str]) -> list[str]:
        """The breaches found, which also go into the report."""
        breaches = list(found)
        self.lines.append(f"{what:<52} {len(breaches)} broken")
        return breaches


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """The day, run once."""
    day, began = Day(TICKETS, CLERKS), time.perf_counter()
    demo = start_demo("--clerks", str(CLERKS), "--kiosks", str(KIOSKS))
    try:
        with seat_clerks(demo, CLERKS) as seated, ExitStack() as opened:
            kiosks = [
                opened.enter_context(closing(RandomKiosk(day, demo.base_url, token, SEED + place)))
                for place, token in enumerate(kiosk_tokens(demo))
            ]
            clerks = [
                opened.enter_context(closing(RandomClerk(day, demo.base_url, clerk, SEED - clerk.counter)))
                for clerk in seated
            ]
            run_day(kiosks, clerks)
        found = Outcome(day, read_history(demo.line["data_dir"]), time.perf_counter() - began)
    finally:
        stop_demo(demo)
    found.lines += report(found)
    request.config.pluginmanager.register(found)
    return found


def run_day(kiosks: list[RandomKiosk], clerks: list[RandomClerk]) -> None:
    """All at once; afterwards one after the other serves what was sent to a clerk who had gone."""
    crew = Crew()
    for work in (*(kiosk.work for kiosk in kiosks), *(clerk.work for clerk in clerks)):
        crew.start(work)
    crew.join()
    for clerk in clerks:
        clerk.serve_the_rest()


def report(outcome: Outcome) -> list[str]:
    """What was done, for the person who runs it."""
    day, spans = outcome.day, outcome.day.spans
    slow = f"p50 {percentile(spans, 50) * 1000:.1f} ms, p99 {percentile(spans, 99) * 1000:.1f} ms"
    return [
        f"{CLERKS} clerks, {KIOSKS} kiosks, {len(day.issued)} tickets, seed {SEED}",
        f"{len(spans)} presses in {outcome.seconds:.0f} s, {len(spans) / outcome.seconds:.0f}/s, {slow}",
        f"keys repeated: {day.replays}",
        "done: " + ", ".join(f"{verb} {count}" for verb, count in sorted(day.done.items())),
        "refused: " + ", ".join(f"{what} {count}" for what, count in sorted(day.refused.items())),
        "states: " + ", ".join(f"{state} {count}" for state, count in sorted(outcome.history.states.items())),
    ]


def test_no_press_was_answered_otherwise_than_the_rules_say_and_no_repeated_key_differently(
    outcome: Outcome,
) -> None:
    assert outcome.broken("answers, and bytes of repeated keys", outcome.day.wrong) == []
    assert outcome.day.replays > 0


def test_numbers_are_distinct_and_gapless(outcome: Outcome) -> None:
    assert outcome.broken("numbers distinct and gapless", broken_numbers(outcome.history)) == []
    stored = [ticket.number for ticket in outcome.history.tickets]
    assert sorted(outcome.day.issued) == sorted(stored)


def test_every_ticket_went_only_along_the_state_table(outcome: Outcome) -> None:
    assert outcome.broken("moves along the state table", broken_moves(outcome.history)) == []


def test_no_ticket_was_at_two_counters_and_no_counter_had_two_tickets(outcome: Outcome) -> None:
    assert (
        outcome.broken("one counter a ticket, one ticket a counter", broken_counters(outcome.history)) == []
    )


def test_no_press_was_lost_and_none_was_done_twice(outcome: Outcome) -> None:
    done, stored = outcome.day.done, outcome.history.verbs
    found = [
        f"{verb}: {done[verb]} answered, {stored[verb]} in the ledger"
        for verb in done.keys() | stored.keys()
        if done[verb] != stored[verb]
    ]
    assert outcome.broken("presses answered are rows of the ledger", found) == []


def test_the_states_add_up_to_the_tickets_issued(outcome: Outcome) -> None:
    states = outcome.history.states
    assert sum(states.values()) == len(outcome.day.issued) == TICKETS
    assert set(states) <= {"served", "no_show"}
