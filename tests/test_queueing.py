"""The queue discipline: who is next, in every form of the one formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from test_ticket import make_ticket

from shared.domain.queueing import (
    ClassRule,
    Discipline,
    OvertakingRule,
    QueueClass,
    Reach,
    explain,
    next_ticket,
    place_behind,
)
from shared.domain.ticket import Ticket

#: Hall time.
NOON = 43_200.0


def with_priority(base: float, rate: float) -> Discipline:
    """A discipline in which only priority is weighed by itself."""
    return Discipline({QueueClass.PRIORITY: ClassRule(base, rate)})


def waiting(name: str, minutes: float, **changes: object) -> Ticket:
    """A ticket that has waited so many minutes at noon."""
    since = NOON - minutes * 60
    order = int(name[1:])
    if "priority" in changes:
        changes["queue_class"] = QueueClass.PRIORITY if changes["priority"] else QueueClass.NORMAL
    ticket = make_ticket(
        number=name, arrived_seconds=since, queued_seconds=since, place=float(order), **changes
    )
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
    rule = with_priority(300, 1)
    line = [waiting("A001", 6), waiting("A002", 2, priority="elderly"), waiting("A003", 8)]
    assert numbers(rule.order(line, NOON)) == ["A003", "A002", "A001"]


def test_strict_priority_is_an_endless_head_start() -> None:
    rule = with_priority(1e9, 1)
    line = [waiting("A001", 60), waiting("A002", 0, priority="elderly")]
    assert numbers(rule.order(line, NOON)) == ["A002", "A001"]


@pytest.mark.parametrize("priority", [None, "elderly"])
def test_who_passes_whom_is_the_same_counted_and_sorted(priority: str | None) -> None:
    rule = Discipline()
    mine = waiting("A050", 7, priority=priority)
    others = [waiting(f"A{n:03d}", n / 3, priority="elderly" if n % 3 == 0 else None) for n in range(1, 40)]
    limits = rule.ahead_of(mine, NOON)
    counted = [t for t in others if t.queued_seconds <= limits[t.queue_class]]
    ordered = rule.order([*others, mine], NOON)
    assert {t.number for t in counted} == set(numbers(ordered[: ordered.index(mine)]))


def test_a_counter_takes_only_the_services_of_its_profile() -> None:
    assert reach(services={"retirement"}).bar(waiting("A001", 1), NOON) is None
    assert reach(services={"hire"}).bar(waiting("A001", 1), NOON) is OvertakingRule.WORK_PROFILE


def test_another_floor_is_helped_only_after_the_delay() -> None:
    upstairs = waiting("A001", 10, floor=3)
    assert reach(delay=601).bar(upstairs, NOON) is OvertakingRule.OTHER_FLOOR
    assert reach(delay=600).bar(upstairs, NOON) is None


def test_what_was_put_back_for_a_counter_is_its_next_and_nobody_elses() -> None:
    line = [waiting("A001", 30), waiting("A002", 1, for_counter=3, service_id="hire")]
    assert next_ticket(line, reach(3, services={"retirement"}), Discipline(), NOON) is line[1]
    assert next_ticket(line, reach(4), Discipline(), NOON) is line[0]


def test_nobody_is_next_in_an_empty_line() -> None:
    assert next_ticket([], reach(), Discipline(), NOON) is None


def taken_in(line: list[Ticket]) -> Callable[[float], list[float]]:
    """The places of a line at an instant."""
    return lambda at: [ticket.place for ticket in line if ticket.queued_seconds == at]


def test_nobody_who_steps_back_gets_the_place_of_another_whatever_the_class() -> None:
    line = [waiting(f"A00{n}", 5) for n in (1, 2, 3, 5)]
    others = [*line, waiting("A004", 5, priority=True)]
    queued, place = place_behind(line, 3, NOON, 99.0, taken_in(others))
    assert queued == line[2].queued_seconds
    assert 3 < place < 4


def test_however_many_step_back_behind_one_person_no_two_have_one_place() -> None:
    line = [waiting(f"A00{n}", 5) for n in range(1, 6)]
    for n in range(10, 210):
        moved = waiting(f"A{n:03d}", 5)
        moved.queued_seconds, moved.place = place_behind(line[:5], 3, NOON, 99.0, taken_in(line))
        assert moved.place > line[2].place
        assert moved.place not in {other.place for other in line}
        line.append(moved)


def test_stepping_back_three_places_comes_right_behind_the_third() -> None:
    line = [waiting(f"A00{n}", 9 - n) for n in range(1, 6)]
    moved = waiting("A009", 60)
    moved.queued_seconds, moved.place = place_behind(line, 3, NOON, 99.0, taken_in(line))
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
    assert place_behind(line, 3, NOON, 99.0, taken_in(line)) == (NOON, 99.0)


def test_stepping_back_among_those_of_one_instant_stands_between_them() -> None:
    line = [waiting(f"A00{n}", 5) for n in range(1, 6)]
    moved = waiting("A009", 5)
    moved.queued_seconds, moved.place = place_behind(line, 3, NOON, 99.0, taken_in(line))
    assert numbers(Discipline().order([*line, moved], NOON)) == [
        "A001",
        "A002",
        "A003",
        "A009",
        "A004",
        "A005",
    ]


def test_a_return_visit_has_a_head_start() -> None:
    rule = Discipline({QueueClass.RETURN: ClassRule(600, 1)})
    line = [waiting("A001", 9), waiting("A002", 1, queue_class=QueueClass.RETURN), waiting("A003", 12)]
    assert numbers(rule.order(line, NOON)) == ["A003", "A002", "A001"]


def test_whoever_was_passed_as_often_as_the_cap_allows_is_next() -> None:
    rule = replace(with_priority(1e9, 1), cap=2)
    line = [
        waiting("A001", 9, priority="elderly"),
        waiting("A002", 5, passed=2),
        waiting("A003", 6, passed=1),
    ]
    assert numbers(rule.order(line, NOON)) == ["A002", "A001", "A003"]


def test_a_counter_helps_with_other_services_only_while_nobody_waits_for_its_own() -> None:
    mine = Reach(3, 2, {"hire"}, 900, helps={"retirement"})
    line = [waiting("A001", 30), waiting("A002", 1, service_id="hire")]
    assert next_ticket(line, mine, Discipline(), NOON) is line[1]
    assert next_ticket(line[:1], mine, Discipline(), NOON) is line[0]


def test_whom_another_counter_knows_is_left_to_it_while_somebody_else_waits() -> None:
    line = [waiting("A001", 30, preferred_counter=4), waiting("A002", 1)]
    both = replace(reach(3), calling=[3, 4], same_counter_seconds=1801)
    assert next_ticket(line, both, Discipline(), NOON) is line[1]
    assert next_ticket(line[:1], both, Discipline(), NOON) is line[0]
    assert next_ticket(line, replace(both, calling=[3]), Discipline(), NOON) is line[0]
    assert next_ticket(line, replace(both, counter=4), Discipline(), NOON) is line[0]
    assert next_ticket(line, replace(both, same_counter_seconds=1800), Discipline(), NOON) is line[0]


def test_a_step_free_person_is_served_on_the_own_floor_whatever_the_service() -> None:
    person = waiting("A001", 60, floor=1, step_free=True)
    assert Reach(1, 1, {"hire"}, 900).bar(person, NOON) is None
    upstairs = reach(3, delay=0)
    assert replace(upstairs, calling_floors={1, 2}).bar(person, NOON) is OvertakingRule.STEP_FREE
    assert upstairs.bar(person, NOON) is None
    assert replace(upstairs, lift_works=False).bar(person, NOON) is OvertakingRule.STEP_FREE


@pytest.mark.parametrize(
    ("called", "earlier", "changes", "rule"),
    [
        ({"priority": "elderly"}, {}, {}, "priority"),
        ({"queue_class": QueueClass.RETURN}, {}, {}, "return_visit"),
        ({"for_counter": 3}, {}, {}, "put_back"),
        ({"passed": 8}, {}, {}, "cap"),
        ({}, {"for_counter": 4}, {"calling": [3, 4]}, "kept"),
        ({}, {"service_id": "hire"}, {"services": {"retirement"}}, "work_profile"),
        ({}, {"service_id": "hire"}, {"services": {"retirement"}, "helps": {"hire"}}, "own_services"),
        ({}, {"floor": 3}, {}, "other_floor"),
        ({}, {"floor": 3, "step_free": True}, {"calling_floors": {3}}, "step_free"),
        ({}, {"preferred_counter": 4}, {"calling": [3, 4], "same_counter_seconds": 900}, "same_counter"),
        ({"floor": 3}, {}, {}, "other_floor_late"),
    ],
)
def test_every_overtaking_has_its_rule(
    called: dict[str, object], earlier: dict[str, object], changes: dict[str, object], rule: str
) -> None:
    mine = replace(reach(), **changes)  # type: ignore[arg-type]
    passed = [waiting("A001", 9, **earlier)] if rule != "other_floor_late" else []
    found = explain(waiting("A002", 5, **called), passed, mine, Discipline(), NOON)
    assert found.text == rule


def test_only_whom_the_counter_could_have_called_instead_counts_as_passed() -> None:
    line = [waiting("A001", 9), waiting("A002", 8, floor=3), waiting("A003", 7)]
    found = explain(waiting("A004", 5, priority="elderly"), line, reach(), Discipline(), NOON)
    assert (found.text, found.counted) == ("priority+other_floor", (1, 3))


def test_a_chosen_number_passes_by_the_clerk_s_choice() -> None:
    found = explain(waiting("A002", 5), [waiting("A001", 9)], reach(), Discipline(), NOON, chosen=True)
    assert (found.text, found.counted) == ("chosen", (1,))
