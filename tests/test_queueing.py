"""The queue discipline: who is next, in every form of the one formula."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_ticket import NOON, make_ticket

from shared.domain.queueing import Discipline, Reach, next_ticket, place_behind
from shared.domain.ticket import Ticket


def waiting(name: str, minutes: float, **changes: object) -> Ticket:
    """A ticket that has waited so many minutes at noon."""
    since = NOON - timedelta(minutes=minutes)
    order = int(name[1:])
    ticket = make_ticket(number=name, arrived_at=since, queued_at=since, place=float(order), **changes)
    ticket.id = order
    return ticket


def numbers(tickets: list[Ticket]) -> list[str]:
    return [ticket.number for ticket in tickets]


def reach(counter: int = 3, floor: int = 2, services: set[str] | None = None, delay: float = 900) -> Reach:
    return Reach(counter=counter, floor=floor, services=services, other_floor_seconds=delay)


def test_without_priority_the_first_to_come_is_the_first_to_go() -> None:
    line = [waiting("A003", 1), waiting("A001", 9), waiting("A002", 5)]
    assert numbers(Discipline().order(line, NOON)) == ["A001", "A002", "A003"]


def test_among_those_of_one_instant_the_first_to_arrive_goes_first() -> None:
    line = [waiting("A002", 5), waiting("A001", 5)]
    assert numbers(Discipline().order(line, NOON)) == ["A001", "A002"]


def test_priority_accumulates_four_times_as_fast_by_default() -> None:
    line = [waiting("A001", 9), waiting("A002", 3, priority="elderly"), waiting("A003", 13)]
    assert numbers(Discipline().order(line, NOON)) == ["A003", "A002", "A001"]


def test_a_head_start_is_a_base_in_seconds() -> None:
    rule = Discipline(priority_base=300, priority_rate=1)
    line = [waiting("A001", 6), waiting("A002", 2, priority="elderly"), waiting("A003", 8)]
    assert numbers(rule.order(line, NOON)) == ["A003", "A002", "A001"]


def test_strict_priority_is_an_endless_head_start() -> None:
    rule = Discipline(priority_base=1e9, priority_rate=1)
    line = [waiting("A001", 60), waiting("A002", 0, priority="elderly")]
    assert numbers(rule.order(line, NOON)) == ["A002", "A001"]


@pytest.mark.parametrize("priority", [None, "elderly"])
def test_who_passes_whom_is_the_same_counted_and_sorted(priority: str | None) -> None:
    rule = Discipline()
    mine = waiting("A050", 7, priority=priority)
    others = [waiting(f"A{n:03d}", n / 3, priority="elderly" if n % 3 == 0 else None) for n in range(1, 40)]
    normal, first = rule.passed_by(mine, NOON)
    if priority is None:
        normal = mine.queued_at
    else:
        first = mine.queued_at
    counted = [t for t in others if t.queued_at <= (normal if t.priority is None else first)]
    ordered = rule.order([*others, mine], NOON)
    assert {t.number for t in counted} == set(numbers(ordered[: ordered.index(mine)]))


def test_a_counter_takes_only_the_services_of_its_profile() -> None:
    assert reach(services={"retirement"}).takes(waiting("A001", 1), NOON)
    assert not reach(services={"hire"}).takes(waiting("A001", 1), NOON)


def test_another_floor_is_helped_only_after_the_delay() -> None:
    upstairs = waiting("A001", 10, floor=3)
    assert not reach(delay=601).takes(upstairs, NOON)
    assert reach(delay=600).takes(upstairs, NOON)


def test_what_was_put_back_for_a_counter_is_its_next_and_nobody_elses() -> None:
    line = [waiting("A001", 30), waiting("A002", 1, for_counter=3, service_id="hire")]
    assert next_ticket(line, reach(3, services={"retirement"}), Discipline(), NOON) is line[1]
    assert next_ticket(line, reach(4), Discipline(), NOON) is line[0]


def test_nobody_is_next_in_an_empty_line() -> None:
    assert next_ticket([], reach(), Discipline(), NOON) is None


def test_stepping_back_three_places_comes_right_behind_the_third() -> None:
    line = [waiting(f"A00{n}", 9 - n) for n in range(1, 6)]
    moved = waiting("A009", 60)
    moved.queued_at, moved.place = place_behind(line, 3, NOON, 99.0)
    assert numbers(Discipline().order([*line, moved], NOON)) == [
        "A001",
        "A002",
        "A003",
        "A009",
        "A004",
        "A005",
    ]


def test_stepping_back_in_a_short_line_comes_last() -> None:
    line = [waiting("A001", 5)]
    assert place_behind(line, 3, NOON, 99.0) == (NOON, 99.0)


def test_stepping_back_among_those_of_one_instant_stands_between_them() -> None:
    line = [waiting(f"A00{n}", 5) for n in range(1, 6)]
    moved = waiting("A009", 5)
    moved.queued_at, moved.place = place_behind(line, 3, NOON, 99.0)
    assert numbers(Discipline().order([*line, moved], NOON)) == [
        "A001",
        "A002",
        "A003",
        "A009",
        "A004",
        "A005",
    ]
