"""Nobody is forgotten: whoever is left to others, put back or capped is called all the same."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from conftest import House
from test_issuing import take
from test_overtaking import call, returning, rule_of, set_up, ticket, urgent

from shared.actions import calling, counters, holding, moving
from shared.actions.at_counter import CounterRequest
from shared.actions.configuring import change_configuration
from shared.actions.hall_day import switch_lift
from shared.actions.issuing import StopRequest
from shared.actions.outlook import Line
from shared.domain.queueing import QueueClass, next_ticket
from shared.domain.ticket import Ticket, TicketState
from shared.store.unit_of_work import UnitOfWork

NONE = CounterRequest()


@pytest.fixture
def desks(house: House) -> House:
    """Anna at counter 3, Bo at counter 4; A001 was served by Bo."""
    house.do(counters.sign_on, "anna", 3)
    house.do(counters.sign_on, "bo", 4)
    take(house)
    call(house, "bo", 4)
    house.do(calling.finish, "bo", 4, NONE)
    return house


def with_profile(house: House, counter: int, services: list[str], helps: list[str]) -> None:
    """Give one counter a work profile of its own."""
    site = house.see(lambda uow: uow.configuration_document()["site"])
    changed = [{**c, "profile": "own"} if c["number"] == counter else c for c in site["counters"]]
    profiles = [*site["profiles"], {"name": "own", "services": services, "helps": helps}]
    set_up(house, counters=changed, profiles=profiles)


def test_a_return_visit_is_left_to_the_counter_that_knows_it_for_a_time_only(desks: House) -> None:
    returning(desks, "A001")
    take(desks)
    assert call(desks) == "A002"
    desks.later(minutes=15)
    take(desks)
    assert (call(desks), rule_of(desks, "Q001")) == ("Q001", None)


def test_a_return_visit_knows_only_a_counter_that_takes_its_service(desks: House) -> None:
    with_profile(desks, 4, ["retirement"], [])
    returning(desks, "A001")
    take(desks)
    assert ticket(desks, "Q001").preferred_counter is None
    assert call(desks) == "Q001"


def test_the_next_stop_of_a_return_visit_is_everybody_s(desks: House) -> None:
    token = ticket(desks, "A001").token
    take(desks, "collect", "guide", return_of=token, stops=[StopRequest("advice", 2)])
    call(desks, "bo", 4)
    desks.do(calling.finish, "bo", 4, NONE)
    assert call(desks) == "Q001"


def test_an_old_visit_gives_no_head_start(desks: House) -> None:
    desks.later(days=31)
    token = desks.see(lambda uow: uow.tickets.by_id(1).token)
    take(desks, "collect", return_of=token)
    assert ticket(desks, "Q001").queue_class is QueueClass.NORMAL


def test_a_counter_helps_fully_while_no_specialist_calls(house: House) -> None:
    with_profile(house, 3, ["social-card"], ["advice"])
    house.do(counters.sign_on, "anna", 3)
    assert [take(house, "advice"), take(house, "social-card")] == ["Q001", "A001"]
    assert (call(house), call(house)) == ("Q001", "A001")


@pytest.mark.parametrize("who", ["priority", "return"])
def test_whoever_missed_the_call_goes_behind_three_others_whatever_the_class(desks: House, who: str) -> None:
    desks.do(counters.sign_off, "anna", 3)
    number = urgent(desks) if who == "priority" else returning(desks, "A001")
    others = [take(desks) for _ in range(4)]
    desks.do(calling.call_number, "bo", 4, number)
    desks.do(calling.no_show, "bo", 4, NONE)
    desks.later(minutes=5)
    desks.store.transact(
        lambda uow: holding.reinstate(uow, desks.actors["guide"], uow.tickets.by_number(number, uow.day))
    )
    assert [call(desks, "bo", 4) for _ in range(5)] == [*others[:3], number, others[3]]


def test_whoever_steps_back_has_no_cap_left_over(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    set_up(house, discipline={"priority_base": 1e9, "priority_rate": 1.0, "cap": 1})
    take(house)
    for _ in range(4):
        take(house)
    house.later(seconds=1)
    assert urgent(house) == call(house)
    assert ticket(house, "A001").passed == 1
    house.store.transact(
        lambda uow: holding.postpone(uow, house.actors["kiosk-1"], uow.tickets.by_number("A001", uow.day))
    )
    assert [call(house) for _ in range(5)] == ["A002", "A003", "A004", "A005", "A001"]


def test_whoever_may_not_be_passed_any_more_has_nobody_ahead(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    set_up(house, discipline={"priority_base": 1e9, "priority_rate": 1.0, "cap": 1})
    take(house)
    house.later(seconds=1)
    urgent(house)
    call(house)
    for _ in range(3):
        urgent(house)
    assert house.see(lambda uow: Line(uow).ahead(uow.tickets.by_number("A001", uow.day))) == 0
    assert call(house) == "A001"


def test_routing_counts_only_those_who_are_in_the_way(house: House) -> None:
    numbers = house.see(lambda uow: {c.floor: c.number for c in uow.counters.all()})
    site = house.see(lambda uow: uow.configuration_document()["site"])
    profiles = [{"name": n, "services": [n]} for n in ("hire", "social-card")]
    changed = [{**c, "profile": "hire" if c["number"] in (numbers[1], numbers[2]) else "social-card"}
               for c in site["counters"]]  # fmt: skip
    set_up(house, counters=changed, profiles=profiles, other_floor_seconds=900.0)
    house.do(counters.sign_on, "anna", numbers[1])
    house.do(counters.sign_on, "bo", numbers[2])
    for _ in range(5):
        take(house, "social-card")
    take(house, "hire", "guide", needs=["step_free"], floor=1)
    take(house, "hire")
    assert ticket(house, "A007").floor == 2


def test_a_chosen_number_of_another_floor_is_chosen_and_not_late(house: House) -> None:
    set_up(house, other_floor_seconds=900.0)
    first = next(c.number for c in house.see(lambda uow: uow.counters.all()) if c.floor == 1)
    house.do(counters.sign_on, "anna", first)
    take(house)
    house.do(calling.call_number, "anna", first, "A001")
    assert rule_of(house, "A001") is None


def test_while_the_lift_is_out_nobody_is_called_to_a_floor_that_the_person_cannot_reach(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house, "retirement", needs=["step_free"])
    house.do(switch_lift, "manager", works=False)
    with pytest.raises(calling.LiftIsOut, match="1 楼"):
        house.do(calling.call_number, "anna", 3, "A001")
    house.do(switch_lift, "manager", works=True)
    assert house.do(calling.call_number, "anna", 3, "A001").state == "called"


@pytest.mark.parametrize("needs", [["infant"], ["sight"]])
def test_while_the_lift_is_out_the_next_stop_too_stays_on_this_floor(house: House, needs: list[str]) -> None:
    house.do(switch_lift, "manager", works=False)
    house.do(counters.sign_on, "anna", 3)
    take(house, "retirement", "guide", needs=needs, stops=[StopRequest("hire")])
    call(house)
    assert house.do(calling.finish, "anna", 3, NONE).floor == 2


def test_a_number_is_read_at_a_counter_as_it_is_typed(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    house.do(calling.call_number, "anna", 3, "a1")
    assert house.do(calling.hold, "anna", 3, CounterRequest(ticket=" a1")).state == "held"
    assert house.do(moving.requeue, "anna", 3, CounterRequest(ticket="a1")).state == "waiting"


def _scatter(uow: UnitOfWork, chance: random.Random) -> None:
    """Give every waiting ticket by chance whatever may tell it from another."""
    uow.lock_queue()
    for waiting in uow.tickets.in_states([TicketState.WAITING], uow.day):
        waiting.queue_class = chance.choice(list(QueueClass))
        waiting.floor = chance.choice([1, 2, 3, None])
        waiting.step_free = chance.random() < 0.2
        waiting.passed = chance.choice([0, 0, 0, 7, 8, 9])
        waiting.for_counter = chance.choice([None] * 6 + [1, 3, 4])
        waiting.preferred_counter = chance.choice([None] * 3 + [3, 4, 6])
        waiting.queued_seconds -= chance.choice([0, 5, 300, 900, 2000])


@pytest.mark.parametrize("draw", range(12))
def test_the_candidates_that_the_database_finds_are_those_of_the_rule(house: House, draw: int) -> None:
    """The statement of the store and the rule of the domain agree over any line."""
    chance = random.Random(draw)
    set_up(house, other_floor_seconds=300.0)
    house.do(counters.sign_on, "anna", 3)
    house.do(counters.sign_on, "bo", 4)
    services = ("retirement", "hire", "advice", "collect")
    for place in range(20):
        take(house, services[place % 4])
        house.later(seconds=20)
    house.store.transact(lambda uow: _scatter(uow, chance))
    if draw % 2:
        house.do(switch_lift, "manager", works=False)

    def check(uow: UnitOfWork) -> None:
        line = Line(uow)
        everybody: list[Ticket] = uow.tickets.in_states([TicketState.WAITING], uow.day)
        for counter in line.counters:
            for own, helps in ((None, ()), ({"hire"}, ()), ({"advice"}, ("collect", "retirement"))):
                mine = replace(line.reach(counter), services=own, helps=frozenset(helps))
                found = uow.line.candidates(mine, line.discipline.cap, uow.seconds)
                one = next_ticket(found, mine, line.discipline, uow.seconds)
                other = next_ticket(everybody, mine, line.discipline, uow.seconds)
                assert (one and one.number) == (other and other.number), (counter.number, own, helps)

    house.see(check)


def test_real_hours_and_rules_are_read_with_their_defaults(house: House, seed: dict[str, Any]) -> None:
    house.do(change_configuration, "admin", seed, "real")
    rule = house.see(lambda uow: uow.configuration().site.discipline)
    assert (rule.same_counter_seconds, rule.return_days, rule.cap) == (900.0, 30, 8)
