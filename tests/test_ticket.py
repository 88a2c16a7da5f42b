"""The ticket as a rule: calls, stops, tokens and numbers, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.ticket import Stop, Ticket, TicketState, UnknownTicket, new_token, read_token
from shared.domain.ticket_number import InvalidHandNumber, number_text, read_hand_number

NOON = datetime(2026, 9, 18, 4, 0, tzinfo=UTC)


def make_ticket(**changes: object) -> Ticket:
    facts: dict[str, object] = {
        "day": date(2026, 9, 18),
        "series": "A",
        "serial": 12,
        "number": "A012",
        "token": new_token(),
        "service_id": "retirement",
        "service_name": "职工退休",
        "service_title": "我要退休",
        "configuration": 1,
        "floor": 2,
        "issued_at": NOON,
        "arrived_at": NOON,
        "arrived_seconds": 0.0,
        "queued_seconds": 0.0,
        "place": 12.0,
        "issued_by": "device:1",
        "stops": [
            Stop(
                position=1,
                service_id="retirement",
                service_name="职工退休",
                service_title="我要退休",
                floor=2,
                began_at=NOON,
            )
        ],
    }
    return Ticket(**(facts | changes))  # type: ignore[arg-type]


def test_a_call_puts_the_ticket_at_the_counter_and_counts_as_the_first() -> None:
    ticket = make_ticket()
    assert ticket.call_to(3, NOON, 0.0) is TicketState.WAITING
    assert (ticket.state, ticket.counter, ticket.calls, ticket.called_at) == (TicketState.CALLED, 3, 1, NOON)


def test_a_call_after_a_missed_one_counts_anew() -> None:
    ticket = make_ticket()
    ticket.call_to(3, NOON, 0.0)
    ticket.move("no_show", NOON)
    left_at: int | None = ticket.counter
    assert left_at is None
    ticket.call_to(4, NOON, 0.0)
    assert (ticket.counter, ticket.calls) == (4, 1)


def test_a_held_ticket_keeps_its_counter_until_it_leaves() -> None:
    ticket = make_ticket()
    ticket.call_to(3, NOON, 0.0)
    ticket.move("hold", NOON)
    assert ticket.counter == 3
    ticket.move("requeue", NOON)
    assert ticket.counter is None


def test_back_in_line_the_times_of_the_call_are_gone_and_the_arrival_stays() -> None:
    ticket = make_ticket()
    ticket.call_to(3, NOON + timedelta(minutes=5), 0.0)
    ticket.move("requeue", NOON + timedelta(minutes=6))
    assert ticket.called_at is None
    assert ticket.arrived_at == NOON


def test_an_ended_ticket_says_when_it_ended() -> None:
    ticket = make_ticket()
    ticket.move("cancel", NOON)
    assert ticket.ended_at == NOON


def test_the_next_stop_keeps_number_and_arrival_and_takes_service_and_floor() -> None:
    ticket = make_ticket()
    ticket.stops.append(
        Stop(
            position=2,
            service_id="1.10.1",
            service_name="社会保障卡申领",
            service_title="新办社保卡",
            floor=1,
        )
    )
    ticket.call_to(3, NOON, 0.0)
    ticket.move("start", NOON)
    ticket.begin_next_stop(NOON + timedelta(minutes=9))
    assert (ticket.state, ticket.stop, ticket.service_id, ticket.floor) == (
        TicketState.WAITING,
        2,
        "1.10.1",
        1,
    )
    assert (ticket.number, ticket.arrived_at, ticket.planned_stop) == ("A012", NOON, None)
    assert ticket.stops[0].outcome == "served"


def test_tokens_have_130_bits_in_crockford_base32_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(2000)}
    assert len(tokens) == 2000
    assert all(len(token) == 26 for token in tokens)
    assert set("".join(tokens)) == set("0123456789abcdefghjkmnpqrstvwxyz")


@pytest.mark.parametrize("around", ["{}", "http://hall.example/t/{}", "  {}\n", "HTTP://HALL/T/{}"])
def test_a_scanned_token_is_the_last_26_characters_whatever_their_case(around: str) -> None:
    token = new_token()
    assert read_token(around.format(token.upper())) == token


@pytest.mark.parametrize("scanned", ["", "abc", "i" * 26, "号" * 26, "A" * 25])
def test_what_cannot_be_a_token_is_an_unknown_ticket(scanned: str) -> None:
    with pytest.raises(UnknownTicket):
        read_token(scanned)


@pytest.mark.parametrize(("serial", "text"), [(1, "A001"), (12, "A012"), (999, "A999"), (1000, "A1000")])
def test_numbers_have_at_least_three_digits(serial: int, text: str) -> None:
    assert number_text("A", serial) == text


@pytest.mark.parametrize(
    ("written", "serial"), [("H1", 1), ("h012", 12), (" H9999 ", 9999), ("Ｈ１２", 12), ("H 1", 1)]
)
def test_hand_written_numbers_are_h_and_digits(written: str, serial: int) -> None:
    assert read_hand_number(written) == serial


@pytest.mark.parametrize("written", ["", "H", "A012", "H12345", "H0", "H000", "H-1", "H１x"])
def test_other_hand_written_numbers_are_refused(written: str) -> None:
    with pytest.raises(InvalidHandNumber):
        read_hand_number(written)
