"""Taking numbers on a real database: gapless, once per day, with a slip ordered in the same transaction."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from conftest import BUNDLES, House
from slips import claim_slips

from shared.actions import calling, counters, holding, issuing
from shared.actions.at_counter import CounterRequest
from shared.actions.configuring import change_configuration
from shared.actions.issuing import IssueRequest, PriorityRequest
from shared.actions.views import TicketView
from shared.domain.catalogue import ServiceNotOffered, UnknownService
from shared.domain.devices import PaperState
from shared.domain.hall import HallClosed
from shared.domain.ticket import TicketState, UnknownTicket
from shared.domain.ticket_number import HandNumberTaken
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork


def take(house: House, service: str = "retirement", who: str = "kiosk-1", **more: object) -> str:
    """Take a number and answer it."""
    view = house.do(issuing.issue, who, IssueRequest(service_id=service, **more))  # type: ignore[arg-type]
    return str(view.number)


def test_numbers_are_gapless_and_begin_anew_each_day(house: House) -> None:
    assert [take(house) for _ in range(3)] == ["A001", "A002", "A003"]
    house.later(days=1)
    assert take(house) == "A001"


def test_each_series_counts_by_itself(house: House) -> None:
    assert take(house, "retirement") == "A001"
    assert take(house, "1.10.7") == "S001"
    assert take(house, "advice") == "Q001"
    assert take(house, "hire") == "A002"


def test_a_refused_ticket_takes_no_number(house: House) -> None:
    with pytest.raises(ServiceNotOffered):
        take(house, "2.6.4")
    with pytest.raises(UnknownService):
        take(house, "marriage")
    assert take(house) == "A001"


def test_two_presses_at_once_on_two_servers_never_get_one_number(house: House) -> None:
    taken: list[str] = []
    other = house.second_store()

    def press(store: Store) -> None:
        request, kiosk = IssueRequest(service_id="retirement"), house.actors["kiosk-1"]
        taken.append(store.transact(lambda uow: issuing.issue(uow, kiosk, request)).number)

    presses = [threading.Thread(target=press, args=(store,)) for store in (house.store, other) * 6]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    other.close()
    assert sorted(taken) == [f"A{n:03d}" for n in range(1, 13)]


@pytest.mark.parametrize("service", [*BUNDLES, "advice", "1.7.4", "1.7.6", "3.3.2", "2.1.1"])
def test_everything_on_the_lists_can_be_chosen_by_itself(house: House, service: str) -> None:
    assert take(house, service)[1:] == "001"


def test_every_single_code_of_the_lists_is_a_service(house: House) -> None:
    catalogue = house.see(lambda uow: uow.configuration().catalogue)
    refused = []
    for service in catalogue.services():
        try:
            take(house, service.id)
        except ServiceNotOffered:
            refused.append(service.id)
    assert sorted(refused) == ["2.6.4", "3.5.2"]


def test_the_slip_is_ordered_with_the_ticket_at_the_kiosk_s_own_printer(house: House) -> None:
    take(house, who="kiosk-2")
    assert house.see(lambda uow: uow.papers.slip_of_ticket(1)) == ("kiosk-2", PaperState.PENDING, None)
    assert [slip["number"] for slip in claim_slips(house, "kiosk-2")] == ["A001"]


def test_a_ticket_s_slip_names_neither_event_nor_person(house: House) -> None:
    take(house, "unemployment")
    (document,) = claim_slips(house, "kiosk-1")
    assert not [value for value in document.values() if "失业" in str(value)]


def test_people_ahead_are_those_of_the_same_line(house: House) -> None:
    for _ in range(3):
        take(house)
    view = house.do(issuing.issue, "kiosk-1", IssueRequest(service_id="retirement"))
    assert view.ahead == 3


def test_the_wait_is_unknown_while_no_counter_is_open(house: House) -> None:
    assert house.do(issuing.issue, "kiosk-1", IssueRequest(service_id="retirement")).wait_seconds is None
    house.do(counters.sign_on, "anna", 3)
    assert house.do(issuing.issue, "kiosk-1", IssueRequest(service_id="retirement")).wait_seconds.expected > 0


def test_an_event_on_two_floors_goes_where_the_wait_is_shorter(house: House) -> None:
    floors = house.see(lambda uow: {c.number: c.floor for c in uow.counters.all()})
    first = next(number for number, floor in floors.items() if floor == 1)
    second = next(number for number, floor in floors.items() if floor == 2)
    house.do(counters.sign_on, "anna", first)
    house.do(counters.sign_on, "bo", second)
    for _ in range(3):
        take(house, "retirement")
    assert house.do(issuing.issue, "kiosk-1", IssueRequest(service_id="hire")).floor == 1


def test_priority_is_granted_by_staff_only_and_for_a_reason_of_the_list(house: House) -> None:
    reason = house.see(lambda uow: uow.configuration().site.reasons.codes("priority")[0])
    request = IssueRequest(service_id="retirement", priority=PriorityRequest(reason))
    with pytest.raises(issuing.PriorityNeedsStaff):
        house.do(issuing.issue, "kiosk-1", request)
    assert house.do(issuing.issue, "guide", request).priority_reason == reason
    with pytest.raises(issuing.UnknownReason):
        house.do(issuing.issue, "guide", IssueRequest("retirement", priority=PriorityRequest("nice")))


def test_a_hand_written_number_is_entered_once_and_keeps_its_letter(house: House) -> None:
    assert take(house, who="guide", hand_number="h12") == "H012"
    with pytest.raises(HandNumberTaken):
        take(house, who="guide", hand_number="H12")


def test_a_closed_hall_gives_no_number_and_says_when_it_opens(house: House, seed: dict[str, object]) -> None:
    house.do(change_configuration, "admin", seed, "real hours")
    house.clock.move_to(datetime(2026, 9, 19, 2, 0, tzinfo=UTC))
    with pytest.raises(HallClosed, match="9月20日") as refused:
        take(house)
    assert refused.value.code == "hall_closed"
    house.clock.move_to(datetime(2026, 9, 20, 2, 0, tzinfo=UTC))
    assert take(house) == "A001", "a make-up Sunday is a working day"


def test_an_unknown_or_revoked_token_is_one_and_the_same_refusal(house: House) -> None:
    with pytest.raises(UnknownTicket):
        house.see(lambda uow: issuing.find_ticket(uow, "0" * 26))


def test_whoever_missed_the_call_is_put_back_by_the_rule_once(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    for _ in range(6):
        take(house)
    house.do(calling.call_next, "anna", 3)
    house.do(calling.no_show, "anna", 3, CounterRequest())

    def scan(uow: UnitOfWork) -> TicketView:
        ticket = uow.tickets.by_number("A001", uow.day)
        return holding.reinstate(uow, house.actors["kiosk-1"], ticket)

    assert house.store.transact(scan).ahead == 3
    house.do(calling.call_number, "anna", 3, "A001")
    house.do(calling.no_show, "anna", 3, CounterRequest())
    with pytest.raises(holding.ReinstatedAlready):
        house.store.transact(scan)


def test_stepping_back_lets_the_next_ones_go_first(house: House) -> None:
    for _ in range(6):
        take(house)

    def postpone(uow: UnitOfWork) -> TicketView:
        return holding.postpone(uow, house.actors["kiosk-1"], uow.tickets.by_number("A001", uow.day))

    assert house.store.transact(postpone).ahead == 3


def test_a_reprint_says_so_and_is_in_the_ledger(house: House) -> None:
    take(house)
    house.store.transact(
        lambda uow: holding.reprint(uow, house.actors["kiosk-1"], uow.tickets.by_number("A001", uow.day))
    )
    assert [slip.get("reprint") for slip in claim_slips(house, "kiosk-1")] == [None, 1]
    verbs = house.see(lambda uow: [row.verb for row in uow.ledger.of("ticket", [1])])
    assert verbs == ["issue", "reprint"]


def test_yesterday_s_open_tickets_end_when_the_first_comes_today(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    take(house)
    house.do(calling.call_next, "anna", 3)
    house.do(calling.start, "anna", 3, CounterRequest())
    house.later(days=1)
    take(house)
    states = house.see(lambda uow: [uow.tickets.by_id(1).state, uow.tickets.by_id(2).state])
    assert states == [TicketState.SERVED, TicketState.EXPIRED]
    reasons = house.see(lambda uow: {r.reason for r in uow.ledger.of("ticket", [1, 2]) if r.reason})
    assert reasons == {"day_close"}


@pytest.mark.parametrize("ahead", [0, 2, 20])
def test_stepping_back_is_by_places_however_long_the_line(house: House, ahead: int) -> None:
    for _ in range(ahead + 8):
        take(house)
    number = f"A{ahead + 1:03d}"

    def postpone(uow: UnitOfWork) -> TicketView:
        return holding.postpone(uow, house.actors["kiosk-1"], uow.tickets.by_number(number, uow.day))

    assert house.store.transact(postpone).ahead == ahead + 3


def test_an_answer_that_the_question_does_not_have_is_refused(house: House) -> None:
    with pytest.raises(issuing.UnknownAnswer):
        take(house, "social-card", answer="nonsense")
    question = house.see(lambda uow: uow.configuration().catalogue.bundles[9].question)
    assert take(house, "social-card", answer=question.answers[0].code) == "A001"


def test_a_ticket_that_was_left_open_ended_with_its_own_day(house: House) -> None:
    take(house)
    house.later(days=3)
    take(house)
    ended = house.see(lambda uow: uow.tickets.by_id(1).ended_at)
    assert ended == datetime(2026, 9, 18, 16, 0, tzinfo=UTC)
