"""The store: one transaction is all or nothing, tells only what it has kept, and tries again when it must."""

from __future__ import annotations

import threading
import time

import pytest
from conftest import House
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from test_issuing import take

from shared.actions import holding, issuing
from shared.actions.issuing import IssueRequest
from shared.domain.events import BoardChanged, SlipOrdered
from shared.domain.ticket import UnknownTicket
from shared.store.turn import FairTurn
from shared.store.unit_of_work import UnitOfWork


def test_events_are_told_when_the_transaction_is_kept(house: House) -> None:
    heard: list[tuple[int, str]] = []

    def hear(event: BoardChanged) -> None:
        number = house.see(lambda uow: uow.tickets.by_number("A001", uow.day).number)
        heard.append((event.version, number))

    house.store.listeners.on(BoardChanged, hear)
    take(house)
    assert heard == [(1, "A001")]


def test_a_transaction_that_fails_tells_nothing_and_keeps_nothing(house: House) -> None:
    heard: list[object] = []
    house.store.listeners.on(BoardChanged, heard.append)
    house.store.listeners.on(SlipOrdered, heard.append)

    def half(uow: UnitOfWork) -> None:
        issuing.issue(uow, house.actors["kiosk-1"], IssueRequest(service_id="retirement"))
        raise UnknownTicket

    with pytest.raises(UnknownTicket):
        house.store.transact(half)
    assert heard == []
    assert house.see(lambda uow: uow.tickets.counts(uow.day)) == {}


def test_a_listener_that_fails_does_not_spoil_it_for_the_others(house: House) -> None:
    heard: list[object] = []

    def fail(event: BoardChanged) -> None:
        raise RuntimeError("the wall is gone")

    house.store.listeners.on(BoardChanged, fail)
    house.store.listeners.on(BoardChanged, heard.append)
    assert take(house) == "A001"
    assert len(heard) == 1


def test_a_lost_race_is_run_again_from_the_beginning(house: House) -> None:
    tries: list[int] = []

    def race(uow: UnitOfWork) -> str:
        tries.append(1)
        view = issuing.issue(uow, house.actors["kiosk-1"], IssueRequest(service_id="retirement"))
        if len(tries) == 1:
            raise StaleDataError("another server was quicker")
        return view.number

    assert house.store.transact(race) == "A001"
    assert len(tries) == 2


def test_a_ticket_that_another_server_has_moved_since_it_was_read_is_not_moved(house: House) -> None:
    take(house)
    stale = house.see(lambda uow: uow.tickets.by_number("A001", uow.day))

    def cancel_here(uow: UnitOfWork) -> None:
        holding.cancel(uow, house.actors["guide"], uow.tickets.by_number("A001", uow.day))

    def late(uow: UnitOfWork) -> None:
        uow.add(stale)
        stale.move("postpone", uow.at)
        stale.calls = 9
        with pytest.raises(StaleDataError):
            uow.flush()
        raise UnknownTicket

    house.store.transact(cancel_here)
    with pytest.raises(UnknownTicket):
        house.store.transact(late)
    assert house.see(lambda uow: uow.tickets.by_number("A001", uow.day).state) == "cancelled"


def test_a_snapshot_cannot_write(house: House) -> None:
    with pytest.raises(DBAPIError, match="read-?only"):
        house.see(lambda uow: uow.lock_queue())


def test_whoever_came_first_has_the_first_turn() -> None:
    turn, order = FairTurn(), list[int]()
    inside, waiting = threading.Event(), [threading.Event() for _ in range(5)]

    def work(place: int) -> None:
        waiting[place].set()
        with turn.taken(time.monotonic() + 30):
            order.append(place)

    with turn.taken(time.monotonic() + 30):
        inside.set()
        threads = []
        for place in range(5):
            threads.append(threading.Thread(target=work, args=(place,)))
            threads[-1].start()
            waiting[place].wait(5)
            while turn.waiting <= place:
                # Whoever waits for a turn can tell nobody that it has begun to.
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_names_and_numbers_lie_sealed_and_never_twice_alike(house: House) -> None:
    keyring = house.store.keyring
    assert keyring.open(keyring.seal("张小三")) == "张小三"
    assert keyring.seal("张小三") != keyring.seal("张小三")
    assert keyring.search_hash("name", " 张 小三") == keyring.search_hash("name", "张小三")
    assert keyring.search_hash("name", "张小三") != keyring.search_hash("id", "张小三")
