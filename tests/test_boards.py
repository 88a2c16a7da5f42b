"""Boards from the database: which way a call leads, who stands on which wall, how floors help each other."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import House
from test_issuing import take

from shared.actions import calling, counters
from shared.actions.at_counter import CounterRequest
from shared.actions.boards import build_board, call_shown, call_sounded
from shared.actions.configuring import change_configuration
from shared.actions.outlook import Line
from shared.domain.adapting import demo_hall
from shared.domain.board import Board, direction
from shared.domain.site import UnknownFloor


def board(house: House, floor: int | None = None) -> Board:
    made: Board = house.see(lambda uow: build_board(uow, floor))
    return made


def counter_on(house: House, floor: int) -> int:
    """The first counter of a floor."""
    numbers = house.see(lambda uow: [c.number for c in uow.counters.all() if c.floor == floor])
    return int(numbers[0])


@pytest.mark.parametrize(
    ("seen_from", "floor", "way"), [(2, 2, "here"), (2, 3, "up"), (1, 3, "up"), (3, 2, "down")]
)
def test_the_way_is_told_from_where_one_stands(seen_from: int, floor: int, way: str) -> None:
    assert direction(seen_from, floor) == way


def test_a_call_to_another_floor_stands_on_both_walls_each_with_its_own_way(house: House) -> None:
    house.do(counters.sign_on, "anna", counter_on(house, 3))
    take(house, "retirement")
    house.do(calling.call_next, "anna", counter_on(house, 3))
    ways = {floor: [call.direction for call in board(house, floor).calls] for floor in (1, 2, 3, None)}
    assert ways == {1: [], 2: ["up"], 3: ["here"], None: ["up"]}


def test_who_is_soon_stands_in_the_order_of_the_calls(house: House) -> None:
    for _ in range(6):
        take(house)
    assert list(board(house, 2).soon) == ["A001", "A002", "A003", "A004"]
    assert list(board(house, 3).soon) == []


def test_waits_are_counted_for_each_series_and_floor(house: House) -> None:
    take(house, "retirement")
    take(house, "1.10.7")
    counts = {row.series: row.count for row in board(house, 2).waiting}
    assert counts == {"A": 1, "S": 1, "Q": 0}
    assert {row.series: row.count for row in board(house, 3).waiting} == {"A": 0, "S": 0, "Q": 0}


def test_at_least_eight_calls_stay_and_all_of_the_last_two_minutes(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    house.do(calling.call_next, "anna", 3)
    for _ in range(11):
        house.do(calling.recall, "anna", 3, CounterRequest())
    ids = [call.id for call in board(house).calls]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 12
    house.later(minutes=3)
    assert len(board(house).calls) == 8


def test_a_counter_tells_its_state_and_the_number_that_is_there(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    house.do(calling.call_next, "anna", 3)
    seen = {row.number: row for row in board(house, 2).counters}
    assert seen[3].state == "open"
    assert seen[3].ticket is not None
    assert (seen[3].ticket.number, seen[3].ticket.state) == ("A001", "called")
    house.do(calling.finish, "anna", 3, CounterRequest())
    house.do(counters.pause, "anna", 3, None)
    paused = next(row for row in board(house, 2).counters if row.number == 3)
    assert (paused.state, paused.ticket) == ("paused", None)


def test_a_wall_of_a_floor_that_is_not_there_is_refused(house: House) -> None:
    with pytest.raises(UnknownFloor):
        board(house, 9)


def test_what_a_wall_confirmed_first_is_kept(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    call_id = house.do(calling.call_next, "anna", 3).announcement
    first = house.clock.now().at
    house.store.transact(lambda uow: call_shown(uow, call_id))
    house.later(seconds=5)
    house.store.transact(lambda uow: call_shown(uow, call_id))
    house.store.transact(lambda uow: call_sounded(uow, call_id))
    call = house.see(lambda uow: uow.tickets.call(call_id))
    assert (call.shown_at, call.sounded_at) == (first, house.clock.now().at)


@pytest.fixture
def patient(house: House, seed: dict[str, Any]) -> House:
    """A hall whose counters leave tickets of other floors to their own counters for ten minutes."""
    document = demo_hall(seed, counters=6, kiosks=2)
    site = {**document["site"], "other_floor_seconds": 600.0}
    house.do(change_configuration, "admin", {**document, "site": site}, "help after ten minutes")
    return house


def test_another_floor_helps_only_after_the_hall_s_delay_and_the_ledger_says_so(patient: House) -> None:
    upstairs = counter_on(patient, 3)
    patient.do(counters.sign_on, "anna", upstairs)
    take(patient, "retirement")
    assert patient.do(calling.call_next, "anna", upstairs) is None
    patient.later(minutes=9)
    assert patient.do(calling.call_next, "anna", upstairs) is None
    patient.later(minutes=2)
    assert patient.do(calling.call_next, "anna", upstairs).number == "A001"
    rules = patient.see(lambda uow: [row.rule for row in uow.ledger.of("ticket", [1]) if row.verb == "call"])
    assert rules == ["other_floor_late"]


def test_while_floors_are_apart_only_the_own_floor_counts_for_the_wait(patient: House) -> None:
    downstairs = counter_on(patient, 2)
    patient.do(counters.sign_on, "anna", counter_on(patient, 3))
    take(patient, "retirement")
    view = patient.see(lambda uow: Line(uow).outlook("retirement"))
    assert (view.ahead, view.wait_seconds) == (1, None)
    patient.do(counters.sign_on, "bo", downstairs)
    assert patient.see(lambda uow: Line(uow).outlook("retirement")).wait_seconds is not None
