"""Reading identity cards at a counter: who may ask, what is kept, and that nothing stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conftest import ID_NUMBER, House, Web
from two_stores import at_one_moment
from werkzeug.test import TestResponse

from shared.actions.card_reading import (
    CardView,
    ask_card,
    clear_readings,
    give_up_card,
    has_old_readings,
    keep_card,
    readings_for,
    see_reading,
    take_card,
)
from shared.actions.configuring import change_configuration
from shared.actions.counters import pause, sign_off, sign_on
from shared.actions.hall_day import enter_queue
from shared.domain.card import (
    ANSWER_TIME,
    KEPT_TIME,
    CardReading,
    NoCardReader,
    NothingRead,
    ReadingState,
    UnknownReading,
)
from shared.domain.clock import real_now
from shared.domain.counter import CounterNotOpen, NotSignedOn
from shared.store.unit_of_work import UnitOfWork

AGENT = "desk-pc"
CARD = {"name": "张小三", "id_number": ID_NUMBER, "id_kind": "resident_id"}


def configure(house: House, **changes: Any) -> None:
    """Put another reader, printers or kiosks into the hall's configuration."""

    def change(uow: UnitOfWork) -> None:
        document = uow.configuration_document()
        site = dict(document["site"])
        site["counters"] = [
            {**counter, "card_reader": AGENT if counter["number"] == 1 else None}
            for counter in site["counters"]
        ]
        change_configuration(uow, house.actors["admin"], {**document, "site": {**site, **changes}}, "test")

    house.store.transact(change)


@pytest.fixture
def desk(house: House) -> House:
    """Anna at counter 1, which has a reader; Bo at counter 2, which has none."""
    configure(house)
    house.do(sign_on, "anna", 1)
    house.do(sign_on, "bo", 2)
    return house


def told(house: House, reading: int, card: Any = None, agent: str = AGENT) -> None:
    """The agent tells what it has read."""
    house.store.transact(lambda uow: keep_card(uow, agent, reading, CARD if card is None else card))


def state_of(house: House, reading: int) -> tuple[str, str | None]:
    seen = house.do(see_reading, "anna", 1, reading)
    return seen.state, seen.problem


def age(house: House, reading: int, by: timedelta) -> None:
    """Let a reading have been asked for so long ago."""

    def change(uow: UnitOfWork) -> None:
        found = uow.card_readings.find(reading)
        assert found is not None
        found.asked_at -= by

    house.store.transact(change)


