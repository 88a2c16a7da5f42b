"""A device that was connected and is not heard of any more is a trouble while the hall is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from conftest import House
from test_troubles import begin, equip_with_line, open_kinds
from test_troubles import shipped as shipped

import hall
from shared.actions.configuring import change_configuration
from shared.actions.enrolling import heartbeat, note_contacts, revoke
from shared.actions.paperless import paper_of
from shared.actions.silence import SILENT_SECONDS, note_silence
from shared.domain.account import Role
from shared.domain.clock import real_now
from shared.domain.paper import KioskPaper
from shared.store.unit_of_work import UnitOfWork
from shared.web.silence import SilenceWatch

SHIFT_BEGINS = datetime(2026, 9, 18, 0, 0, tzinfo=UTC)
EVENING = datetime(2026, 9, 18, 10, 30, tzinfo=UTC)


def last_heard(house: House, name: str, seconds: float) -> None:
    """A device was heard of for the last time so many seconds ago."""

    def write(uow: UnitOfWork) -> None:
        device = uow.devices.find(name)
        assert device is not None
        device.last_seen_at = real_now() - timedelta(seconds=seconds)

    house.store.transact(write)


def notice(house: House, *, may_begin: bool = True) -> list[tuple[str, str]]:
    house.store.transact(lambda uow: note_silence(uow, may_begin=may_begin))
    return open_kinds(house)


def test_a_device_that_was_connected_and_is_silent_for_minutes_is_a_trouble(house: House) -> None:
    last_heard(house, "kiosk-1", SILENT_SECONDS - 5)
    assert notice(house) == []
    last_heard(house, "kiosk-1", SILENT_SECONDS + 5)
    assert notice(house) == notice(house) == [("kiosk-1", "silent")]


def test_a_device_that_never_came_is_no_trouble(house: House) -> None:
    assert notice(house) == []


def heard_by_a_press(house: House) -> None:
    house.do(heartbeat, "kiosk-1")


def heard_by_its_socket(house: House) -> None:
    device_id = house.actors["kiosk-1"].device_id or 0
    house.store.transact(lambda uow: note_contacts(uow, "here", {device_id: {"": 1}}))


@pytest.mark.parametrize("heard", [heard_by_a_press, heard_by_its_socket])
def test_a_device_that_is_heard_again_is_well_at_once(house: House, heard: Callable[[House], None]) -> None:
    last_heard(house, "kiosk-1", 3600)
    last_heard(house, "wall", 3600)
    notice(house)
    heard(house)
    assert open_kinds(house) == [("wall", "silent")]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (SHIFT_BEGINS - timedelta(minutes=1), False),
        (SHIFT_BEGINS + timedelta(seconds=SILENT_SECONDS - 5), False),
        (SHIFT_BEGINS + timedelta(seconds=SILENT_SECONDS + 5), True),
        (EVENING, False),
    ],
)
def test_silence_is_a_fault_only_while_the_hall_is_open(shipped: House, at: datetime, told: bool) -> None:
    shipped.clock.move_to(at)
    last_heard(shipped, "wall", 12 * 3600)
    assert bool(notice(shipped)) is told


def test_a_device_that_is_shut_out_is_no_trouble_any_more(house: House) -> None:
    last_heard(house, "wall", 3600)
    notice(house)
    house.do(revoke, "admin", "wall")
    assert notice(house) == []


def test_the_silence_of_a_monitor_is_no_trouble(house: House) -> None:
    def change(uow: UnitOfWork) -> None:
        device = uow.devices.find("wall")
        assert device is not None
        device.role = Role.MONITOR

    house.store.transact(change)
    last_heard(house, "wall", 3600)
    assert notice(house) == []


def test_a_printer_that_the_hall_no_longer_has_is_no_trouble_and_a_line_of_signs_stays_one(
    house: House,
) -> None:
    equip_with_line(house, "east")
    begin(house, "sold", "offline")
    begin(house, "line:gone", "offline")
    begin(house, "line:east", "offline")
    begin(house, "kiosk-1", "offline")
    assert notice(house, may_begin=False) == [("line:east", "offline"), ("kiosk-1", "offline")]


def set_up_kiosks(house: House, kiosks: list[dict[str, object]]) -> None:
    document = house.see(lambda uow: uow.configuration_document())
    site = {**document["site"], "kiosks": kiosks}
    house.do(change_configuration, "admin", {**document, "site": site}, "other kiosks")


@pytest.mark.parametrize("removed", [True, False])
def test_a_kiosk_that_is_removed_or_loses_its_printer_is_not_without_paper_any_more(
    house: House, removed: bool
) -> None:
    def fail(uow: UnitOfWork) -> None:
        for name in ("kiosk-1", "kiosk-2"):
            uow.add(KioskPaper(name=name, failures=3, paperless_since=real_now()))

    house.store.transact(fail)
    begin(house, "kiosk-1", "paperless")
    begin(house, "kiosk-2", "paperless")
    first, second = house.see(lambda uow: uow.configuration_document()["site"]["kiosks"])
    set_up_kiosks(house, [second] if removed else [{**first, "printer": None}, second])
    assert notice(house, may_begin=False) == [("kiosk-2", "paperless")]
    set_up_kiosks(house, [first, second])
    seen = [house.see(partial(paper_of, kiosk=name)).paperless for name in ("kiosk-1", "kiosk-2")]
    assert seen == [False, True]


def watch_of(house: House) -> SilenceWatch:
    app = hall.create_app(house.settings, house.clock)
    house.ending.callback(app.extensions["parts"].stop)
    (watch,) = (part for part in app.extensions["parts"].live if isinstance(part, SilenceWatch))
    return watch


def listen(watch: SilenceWatch, begin: float, seconds: float) -> None:
    for at in range(int(begin), int(begin + seconds) + 1, 15):
        watch.look(float(at))


def test_a_process_that_has_just_begun_knows_of_no_silence(house: House) -> None:
    last_heard(house, "wall", 3600)
    watch = watch_of(house)
    listen(watch, 1000, SILENT_SECONDS - 15)
    assert open_kinds(house) == []
    listen(watch, 1000 + SILENT_SECONDS, 0)
    assert open_kinds(house) == [("wall", "silent")]


def test_a_computer_that_slept_listens_anew_before_it_tells_of_silence(house: House) -> None:
    watch = watch_of(house)
    listen(watch, 1000, SILENT_SECONDS)
    last_heard(house, "wall", 3600)
    listen(watch, 9000, SILENT_SECONDS - 15)
    assert open_kinds(house) == []
    listen(watch, 9000 + SILENT_SECONDS, 0)
    assert open_kinds(house) == [("wall", "silent")]


def test_several_processes_that_listen_note_a_silence_once(house: House) -> None:
    last_heard(house, "wall", 3600)
    for watch in (watch_of(house), watch_of(house)):
        listen(watch, 1000, SILENT_SECONDS)
    assert open_kinds(house) == [("wall", "silent")]
