"""What another process has committed is heard here from the database, once, and nothing is missed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from conftest import House
from test_casework import open_case
from test_issuing import take

import hall
from shared.actions import calling, counters
from shared.actions.boards import call_shown, call_sounded
from shared.actions.devices import StoreReports
from shared.actions.enrolling import renew_code, revoke
from shared.actions.signing_in import change_account, end_sign_in, living_sign_in
from shared.domain.clock import real_now
from shared.domain.devices import DeviceState, PaperReport, PaperState
from shared.domain.events import (
    BoardChanged,
    CallShown,
    CallSounded,
    CasesChanged,
    DeviceChanged,
    DeviceEnded,
    Event,
    PaperChanged,
    SignInEnded,
    SlipOrdered,
    TroubleChanged,
)
from shared.store.engine import is_sqlite
from shared.store.trail import MOST_MISSING, PATIENCE_SECONDS, Trail
from shared.store.unit_of_work import UnitOfWork
from shared.web.look_out import LookOut

KINDS = get_args(Event)


class Post:
    """A second process over the same database: its store, its look-out, and what was told there."""

    def __init__(self, house: House) -> None:
        # Another process owns the printers: this one prints nothing, however often it is woken.
        owner = StoreReports(house.store)
        names = [printer.name for printer in owner.printers()]
        assert set(owner.lease(names, "there")) == set(names)
        self.app = hall.create_app(house.settings, house.clock)
        self.parts = self.app.extensions["parts"]
        self.store = self.parts.hall.store
        (self.look_out,) = (part for part in self.parts.live if isinstance(part, LookOut))
        self.told: list[Any] = []
        self.look_out.look()
        for kind in KINDS:
            self.store.listeners.on(kind, self.told.append)

    def news(self) -> list[Any]:
        """What one more look tells, but for the queue's version."""
        self.told.clear()
        self.look_out.look()
        return [event for event in self.told if not isinstance(event, BoardChanged)]

    def client(self) -> Any:
        return self.app.test_client()


@pytest.fixture
def post(house: House) -> Iterator[Post]:
    there = Post(house)
    yield there
    there.parts.stop()


def ordered_before() -> datetime:
    """A moment before which no slip of the test was ordered."""
    return real_now() - timedelta(minutes=1)


def sign_in_of(house: House, who: str) -> int:
    living = house.see(lambda uow: living_sign_in(uow, house.tokens[who]))
    return int(living.sign_in_id)


def test_nothing_is_told_while_nothing_changes(house: House, post: Post) -> None:
    assert post.news() == []
    assert post.told == []


def test_what_lies_in_the_past_when_a_process_starts_is_not_told(house: House) -> None:
    take(house)
    house.do(revoke, "admin", "wall")
    post = Post(house)
    assert post.news() == []
    post.parts.stop()


def test_a_change_of_the_queue_elsewhere_is_told_once_with_the_newest_version(
    house: House, post: Post
) -> None:
    take(house)
    take(house)
    post.look_out.look()
    post.look_out.look()
    version = house.see(lambda uow: uow.hall.version)
    assert [event for event in post.told if isinstance(event, BoardChanged)] == [BoardChanged(version)]


def test_what_this_process_did_itself_is_not_told_again(house: House, post: Post) -> None:
    there = House(house.folder, house.settings, house.clock, post.store, house.actors, house.tokens)
    take(there)
    there.do(revoke, "admin", "wall")
    open_case(there)
    StoreReports(post.store).device("kiosk-1", DeviceState.PAPER_OUT, "")
    assert {type(event) for event in post.told} >= {BoardChanged, DeviceEnded, CasesChanged, DeviceChanged}
    assert post.news() == []
    assert post.told == []


def test_signing_out_elsewhere_ends_the_sign_in_here(house: House, post: Post) -> None:
    sign_in = sign_in_of(house, "anna")
    house.do(end_sign_in, "anna", sign_in)
    assert post.news() == [SignInEnded(sign_in)]
    assert post.news() == []


def test_a_changed_account_loses_its_sign_ins_here(house: House, post: Post) -> None:
    sign_in = sign_in_of(house, "bo")
    house.do(change_account, "admin", "bo", disabled=True)
    assert post.news() == [SignInEnded(sign_in)]


@pytest.mark.parametrize("verb", [revoke, renew_code])
def test_a_device_that_is_shut_out_or_renewed_elsewhere_ends_here(
    house: House, post: Post, verb: Any
) -> None:
    device = house.actors["wall"].device_id
    assert device is not None
    house.do(verb, "admin", "wall")
    assert post.news() == [DeviceEnded(device)]


