"""Trouble with devices reaches staff once: it begins, comes back, is seen, and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conftest import OFFICE, House, Web
from sqlalchemy import event
from test_look_out import Post
from test_look_out import post as post

from shared.actions import counters
from shared.actions.configuring import change_configuration
from shared.actions.hall_day import enter_queue
from shared.actions.troubles import begin_trouble, end_trouble, see_trouble
from shared.domain.clock import real_now
from shared.domain.events import TroubleChanged
from shared.domain.trouble import AGAIN_SECONDS, Trouble
from shared.store.unit_of_work import UnitOfWork


@pytest.fixture
def shipped(house: House, seed: dict[str, Any]) -> House:
    """The hall with its own hours, printers and stand-ins, not those of a demonstration."""
    house.do(change_configuration, "admin", seed, "as shipped")
    return house


def equip_with_line(house: House, name: str) -> None:
    """The hall gets a line of counter signs, with the sign of counter 3."""
    document = house.see(lambda uow: uow.configuration_document())
    line = {"name": name, "address": "log:"}
    signs = [{"counter": 3, "line": name, "address": 1}]
    site = {**document["site"], "sign_lines": [line], "signs": signs}
    house.do(change_configuration, "admin", {**document, "site": site}, "a line of signs")


def begin(house: House, device: str, kind: str) -> bool:
    return house.store.transact(lambda uow: begin_trouble(uow, device, kind))


def end(house: House, device: str, **which: Any) -> None:
    house.store.transact(lambda uow: end_trouble(uow, device, **which))


def becomes(house: House, device: str, state: str) -> None:
    """A printer tells its state, as whoever owns it notes it."""
    if state != "ok":
        begin(house, device, state)
    end(house, device, but=state)


def rows(house: House) -> list[Trouble]:
    found = house.see(lambda uow: uow.troubles.since(real_now() - timedelta(days=1)))
    return sorted(found, key=lambda trouble: trouble.id)


def open_kinds(house: House) -> list[tuple[str, str]]:
    return [(one.device, one.kind) for one in house.see(lambda uow: uow.troubles.open())]


def long_ago(house: House, seconds: float = AGAIN_SECONDS + 1) -> None:
    """What has ended, ended so much earlier."""

    def move(uow: UnitOfWork) -> None:
        for trouble in uow.troubles.since(real_now() - timedelta(days=1)):
            trouble.began_at -= timedelta(seconds=seconds)
            if trouble.ended_at is not None:
                trouble.ended_at -= timedelta(seconds=seconds)

    house.store.transact(move)


def told(house: House) -> list[TroubleChanged]:
    heard: list[TroubleChanged] = []
    house.store.listeners.on(TroubleChanged, heard.append)
    return heard


def test_a_trouble_that_shows_itself_a_hundred_times_is_told_once(house: House) -> None:
    heard = told(house)
    assert [begin(house, "kiosk-1", "paper_out") for _ in range(100)] == [True] + [False] * 99
    assert heard == [TroubleChanged("kiosk-1", "paper_out", begun=True)]
    end(house, "kiosk-1")
    end(house, "kiosk-1")
    assert heard[1:] == [TroubleChanged("kiosk-1", "paper_out", begun=False)]


def test_a_device_that_flaps_has_one_trouble_that_counts_how_often_it_came_back(house: House) -> None:
    for _ in range(5):
        becomes(house, "kiosk-1", "offline")
        becomes(house, "kiosk-1", "ok")
    (trouble,) = rows(house)
    assert trouble.times == 5


def test_what_comes_back_after_two_minutes_is_another_trouble(house: House) -> None:
    becomes(house, "kiosk-1", "offline")
    becomes(house, "kiosk-1", "ok")
    long_ago(house)
    becomes(house, "kiosk-1", "offline")
    assert [(one.times, one.ended_at is None) for one in rows(house)] == [(1, False), (1, True)]


def test_a_roll_that_nears_its_end_is_told_once(house: House) -> None:
    for _ in range(3):
        becomes(house, "kiosk-1", "near_end")
        becomes(house, "kiosk-1", "ok")
        long_ago(house)
    assert len(rows(house)) == 1


@pytest.mark.parametrize("between", ["paper_out", "cover_open", "offline"])
def test_the_next_roll_that_nears_its_end_is_told_again(house: House, between: str) -> None:
    becomes(house, "kiosk-1", "near_end")
    becomes(house, "kiosk-1", between)
    becomes(house, "kiosk-1", "ok")
    long_ago(house)
    becomes(house, "kiosk-1", "near_end")
    assert [one.kind for one in rows(house)] == ["near_end", between, "near_end"]


def test_a_well_printer_ends_neither_the_silence_nor_the_paperless_work_of_its_kiosk(house: House) -> None:
    for kind in ("offline", "paperless", "silent"):
        begin(house, "kiosk-1", kind)
    becomes(house, "kiosk-1", "ok")
    assert open_kinds(house) == [("kiosk-1", "paperless"), ("kiosk-1", "silent")]
    end(house, "kiosk-1", kind="paperless")
    assert open_kinds(house) == [("kiosk-1", "silent")]


def see(house: House, who: str, trouble: Trouble) -> None:
    house.do(lambda uow, actor: see_trouble(uow, actor, uow.troubles.by_id(trouble.id)), who)


def test_whoever_sees_a_trouble_first_stays_noted(house: House) -> None:
    begin(house, "kiosk-1", "paper_out")
    see(house, "guide", rows(house)[0])
    see(house, "manager", rows(house)[0])
    assert rows(house)[0].seen_by == house.actors["guide"].account_id


def test_opening_the_cover_over_a_roll_that_somebody_changes_is_no_news(house: House) -> None:
    becomes(house, "kiosk-1", "paper_out")
    see(house, "guide", rows(house)[0])
    becomes(house, "kiosk-1", "cover_open")
    opened = rows(house)[1]
    assert (opened.kind, opened.seen_by) == ("cover_open", house.actors["guide"].account_id)
    becomes(house, "kiosk-2", "cover_open")
    assert rows(house)[2].seen_by is None


# Over the API: who is told


def listed(web: Web, who: str) -> set[tuple[str, str]]:
    items = web.get("/troubles?open=true", who).get_json()["items"]
    return {(item["device"], item["kind"]) for item in items}


def everywhere(house: House) -> set[tuple[str, str]]:
    """Something is wrong all over the hall, which is set up as shipped."""
    equip_with_line(house, "signs")
    everything = {
        ("kiosk-1", "paper_out"),
        ("kiosk-1", "silent"),
        ("kiosk-2", "paperless"),
        ("counters-1", "offline"),
        ("counters-2", "near_end"),
        ("counters-3", "fault"),
        ("wall", "silent"),
        ("line:signs", "offline"),
    }
    for device, kind in everything:
        begin(house, device, kind)
    return {(device.removeprefix("line:"), kind) for device, kind in everything}


@pytest.mark.parametrize("who", ["guide", "manager", "admin"])
def test_whoever_looks_after_the_hall_hears_of_everything(web: Web, shipped: House, who: str) -> None:
    everything = everywhere(shipped)
    assert listed(web, who) == everything


def test_a_clerk_hears_of_the_printers_in_use_and_of_the_kiosks_of_the_floor(
    web: Web, shipped: House
) -> None:
    everywhere(shipped)
    assert listed(web, "anna") == set()
    shipped.do(counters.sign_on, "anna", 3)
    own = {("counters-1", "offline"), ("counters-2", "near_end")}
    assert listed(web, "anna") == own | {("kiosk-1", "paper_out"), ("kiosk-1", "silent")}


def test_an_office_hears_of_the_printers_of_its_desk(web: Web, shipped: House) -> None:
    everywhere(shipped)
    desk = shipped.see(lambda uow: uow.configuration().site.desk_of(OFFICE))
    assert {device for device, _ in listed(web, "chen")} == {desk.printer, desk.stand_in}


def test_a_device_is_not_told_of_troubles(web: Web) -> None:
    assert web.get("/troubles?open=true", "kiosk-1").status_code == 403
    assert web.get("/troubles?open=perhaps", "admin").status_code == 422


def test_a_kiosk_and_its_printer_belong_together(web: Web, house: House) -> None:
    begin(house, "kiosk-1", "paper_out")
    begin(house, "kiosk-1", "paperless")
    items = web.get("/troubles?open=true", "guide").get_json()["items"]
    assert {(item["what"], item["part_of"]) for item in items} == {
        ("printer", "kiosk:kiosk-1"),
        ("kiosk", "kiosk:kiosk-1"),
    }


def test_a_trouble_that_somebody_has_seen_names_the_person_until_it_ends(web: Web, house: House) -> None:
    begin(house, "kiosk-1", "paper_out")
    (before,) = web.get("/troubles?open=true", "manager").get_json()["items"]
    answer = web.post(f"/troubles/{before['id']}/seen", "guide")
    assert (answer.status_code, answer.get_json()["seen_by"]) == (200, "Guide")
    (after,) = web.get("/troubles?open=true", "manager").get_json()["items"]
    assert after["seen_by"] == "Guide"
    end(house, "kiosk-1")
    assert web.get("/troubles?open=true", "manager").get_json()["items"] == []
    assert web.get("/troubles", "manager").get_json()["items"][0]["ended_at"] is not None


def test_nobody_says_to_have_seen_what_is_not_told_to_them(web: Web, house: House) -> None:
    begin(house, "kiosk-1", "paper_out")
    (trouble,) = rows(house)
    for who, trouble_id, code in (
        ("anna", trouble.id, "unknown_trouble"),
        ("guide", 10**9, "unknown_trouble"),
        ("guide", 2**63, "unknown_trouble"),
        ("guide", 10**26, "unknown_trouble"),
        ("kiosk-1", trouble.id, "forbidden"),
    ):
        assert web.post(f"/troubles/{trouble_id}/seen", who).get_json()["code"] == code
    assert rows(house)[0].seen_by is None


def test_troubles_that_ended_more_than_ninety_days_ago_are_deleted_when_a_day_closes(house: House) -> None:
    now = real_now()

    def leave(uow: UnitOfWork) -> None:
        for days in (91, 89, None):
            ended = None if days is None else now - timedelta(days=days)
            uow.add(Trouble(device="d", kind="offline", began_at=now - timedelta(days=99), ended_at=ended))

    house.store.transact(leave)
    house.store.transact(enter_queue)
    house.later(days=1)
    house.store.transact(enter_queue)
    left = house.see(lambda uow: uow.troubles.since(now - timedelta(days=100)))
    assert [trouble.id for trouble in left] == [3, 2]


# Over processes


def test_a_trouble_is_told_in_every_process_once_seen_once_and_ended_once(house: House, post: Post) -> None:
    begin(house, "kiosk-1", "paper_out")
    assert post.news() == [TroubleChanged("kiosk-1", "paper_out", begun=True)]
    assert post.news() == []
    see(house, "guide", rows(house)[0])
    assert post.news() == [TroubleChanged("kiosk-1", "paper_out", begun=True, seen=True)]
    end(house, "kiosk-1")
    assert post.news() == [TroubleChanged("kiosk-1", "paper_out", begun=False)]
    assert post.news() == []


def test_what_a_process_noted_itself_is_not_told_to_it_again(house: House, post: Post) -> None:
    there = House(house.folder, house.settings, house.clock, post.store, house.actors, house.tokens)
    begin(there, "kiosk-1", "paper_out")
    see(there, "guide", rows(there)[0])
    becomes(there, "kiosk-1", "cover_open")
    assert post.news() == []


def test_two_processes_that_note_one_trouble_write_it_once(house: House) -> None:
    other = house.second_store()

    def begin_while_the_other_does(uow: UnitOfWork) -> bool:
        if not open_kinds(house) and house.store.writer.dialect.name != "sqlite":
            other.transact(lambda theirs: begin_trouble(theirs, "kiosk-1", "offline"))
        return begin_trouble(uow, "kiosk-1", "offline")

    house.store.transact(begin_while_the_other_does)
    other.transact(lambda uow: begin_trouble(uow, "kiosk-1", "offline"))
    assert open_kinds(house) == [("kiosk-1", "offline")]


def test_what_ended_and_came_back_between_two_looks_is_told(house: House, post: Post) -> None:
    begin(house, "kiosk-1", "offline")
    post.news()
    becomes(house, "kiosk-1", "ok")
    begin(house, "kiosk-1", "offline")
    assert post.news() == [TroubleChanged("kiosk-1", "offline", begun=True, times=2)]
    assert post.news() == []


@pytest.mark.parametrize("ends", [False, True])
def test_what_a_process_notes_itself_while_it_looks_out_is_not_undone_by_what_it_has_read(
    house: House, post: Post, ends: bool
) -> None:
    there = House(house.folder, house.settings, house.clock, post.store, house.actors, house.tokens)
    if ends:
        begin(there, "kiosk-1", "paper_out")
        post.news()

    once = iter([True])

    def in_between(*told: Any) -> None:
        if "troubles" in told[2] and next(once, False):
            becomes(there, "kiosk-1", "ok" if ends else "paper_out")

    event.listen(post.store.reader, "after_cursor_execute", in_between)
    one = [TroubleChanged("kiosk-1", "paper_out", begun=not ends)]
    assert [each for each in post.news() if isinstance(each, TroubleChanged)] == one, "its own word"
    assert open_kinds(house) == ([] if ends else [("kiosk-1", "paper_out")])
    assert post.news() == []
