"""Power cuts under the real store: what was acknowledged is there afterwards, and nothing is half-made."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import House
from power_cut import Connection as ForgetfulConnection
from power_cut import ForgetfulDisk
from sqlalchemy import event
from test_casework import request

from shared.actions import calling, casework, counters, issuing
from shared.actions.issuing import IssueRequest
from shared.store.keyring import load_keyring
from shared.store.store import Store

pytestmark = pytest.mark.sqlite_file

SEED = 20_261_124
#: One change of the disk in so many is followed by a cut.
RARELY = 40
SERVICES = ("retirement", "unemployment", "hire", "advice")
LINES = (1, 3, 4, 6)


@dataclass
class Acknowledged:
    """What callers of the store have been told is done."""

    tickets: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.tickets) + len(self.calls) + len(self.cases) * len(LINES)


@dataclass
class Outage:
    """A hall that works on a forgetful disk, and what the images after its power cuts hold."""

    folder: Path
    disk: ForgetfulDisk
    chance: random.Random
    told: Acknowledged = field(default_factory=Acknowledged)
    cuts: int = 0
    found: Counter[str] = field(default_factory=Counter)
    lost: int = 0

    def consider_a_cut(self) -> None:
        """By chance: cut the power now, look at what is left, and go on as if nothing had happened."""
        if self.chance.randrange(RARELY):
            return
        self.cuts += 1
        image = self.disk.cut(self.folder / "hall.db", self.folder, self.chance)
        with closing(sqlite3.connect(image)) as database:
            try:
                kinds = set(self._broken(database))
            except sqlite3.DatabaseError:
                kinds = {"damaged"}
        self.found.update(kinds)

    def _broken(self, database: sqlite3.Connection) -> Iterator[str]:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            yield "damaged"
        tickets = _column(database, "SELECT number FROM tickets")
        calls = _column(
            database,
            "SELECT t.number FROM tickets t JOIN ledger l ON l.subject_id = t.id"
            " WHERE l.subject = 'ticket' AND l.verb = 'call'",
        )
        items = Counter(
            _column(database, "SELECT c.case_number FROM cases c JOIN items i ON i.case_id = c.id")
        )
        lost = len(set(self.told.tickets) - tickets.keys()) + len(set(self.told.calls) - calls.keys())
        lost += sum(len(LINES) - items[number] for number in self.told.cases)
        if lost:
            self.lost += lost
            yield "acknowledged facts are lost"
        cases = _column(database, "SELECT case_number FROM cases")
        if any(items[number] != len(LINES) for number in cases):
            yield "a case is half-made"
        for first, last, count in database.execute(
            "SELECT min(serial), max(serial), count(*) FROM tickets GROUP BY day, series"
        ):
            if (first, last) != (1, count):
                yield "numbers have gaps"


def _column(database: sqlite3.Connection, query: str) -> Counter[str]:
    return Counter(value for (value,) in database.execute(query))


def suffer(house: House, cuts: int, synchronous: str = "FULL", seed: int = SEED) -> Outage:
    """Work through the real store until the power was cut so many times."""
    disk = ForgetfulDisk(f"forgetful-{house.folder}-{synchronous}")
    path = house.folder / "hall.db"
    store = Store(
        house.settings.database_url,
        load_keyring(house.folder, None),
        house.clock,
        house.settings.address(),
        connect=lambda: ForgetfulConnection(disk, path),
    )
    event.listen(store.writer, "connect", lambda db, _: db.execute(f"PRAGMA synchronous={synchronous}"))
    outage = Outage(house.folder, disk, random.Random(seed))
    try:
        store.transact(lambda uow: counters.sign_on(uow, house.actors["anna"], 3))
        disk.on_change = outage.consider_a_cut
        while outage.cuts < cuts:
            _work(house, store, outage)
    finally:
        disk.on_change = lambda: None
        store.close()
    return outage


def _work(house: House, store: Store, outage: Outage) -> None:
    """One press of somebody; what it is told goes into the list only when transact has returned."""
    chance, told, number = outage.chance, outage.told, len(outage.told.tickets)
    way = chance.random()
    if way < 0.5 or number <= len(told.calls) + 1:
        service = IssueRequest(service_id=chance.choice(SERVICES))
        ticket = store.transact(lambda uow: issuing.issue(uow, house.actors["kiosk-1"], service))
        told.tickets.append(ticket.number)
    elif way < 0.85:
        called = store.transact(lambda uow: calling.call_next(uow, house.actors["anna"], 3, "finish"))
        assert called is not None
        told.calls.append(called.number)
    else:
        body = request("retirement", LINES)
        case = store.transact(lambda uow: casework.open_case(uow, house.actors["anna"], body))
        told.cases.append(case.case_number)


def test_a_power_cut_loses_nothing_that_was_acknowledged_and_damages_nothing(house: House) -> None:
    outage = suffer(house, 60)
    assert outage.found == {}
    assert outage.told.count > 60


def test_the_cuts_would_show_a_database_that_does_not_sync_every_commit(house: House) -> None:
    outage = suffer(house, 40, synchronous="NORMAL")
    assert outage.found.keys() == {"acknowledged facts are lost"}
    assert outage.lost > 0


def test_the_cuts_would_show_a_database_that_never_syncs(house: House) -> None:
    assert suffer(house, 40, synchronous="OFF").found["damaged"] > 0


def test_the_store_itself_asks_for_a_sync_of_every_commit(house: House) -> None:
    with house.store.writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
