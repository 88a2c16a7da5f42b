"""A database that is held, full or broken: work waits a moment, then is refused clearly; nothing is half."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Demo, House, Web, start_demo, stop_demo
from sqlalchemy.exc import DBAPIError
from test_api import CASE, TICKET, code
from test_issuing import take

from shared.store.store import Store
from shared.store.trouble import StoreUnavailable, Trouble, trouble_of

pytestmark = pytest.mark.sqlite_file

HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
"""


@contextmanager
def held(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that holds the database until it is spoken to or the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        let_go(process)


def let_go(process: subprocess.Popen[str]) -> None:
    """Have the other program end its transaction."""
    assert process.stdin is not None
    if process.poll() is None:
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait(timeout=10)


def limit_pages(store: Store, more: int | None) -> None:
    """Give the database's file room for so many pages ``more``, or for as many as it wants."""
    with store.writer.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        wanted = 2**30 if more is None else pages + more
        connection.exec_driver_sql(f"PRAGMA max_page_count={wanted}").scalar()


def is_sound(house: House) -> bool:
    with closing(sqlite3.connect(house.folder / "hall.db")) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def numbers(house: House) -> list[str]:
    with closing(sqlite3.connect(house.folder / "hall.db")) as database:
        return [number for (number,) in database.execute("SELECT number FROM tickets ORDER BY id")]


def store_of(web: Web) -> Store:
    store: Store = web.app.extensions["parts"].hall.store
    return store


def test_a_full_disk_refuses_clearly_leaves_the_database_whole_and_needs_no_restart(web: Web) -> None:
    limit_pages(store_of(web), 0)
    taken: list[str] = []
    while (answer := web.post("/tickets", "kiosk-1", TICKET, key=f"tap-{len(taken)}")).status_code == 201:
        taken.append(answer.get_json()["number"])
    assert code(answer) == (503, "store_unavailable")
    assert "磁盘满了" in answer.get_json()["title"]
    assert answer.headers["Retry-After"] == "1"
    assert is_sound(web.house)
    assert numbers(web.house) == taken
    limit_pages(store_of(web), None)
    again = web.post("/tickets", "kiosk-1", TICKET, key=f"tap-{len(taken)}")
    assert (again.status_code, again.get_json()["number"]) == (201, f"A{len(taken) + 1:03d}")


def test_a_case_for_which_the_disk_is_too_full_leaves_nothing_behind(web: Web) -> None:
    limit_pages(store_of(web), 0)
    opened = 0
    while (answer := web.post("/cases", "anna", CASE)).status_code == 201:
        opened += 1
    assert code(answer) == (503, "store_unavailable")
    with closing(sqlite3.connect(web.house.folder / "hall.db")) as database:
        for table in ("cases", "items"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (opened,)


def press(demo: Demo, key: str) -> httpx.Response:
    """Take a ticket at the kiosk."""
    return httpx.post(
        f"{demo.base_url}/api/v1/tickets",
        json=TICKET,
        headers={"Authorization": f"Bearer {demo.token('kiosk')}", "Idempotency-Key": key},
        timeout=30,
    )


@pytest.fixture
def one_hall(tmp_path: Path) -> Iterator[Demo]:
    """A running hall whose database another program may hold."""
    demo = start_demo("--clerks", "1", "--kiosks", "1", "--data-dir", str(tmp_path / "hall"))
    yield demo
    stop_demo(demo)


def in_the_background(work: Any) -> tuple[threading.Thread, list[Any]]:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    return thread, answers


def test_while_another_program_holds_the_database_reading_goes_on_and_writing_waits(one_hall: Demo) -> None:
    with held(Path(one_hall.line["data_dir"], "hall.db")) as other:
        waiting, answers = in_the_background(lambda: press(one_hall, "tap-1"))
        for _ in range(5):
            assert httpx.get(f"{one_hall.base_url}/api/v1/catalogue", timeout=10).status_code == 200
        assert answers == []
        let_go(other)
        waiting.join()
    assert answers[0].status_code == 201


def test_a_database_that_is_held_too_long_is_a_clear_refusal_for_all_who_wait_and_the_key_still_works(
    one_hall: Demo,
) -> None:
    with held(Path(one_hall.line["data_dir"], "hall.db")):
        crowd = [in_the_background(lambda key=key: press(one_hall, key)) for key in ("a", "b", "c")]
        for thread, _ in crowd:
            thread.join()
    refused = [answers[0] for _, answers in crowd]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (503, "store_unavailable")
    ] * 3
    assert {press(one_hall, key).json()["number"] for key in ("a", "b", "c")} == {"A001", "A002", "A003"}


def test_a_file_that_is_no_database_any_more_is_a_clear_refusal(house: House) -> None:
    (house.folder / "hall.db").write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(StoreUnavailable):
        take(house)
    with pytest.raises(StoreUnavailable):
        house.see(lambda uow: uow.hall.version)


def test_a_mistake_of_this_program_is_not_called_trouble_with_the_database(house: House) -> None:
    with house.store.writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE stops")
    with pytest.raises(DBAPIError, match="no such table|does not exist"):
        take(house)


class Driver(Exception):
    """An error of PostgreSQL's driver, as far as it is looked at."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "trouble"),
    [
        ("40001", Trouble.RACE),
        ("40P01", Trouble.RACE),
        ("55P03", Trouble.BUSY),
        ("57P01", Trouble.LOST),
        ("57P03", Trouble.LOST),
        ("08006", Trouble.LOST),
        ("53300", Trouble.LOST),
        ("53100", Trouble.FULL),
        ("25006", Trouble.READ_ONLY),
        ("58030", Trouble.BROKEN),
        ("42P01", Trouble.FAULT),
    ],
)
def test_every_state_that_postgresql_tells_has_its_kind(sqlstate: str, trouble: Trouble) -> None:
    assert trouble_of(DBAPIError("statement", None, Driver(sqlstate))) is trouble