def test_a_card_is_read_for_the_clerk_who_asked_and_taken_once(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    assert reading.state == "asked"
    assert desk.see(lambda uow: readings_for(uow, {AGENT, "other"})) == [(reading.id, AGENT)]
    told(desk, reading.id)
    assert state_of(desk, reading.id) == ("read", None)
    assert desk.do(take_card, "anna", 1, reading.id) == CardView("张小三", ID_NUMBER, "resident_id")
    with pytest.raises(NothingRead):
        desk.do(take_card, "anna", 1, reading.id)
    assert state_of(desk, reading.id) == ("taken", None)


def test_the_card_is_nowhere_in_plain_words_and_in_no_row_when_it_is_taken(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id)
    assert desk.see(lambda uow: uow.card_readings.find(reading.id).card) == CARD  # type: ignore[union-attr]
    for word in (ID_NUMBER.encode(), "张小三".encode()):
        assert word not in desk.stored()
    desk.do(take_card, "anna", 1, reading.id)
    assert desk.see(lambda uow: uow.card_readings.find(reading.id).card) is None  # type: ignore[union-attr]


def test_only_the_clerk_who_sits_there_may_ask(desk: House) -> None:
    with pytest.raises(NotSignedOn):
        desk.do(ask_card, "bo", 1)
    with pytest.raises(CounterNotOpen):
        desk.do(ask_card, "anna", 3)


def test_nobody_else_sees_takes_or_gives_up_a_reading(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id)
    for verb in (see_reading, take_card, give_up_card):
        with pytest.raises(UnknownReading):
            desk.do(verb, "bo", 1, reading.id)
        with pytest.raises(UnknownReading):
            desk.do(verb, "anna", 2, reading.id)


def test_a_counter_without_a_reader_is_refused(desk: House) -> None:
    with pytest.raises(NoCardReader):
        desk.do(ask_card, "bo", 2)


@pytest.mark.parametrize("by", ["name", "printer"])
def test_the_agent_of_a_kiosk_is_never_asked(desk: House, by: str) -> None:
    reading = desk.do(ask_card, "anna", 1)
    site = desk.see(lambda uow: uow.configuration_document()["site"])
    kiosk, printer = site["kiosks"][0], site["printers"][0]
    if by == "name":
        configure(desk, kiosks=[{**kiosk, "name": AGENT}])
    else:
        printers = [{**printer, "address": f"agent:{AGENT}"}, *site["printers"][1:]]
        configure(desk, printers=printers, kiosks=[{**kiosk, "printer": printer["name"]}])
    assert desk.see(lambda uow: readings_for(uow, {AGENT})) == []
    with pytest.raises(NoCardReader):
        desk.do(ask_card, "anna", 1)
    told(desk, reading.id)


def test_a_new_request_gives_the_former_one_up_with_all_it_had(desk: House) -> None:
    first = desk.do(ask_card, "anna", 1)
    told(desk, first.id)
    desk.do(ask_card, "anna", 1)
    assert state_of(desk, first.id) == ("failed", "cancelled")
    with pytest.raises(NothingRead):
        desk.do(take_card, "anna", 1, first.id)


def test_what_was_given_up_is_not_kept_when_it_is_read_after_all(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    desk.do(give_up_card, "anna", 1, reading.id)
    told(desk, reading.id)
    assert state_of(desk, reading.id) == ("failed", "cancelled")


def test_what_another_agent_tells_or_one_too_late_is_not_kept(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id, agent="other")
    assert state_of(desk, reading.id) == ("asked", None)
    age(desk, reading.id, ANSWER_TIME)
    assert state_of(desk, reading.id) == ("failed", "no_answer")
    told(desk, reading.id)
    assert state_of(desk, reading.id) == ("failed", "no_answer")


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        ({"problem": "no_card"}, "no_card"),
        ({"problem": "trouble"}, "trouble"),
        ({"problem": "张小三"}, "unreadable"),
        ({**CARD, "id_number": ID_NUMBER[:-1] + "1"}, "unreadable"),
        ({**CARD, "name": " "}, "unreadable"),
        ({**CARD, "id_kind": "library"}, "unreadable"),
        ({**CARD, "name": 7}, "unreadable"),
        ([], "trouble"),
        ({"problem": ["no_card"]}, "unreadable"),
    ],
)
def test_what_can_be_no_person_s_card_has_failed_with_a_stable_word(
    desk: House, card: Any, problem: str
) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id, card)
    assert state_of(desk, reading.id) == ("failed", problem)


def test_what_nobody_takes_within_a_minute_is_thrown_away(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id)
    assert not desk.see(has_old_readings)
    age(desk, reading.id, KEPT_TIME)
    with pytest.raises(NothingRead):
        desk.do(take_card, "anna", 1, reading.id)
    assert desk.see(has_old_readings)
    desk.store.transact(clear_readings)
    assert state_of(desk, reading.id) == ("failed", "not_taken")
    assert not desk.see(has_old_readings)


@pytest.mark.parametrize(
    "leave", [lambda house: house.do(sign_off, "anna", 1), lambda house: house.do(pause, "anna", 1, None)]
)
def test_a_clerk_who_leaves_the_counter_or_pauses_leaves_no_card_behind(desk: House, leave: Any) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id)
    leave(desk)
    assert state_of(desk, reading.id) == ("failed", "cancelled")


