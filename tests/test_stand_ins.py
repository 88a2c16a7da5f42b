"""Stand-ins: a slip that failed comes out elsewhere, once, in time, and whoever waits is told where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import House
from flask import Flask
from flask_socketio import SocketIO
from slip_hall import COUNTERS, COUNTERS_PLACE, KIOSK, OFFICES, SlipHall, slip_hall, with_stand_ins
from sqlalchemy import update
from test_casework import request

from shared.actions import case_papers, case_views, casework, counters
from shared.actions.slip_view import SlipView
from shared.domain.clock import real_now
from shared.domain.devices import DeviceState, PaperState
from shared.domain.events import PaperChanged, SlipOrdered
from shared.store.entities import metadata
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.web.context import Hall
from shared.web.look_out import LookOut
from shared.web.press_limits import PressLimits

BROKEN = (DeviceState.PAPER_OUT, DeviceState.COVER_OPEN, DeviceState.FAULT, DeviceState.OFFLINE)


@pytest.fixture
def hall(house: House) -> SlipHall:
    return slip_hall(house)


def test_a_failed_slip_waits_at_the_stand_in_and_its_holder_is_told_where(hall: SlipHall) -> None:
    ordered: list[SlipOrdered] = []
    hall.house.store.listeners.on(SlipOrdered, ordered.append)
    ticket = hall.take()
    failed = hall.ends(PaperState.FAILED)
    assert hall.slip(ticket) == SlipView("pending", COUNTERS_PLACE)
    assert [(e.number, e.state, e.place) for e in hall.papers] == [
        (ticket.number, PaperState.PENDING, COUNTERS_PLACE)
    ]
    assert [event.printer for event in ordered] == [KIOSK, COUNTERS]
    moved = hall.ends(PaperState.CONFIRMED, COUNTERS)
    assert (moved.document, moved.ordered_at) == (failed.document, failed.ordered_at)
    assert hall.slip(ticket) == SlipView("confirmed", COUNTERS_PLACE)
    assert hall.papers[-1].place == COUNTERS_PLACE


def test_a_slip_that_came_out_at_the_stand_in_counts_as_one_that_came_out(hall: SlipHall) -> None:
    hall.take()
    hall.ends(PaperState.FAILED)
    hall.ends(PaperState.CONFIRMED, COUNTERS)
    assert hall.house.see(lambda uow: uow.papers.counts(uow.day)) == {"confirmed": 1}


def test_a_slip_moves_once_and_not_further(hall: SlipHall) -> None:
    ticket = hall.take()
    hall.ends(PaperState.FAILED)
    hall.ends(PaperState.FAILED, COUNTERS)
    assert hall.slip(ticket) == SlipView("failed", COUNTERS_PLACE)
    assert hall.handed(OFFICES) == hall.handed(KIOSK) == []


@pytest.mark.parametrize("state", [PaperState.CONFIRMED, PaperState.UNCONFIRMED])
def test_a_slip_that_may_have_come_out_never_moves(hall: SlipHall, state: PaperState) -> None:
    ticket = hall.take()
    hall.ends(state)
    assert hall.slip(ticket) == SlipView(str(state))
    assert hall.handed(COUNTERS) == []


def test_a_slip_that_is_too_old_fails_and_does_not_move(hall: SlipHall) -> None:
    ticket = hall.take()
    (job,) = hall.handed()
    with hall.house.store.writer.begin() as connection:
        long_ago = real_now() - timedelta(seconds=11)
        connection.execute(update(metadata().tables["print_jobs"]).values(ordered_at=long_ago))
    hall.tell(job, PaperState.FAILED)
    assert hall.slip(ticket) == SlipView("failed")
    assert hall.handed(COUNTERS) == []


def test_without_a_stand_in_a_failed_slip_stays_failed(house: House) -> None:
    hall = slip_hall(house, stand_ins=False)
    ticket = hall.take()
    hall.ends(PaperState.FAILED)
    assert hall.slip(ticket) == SlipView("failed")


@pytest.mark.parametrize("state", BROKEN)
def test_a_printer_known_to_be_broken_is_not_tried_first(hall: SlipHall, state: DeviceState) -> None:
    hall.printer_is(state)
    ticket = hall.take()
    assert ticket.slip == SlipView("pending", COUNTERS_PLACE)
    assert hall.handed(KIOSK) == []
    (job,) = hall.handed(COUNTERS)
    assert job.document["number"] == ticket.number


@pytest.mark.parametrize("state", [DeviceState.OK, DeviceState.NEAR_END, DeviceState.UNKNOWN])
def test_a_printer_that_may_print_is_tried_first(hall: SlipHall, state: DeviceState) -> None:
    hall.printer_is(state)
    assert hall.take().slip == SlipView("pending")
    assert len(hall.handed(KIOSK)) == 1


def test_when_both_are_broken_the_own_printer_is_tried(hall: SlipHall) -> None:
    hall.printer_is(DeviceState.PAPER_OUT)
    hall.printer_is(DeviceState.OFFLINE, COUNTERS)
    assert hall.take().slip == SlipView("pending")
    assert len(hall.handed(KIOSK)) == 1


def test_what_was_told_of_a_printer_whose_owner_is_gone_is_not_believed(hall: SlipHall) -> None:
    hall.printer_is(DeviceState.PAPER_OUT)
    hall.reports.release([KIOSK], "tests")
    assert hall.take().slip == SlipView("pending")


def test_a_clerk_is_told_where_the_notice_lies(hall: SlipHall) -> None:
    house = hall.house
    house.do(counters.sign_on, "anna", 3)
    case = house.do(casework.open_case, "anna", request())
    hall.ends(PaperState.FAILED, COUNTERS)
    view = house.see(lambda uow: case_views.case_view(uow, uow.cases.by_number(case.case_number)))
    assert (view.slip, view.slip_place) == ("pending", "3楼窗口打印机")
    assert (hall.papers[-1].case_number, hall.papers[-1].place) == (case.case_number, "3楼窗口打印机")


def test_an_office_prints_at_its_own_desk(hall: SlipHall) -> None:
    house = hall.house
    case = house.do(casework.open_case, "anna", request())
    slip = house.do(case_papers.print_case_paper, "chen", case.case_number)
    assert slip == SlipView("pending")
    (job,) = hall.handed(OFFICES)
    assert job.document["kind"] == "acceptance"


def test_another_process_tells_that_a_slip_has_moved_and_where_it_lies(hall: SlipHall) -> None:
    other = SecondProcess(hall.house)
    ticket = hall.take()
    other.look()
    hall.ends(PaperState.FAILED)
    assert other.told_of(ticket.number) == [(PaperState.PENDING, COUNTERS_PLACE)]
    hall.ends(PaperState.CONFIRMED, COUNTERS)
    assert other.told_of(ticket.number) == [(PaperState.CONFIRMED, COUNTERS_PLACE)]
    assert other.told_of(ticket.number) == []


class SecondProcess:
    """Another process of the same hall, of which only its look-out is at work."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        store = Store(
            settings.database_url,
            load_keyring(house.folder, None),
            house.clock,
            settings.address(),
            adapt=with_stand_ins,
        )
        house.ending.callback(store.close)
        self._told: list[PaperChanged] = []
        store.listeners.on(PaperChanged, self._told.append)
        web = Hall(settings=settings, store=store, clock=house.clock, limits=PressLimits(on=False))
        self._look_out = LookOut(web, SocketIO(Flask("second"), async_mode="threading"))
        self.look()

    def look(self) -> None:
        self._look_out.look()
        self._told.clear()

    def told_of(self, number: str) -> list[tuple[PaperState, str | None]]:
        """What it tells its kiosks of a number now."""
        self._look_out.look()
        told = [(event.state, event.place) for event in self._told if event.number == number]
        self._told.clear()
        return told