def test_a_slip_ordered_elsewhere_wakes_its_printer_here_and_its_end_is_told(
    house: House, post: Post, reports: StoreReports
) -> None:
    number = take(house)
    (ordered,) = post.news()
    assert isinstance(ordered, SlipOrdered)
    assert ordered.printer == "kiosk-1"
    (job,) = reports.exchange("there", [], {ordered.printer: 1}, ordered_before())
    assert post.news() == []
    reports.exchange("there", [PaperReport(job.id, PaperState.CONFIRMED, "")], {}, ordered_before())
    (ended,) = post.news()
    assert isinstance(ended, PaperChanged)
    assert (ended.job_id, ended.number, ended.state) == (job.id, number, PaperState.CONFIRMED)
    assert ended.device == "kiosk-1"
    assert post.news() == []


def test_a_printer_s_new_state_is_told_and_that_it_is_in_trouble(
    house: House, post: Post, reports: StoreReports
) -> None:
    reports.device("kiosk-1", DeviceState.PAPER_OUT, "")
    assert post.news() == [
        DeviceChanged("kiosk-1", DeviceState.PAPER_OUT),
        TroubleChanged("kiosk-1", "paper_out", begun=True),
    ]
    assert post.news() == []


def test_a_call_shown_and_sounded_elsewhere_is_told_once_each(house: House, post: Post) -> None:
    house.do(counters.sign_on, "anna", 3)
    take(house)
    call = house.do(calling.call_next, "anna", 3).announcement
    post.news()
    house.store.transact(lambda uow: call_shown(uow, call))
    assert post.news() == [CallShown(call)]
    house.store.transact(lambda uow: call_sounded(uow, call))
    assert post.news() == [CallSounded(call)]
    assert post.news() == []


def test_inboxes_of_all_offices_of_a_changed_case_are_told(house: House, post: Post) -> None:
    case = open_case(house)
    told = [event for event in post.news() if isinstance(event, CasesChanged)]
    assert told == [CasesChanged(tuple(sorted({item.office for item in case.items})))]


def test_a_transaction_that_was_overtaken_is_told_when_it_commits(house: House, post: Post) -> None:
    device = house.actors["wall"].device_id
    assert device is not None
    written, may_commit = threading.Event(), threading.Event()

    def revoke_slowly(uow: UnitOfWork) -> None:
        revoke(uow, house.actors["admin"], "wall")
        uow.flush()
        written.set()
        may_commit.wait(10)

    slow = threading.Thread(target=house.store.transact, args=(revoke_slowly,))
    slow.start()
    assert written.wait(10)
    if not is_sqlite(house.store.writer):
        # SQLite has one writer at a time: there nothing can overtake.
        take(house)
        assert not any(isinstance(event, DeviceEnded) for event in post.news())
    may_commit.set()
    slow.join()
    assert [event for event in post.news() if isinstance(event, DeviceEnded)] == [DeviceEnded(device)]


def test_another_epoch_begins_anew_and_is_told_even_with_a_lower_version(house: House, post: Post) -> None:
    take(house)
    post.news()

    def restore(uow: Any) -> None:
        uow.set_hall(epoch="another", version=0)

    house.store.transact(restore)
    post.told.clear()
    post.look_out.look()
    assert post.told == [BoardChanged(0)]


def test_a_row_whose_transaction_commits_late_is_still_asked_for() -> None:
    trail = Trail()
    trail.see([1, 2, 4, 7], 0.0)
    assert (trail.after, trail.missing) == (7, [3, 5, 6])
    trail.see([5], 1.0)
    assert (trail.after, trail.missing) == (7, [3, 6])


def test_an_id_that_never_appears_is_given_up() -> None:
    trail = Trail()
    trail.see([2], 0.0)
    trail.see([], PATIENCE_SECONDS)
    assert trail.missing == [1]
    trail.see([], PATIENCE_SECONDS + 1)
    assert trail.missing == []


def test_a_great_leap_of_ids_is_not_followed_one_by_one() -> None:
    trail = Trail()
    trail.see([10**12], 0.0)
    assert len(trail.missing) == MOST_MISSING


def test_a_process_that_nothing_wakes_says_once_that_others_serve_its_hall(
    house: House, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    def warnings() -> int:
        post.look_out.look()
        return sum("other processes serve this hall too" in line for line in caplog.messages)

    post.client().get("/api/v1/catalogue")
    assert warnings() == 0
    take(house)
    assert [warnings() for _ in range(3)] == [0, 1, 1]
    take(house)
    assert [warnings() for _ in range(2)] == [1, 1]
