"""Who is called before whom on a real database, and the rule that the ledger names for it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import House
from test_issuing import take
from two_stores import at_one_moment

from shared.actions import calling, counters, holding, moving, undoing
from shared.actions.at_counter import CounterRequest
from shared.actions.configuring import change_configuration
from shared.actions.hall_day import switch_lift
from shared.actions.issuing import PriorityRequest, StopRequest, StopsNeedStaff
from shared.domain.ticket import Ticket
from shared.store.unit_of_work import UnitOfWork

NONE = CounterRequest()


def set_up(house: House, **changes: Any) -> None:
    """Put a hall like that of the demonstration in force, with other settings."""
    document = house.see(lambda uow: uow.configuration_document())
    house.do(change_configuration, "admin", {**document, "site": {**document["site"], **changes}}, "test")


def rule_of(house: House, number: str) -> str | None:
    """The rule that the ledger names for the latest call of a number."""

    def find(uow: Any) -> str | None:
        ticket = uow.tickets.by_number(number, uow.day)
        rows = [row for row in uow.ledger.of("ticket", [ticket.id]) if row.verb in ("call", "resume")]
        return rows[-1].rule  # type: ignore[no-any-return]

    return house.see(find)  # type: ignore[no-any-return]


def ticket(house: House, number: str) -> Ticket:
    return house.see(lambda uow: uow.tickets.by_number(number, uow.day))  # type: ignore[no-any-return]


def urgent(house: House, service: str = "retirement") -> str:
    """A number with priority, given by the guide."""
    return take(house, service, "guide", priority=PriorityRequest("elderly"))


def call(house: House, who: str = "anna", counter: int = 3) -> str | None:
    """Finish and call next; the number called."""
    view = house.do(calling.call_next, who, counter, "finish")
    return None if view is None else str(view.number)


@pytest.fixture
def desk(house: House) -> House:
    """Anna at counter 3."""
    house.do(counters.sign_on, "anna", 3)
    return house


def test_a_call_in_the_order_of_arrival_names_no_rule(desk: House) -> None:
    take(desk)
    take(desk)
    assert (call(desk), rule_of(desk, "A001")) == ("A001", None)


def test_priority_that_has_gathered_more_passes_and_is_named(desk: House) -> None:
    take(desk)
    desk.later(minutes=9)
    urgent(desk)
    desk.later(minutes=2)
    assert call(desk) == "A001"
    take(desk)
    desk.later(minutes=1)
    urgent(desk)
    desk.later(minutes=1)
    assert [call(desk), call(desk), call(desk)] == ["A002", "A004", "A003"]
    assert (rule_of(desk, "A002"), rule_of(desk, "A004")) == (None, "priority")
    assert ticket(desk, "A003").passed == 1


def test_nobody_is_passed_more_often_than_the_cap_allows(desk: House) -> None:
    rule = {"priority_base": 1e9, "priority_rate": 1.0, "cap": 2}
    set_up(desk, discipline=rule)
    take(desk)
    for _ in range(4):
        desk.later(seconds=5)
        urgent(desk)
    assert [call(desk) for _ in range(4)] == ["A002", "A003", "A001", "A004"]
    assert rule_of(desk, "A001") is None


def test_undo_takes_the_passing_back_too(desk: House) -> None:
    take(desk)
    desk.later(seconds=5)
    urgent(desk)
    set_up(desk, discipline={"priority_base": 1e9, "priority_rate": 1.0})
    assert call(desk) == "A002"
    assert ticket(desk, "A001").passed == 1
    desk.do(undoing.undo, "anna", 3, "A002")
    assert ticket(desk, "A001").passed == 0


def postpone(house: House, number: str) -> None:
    house.store.transact(
        lambda uow: holding.postpone(uow, house.actors["kiosk-1"], uow.tickets.by_number(number, uow.day))
    )


def test_undo_takes_no_passing_back_from_whoever_stepped_back_since(desk: House) -> None:
    take(desk)
    desk.later(seconds=5)
    urgent(desk)
    set_up(desk, discipline={"priority_base": 1e9, "priority_rate": 1.0})
    call(desk)
    postpone(desk, "A001")
    desk.do(undoing.undo, "anna", 3, "A002")
    assert ticket(desk, "A001").passed == 0


def test_whoever_steps_back_is_no_longer_the_next_of_a_counter(desk: House) -> None:
    for _ in range(5):
        take(desk)
    call(desk)
    desk.do(moving.requeue, "anna", 3, CounterRequest(counter=3))
    postpone(desk, "A001")
    assert [call(desk) for _ in range(4)] == ["A002", "A003", "A004", "A001"]


def test_a_chosen_number_and_one_put_back_name_their_rules(desk: House) -> None:
    for _ in range(3):
        take(desk)
    desk.do(calling.call_number, "anna", 3, "A003")
    assert rule_of(desk, "A003") == "chosen"
    desk.do(moving.requeue, "anna", 3, CounterRequest(counter=3))
    assert (call(desk), rule_of(desk, "A003")) == ("A003", "put_back")
    desk.do(calling.hold, "anna", 3, NONE)
    desk.do(calling.resume, "anna", 3, CounterRequest(ticket="A003"))
    assert rule_of(desk, "A003") == "put_back"
    assert ticket(desk, "A001").passed == 1


def test_a_counter_that_does_not_take_a_service_names_its_work_profile(desk: House) -> None:
    site = desk.see(lambda uow: uow.configuration_document()["site"])
    desks = [{**c, "profile": "cards"} if c["number"] == 3 else c for c in site["counters"]]
    profiles = [*site["profiles"], {"name": "cards", "services": ["social-card"], "helps": ["advice"]}]
    set_up(desk, counters=desks, profiles=profiles)
    desk.do(counters.sign_on, "bo", 4)
    assert [take(desk), take(desk, "advice"), take(desk, "social-card")] == ["A001", "Q001", "A002"]
    assert (call(desk), rule_of(desk, "A002")) == ("A002", "work_profile+own_services")
    assert (call(desk), rule_of(desk, "Q001")) == ("Q001", "work_profile")
    assert call(desk) is None


def test_another_floor_is_helped_after_the_delay_and_the_call_says_so(desk: House) -> None:
    set_up(desk, other_floor_seconds=600.0)
    first = next(c.number for c in desk.see(lambda uow: uow.counters.all()) if c.floor == 1)
    desk.do(counters.sign_on, "bo", first)
    take(desk)
    desk.later(minutes=9)
    assert call(desk, "bo", first) is None
    desk.later(minutes=1)
    view = desk.do(calling.call_next, "bo", first)
    assert (view.number, view.floor, view.counter_floor) == ("A001", 2, 1)
    assert rule_of(desk, "A001") == "other_floor_late"


def returning(house: House, number: str) -> str:
    """A number for a return visit of a former number, taken at the kiosk."""
    token = ticket(house, number).token
    return take(house, "collect", return_of=token)


def test_a_return_visit_has_a_head_start_and_goes_to_the_counter_it_knows(desk: House) -> None:
    desk.do(counters.sign_on, "bo", 4)
    take(desk)
    assert call(desk, "bo", 4) == "A001"
    desk.do(calling.finish, "bo", 4, NONE)
    take(desk)
    take(desk)
    desk.later(minutes=10)
    assert returning(desk, "A001") == "Q001"
    assert ticket(desk, "Q001").preferred_counter == 4
    assert call(desk) == "A002", "another counter leaves it to the one that knows the person"
    assert rule_of(desk, "A002") is None
    assert (call(desk, "bo", 4), rule_of(desk, "Q001")) == ("Q001", "return_visit")


def test_a_return_visit_is_called_elsewhere_when_nobody_else_waits_there(desk: House) -> None:
    desk.do(counters.sign_on, "bo", 4)
    take(desk)
    call(desk, "bo", 4)
    desk.do(calling.finish, "bo", 4, NONE)
    returning(desk, "A001")
    assert call(desk) == "Q001"


def test_a_head_start_is_for_whoever_was_served_and_once_at_a_time(desk: House) -> None:
    take(desk)
    returning(desk, "A001")
    call(desk)
    call(desk)
    returning(desk, "A001")
    returning(desk, "A001")
    classes = [str(ticket(desk, number).queue_class) for number in ("Q001", "Q002", "Q003")]
    assert classes == ["normal", "return", "normal"]


def test_a_step_free_person_is_served_where_the_person_is(desk: House) -> None:
    first = next(c.number for c in desk.see(lambda uow: uow.counters.all()) if c.floor == 1)
    take(desk, "retirement", needs=["step_free"])
    assert ticket(desk, "A001").floor == 1
    desk.do(counters.sign_on, "bo", first)
    take(desk)
    assert (call(desk), rule_of(desk, "A002")) == ("A002", "step_free")
    assert call(desk, "bo", first) == "A001"


def test_staff_say_where_a_step_free_person_is(desk: House) -> None:
    take(desk, "retirement", "guide", needs=["step_free"], floor=3)
    take(desk, "retirement", "anna", needs=["step_free"])
    assert [ticket(desk, number).floor for number in ("A001", "A002")] == [3, 2]
    with pytest.raises(StopsNeedStaff):
        take(desk, "retirement", floor=3)


def test_a_step_free_person_is_helped_from_another_floor_only_while_the_lift_works(desk: House) -> None:
    take(desk, "retirement", needs=["step_free"])
    desk.do(switch_lift, "manager", works=False)
    assert call(desk) is None
    desk.do(switch_lift, "manager", works=True)
    assert call(desk) == "A001"


def test_while_the_lift_is_out_whoever_walks_stairs_badly_stays_on_this_floor(desk: House) -> None:
    take(desk, "hire", needs=["infant"])
    desk.do(switch_lift, "manager", works=False)
    take(desk, "hire", needs=["infant"])
    take(desk, "hire")
    assert [ticket(desk, number).floor for number in ("A001", "A002", "A003")] == [2, 1, 2]


def test_what_follows_a_service_is_planned_at_issue_and_queued_when_the_stop_ends(desk: House) -> None:
    set_up(desk, stops_after=[{"service": "social-card", "then": [{"service": "collect", "floor": 1}]}])
    take(desk, "social-card")
    for _ in range(2):
        take(desk)
    desk.later(minutes=5)
    assert call(desk) == "A001"
    view = desk.do(calling.finish, "anna", 3, NONE)
    assert [(stop.service_id, stop.floor, stop.state) for stop in view.stops] == [
        ("social-card", 2, "served"),
        ("collect", 1, "waiting"),
    ]
    assert (view.state, view.floor, view.ahead, view.number) == ("waiting", 1, 0, "A001")
    assert call(desk) == "A001"
    assert desk.do(calling.finish, "anna", 3, NONE).state == "served"


def test_staff_plan_stops_and_one_without_a_floor_goes_where_the_wait_is_shorter(desk: House) -> None:
    take(desk, "retirement", "guide", stops=[StopRequest("hire"), StopRequest("advice", 3)])
    call(desk)
    view = desk.do(calling.finish, "anna", 3, NONE)
    assert [(stop.service_id, stop.floor) for stop in view.stops] == [
        ("retirement", 2),
        ("hire", 2),
        ("advice", 3),
    ]


def test_a_step_free_person_s_next_stop_comes_to_this_floor(desk: House) -> None:
    take(desk, "retirement", "anna", needs=["step_free"], stops=[StopRequest("collect", 1)])
    call(desk)
    assert desk.do(calling.finish, "anna", 3, NONE).floor == 2


def test_priority_granted_in_line_counts_from_arrival(desk: House) -> None:
    take(desk)
    desk.later(minutes=1)
    take(desk)
    desk.later(minutes=5)
    desk.store.transact(
        lambda uow: holding.grant_priority(
            uow, desk.actors["guide"], uow.tickets.by_number("A002", uow.day), "elderly"
        )
    )
    assert (call(desk), rule_of(desk, "A002")) == ("A002", "priority")


def test_priority_given_again_at_the_moment_of_the_call_finds_the_number_gone(desk: House) -> None:
    take(desk)

    def give(uow: UnitOfWork) -> object:
        ticket = uow.tickets.by_number("A001", uow.day)
        return holding.grant_priority(uow, desk.actors["guide"], ticket, "elderly")

    desk.store.transact(give)
    called, refused = at_one_moment(desk, lambda uow: calling.call_next(uow, desk.actors["anna"], 3), give)
    assert called.number == "A001"
    assert isinstance(refused, holding.NotInLine)


@pytest.mark.parametrize(
    ("discipline", "order"),
    [
        ({"priority_rate": 1.0}, ["A001", "A002", "A003", "A004"]),
        ({"priority_base": 240.0, "priority_rate": 1.0}, ["A001", "A003", "A002", "A004"]),
        ({"priority_rate": 4.0}, ["A001", "A003", "A002", "A004"]),
        ({"priority_base": 1e9, "priority_rate": 1.0}, ["A003", "A001", "A002", "A004"]),
    ],
)
def test_one_formula_covers_first_come_head_start_accumulating_and_strict(
    desk: House, discipline: dict[str, float], order: list[str]
) -> None:
    set_up(desk, discipline=discipline)
    take(desk)
    desk.later(minutes=5)
    take(desk)
    desk.later(minutes=3)
    urgent(desk)
    desk.later(minutes=1)
    take(desk)
    desk.later(minutes=1)
    assert [call(desk) for _ in range(4)] == order
