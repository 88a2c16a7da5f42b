"""Kiosks without paper: three slips in a row, told once, tried no more, and back after a good self-test."""

from __future__ import annotations

from datetime import datetime

import pytest
from conftest import House, Web
from slip_hall import COUNTERS, COUNTERS_PLACE, KIOSK, SlipHall, slip_hall
from two_stores import at_one_moment

from shared.actions.agents import note_late_paper
from shared.actions.configuring import change_configuration
from shared.actions.paperless import count_slips, paper_of
from shared.actions.slip_view import SlipView
from shared.domain.adapting import Document
from shared.domain.devices import DeviceState, PaperReport, PaperState
from shared.domain.paper import PrinterRow
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork

FAILED, UNCONFIRMED, CONFIRMED = PaperState.FAILED, PaperState.UNCONFIRMED, PaperState.CONFIRMED


@pytest.fixture
def hall(house: House) -> SlipHall:
    """A hall without stand-ins."""
    return slip_hall(house, stand_ins=False)


def let_slips_end(hall: SlipHall, *states: PaperState) -> None:
    for state in states:
        hall.take()
        hall.ends(state)


def paperless(hall: SlipHall, kiosk: str = KIOSK) -> bool:
    found: bool = hall.house.see(lambda uow: paper_of(uow, kiosk).paperless)
    return found


@pytest.mark.parametrize(
    ("states", "is_so"),
    [
        ([FAILED, FAILED], False),
        ([FAILED, UNCONFIRMED, FAILED], True),
        ([FAILED, FAILED, CONFIRMED, FAILED, FAILED], False),
        ([FAILED, CONFIRMED, UNCONFIRMED, UNCONFIRMED, UNCONFIRMED], True),
    ],
)
def test_three_slips_in_a_row_that_are_not_confirmed_make_a_kiosk_paperless(
    hall: SlipHall, states: list[PaperState], is_so: bool
) -> None:
    let_slips_end(hall, *states)
    assert paperless(hall) is is_so
    assert not paperless(hall, "kiosk-2")


def test_a_slip_printed_again_counts_like_any_other(hall: SlipHall) -> None:
    ticket = hall.take()
    hall.ends(FAILED)
    for _ in range(2):
        hall.print_again(ticket)
        hall.ends(FAILED)
    assert paperless(hall)


def test_at_a_paperless_kiosk_a_slip_has_failed_at_once_and_nothing_is_sent(hall: SlipHall) -> None:
    let_slips_end(hall, FAILED, FAILED, FAILED)
    ticket = hall.take()
    assert ticket.slip == hall.slip(ticket) == SlipView("failed")
    assert hall.handed() == []
    assert hall.take("kiosk-2").slip == SlipView("pending"), "another kiosk prints"


def test_staff_are_told_once_that_a_kiosk_is_paperless_and_that_it_is_back(hall: SlipHall) -> None:
    let_slips_end(hall, FAILED, FAILED, FAILED)
    for _ in range(3):
        hall.take()
    hall.printer_is(DeviceState.OK)
    told = [(event.device, event.begun) for event in hall.troubles if event.kind == "paperless"]
    assert told == [(KIOSK, True), (KIOSK, False)]
    assert hall.open_troubles() == []


@pytest.mark.parametrize(
    ("state", "is_back"),
    [
        (DeviceState.OK, True),
        (DeviceState.NEAR_END, True),
        (DeviceState.UNKNOWN, False),
        (DeviceState.FAULT, False),
        (DeviceState.OFFLINE, False),
    ],
)
def test_only_a_good_self_test_brings_a_kiosk_back(hall: SlipHall, state: DeviceState, is_back: bool) -> None:
    let_slips_end(hall, UNCONFIRMED, UNCONFIRMED, UNCONFIRMED)
    hall.printer_is(state)
    assert paperless(hall) is not is_back
    assert hall.take().slip == SlipView("pending" if is_back else "failed")


def test_a_self_test_that_tells_nothing_new_brings_a_kiosk_back_too(hall: SlipHall) -> None:
    hall.printer_is(DeviceState.OK)
    let_slips_end(hall, UNCONFIRMED, UNCONFIRMED, UNCONFIRMED)
    hall.printer_is(DeviceState.OK)
    assert not paperless(hall)
    let_slips_end(hall, FAILED, FAILED)
    assert not paperless(hall), "it counts anew"


def silent_by_setting(document: Document) -> Document:
    site = dict(document["site"])
    silence = {"status": False, "process_ids": False}
    site["printers"] = [{**printer, **silence} for printer in site["printers"]]
    return {**document, "site": site}


def test_of_a_printer_set_to_answer_nothing_unconfirmed_is_the_usual_end(house: House) -> None:
    settings = house.settings
    house.store.close()
    house.store = Store(
        settings.database_url,
        load_keyring(house.folder, None),
        house.clock,
        settings.address(),
        adapt=silent_by_setting,
    )
    house.ending.callback(house.store.close)
    hall = slip_hall(house, stand_ins=False)
    let_slips_end(hall, *[UNCONFIRMED] * 5)
    assert not paperless(hall)
    hall.printer_is(DeviceState.UNKNOWN)
    assert hall.open_troubles() == [], "its silence is no trouble"
    let_slips_end(hall, FAILED, FAILED, FAILED)
    assert paperless(hall)
    hall.printer_is(DeviceState.UNKNOWN)
    assert not paperless(hall), "it can be reached"


