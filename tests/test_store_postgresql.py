"""A database server that goes away: nothing is lost or done twice, and the hall comes back by itself."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from conftest import settings_for
from cut_wire import CutWire, cut_wire
from flask import Flask
from servers import PostgresqlServer
from test_api import TICKET, code
from werkzeug.test import TestResponse

import hall
from shared.actions import issuing
from shared.actions.devices import StoreReports
from shared.actions.enrolling import add_device_with_token, device_of_token
from shared.actions.issuing import IssueRequest
from shared.commands.founding import found
from shared.domain.account import THE_HALL, Actor, Role
from shared.domain.adapting import demo_hall
from shared.domain.clock import FixedClock
from shared.domain.ticket import TicketState
from shared.store.store import Store
from shared.store.trouble import OutcomeUnknown, StoreUnavailable
from shared.store.unit_of_work import UnitOfWork

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    """A server that these tests alone may crash."""
    made = PostgresqlServer(durable=True)
    yield made
    made.destroy()


@pytest.fixture
def wire(server: PostgresqlServer) -> Iterator[CutWire]:
    with cut_wire(server.port) as made:
        yield made


@dataclass
class Hall:
    """A hall whose database is reached by a wire that can be cut."""

    app: Flask
    store: Store
    token: str
    kiosk: Actor

    def take(self, key: str) -> TestResponse:
        """Take a ticket at the kiosk."""
        return self.app.test_client().post(
            "/api/v1/tickets",
            json=TICKET,
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
        )

    def issue(self, uow: UnitOfWork) -> str:
        return issuing.issue(uow, self.kiosk, IssueRequest(service_id="retirement")).number

    def numbers(self) -> list[str]:
        return self.store.read(
            lambda uow: [t.number for t in uow.tickets.in_states(list(TicketState), uow.day)]
        )


@pytest.fixture
def cut_off(server: PostgresqlServer, wire: CutWire, tmp_path: Path, seed: dict[str, Any]) -> Iterator[Hall]:
    """A founded hall behind the wire."""
    with server.database() as url:
        settings = settings_for(tmp_path / "hall", database_url=url.replace(str(server.port), str(wire.port)))
        found(settings, demo_hall(seed, counters=2, kiosks=1))
        app = hall.create_app(settings, FixedClock())
        store: Store = app.extensions["parts"].hall.store

        def enrol(uow: UnitOfWork) -> str:
            return add_device_with_token(uow, THE_HALL, "kiosk-1", Role.KIOSK, 1)

        token = store.transact(enrol)
        kiosk = store.read(lambda uow: device_of_token(uow, token))
        assert kiosk is not None
        yield Hall(app, store, token, kiosk)
        app.extensions["parts"].stop()


def test_a_press_whose_commit_was_never_answered_is_done_once(cut_off: Hall, wire: CutWire) -> None:
    wire.lose_the_next_commit()
    answer = cut_off.take("tap-1")
    assert (answer.status_code, answer.get_json()["number"]) == (201, "A001")
    assert cut_off.take("tap-1").data == answer.data
    assert cut_off.numbers() == ["A001"]


def test_work_without_a_key_is_not_done_again_when_nobody_knows_whether_it_was_kept(
    cut_off: Hall, wire: CutWire
) -> None:
    wire.lose_the_next_commit()
    with pytest.raises(OutcomeUnknown):
        cut_off.store.transact(cut_off.issue)
    assert cut_off.numbers() == ["A001"]


def test_a_connection_lost_before_the_commit_is_made_anew_and_the_work_is_done_once(
    cut_off: Hall, wire: CutWire
) -> None:
    tries: list[str] = []

    def cut_once(uow: UnitOfWork) -> str:
        tries.append(cut_off.issue(uow))
        if len(tries) == 1:
            wire.cut()
            uow.tickets.counts(uow.day)
        return tries[-1]

    assert cut_off.store.transact(cut_once) == "A001"
    assert tries == ["A001", "A001"]
    assert cut_off.numbers() == ["A001"]


def test_reading_outlives_a_cut_connection(cut_off: Hall, wire: CutWire) -> None:
    cut_off.take("tap-1")
    wire.cut()
    assert cut_off.numbers() == ["A001"]


def test_a_slip_that_was_claimed_without_an_answer_is_told_as_failed(cut_off: Hall, wire: CutWire) -> None:
    known, printer = cut_off.store, "kiosk-1"
    # A store without the listeners of the application, whose own spooler would take the slips.
    url = known.writer.url.render_as_string(hide_password=False)
    with closing(Store(url, known.keyring, known.clock, known.address)) as store:
        reports = StoreReports(store)
        assert reports.lease([printer], "one") == {printer: 1}
        assert [store.transact(cut_off.issue) for _ in range(2)] == ["A001", "A002"]
        wire.lose_the_next_commit()
        with pytest.raises(OutcomeUnknown):
            reports.exchange("one", [], {printer: 1}, LONG_AGO)
        assert reports.waiting([printer]) == {printer}
        assert store.read(lambda uow: uow.papers.slip_of_ticket(1)) == (printer, "failed", None)
        handed = reports.exchange("one", [], {printer: 1}, LONG_AGO)
        assert [job.document["number"] for job in handed] == ["A002"]
        wire.lose_the_next_commit()
        with pytest.raises(OutcomeUnknown):
            reports.exchange("one", [], {printer: 1}, LONG_AGO)
        assert reports.waiting([printer]) == set()
        assert store.read(lambda uow: uow.papers.slip_of_ticket(2)) == (printer, "pending", None), (
            "it may print"
        )


def test_a_server_that_crashes_under_load_loses_nothing_and_is_used_again_without_a_restart(
    cut_off: Hall, server: PostgresqlServer
) -> None:
    told: dict[str, str] = {}
    enough, stopping = threading.Event(), threading.Event()

    def client() -> None:
        while not stopping.is_set():
            key = uuid.uuid4().hex
            while (answer := cut_off.take(key)).status_code == 503:
                assert code(answer)[1] in ("store_unavailable", "outcome_unknown")
            assert answer.status_code == 201, answer.get_json()
            told[key] = answer.get_json()["number"]
            if len(told) > 20:
                enough.set()

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(30)
    server.crash()
    server.start()
    enough.clear()
    assert enough.wait(30)
    stopping.set()
    for thread in threads:
        thread.join()
    assert sorted(told.values()) == sorted(cut_off.numbers())
    assert len(set(told.values())) == len(told)


def test_a_server_that_stays_away_is_a_clear_refusal_and_needs_no_restart_of_the_hall(
    cut_off: Hall, server: PostgresqlServer
) -> None:
    server.crash()
    try:
        assert code(cut_off.take("tap-1")) == (503, "store_unavailable")
    finally:
        server.start()
    assert cut_off.take("tap-1").get_json()["number"] == "A001"


def test_a_hall_whose_row_is_held_by_another_program_refuses_clearly(
    cut_off: Hall, server: PostgresqlServer
) -> None:
    database = cut_off.store.writer.url.database
    with psycopg.connect(server.url(str(database))) as other:
        other.execute("SELECT * FROM hall FOR UPDATE")
        with pytest.raises(StoreUnavailable):
            cut_off.store.transact(cut_off.issue)
        other.rollback()
    assert cut_off.store.transact(cut_off.issue) == "A001"
