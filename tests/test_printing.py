"""Printing from the database: one owner for a printer, each job once, and no word of a lost owner counts."""

from __future__ import annotations

import pytest
from conftest import House
from test_issuing import take

from shared.actions.devices import StoreReports
from shared.domain.devices import DeviceState, PaperState, PrintJob
from shared.domain.events import DeviceChanged, PaperChanged
from shared.store.unit_of_work import UnitOfWork

PRINTER = "kiosk-1"


def claimed(reports: StoreReports, owner: str = "one") -> PrintJob:
    job = reports.next_job(PRINTER, owner)
    assert job is not None
    return job


@pytest.fixture
def one(house: House, reports: StoreReports) -> StoreReports:
    """The reports of an owner that has the printer."""
    assert reports.lease(PRINTER, "one") == 1
    return reports


def test_a_printer_has_one_owner(one: StoreReports) -> None:
    assert one.lease(PRINTER, "two") is None
    assert one.lease(PRINTER, "one") == 1


def test_who_does_not_own_the_printer_gets_no_job(house: House, one: StoreReports) -> None:
    take(house)
    assert one.next_job(PRINTER, "two") is None
    assert claimed(one).document["number"] == "A001"


def test_jobs_come_in_order_and_each_once(house: House, one: StoreReports) -> None:
    take(house)
    take(house)
    assert [claimed(one).document["number"] for _ in range(2)] == ["A001", "A002"]
    assert one.next_job(PRINTER, "one") is None


def test_what_became_of_a_slip_is_told_to_its_kiosk(house: House, one: StoreReports) -> None:
    heard: list[PaperChanged] = []
    house.store.listeners.on(PaperChanged, heard.append)
    take(house)
    job = claimed(one)
    one.paper(job.id, PaperState.CONFIRMED, "")
    assert [(event.number, event.state, event.device) for event in heard] == [
        ("A001", PaperState.CONFIRMED, "kiosk-1")
    ]
    assert house.see(lambda uow: uow.papers.slip_of_ticket(1)) == (PRINTER, PaperState.CONFIRMED)


def test_a_late_word_changes_nothing(house: House, one: StoreReports) -> None:
    take(house)
    job = claimed(one)
    one.paper(job.id, PaperState.UNCONFIRMED, "the deadline passed")
    one.paper(job.id, PaperState.CONFIRMED, "the printer answered after all")
    assert house.see(lambda uow: uow.papers.job(job.id).state) is PaperState.UNCONFIRMED


def test_a_new_owner_settles_what_the_former_left_and_prints_what_was_not_begun(
    house: House, one: StoreReports
) -> None:
    take(house)
    take(house)
    begun = claimed(one)

    def expire(uow: UnitOfWork) -> None:
        printer = uow.papers.printer(PRINTER)
        assert printer is not None
        printer.leased_until = None

    house.store.transact(expire)
    assert one.lease(PRINTER, "two") == 2
    assert house.see(lambda uow: uow.papers.job(begun.id).state) is PaperState.UNCONFIRMED
    assert one.next_job(PRINTER, "one") is None
    assert claimed(one, "two").document["number"] == "A002"


def test_a_printer_s_state_is_told_when_it_changes(house: House, reports: StoreReports) -> None:
    heard: list[DeviceChanged] = []
    house.store.listeners.on(DeviceChanged, heard.append)
    for state in (DeviceState.OK, DeviceState.OK, DeviceState.PAPER_OUT):
        reports.device(PRINTER, state, "")
    assert [event.state for event in heard] == [DeviceState.OK, DeviceState.PAPER_OUT]


def test_the_paper_s_data_lies_sealed(house: House) -> None:
    take(house)
    words = house.see(lambda uow: uow.papers.oldest_pending(PRINTER)).document["missed_rule"]
    assert words.encode() not in (house.folder / "hall.db-wal").read_bytes()
