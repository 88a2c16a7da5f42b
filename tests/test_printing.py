"""Printing from the database: one owner for a printer, each job once, and no word of a lost owner counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from conftest import House
from slips import LONG_AGO
from sqlalchemy import update
from test_issuing import take

from shared.actions.devices import StoreReports
from shared.domain.clock import real_now
from shared.domain.devices import (
    MOST_AHEAD_OF_TIME,
    OLDEST_JOB,
    DeviceState,
    PaperReport,
    PaperState,
    PrintJob,
)
from shared.domain.events import DeviceChanged, PaperChanged
from shared.store.entities import metadata
from shared.store.paper import SlipOfTicket
from shared.store.unit_of_work import UnitOfWork

PRINTER = "kiosk-1"


ELEVEN_SECONDS_OLD = OLDEST_JOB + timedelta(seconds=1)
#: As ordered before the clock was set back by six seconds.
FROM_AHEAD = -MOST_AHEAD_OF_TIME - timedelta(seconds=1)
AT_MOST_AHEAD = -MOST_AHEAD_OF_TIME + timedelta(seconds=1)


def claim(reports: StoreReports, owner: str = "one", room: int = 1) -> Sequence[PrintJob]:
    return reports.exchange(owner, [], {PRINTER: room}, LONG_AGO)


def claimed(reports: StoreReports, owner: str = "one") -> PrintJob:
    (job,) = claim(reports, owner)
    return job


def tell(reports: StoreReports, job: PrintJob, state: PaperState, detail: str = "") -> None:
    reports.exchange("one", [PaperReport(job.id, state, detail)], {}, LONG_AGO)


def slip(house: House, ticket_id: int = 1) -> SlipOfTicket:
    found: SlipOfTicket = house.see(lambda uow: uow.papers.slip_of_ticket(ticket_id))
    return found


def numbers(jobs: Sequence[PrintJob]) -> list[object]:
    return [job.document["number"] for job in jobs]


@pytest.fixture
def one(house: House, reports: StoreReports) -> StoreReports:
    """The reports of an owner that has the printer."""
    assert reports.lease([PRINTER], "one") == {PRINTER: 1}
    return reports


def test_a_printer_has_one_owner(one: StoreReports) -> None:
    assert one.lease([PRINTER], "two") == {}
    assert one.lease([PRINTER], "one") == {PRINTER: 1}


def test_who_does_not_own_the_printer_gets_no_job(house: House, one: StoreReports) -> None:
    take(house)
    assert claim(one, "two") == []
    assert claimed(one).document["number"] == "A001"


def test_jobs_come_in_order_and_each_once(house: House, one: StoreReports) -> None:
    take(house)
    take(house)
    assert [claimed(one).document["number"] for _ in range(2)] == ["A001", "A002"]
    assert claim(one) == []


def test_a_printer_is_handed_no_more_than_it_has_room_for(house: House, one: StoreReports) -> None:
    for _ in range(3):
        take(house)
    assert numbers(claim(one, room=2)) == ["A001", "A002"]
    assert claim(one, room=0) == []
    assert numbers(claim(one, room=2)) == ["A003"]


def test_a_printer_is_known_to_have_waiting_jobs_until_they_are_claimed(
    house: House, one: StoreReports
) -> None:
    assert one.waiting([PRINTER]) == set()
    take(house)
    assert one.waiting([PRINTER, "kiosk-2"]) == {PRINTER}
    claimed(one)
    assert one.waiting([PRINTER]) == set()


def test_a_job_that_is_too_old_is_told_failed_and_never_claimed(house: House, one: StoreReports) -> None:
    heard: list[PaperChanged] = []
    house.store.listeners.on(PaperChanged, heard.append)
    take(house)
    oldest = real_now()
    take(house)
    jobs = one.exchange("one", [], {PRINTER: 5}, oldest)
    assert numbers(jobs) == ["A002"]
    assert [(event.number, event.state) for event in heard] == [("A001", PaperState.FAILED)]


@pytest.mark.parametrize(("age", "claimed"), [(FROM_AHEAD, []), (AT_MOST_AHEAD, ["A001"])])
def test_a_job_from_before_the_clock_was_set_back_is_too_old(
    house: House, one: StoreReports, age: timedelta, claimed: list[str]
) -> None:
    take(house)
    let_them_grow_old(house, age)
    assert numbers(one.exchange("one", [], {PRINTER: 1}, real_now() - OLDEST_JOB)) == claimed


def test_only_its_owner_tells_a_job_too_old(house: House, one: StoreReports) -> None:
    take(house)
    assert one.exchange("two", [], {PRINTER: 1}, datetime(2100, 1, 1, tzinfo=UTC)) == []
    assert numbers(claim(one)) == ["A001"]


def test_what_became_of_a_slip_is_told_to_its_kiosk(house: House, one: StoreReports) -> None:
    heard: list[PaperChanged] = []
    house.store.listeners.on(PaperChanged, heard.append)
    take(house)
    job = claimed(one)
    tell(one, job, PaperState.CONFIRMED)
    assert [(event.number, event.state, event.device) for event in heard] == [
        ("A001", PaperState.CONFIRMED, "kiosk-1")
    ]
    assert house.see(lambda uow: uow.papers.slip_of_ticket(1)) == (PRINTER, PaperState.CONFIRMED, None)


@pytest.mark.parametrize("late", [PaperState.FAILED, PaperState.UNCONFIRMED])
def test_a_late_word_changes_nothing(house: House, one: StoreReports, late: PaperState) -> None:
    take(house)
    job = claimed(one)
    tell(one, job, PaperState.CONFIRMED)
    tell(one, job, late, "another word")
    assert slip(house) == (PRINTER, PaperState.CONFIRMED, None)


def test_a_late_confirmation_changes_the_record_of_an_unconfirmed_slip_and_no_screen(
    house: House, one: StoreReports
) -> None:
    heard: list[PaperChanged] = []
    house.store.listeners.on(PaperChanged, heard.append)
    take(house)
    job = claimed(one)
    tell(one, job, PaperState.UNCONFIRMED, "the deadline passed")
    tell(one, job, PaperState.CONFIRMED, "the printer answered after all")
    assert slip(house) == (PRINTER, PaperState.CONFIRMED, None)
    assert [event.state for event in heard] == [PaperState.UNCONFIRMED]
    assert one.waiting([PRINTER]) == set()


def test_a_failed_slip_is_never_confirmed_later(house: House, one: StoreReports) -> None:
    take(house)
    job = claimed(one)
    tell(one, job, PaperState.FAILED, "no paper")
    tell(one, job, PaperState.CONFIRMED, "the printer answered after all")
    assert slip(house) == (PRINTER, PaperState.FAILED, None)


def test_what_a_lost_owner_tells_after_all_changes_nothing(house: House, one: StoreReports) -> None:
    take(house)
    take(house)
    jobs = claim(one, room=2)
    other = StoreReports(house.second_store())
    assert other.take([PRINTER], "two") == {PRINTER: 2}
    for job, state in zip(jobs, (PaperState.CONFIRMED, PaperState.FAILED), strict=True):
        tell(one, job, state, "the process was stopped and goes on")
    assert [slip(house, number).state for number in (1, 2)] == [PaperState.UNCONFIRMED] * 2
    take(house)
    assert claim(one) == [], "it claims nothing either"
    assert numbers(claim(other, "two")) == ["A003"]


def test_of_a_slip_that_is_being_printed_only_its_owner_tells(house: House, one: StoreReports) -> None:
    take(house)
    job = claimed(one)
    for state in (PaperState.CONFIRMED, PaperState.FAILED):
        one.exchange("two", [PaperReport(job.id, state, "")], {}, LONG_AGO)
        assert slip(house).state is PaperState.PENDING
    tell(one, job, PaperState.CONFIRMED)
    assert slip(house).state is PaperState.CONFIRMED


def test_a_taken_printer_is_not_its_former_owner_s_again(house: House, one: StoreReports) -> None:
    assert one.take([PRINTER], "two") == {PRINTER: 2}
    assert one.lease([PRINTER], "one") == {}
    assert one.take([PRINTER], "two") == {PRINTER: 2}, "taking what one has is renewing it"


def test_a_released_printer_is_the_next_one_s_at_once(house: House, one: StoreReports) -> None:
    one.release([PRINTER], "two")
    assert one.lease([PRINTER], "two") == {}, "only its owner can give it up"
    one.release([PRINTER], "one")
    assert one.lease([PRINTER], "two") == {PRINTER: 2}


def let_them_grow_old(house: House, age: timedelta = ELEVEN_SECONDS_OLD) -> None:
    """The slips that wait now were ordered eleven seconds ago."""
    jobs = metadata().tables["print_jobs"]
    with house.store.writer.begin() as connection:
        connection.execute(update(jobs).values(ordered_at=real_now() - age))


@pytest.mark.parametrize("age", [ELEVEN_SECONDS_OLD, FROM_AHEAD])
def test_at_the_start_old_slips_are_unconfirmed_and_young_ones_are_printed(
    house: House, reports: StoreReports, age: timedelta
) -> None:
    take(house)
    let_them_grow_old(house, age)
    take(house)
    reports.lease([PRINTER], "one")
    assert slip(house) == (PRINTER, PaperState.UNCONFIRMED, None)
    assert numbers(claim(reports, room=5)) == ["A002"]


def test_old_slips_of_a_printer_that_is_no_longer_set_up_are_ended_at_the_start(
    house: House, reports: StoreReports
) -> None:
    heard: list[PaperChanged] = []
    house.store.listeners.on(PaperChanged, heard.append)
    take(house)
    let_them_grow_old(house)
    with house.store.writer.begin() as connection:
        connection.execute(update(metadata().tables["print_jobs"]).values(printer="sold"))
    reports.lease([PRINTER], "one")
    assert slip(house).state is PaperState.UNCONFIRMED
    assert [(event.number, event.state) for event in heard] == [("A001", PaperState.UNCONFIRMED)]


def test_a_new_owner_settles_what_the_former_left_and_prints_what_was_not_begun(
    house: House, one: StoreReports
) -> None:
    take(house)
    take(house)
    assert claimed(one).document["number"] == "A001"

    def expire(uow: UnitOfWork) -> None:
        printer = uow.papers.printer(PRINTER)
        assert printer is not None
        printer.leased_until = None

    house.store.transact(expire)
    assert one.lease([PRINTER], "two") == {PRINTER: 2}
    assert house.see(lambda uow: uow.papers.slip_of_ticket(1)) == (PRINTER, PaperState.UNCONFIRMED, None)
    assert claim(one) == []
    assert claimed(one, "two").document["number"] == "A002"


def test_a_printer_s_state_is_told_when_it_changes(house: House, reports: StoreReports) -> None:
    heard: list[DeviceChanged] = []
    house.store.listeners.on(DeviceChanged, heard.append)
    for state in (DeviceState.OK, DeviceState.OK, DeviceState.PAPER_OUT):
        reports.device(PRINTER, state, "")
    assert [event.state for event in heard] == [DeviceState.OK, DeviceState.PAPER_OUT]


def test_the_paper_s_data_lies_sealed(house: House, one: StoreReports) -> None:
    take(house)
    words = claimed(one).document["missed_rule"]
    assert str(words).encode() not in house.stored("print_jobs")