def test_a_paperless_kiosk_uses_its_stand_in_if_that_is_well(house: House) -> None:
    hall = slip_hall(house)
    for _ in range(3):
        hall.take()
        hall.ends(FAILED)
        hall.ends(CONFIRMED, COUNTERS)
    assert paperless(hall), "what the stand-in prints does not count"
    assert hall.take().slip == SlipView("failed"), "nothing is known of the stand-in"
    hall.printer_is(DeviceState.OK, COUNTERS)
    assert hall.take().slip == SlipView("pending", COUNTERS_PLACE)


def test_the_kiosk_s_page_knows_it_from_the_start(web: Web) -> None:
    hall = slip_hall(web.house, stand_ins=False)
    address, headers = "/kiosk/content", {"Authorization": f"Bearer {web.house.tokens[KIOSK]}"}
    assert web.client.get(address, headers=headers).get_json()["paper"]["paperless"] is False
    let_slips_end(hall, FAILED, FAILED, FAILED)
    assert web.client.get(address, headers=headers).get_json()["paper"] == {"paperless": True, "well": False}


@pytest.mark.parametrize(
    "state",
    [state for state in DeviceState if state is not DeviceState.OK],
)
def test_staff_are_told_once_what_is_wrong_with_a_printer(hall: SlipHall, state: DeviceState) -> None:
    for _ in range(3):
        hall.printer_is(state)
    assert hall.open_troubles() == [(KIOSK, str(state))]
    hall.printer_is(DeviceState.OK)
    assert hall.open_troubles() == []
    assert [event.begun for event in hall.troubles] == [True, False]


def test_that_paper_runs_short_is_told_once_per_roll(hall: SlipHall) -> None:
    for state in (DeviceState.NEAR_END, DeviceState.COVER_OPEN, DeviceState.NEAR_END, DeviceState.PAPER_OUT):
        hall.printer_is(state)
    begun = [event.kind for event in hall.troubles if event.begun]
    assert begun == ["near_end", "cover_open", "paper_out"]
    hall.printer_is(DeviceState.OK)
    hall.printer_is(DeviceState.NEAR_END)
    assert hall.troubles[-1].kind == "near_end", "a new roll, a new warning"


def test_when_a_printer_was_last_heard_is_known_and_seldom_written(hall: SlipHall) -> None:
    def heard() -> datetime | None:
        row: PrinterRow = hall.house.see(lambda uow: uow.papers.printer(KIOSK))
        return row.heard_at

    hall.printer_is(DeviceState.OFFLINE)
    assert heard() is None, "it was not reached"
    hall.printer_is(DeviceState.OK)
    first = heard()
    assert first is not None
    hall.printer_is(DeviceState.OK)
    assert heard() == first


@pytest.mark.parametrize("before", [0, 1])
def test_slips_that_fail_in_two_processes_at_one_moment_are_both_counted(hall: SlipHall, before: int) -> None:
    let_slips_end(hall, *[FAILED] * before)
    hall.take()
    hall.take()
    jobs = [job.id for job in hall.handed(room=2)]

    def count(uow: UnitOfWork, job: int) -> None:
        count_slips(uow, uow.papers.ended([job]), FAILED)

    at_one_moment(hall.house, lambda uow: count(uow, jobs[0]), lambda uow: count(uow, jobs[1]))
    row = hall.house.see(lambda uow: uow.papers.kiosk(KIOSK))
    assert row.failures == before + 2
    assert paperless(hall) is (before == 1)


def test_slips_that_are_confirmed_late_are_no_failures_in_a_row(hall: SlipHall) -> None:
    for _ in range(4):
        hall.take()
        job = hall.ends(UNCONFIRMED)
        hall.tell(job, CONFIRMED)
    assert not paperless(hall)
    let_slips_end(hall, UNCONFIRMED, UNCONFIRMED)
    assert not paperless(hall)


def test_a_slip_that_its_agent_confirms_late_is_no_failure_in_a_row(hall: SlipHall) -> None:
    house = hall.house

    def hang(uow: UnitOfWork) -> None:
        document = uow.configuration_document()
        site = dict(document["site"])
        site["printers"] = [{**printer, "address": "agent:pc"} for printer in site["printers"]]
        change_configuration(uow, house.actors["admin"], {**document, "site": site}, "test")

    house.store.transact(hang)
    let_slips_end(hall, UNCONFIRMED)
    hall.take()
    report = PaperReport(hall.ends(UNCONFIRMED).id, CONFIRMED, "")
    house.store.transact(lambda uow: note_late_paper(uow, "pc", report))
    let_slips_end(hall, UNCONFIRMED)
    assert not paperless(hall)


def test_a_slip_confirmed_late_does_not_by_itself_end_the_work_without_paper(hall: SlipHall) -> None:
    let_slips_end(hall, UNCONFIRMED, UNCONFIRMED)
    hall.take()
    hall.tell(hall.ends(UNCONFIRMED), CONFIRMED)
    assert paperless(hall)
