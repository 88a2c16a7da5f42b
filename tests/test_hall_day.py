"""The day on a real database: breaks, midnight, clocks that jump, power cuts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from conftest import House
from slips import claim_slips
from sqlalchemy import text
from test_issuing import take

from shared.actions import calling, counters, hall_day, holding, issuing, undoing
from shared.actions.at_counter import CounterRequest, NoShowTooEarly
from shared.actions.boards import build_board
from shared.actions.configuring import change_configuration
from shared.actions.hall_day import NearBreak, keep_time, note_standstill
from shared.actions.issuing import IssueRequest
from shared.actions.reporting import overview
from shared.domain.clock import SHANGHAI
from shared.domain.counter import CounterNotOpen
from shared.domain.hall import Outage
from shared.domain.ticket import TicketState
from shared.store.store import Store

NONE = CounterRequest()


Day = tuple[int, int, int]
FRIDAY = (2026, 9, 18)


def at(house: House, hour: int, minute: int = 0, second: int = 0, day: Day = FRIDAY) -> None:
    """Set the clock of the hall."""
    house.clock.move_to(datetime(*day, hour, minute, second, tzinfo=SHANGHAI))


def states(house: House, first: int = 3) -> list[str]:
    """The states of the first tickets."""
    ids = range(1, first + 1)
    return house.see(lambda uow: [str(uow.tickets.by_id(n).state) for n in ids])  # type: ignore[no-any-return]


@pytest.fixture
def working(house: House, seed: dict[str, Any]) -> House:
    """Real hours; at 11:30 Anna is at counter 4 on the second floor, and one person waits."""
    house.do(change_configuration, "admin", seed, "real hours")
    at(house, 11, 30)
    house.do(counters.sign_on, "anna", 4)
    take(house)
    return house


@pytest.mark.parametrize(("hour", "minute"), [(11, 55), (12, 0), (13, 15), (14, 30), (14, 31)])
def test_nobody_is_called_in_a_break_and_in_the_minutes_around_it(
    working: House, hour: int, minute: int
) -> None:
    at(working, hour, minute)
    with pytest.raises(NearBreak, match="14:32"):
        working.do(calling.call_next, "anna", 4)
    with pytest.raises(NearBreak):
        working.do(calling.call_number, "anna", 4, "A001")
    assert working.do(counters.sign_on, "anna", 4).quiet_until == datetime(
        2026, 9, 18, 14, 32, tzinfo=SHANGHAI
    )


@pytest.mark.parametrize(("hour", "minute"), [(11, 54), (14, 32), (18, 20)])
def test_people_are_called_right_up_to_the_break_after_it_and_after_the_last_shift(
    working: House, hour: int, minute: int
) -> None:
    at(working, hour, minute)
    assert working.do(calling.call_next, "anna", 4).number == "A001"


def test_a_duty_counter_calls_over_the_break(working: House, seed: dict[str, Any]) -> None:
    hours = {**seed["site"]["hours"], "duty_counters": [4]}
    document = {**seed, "site": {**seed["site"], "hours": hours}}
    working.do(change_configuration, "admin", document, "duty at lunch")
    at(working, 12, 30)
    assert working.do(calling.call_next, "anna", 4).number == "A001"


def test_nobody_counts_as_absent_around_a_break(working: House) -> None:
    at(working, 11, 54)
    working.do(calling.call_next, "anna", 4)
    for _ in range(3):
        working.do(calling.recall, "anna", 4, NONE)
    at(working, 11, 58)
    with pytest.raises(NearBreak):
        working.do(calling.no_show, "anna", 4, NONE)
    assert working.do(calling.finish, "anna", 4, NONE).state == "served"


def test_a_wait_that_crosses_lunch_is_told_as_a_clock_time_on_ticket_and_slip(working: House) -> None:
    at(working, 11, 50)
    view = working.do(issuing.issue, "kiosk-1", IssueRequest("retirement"))
    assert view.called_after == datetime(2026, 9, 18, 14, 35, tzinfo=SHANGHAI)
    assert view.wait_seconds.expected == (14 * 60 + 32 + 20 - 5 - (11 * 60 + 50)) * 60
    assert claim_slips(working, "kiosk-1")[-1]["called_after"] == "14:35"


def test_a_wait_before_lunch_is_told_as_a_band(working: House) -> None:
    at(working, 9, 0)
    view = working.do(issuing.issue, "kiosk-1", IssueRequest("retirement"))
    assert (view.called_after, view.wait_seconds.expected) == (None, 1200)


def test_before_the_counters_open_the_clock_time_is_told(working: House) -> None:
    at(working, 8, 5, day=(2026, 9, 21))
    view = working.do(issuing.issue, "kiosk-1", IssueRequest("retirement"))
    assert view.called_after == datetime(2026, 9, 21, 8, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("eve", "morning"),
    [((2026, 9, 17), (2026, 9, 18)), ((2028, 2, 28), (2028, 2, 29)), ((2028, 2, 29), (2028, 3, 1)),
     ((2026, 12, 31), (2027, 1, 1))],
)  # fmt: skip
def test_a_day_closes_once_at_midnight_in_shanghai_and_numbers_begin_anew(
    house: House, eve: Day, morning: Day
) -> None:
    at(house, 23, 59, 50, day=eve)
    house.do(counters.sign_on, "anna", 3)
    assert [take(house) for _ in range(3)] == ["A001", "A002", "A003"]
    house.do(calling.call_next, "anna", 3)
    house.do(calling.start, "anna", 3, NONE)
    at(house, 0, 0, 10, day=morning)
    assert take(house) == "A001"
    assert states(house) == ["served", "expired", "expired"]
    assert take(house) == "A002"
    rows = house.see(lambda uow: [row for row in uow.ledger.of("hall", [1]) if row.verb == "begin_day"])
    assert [row.to_state for row in rows] == [str(date(*eve)), str(date(*morning))]


def test_a_clock_set_back_over_midnight_does_not_bring_the_closed_day_back(house: House) -> None:
    at(house, 23, 0)
    take(house)
    at(house, 1, 0, day=(2026, 9, 19))
    assert take(house) == "A001"
    at(house, 23, 0)
    assert take(house) == "A002"
    assert house.see(lambda uow: uow.tickets.by_id(3).day).day == 19
    at(house, 0, 30, day=(2026, 9, 19))
    assert take(house) == "A003"


def test_a_clock_that_was_wrong_by_more_than_a_day_is_believed_again(house: House) -> None:
    at(house, 10, day=(2027, 3, 1))
    take(house)
    at(house, 10)
    assert take(house) == "A001"
    assert house.see(lambda uow: (uow.tickets.by_id(2).day.year, uow.tickets.by_id(1).state)) == (
        2026,
        TicketState.EXPIRED,
    )


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_moves_nobody_in_line_and_makes_no_wait_negative(house: House, hours: int) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    house.later(minutes=10)
    house.clock.jump(timedelta(hours=hours))
    take(house)
    views = [house.do(calling.call_next, "anna", 3, "finish") for _ in range(2)]
    assert [(view.number, view.waited_seconds) for view in views] == [("A001", 600), ("A002", 0)]


def test_a_clock_that_jumps_neither_hides_calls_from_the_walls_nor_keeps_old_ones(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    for _ in range(10):
        take(house)
        house.do(calling.call_next, "anna", 3, "finish")
    house.clock.jump(timedelta(hours=2))
    assert len(house.see(lambda uow: build_board(uow, None)).calls) == 10
    house.later(minutes=3)
    house.clock.jump(timedelta(hours=-2))
    assert len(house.see(lambda uow: build_board(uow, None)).calls) == 8


def standstill(house: House, minutes: float) -> Outage | None:
    """The hall is switched off for so long, and a new server starts."""
    house.store.transact(keep_time)
    house.later(minutes=minutes)
    house.restart()
    return house.store.transact(note_standstill)


def test_a_power_cut_expires_nothing_is_left_out_of_waits_and_shown_to_the_manager(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    for _ in range(2):
        take(house)
    house.later(minutes=4)
    house.do(calling.call_next, "anna", 3)
    assert standstill(house, 90) is not None
    seen = house.see(overview)
    assert [(outage.seconds, outage.numbers) for outage in seen.outages] == [(5400, ["A001", "A002"])]
    assert states(house, 2) == ["called", "waiting"]
    view = house.do(calling.call_next, "anna", 3, "finish")
    assert (view.number, view.waited_seconds) == ("A002", 240)


def test_a_short_restart_is_part_of_the_wait_and_no_standstill(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    assert standstill(house, 4) is None
    assert house.do(calling.call_next, "anna", 3).waited_seconds == 240


def test_a_second_server_that_starts_beside_a_living_one_notes_no_standstill(house: House) -> None:
    take(house)
    house.later(minutes=60)
    house.store.transact(keep_time)
    other = house.second_store()
    assert other.transact(note_standstill) is None
    other.close()


def test_a_night_without_anybody_in_line_is_no_standstill(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    house.do(calling.call_next, "anna", 3)
    house.do(calling.no_show, "anna", 3, NONE)
    assert standstill(house, 14 * 60) is None
    assert house.see(overview).outages == []


def test_a_computer_switched_off_after_hours_is_no_standstill(working: House) -> None:
    at(working, 18, 30)
    assert standstill(working, 13 * 60) is None


def test_a_day_is_closed_by_the_time_keeper_when_nobody_presses(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    before = house.see(lambda uow: uow.hall.version)
    house.later(hours=13)
    house.store.transact(keep_time)
    assert states(house, 1) == ["waiting"]
    house.later(hours=2)
    house.store.transact(keep_time)
    assert states(house, 1) == ["expired"]
    assert house.see(lambda uow: uow.hall.version) == before + 1


def wait_over_a_standstill(house: House, *stores: Store) -> tuple[int, list[float]]:
    """Somebody waits four minutes, then these servers stand still for 90, then the first of them issues a
    number, the second calls; how long the person had waited by then, and the standstills that were noted."""
    house.do(counters.sign_on, "anna", 3)
    take(house)
    for store in stores:
        store.transact(keep_time)
    house.later(minutes=4)
    for store in stores:
        store.transact(keep_time)
    house.clock.stand_still(90 * 60)
    stores[0].transact(lambda uow: issuing.issue(uow, house.actors["kiosk-1"], IssueRequest("retirement")))
    view = stores[-1].transact(lambda uow: calling.call_next(uow, house.actors["anna"], 3))
    assert view is not None
    return view.waited_seconds, [outage.seconds for outage in house.see(overview).outages]


def test_the_first_press_after_a_standstill_notes_it_when_no_time_keeper_did(house: House) -> None:
    assert wait_over_a_standstill(house, house.store) == (240, [5400])


def test_of_two_servers_that_stood_still_the_second_counts_on_from_what_the_first_noted(house: House) -> None:
    other = house.second_store()
    assert wait_over_a_standstill(house, house.store, other) == (240, [5400])
    assert wait_over_nothing(house, other) == 0


def wait_over_nothing(house: House, store: Store) -> float:
    """How far hall time moves at a server while no time passes."""
    before: float = house.see(lambda uow: uow.seconds)
    store.transact(keep_time)
    after: float = house.see(lambda uow: uow.seconds)
    return after - before


def test_a_server_that_stood_still_alone_notes_nothing(house: House) -> None:
    other = house.second_store()
    house.do(counters.sign_on, "anna", 3)
    take(house)
    other.transact(keep_time)
    house.later(minutes=40)
    house.store.transact(keep_time)
    house.clock.stand_still(30)
    house.store.transact(keep_time)
    house.clock.stand_still(40)
    other.transact(keep_time)
    assert house.see(overview).outages == []
    assert house.do(calling.call_next, "anna", 3).waited_seconds == 40 * 60 + 70


def test_hall_time_is_written_down_with_its_own_moment(house: House) -> None:
    house.store.transact(keep_time)
    ahead = house.see(lambda uow: uow.seconds)
    with house.store.writer.begin() as connection:
        connection.execute(text("UPDATE hall SET seconds = seconds + 50, elapsed = elapsed + 50"))
    before = house.see(lambda uow: uow.hall.anchor)
    house.later(seconds=5)
    house.store.transact(keep_time)
    assert house.see(lambda uow: uow.hall.anchor) == before
    house.later(seconds=60)
    house.store.transact(keep_time)
    assert house.see(lambda uow: uow.hall.seconds) == pytest.approx(ahead + 65)


def test_nobody_is_called_again_around_a_break(working: House) -> None:
    at(working, 11, 54)
    working.do(calling.call_next, "anna", 4)
    at(working, 12, 12)
    with pytest.raises(NearBreak):
        working.do(calling.recall, "anna", 4, NONE)


def test_undo_brings_no_ticket_to_a_counter_that_is_paused(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    house.do(calling.call_next, "anna", 3)
    house.do(calling.finish, "anna", 3, NONE)
    house.do(counters.pause, "anna", 3, None)
    with pytest.raises(CounterNotOpen):
        house.do(undoing.undo, "anna", 3, "A001")
    house.do(counters.reopen, "anna", 3)
    assert house.do(undoing.undo, "anna", 3, "A001").state == "called"


def test_over_a_power_cut_nobody_becomes_absent(house: House, seed: dict[str, Any]) -> None:
    house.do(change_configuration, "admin", seed, "real hours")
    house.do(counters.sign_on, "anna", 4)
    take(house)
    house.do(calling.call_next, "anna", 4)
    for _ in range(2):
        house.do(calling.recall, "anna", 4, NONE)
    standstill(house, 30)
    with pytest.raises(NoShowTooEarly, match="3 分钟"):
        house.do(calling.no_show, "anna", 4, NONE)
    house.later(minutes=3)
    assert house.do(calling.no_show, "anna", 4, NONE).state == "no_show"


@pytest.mark.parametrize(("need", "minutes"), [("hearing", 5), ("sight", 5), ("reading", 3)])
def test_who_hears_or_sees_badly_has_longer_before_counting_as_absent(
    house: House, seed: dict[str, Any], need: str, minutes: int
) -> None:
    house.do(change_configuration, "admin", seed, "real rules")
    house.do(counters.sign_on, "anna", 4)
    take(house, needs=[need])
    house.do(calling.call_next, "anna", 4)
    for _ in range(2):
        house.do(calling.recall, "anna", 4, NONE)
    house.later(minutes=minutes - 0.1)
    with pytest.raises(NoShowTooEarly):
        house.do(calling.no_show, "anna", 4, NONE)
    house.later(seconds=6)
    assert house.do(calling.no_show, "anna", 4, NONE).state == "no_show"


def test_where_the_hall_leaves_it_to_staff_the_slip_puts_nobody_back(
    house: House, seed: dict[str, Any]
) -> None:
    rule = {**seed["site"]["no_show"], "minutes": 0, "calls_before": 1, "back": "clerk"}
    house.do(change_configuration, "admin", {**seed, "site": {**seed["site"], "no_show": rule}}, "staff only")
    house.do(counters.sign_on, "anna", 4)
    take(house)
    house.do(calling.call_next, "anna", 4)
    house.do(calling.no_show, "anna", 4, NONE)

    def reinstate(who: str) -> Any:
        return house.store.transact(
            lambda uow: holding.reinstate(uow, house.actors[who], uow.tickets.by_number("A001", uow.day))
        )

    with pytest.raises(holding.ClerkReinstates):
        reinstate("kiosk-1")
    assert reinstate("guide").state == "waiting"


def test_the_lift_is_one_switch_that_the_walls_hear_of(house: House) -> None:
    before = house.see(lambda uow: uow.hall.version)
    house.do(hall_day.switch_lift, "manager", works=False)
    board = house.see(lambda uow: build_board(uow, 2))
    assert (board.lift_works, board.version) == (False, before + 1)
