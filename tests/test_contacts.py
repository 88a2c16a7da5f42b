"""Which devices are connected, how many screens each has, and which build their pages run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Demo, House, Web
from playwright.sync_api import Browser, Page, expect
from test_manage_pages import sign_in

from shared.actions.enrolling import DeviceView, device_views, note_contacts
from shared.domain.build import build_name, is_same_build
from shared.domain.clock import real_now
from shared.domain.contact import KNOWN_FOR, ContactRow
from shared.store.unit_of_work import UnitOfWork
from shared.web.build import build_of, build_told

NEW, OLD = "0.1.0·a1b2c3", "0.1.0·f0f0f0"


def note(house: House, place: str, **screens: dict[str, int]) -> None:
    """What a process notes at one of its places, by the names of devices with ``_`` for ``-``."""
    ids = {name.replace("_", "-"): versions for name, versions in screens.items()}
    told = {house.actors[name].device_id or 0: versions for name, versions in ids.items()}
    house.store.transact(lambda uow: note_contacts(uow, place, told))


def seen(house: House, name: str) -> DeviceView:
    views: list[DeviceView] = house.see(lambda uow: device_views(uow, NEW))
    return next(view for view in views if view.name == name)


def test_a_device_is_shown_with_the_version_that_it_told(house: House) -> None:
    assert (seen(house, "wall").version, seen(house, "wall").up_to_date) == ("", None)
    note(house, "here", wall={NEW: 1})
    assert (seen(house, "wall").version, seen(house, "wall").up_to_date) == (NEW, True)
    assert seen(house, "wall").last_seen_at is not None


def test_a_device_that_tells_nothing_keeps_what_it_told_last(house: House) -> None:
    note(house, "here", wall={OLD: 1})
    note(house, "here", wall={"": 1})
    assert seen(house, "wall").version == OLD


def test_a_program_that_told_its_version_otherwise_than_by_its_socket_is_judged_by_that(house: House) -> None:
    note(house, "here", wall={OLD: 1})
    note(house, "here", wall={"": 1})
    assert seen(house, "wall").up_to_date is False


def test_one_old_page_among_the_screens_of_a_device_is_enough_to_say_so(house: House) -> None:
    note(house, "here", wall={OLD: 1, NEW: 3})
    view = seen(house, "wall")
    assert (view.screens, view.version, view.up_to_date) == (4, NEW, False)


def test_screens_of_all_places_and_processes_are_counted_together(house: House) -> None:
    note(house, "one/display", wall={NEW: 2}, kiosk_1={NEW: 1})
    note(house, "two/display", wall={NEW: 3})
    note(house, "one/kiosk", kiosk_1={NEW: 1})
    assert (seen(house, "wall").screens, seen(house, "kiosk-1").screens) == (5, 2)
    note(house, "two/display")
    assert seen(house, "wall").screens == 2


def test_what_a_process_noted_before_it_ended_counts_for_little_more_than_a_minute(house: House) -> None:
    wall, long_ago = house.actors["wall"].device_id or 0, real_now() - KNOWN_FOR - timedelta(seconds=1)
    house.store.transact(lambda uow: uow.devices.note_connected("gone/display", {wall: {NEW: 2}}, long_ago))
    assert seen(house, "wall").screens == 0
    note(house, "here/display", wall={NEW: 1})
    assert seen(house, "wall").screens == 1


def test_what_ended_processes_noted_is_deleted_after_a_day(house: House) -> None:
    wall = house.actors["wall"].device_id or 0

    def noted(uow: UnitOfWork) -> None:
        for place, hours in (("old/display", 25), ("young/display", 23)):
            at = real_now() - timedelta(hours=hours)
            uow.add(ContactRow(place=place, noted_at=at, screens={str(wall): {NEW: 1}}))

    house.store.transact(noted)
    note(house, "here/display", wall={NEW: 1})
    assert [b"old/" in house.stored("contacts"), b"young/" in house.stored("contacts")] == [False, True]


@pytest.mark.parametrize(
    ("told", "same"), [(NEW, True), (OLD, False), ("0.1.0", True), ("0.0.9", False), ("0.1", False)]
)
def test_a_page_is_of_the_same_build_by_its_content_and_a_program_by_its_release(
    told: str, same: bool
) -> None:
    assert is_same_build(told, NEW) is same


def test_a_build_changes_with_the_content_of_a_page_and_with_nothing_else(tmp_path: Path) -> None:
    for folder, name in (("static", "a.js"), ("templates", "b.html"), ("notes", "c.txt")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("1", encoding="utf-8")
    first = build_of("0.1.0", [tmp_path])
    assert first == build_name("0.1.0", first.partition("·")[2])
    (tmp_path / "notes" / "c.txt").write_text("2", encoding="utf-8")
    assert build_of("0.1.0", [tmp_path]) == first
    (tmp_path / "static" / "a.js").write_text("2", encoding="utf-8")
    assert build_of("0.1.0", [tmp_path]) != first


@pytest.mark.parametrize("auth", [None, {}, "x", {"version": 1}, {"version": "x" * 41}, {"version": "a\nb"}])
def test_what_is_no_version_is_none(auth: object) -> None:
    assert build_told(auth) == ""


def test_every_page_names_the_build_that_the_api_tells(web: Web) -> None:
    build = web.get("/overview", "manager").get_json()["build"]
    assert f'<meta name="hall-build" content="{build}">' in web.client.get("/sign-in").get_data(as_text=True)


def test_pages_of_kiosks_walls_and_signs_tell_which_build_they_run(
    page: Page, demo: Demo, browser: Browser
) -> None:
    screens = browser.new_context()
    for path in ("/kiosk", "/display?floor=2", "/display/counter/3"):
        screens.new_page().goto(demo.base_url + path)
    sign_in(page, demo, "duty_manager")
    page.get_by_role("tab", name="设备").click()
    build = page.locator('meta[name="hall-build"]').get_attribute("content") or ""
    for group in ("kiosk", "display", "sign"):
        well = page.locator(f'[data-group="{group}"] tr[data-kind="good"]')
        expect(well.locator(".fleet-version").first).to_have_text(build)
    screens.close()
