"""Counters on a real database: one call each, one ticket a counter, every press as one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from conftest import House
from sqlalchemy import text
from test_issuing import take

from shared.actions import calling, counters, holding, moving, undoing
from shared.actions.at_counter import CounterRequest
from shared.actions.boards import build_board
from shared.domain.catalogue import ServiceNotOffered
from shared.domain.counter import (
    CounterHasTicket,
    CounterNotOpen,
    CounterTaken,
    NotAtThisCounter,
    NotSignedOn,
    SignedOnElsewhere,
    UnknownCounter,
)
from shared.domain.errors import HallError
from shared.domain.states import IllegalMove
from shared.domain.ticket import NotWaiting, TicketState, UnknownTicket
from shared.store.store import Store

NONE = CounterRequest()


@pytest.fixture
def desk(house: House) -> House:
    """Anna sits at counter 3 and Bo at counter 4; three people wait."""
    house.do(counters.sign_on, "anna", 3)
    house.do(counters.sign_on, "bo", 4)
    for _ in range(3):
        take(house)
    return house


def state(house: House, number: str) -> TicketState:
    return house.see(lambda uow: uow.tickets.by_number(number, uow.day).state)  # type: ignore[no-any-return]


def test_after_a_restore_of_the_database_boards_read_its_calls_anew(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    assert desk.see(lambda uow: uow.recent_calls(None)[0]).number == "A001"
    with desk.store.writer.begin() as connection:
        connection.execute(text("UPDATE calls SET number = 'A009'"))
        connection.execute(text("UPDATE hall SET epoch = 'another'"))
    assert desk.see(lambda uow: uow.recent_calls(None)[0]).number == "A009"


def test_the_first_to_come_is_called_and_stands_on_the_board(desk: House) -> None:
    called = desk.do(calling.call_next, "anna", 3)
    board_call = desk.see(lambda uow: uow.recent_calls(None)[0])
    assert (called.number, called.state, called.counter, called.calls) == ("A001", "called", 3, 1)
    assert (board_call.id, board_call.number, board_call.counter) == (called.announcement, "A001", 3)


def test_two_servers_calling_at_once_never_give_one_person_twice(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    house.do(counters.sign_on, "bo", 4)
    for _ in range(20):
        take(house)
    called: list[str] = []
    other = house.second_store()

    def work(store: Store, who: str, counter: int) -> None:
        for _ in range(10):
            view = store.transact(lambda uow: calling.call_next(uow, house.actors[who], counter, "finish"))
            assert view is not None
            called.append(view.number)

    clerks = [
        threading.Thread(target=work, args=(house.store, "anna", 3)),
        threading.Thread(target=work, args=(other, "bo", 4)),
    ]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    other.close()
    assert sorted(called) == [f"A{n:03d}" for n in range(1, 21)]


def test_finishing_one_and_calling_the_next_is_one_press(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    assert desk.do(calling.call_next, "anna", 3, "finish").number == "A002"
    assert state(desk, "A001") is TicketState.SERVED


def test_the_previous_ticket_ends_even_when_nobody_waits(desk: House) -> None:
    for _ in range(3):
        desk.do(calling.call_next, "anna", 3, "finish")
    assert desk.do(calling.call_next, "anna", 3, "finish") is None
    assert state(desk, "A003") is TicketState.SERVED


def test_a_busy_counter_must_say_what_becomes_of_its_ticket(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    with pytest.raises(CounterHasTicket) as refused:
        desk.do(calling.call_next, "anna", 3)
    assert refused.value.details["ticket"] == "A001"
    assert state(desk, "A002") is TicketState.WAITING


def test_finish_from_called_begins_and_ends_service_at_one_instant(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.finish, "anna", 3, NONE)
    ticket = desk.see(lambda uow: uow.tickets.by_number("A001", uow.day))
    assert ticket.started_at == ticket.ended_at == desk.clock.now().at


def test_a_chosen_number_can_be_called_and_a_served_one_cannot(desk: House) -> None:
    assert desk.do(calling.call_number, "anna", 3, "a002").number == "A002"
    desk.do(calling.finish, "anna", 3, NONE)
    with pytest.raises(NotWaiting):
        desk.do(calling.call_number, "anna", 3, "A002")
    with pytest.raises(UnknownTicket):
        desk.do(calling.call_number, "anna", 3, "Z999")


def test_a_recall_counts_and_stands_on_the_board_as_a_new_call(desk: House) -> None:
    first = desk.do(calling.call_next, "anna", 3)
    again = desk.do(calling.recall, "anna", 3, CounterRequest(ticket="A001"))
    assert again.announcement > first.announcement
    assert [call.calls for call in desk.see(lambda uow: uow.recent_calls(None))] == [
        2,
        1,
    ]


def test_no_show_frees_the_counter_and_a_served_person_is_no_no_show(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.no_show, "anna", 3, NONE)
    assert state(desk, "A001") is TicketState.NO_SHOW
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    with pytest.raises(IllegalMove):
        desk.do(calling.call_next, "anna", 3, "no_show")
    assert state(desk, "A002") is TicketState.SERVING


def test_a_held_ticket_is_resumed_elsewhere_or_becomes_a_busy_counters_next(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.hold, "anna", 3, NONE)
    assert [t.number for t in desk.see(lambda uow: uow.tickets.held_at(3, uow.day))] == ["A001"]
    assert desk.do(calling.resume, "bo", 4, CounterRequest(ticket="A001")).state == "called"
    desk.do(calling.hold, "bo", 4, NONE)
    desk.do(calling.call_next, "anna", 3)
    assert desk.do(calling.resume, "anna", 3, CounterRequest(ticket="A001")).state == "waiting"
    assert desk.do(calling.call_next, "anna", 3, "finish").number == "A001"


def test_transfer_keeps_number_and_arrival_and_needs_a_target(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    with pytest.raises(moving.TargetMissing):
        desk.do(moving.transfer, "anna", 3, NONE)
    desk.later(minutes=5)
    view = desk.do(moving.transfer, "anna", 3, CounterRequest(service_id="work-death", counter=5))
    ticket = desk.see(lambda uow: uow.tickets.by_number("A001", uow.day))
    assert (view.number, view.service_id, ticket.for_counter) == ("A001", "work-death", 5)
    assert ticket.arrived_at == ticket.issued_at


def test_a_next_stop_queues_the_same_number_for_another_service(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    view = desk.do(moving.next_stop, "anna", 3, CounterRequest(service_id="1.10.1"))
    assert (view.number, view.state, view.stop, view.service_id) == ("A001", "waiting", 2, "1.10.1")
    assert [stop.state for stop in view.stops] == ["served", "waiting"]


@pytest.mark.parametrize(
    "verb", [calling.recall, calling.start, calling.finish, calling.no_show, calling.hold]
)
def test_a_verb_needs_the_ticket_that_is_really_there(desk: House, verb: Callable[..., object]) -> None:
    with pytest.raises(NotAtThisCounter):
        desk.do(verb, "anna", 3, NONE)
    desk.do(calling.call_next, "anna", 3)
    with pytest.raises(NotAtThisCounter):
        desk.do(verb, "anna", 3, CounterRequest(ticket="A002"))


def test_only_the_clerk_who_sits_there_calls(desk: House) -> None:
    with pytest.raises(NotSignedOn):
        desk.do(calling.call_next, "bo", 3)
    with pytest.raises(CounterNotOpen):
        desk.do(calling.call_next, "bo", 5)
    with pytest.raises(UnknownCounter):
        desk.do(calling.call_next, "bo", 99)


def test_a_counter_is_taken_by_one_clerk_and_a_clerk_sits_at_one_counter(desk: House) -> None:
    with pytest.raises(CounterTaken, match="Anna"):
        desk.do(counters.sign_on, "manager", 3)
    with pytest.raises(SignedOnElsewhere):
        desk.do(counters.sign_on, "anna", 5)
    assert desk.do(counters.sign_on, "anna", 3).state == "open"
    assert desk.do(counters.sign_on, "manager", 3, take_over=True).clerk.name == "Manager"


def test_a_paused_counter_does_not_call_and_frees_what_was_put_back_for_it(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(moving.requeue, "anna", 3, CounterRequest(counter=3))
    desk.do(counters.pause, "anna", 3, "吃饭")
    with pytest.raises(CounterNotOpen):
        desk.do(calling.call_next, "anna", 3)
    assert desk.do(calling.call_next, "bo", 4).number == "A001"
    assert desk.do(counters.reopen, "anna", 3).state == "open"


def test_whoever_leaves_is_asked_and_may_hand_the_ticket_over(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    with pytest.raises(CounterHasTicket):
        desk.do(counters.sign_off, "anna", 3)
    with pytest.raises(CounterHasTicket):
        desk.do(counters.pause, "anna", 3, None)
    desk.do(counters.sign_off, "anna", 3, hand_over=True)
    assert desk.do(counters.sign_on, "manager", 3).ticket.number == "A001"


def test_undo_takes_the_whole_press_back(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    desk.do(calling.call_next, "anna", 3, "finish")
    desk.do(undoing.undo, "anna", 3, "A002")
    assert (state(desk, "A001"), state(desk, "A002")) == (TicketState.SERVING, TicketState.WAITING)
    present = desk.see(lambda uow: uow.tickets.at_counter(3))
    assert present.number == "A001"


def test_undo_is_refused_too_late_twice_by_another_and_for_a_recall(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    with pytest.raises(undoing.NotYourPress):
        desk.do(undoing.undo, "bo", 4, "A001")
    desk.do(calling.recall, "anna", 3, NONE)
    with pytest.raises(undoing.NothingToUndo):
        desk.do(undoing.undo, "anna", 3, "A001")
    desk.do(calling.start, "anna", 3, NONE)
    desk.later(minutes=10)
    with pytest.raises(undoing.UndoTooLate):
        desk.do(undoing.undo, "anna", 3, "A001")


def test_a_refused_press_leaves_nothing_half_done(desk: House) -> None:
    before = desk.see(lambda uow: uow.hall.version)
    with pytest.raises(HallError):
        desk.do(calling.call_next, "anna", 4)
    assert desk.see(lambda uow: uow.hall.version) == before
    assert not desk.see(lambda uow: uow.recent_calls(None))


def test_versions_rise_with_every_queue_transaction(desk: House) -> None:
    versions = []
    for _ in range(3):
        desk.do(calling.call_next, "anna", 3, "finish")
        versions.append(desk.see(lambda uow: uow.hall.version))
    assert versions == sorted(set(versions))


def test_every_move_is_in_the_ledger_with_who_and_from_where_to_where(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    rows = desk.see(lambda uow: uow.ledger.of("ticket", [1]))
    assert [(row.verb, row.from_state, row.to_state) for row in rows] == [
        ("issue", None, "waiting"),
        ("call", "waiting", "called"),
        ("start", "called", "serving"),
    ]
    assert {row.actor for row in rows[1:]} == {desk.actors["anna"].principal}


def test_undoing_a_next_stop_takes_the_stop_away_again(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    desk.do(moving.next_stop, "anna", 3, CounterRequest(service_id="1.10.1"))
    view = desk.do(undoing.undo, "anna", 3, "A001")
    assert ([stop.state for stop in view.stops], view.service_title) == (["serving"], "我要退休")
    assert desk.do(calling.finish, "anna", 3, NONE).state == "served"


def test_a_new_stop_goes_before_the_planned_one(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    desk.do(moving.next_stop, "anna", 3, CounterRequest(service_id="1.10.1"))
    desk.do(calling.call_number, "anna", 3, "A001")
    desk.do(calling.start, "anna", 3, NONE)
    view = desk.do(moving.next_stop, "anna", 3, CounterRequest(service_id="advice"))
    assert [(stop.position, stop.service_id, stop.state) for stop in view.stops] == [
        (1, "retirement", "served"),
        (2, "1.10.1", "served"),
        (3, "advice", "waiting"),
    ]


def test_a_next_stop_is_for_whoever_is_served_and_may_be_another_floor(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    with pytest.raises(IllegalMove):
        desk.do(moving.next_stop, "anna", 3, CounterRequest(service_id="1.10.1"))
    desk.do(calling.start, "anna", 3, NONE)
    view = desk.do(moving.next_stop, "anna", 3, CounterRequest(floor=3))
    assert (view.service_id, view.floor, view.stop) == ("retirement", 3, 2)


@pytest.mark.parametrize("verb", [moving.transfer, moving.next_stop])
def test_nobody_is_sent_to_a_service_that_is_not_offered(desk: House, verb: Callable[..., object]) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(calling.start, "anna", 3, NONE)
    with pytest.raises(ServiceNotOffered):
        desk.do(verb, "anna", 3, CounterRequest(service_id="2.6.4"))


def test_what_is_kept_for_a_counter_that_does_not_call_is_not_forgotten(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(moving.requeue, "anna", 3, CounterRequest(counter=6))
    assert desk.do(calling.call_next, "bo", 4).number == "A001"


def test_a_ticket_sent_elsewhere_is_no_longer_kept_for_a_counter(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.do(moving.requeue, "anna", 3, CounterRequest(counter=3))
    ticket = desk.store.transact(
        lambda uow: moving.transfer_ticket(
            uow, desk.actors["guide"], uow.tickets.by_number("A001", uow.day), CounterRequest(floor=2)
        )
    )
    assert ticket.state == "waiting"
    assert desk.do(calling.call_next, "bo", 4).number == "A001"


def test_undo_is_not_fooled_by_a_clock_that_was_set_back(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.later(minutes=5)
    desk.clock.move_to(desk.clock.now().at - timedelta(minutes=5))
    with pytest.raises(undoing.UndoTooLate):
        desk.do(undoing.undo, "anna", 3, "A001")


def test_a_reprint_does_not_stand_in_the_way_of_an_undo(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.store.transact(
        lambda uow: holding.reprint(uow, desk.actors["kiosk-1"], uow.tickets.by_number("A001", uow.day))
    )
    desk.do(undoing.undo, "anna", 3, "A001")
    assert state(desk, "A001") is TicketState.WAITING


def test_the_walls_of_a_new_day_show_no_call_of_the_day_before(desk: House) -> None:
    desk.do(calling.call_next, "anna", 3)
    desk.later(days=1)
    assert desk.see(lambda uow: build_board(uow, None)).calls == []


def test_a_hand_written_number_is_counted_on_the_board_and_found_as_written(desk: House) -> None:
    take(desk, who="guide", hand_number="H12")
    board = desk.see(lambda uow: build_board(uow, None))
    assert [(row.series, row.count) for row in board.waiting][-1] == ("H", 1)
    assert desk.see(lambda uow: uow.tickets.by_number("h12", uow.day)).number == "H012"