def test_a_card_is_taken_at_the_counter_only(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    desk.do(sign_off, "anna", 1)
    read_at_the_last_moment(desk, reading.id)
    with pytest.raises(CounterNotOpen):
        desk.do(take_card, "anna", 1, reading.id)
    desk.do(sign_on, "manager", 1)
    with pytest.raises(NotSignedOn):
        desk.do(take_card, "anna", 1, reading.id)


def read_at_the_last_moment(house: House, reading: int) -> None:
    """What was read lies there, whatever has ended the reading."""

    def change(uow: UnitOfWork) -> None:
        found = uow.card_readings.find(reading)
        assert found is not None
        found.state, found.card = ReadingState.READ, dict(CARD)

    house.store.transact(change)


def test_readings_that_ended_more_than_a_day_ago_are_deleted_when_a_day_closes(house: House) -> None:
    now = real_now()

    def leave(uow: UnitOfWork) -> None:
        for hours in (25, 23, None):
            reading = CardReading(counter=1, agent=AGENT, account_id=1, asked_at=now - timedelta(days=2))
            reading.ended_at = None if hours is None else now - timedelta(hours=hours)
            uow.add(reading)

    house.store.transact(leave)
    house.store.transact(enter_queue)
    house.later(days=1)
    house.store.transact(enter_queue)
    left = house.see(lambda uow: [uow.card_readings.find(number) is not None for number in (1, 2, 3)])
    assert left == [False, True, True]


# Two processes


def test_a_card_that_two_take_at_one_moment_is_one_s_alone(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id)

    def take(uow: UnitOfWork) -> CardView:
        return take_card(uow, desk.actors["anna"], 1, reading.id)

    first, second = at_one_moment(desk, take, take)
    assert (first.name, type(second)) == ("张小三", NothingRead)


@pytest.mark.parametrize("anew", [False, True])
def test_what_ends_at_the_moment_in_which_it_is_read_keeps_no_card(desk: House, anew: bool) -> None:
    reading = desk.do(ask_card, "anna", 1)
    anna = desk.actors["anna"]

    def end(uow: UnitOfWork) -> None:
        if anew:
            ask_card(uow, anna, 1)
        else:
            give_up_card(uow, anna, 1, reading.id)

    at_one_moment(desk, end, lambda uow: keep_card(uow, AGENT, reading.id, CARD))
    assert state_of(desk, reading.id) == ("failed", "cancelled")
    assert desk.see(lambda uow: uow.card_readings.find(reading.id).card) is None  # type: ignore[union-attr]


def test_what_is_taken_at_the_moment_in_which_it_is_given_up_stays_taken(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    told(desk, reading.id)
    anna = desk.actors["anna"]
    at_one_moment(
        desk,
        lambda uow: take_card(uow, anna, 1, reading.id),
        lambda uow: give_up_card(uow, anna, 1, reading.id),
    )
    assert state_of(desk, reading.id) == ("taken", None)


def test_what_was_ended_a_moment_before_it_is_cleared_has_ended_once(desk: House) -> None:
    reading = desk.do(ask_card, "anna", 1)
    anna = desk.actors["anna"]
    age(desk, reading.id, ANSWER_TIME)
    at_one_moment(desk, lambda uow: give_up_card(uow, anna, 1, reading.id), clear_readings)
    assert state_of(desk, reading.id) == ("failed", "cancelled")


def code_of(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json.get("code") or answer.json.get("problem"))


def test_over_the_api_the_card_is_answered_once_and_no_key_keeps_it(desk: House, web: Web) -> None:
    reading = web.post("/counters/1/card", "anna")
    assert (reading.status_code, reading.json) == (201, {"id": 1, "state": "asked", "problem": None})
    told(desk, 1)
    assert web.get("/counters/1/card/1", "anna").json == {"id": 1, "state": "read", "problem": None}
    first = web.post("/counters/1/card/1/take", "anna", key="k")
    assert (first.status_code, first.json) == (200, CARD)
    again = web.post("/counters/1/card/1/take", "anna", key="k")
    assert (again.status_code, code_of(again)) == (409, "nothing_read")
    assert ID_NUMBER.encode() not in desk.stored()


def test_over_the_api_refusals_have_their_codes(desk: House, web: Web) -> None:
    assert code_of(web.post("/counters/2/card", "bo")) == "no_card_reader"
    assert code_of(web.get("/counters/1/card/7", "anna")) == "unknown_reading"
    assert web.post("/counters/1/card", "chen").status_code == 403
    web.post("/counters/1/card", "anna")
    assert web.call("DELETE", "/counters/1/card/1", "anna").status_code == 204
    assert code_of(web.get("/counters/1/card/1", "anna")) == "cancelled"


@pytest.mark.parametrize("reading", [2**63 - 1, 2**63, 10**26])
def test_a_reading_of_any_number_that_there_is_not_is_unknown(desk: House, web: Web, reading: int) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/take")):
        body: Any = {} if method == "POST" else None
        answer = web.call(method, f"/counters/1/card/{reading}{path}", "anna", body)
        assert (answer.status_code, code_of(answer)) == (404, "unknown_reading")
    assert code_of(web.post(f"/counters/{reading}/card", "anna")) == "unknown_counter"
