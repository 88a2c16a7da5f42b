"""``hall verify``: sound books pass, and every invariant that is broken is named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import CastTemplate, House, Web, settings_for
from sqlalchemy import text
from test_casework import PERSON

import hall
from shared.commands.verify import read_and_verify
from shared.domain.clock import FixedClock
from shared.domain.verifying import INVARIANTS
from shared.store.keyring import load_keyring
from shared.store.store import Store

Break = Callable[..., set[str]]

CASE = {"service_id": "retirement", "applicant": PERSON, "items": [{"ordinal": 1}, {"ordinal": 6}]}
#: One ticket and all that was said about it, so that a breach can be told by its id alone.
SERVED, HELD, OPEN = "A001", "A003", "A005"


def press(web: Web, path: str, who: str = "anna", body: Any = None) -> Any:
    answer = web.post(path, who, body)
    assert answer.status_code < 300, answer.get_data(as_text=True)
    return answer.get_json()


def live_through_two_days(web: Web) -> None:
    """Every verb once: seven tickets, a hand-written one, two cases, a night, and a ticket that waits."""
    for clerk, counter in (("anna", 3), ("bo", 4)):
        press(web, f"/counters/{counter}/sign-on", clerk)
    for _ in range(7):
        press(web, "/tickets", "kiosk-1", {"service_id": "retirement"})
    press(web, "/tickets", "guide", {"service_id": "advice", "hand_number": "H7"})
    for verb, body in (
        ("call-next", {}),
        ("recall", {}),
        ("start", {}),
        ("finish", {}),
        ("call-next", {}),
        ("no-show", {}),
        ("call-next", {}),
        ("hold", {}),
        ("resume", {"ticket": HELD}),
        ("transfer", {"service_id": "hire"}),
        ("call", {"number": HELD}),
        ("undo", {"ticket": HELD}),
        ("call-next", {}),
        ("start", {}),
        ("next-stop", {"service_id": "1.10.1"}),
    ):
        web.house.later(seconds=5)
        press(web, f"/counters/3/{verb}", "anna", body)
    press(web, "/tickets/A002/reinstate", "guide")
    press(web, "/tickets/A006/cancel", "guide")
    press(web, "/tickets/A007/priority", "guide", {"reason_code": "elderly"})
    press(web, "/cases", "anna", CASE)
    press(web, "/counters/4/pause", "bo", {"reason": "meal"})
    web.house.later(days=1)
    press(web, "/tickets", "kiosk-1", {"service_id": "retirement"})
    press(web, "/cases", "anna", {**CASE, "receive_only": True})
    press(web, "/counters/3/sign-on", "anna")
    press(web, "/counters/3/call-next", "anna")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory, sqlite_template: CastTemplate) -> Path:
    """The folder of a hall with sound books; nobody writes to it any more."""
    template, cast = sqlite_template
    folder = tmp_path_factory.mktemp("books") / "hall"
    shutil.copytree(template.data_dir, folder)
    settings, clock = settings_for(folder), FixedClock()
    actors = {name: actor for name, (actor, _) in cast.items()}
    tokens = {name: token for name, (_, token) in cast.items()}
    store = Store(settings.database_url, load_keyring(folder, None), clock, settings.address())
    house = House(folder, settings, clock, store, actors, tokens, ExitStack())
    app = hall.create_app(settings, clock)
    with app.test_client() as client:
        live_through_two_days(Web(app, client, house))
    app.extensions["parts"].stop()
    store.close()
    return folder


@pytest.fixture
def copy(books: Path, tmp_path: Path) -> Path:
    """A copy of the sound books, to be broken."""
    return Path(shutil.copytree(books, tmp_path / "copy"))


def broken(folder: Path) -> dict[str, list[str]]:
    """What verify says, by invariant."""
    found: dict[str, list[str]] = {}
    for breach in read_and_verify(f"sqlite:///{folder}/hall.db"):
        found.setdefault(breach.invariant, []).append(breach.detail)
    return found


def change(folder: Path, *statements: str) -> None:
    """Change the books behind the hall's back, past its guards."""
    database = sqlite3.connect(folder / "hall.db", isolation_level=None)
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert database.execute(statement).rowcount != 0, statement
    database.close()


@pytest.mark.sqlite_file
def test_sound_books_pass(books: Path) -> None:
    assert broken(books) == {}


def test_both_databases_are_verified_while_the_hall_runs(web: Web) -> None:
    live_through_two_days(web)
    url = web.house.settings.database_url
    assert read_and_verify(url) == []
    with web.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE series SET last = last + 1 WHERE letter = 'A'"))
        connection.execute(text("UPDATE counters SET state = 'paused' WHERE number = 3"))
        connection.execute(text("UPDATE presses SET status = 500 WHERE id = 1"))
    assert [breach.invariant for breach in read_and_verify(url)] == ["I2", "I2", "I5", "I9"]


#: What is done to sound books (columns of unique indexes are freed first), and what verify must name.
BREAKS: Sequence[tuple[str, tuple[str, ...], str]] = (
    # A ticket that was answered is gone, with or without its traces.
    ("I1", ("DELETE FROM tickets WHERE number = 'A005'",), "A005"),
    ("I1", ("UPDATE calls SET number = 'A009' WHERE id = 1",), "A009"),
    ("I1", ("DELETE FROM cases WHERE id = 2",), "20260919-0001"),
    ("I2", ("UPDATE series SET last = 9 WHERE letter = 'A' AND last = 7",), "9"),
    ("I2", ("UPDATE tickets SET serial = 12 WHERE number = 'A005'",), "A005"),
    ("I2", ("UPDATE tickets SET number = 'A001' WHERE number = 'A005'",), "发了 2 次"),
    ("I2", ("UPDATE cases SET case_number = '20260918-0005' WHERE id = 1",), "20260918"),
    # A005 is called while A004 is at the counter.
    (
        "I3",
        ("UPDATE ledger SET counter = 4, verb = 'call' WHERE verb = 'start' AND subject_id = 1",),
        "4",
    ),
    ("I4", ("UPDATE ledger SET rule = 'cap' WHERE verb = 'call' AND subject_id = 1",), "规则"),
    ("I4", ("UPDATE tickets SET passed = 5 WHERE number = 'A005'",), "记的是 5 次"),
    (
        "I4",
        ("UPDATE ledger SET before = json_set(before, '$.place', 99) WHERE rule IS NULL AND verb = 'call'",),
        "按规则应叫 A004",
    ),
    ("I5", ("UPDATE tickets SET state = 'waiting' WHERE number = 'A001'",), "A001"),
    ("I5", ("UPDATE tickets SET state = 'lost' WHERE number = 'A001'",), "lost"),
    ("I5", ("UPDATE ledger SET to_state = 'held' WHERE verb = 'start'",), "start"),
    ("I5", ("UPDATE ledger SET from_state = 'held' WHERE verb = 'no_show'",), "no_show"),
    ("I5", ("UPDATE ledger SET verb = 'requeue' WHERE verb = 'no_show'",), "requeue"),
    ("I5", ("UPDATE ledger SET to_state = 'held' WHERE verb = 'undo'",), "undo"),
    ("I5", ("UPDATE counters SET state = 'paused' WHERE number = 3",), "3号窗口"),
    ("I5", ("UPDATE items SET state = 'completed' WHERE id = 1",), "第 1 项"),
    ("I6", ("DELETE FROM items WHERE id = 1",), "20260918-0001"),
    ("I6", ("UPDATE items SET office = '' WHERE id = 1",), "股室"),
    ("I6", ("UPDATE items SET due_on = NULL WHERE id = 1",), "期限"),
    ("I6", ("DELETE FROM ledger WHERE subject = 'item' AND verb = 'dispatch' AND subject_id = 1",), "转办"),
    ("I6", ("UPDATE ledger SET press = 'x' WHERE subject = 'item' AND subject_id = 1",), "只受理了 1 项"),
    ("I7", ("UPDATE calls SET id = 1000 WHERE id = 2",), "叫号"),
    ("I7", ("DELETE FROM calls WHERE id = 3",), "叫号"),
    ("I7", ("UPDATE hall SET version = 3",), "3"),
    ("I8", ("DELETE FROM ledger WHERE verb = 'issue' AND subject_id = 5",), "8 个"),
    ("I9", ("UPDATE presses SET status = 500 WHERE id = 1",), "500"),
    ("I9", ("UPDATE presses SET answer = x'7b' WHERE id = 1",), "读不出来"),
    ("I9", ("UPDATE presses SET answer = x'' WHERE id = 1",), "不成答复"),
    ("I10", ("DELETE FROM ledger WHERE subject = 'ticket' AND subject_id = 5",), "A005"),
    ("I10", ("UPDATE ledger SET press = '' WHERE verb = 'start'",), "start"),
    ("I10", ("UPDATE ledger SET actor = '' WHERE verb = 'start'",), "start"),
    ("I10", ("UPDATE tickets SET version = 1 WHERE number = 'A001'",), "A001"),
    ("I10", ("DELETE FROM ledger WHERE subject = 'case' AND subject_id = 1",), "20260918-0001"),
    ("I11", ("UPDATE ledger SET elapsed = 0 WHERE verb = 'next_stop'",), "开机时长"),
    (
        "I12",
        (
            "UPDATE tickets SET state = 'waiting' WHERE number = 'A005'",
            "DELETE FROM ledger WHERE verb = 'expire' AND subject_id = 5",
        ),
        "A005",
    ),
    ("I12", ("UPDATE ledger SET reason = NULL WHERE verb = 'expire' AND subject_id = 5",), "expire"),
    ("storage", ("DELETE FROM accounts WHERE username = 'anna'",), "accounts"),
)


@pytest.mark.sqlite_file
@pytest.mark.parametrize(("invariant", "statements", "named"), BREAKS)
def test_a_broken_invariant_is_named(
    copy: Path, invariant: str, statements: tuple[str, ...], named: str
) -> None:
    change(copy, *statements)
    found = broken(copy)
    assert invariant in found, found
    assert any(named in detail for detail in found[invariant]), found[invariant]


@pytest.mark.sqlite_file
def test_a_key_with_two_answers_is_named(copy: Path) -> None:
    """The index that forbids it must be gone for such a row to exist."""
    database = sqlite3.connect(copy / "hall.db", isolation_level=None)
    columns = "principal, route, key, body_hash, status, answer, pressed_at"
    database.execute("CREATE TABLE other AS SELECT * FROM presses")
    database.execute("DROP TABLE presses")
    database.execute("ALTER TABLE other RENAME TO presses")
    database.execute(f"INSERT INTO presses (id, {columns}) SELECT 9999, {columns} FROM presses WHERE id = 1")
    database.close()
    assert list(broken(copy)) == ["I9"]


def test_every_invariant_has_a_test_that_breaks_it() -> None:
    assert {invariant for invariant, _, _ in BREAKS} == set(INVARIANTS)


def run(*options: str) -> Result:
    return CliRunner().invoke(hall.commands(), ["verify", *options])


@pytest.mark.sqlite_file
def test_the_command_says_ok_in_one_line_of_json_or_in_words(books: Path) -> None:
    told = run("--json", "--data-dir", str(books))
    assert (told.exit_code, json.loads(told.output)) == (0, {"ok": True, "broken": []})
    told = run("--database-url", f"sqlite:///{books}/hall.db")
    assert told.exit_code == 0
    assert all(f"{name:<8}" in told.output for name in INVARIANTS)
    assert "账目都对。" in told.output


@pytest.mark.sqlite_file
def test_the_command_fails_when_something_is_broken(copy: Path) -> None:
    change(copy, "UPDATE hall SET version = 3")
    told = run("--json", "--data-dir", str(copy))
    answer = json.loads(told.output)
    assert (told.exit_code, answer["ok"]) == (1, False)
    assert [set(breach) for breach in answer["broken"]] == [{"invariant", "detail"}]
    assert answer["broken"][0]["invariant"] == "I7"
    told = run("--data-dir", str(copy))
    assert (told.exit_code, told.output.count("不对")) == (1, 1)


@pytest.mark.sqlite_file
def test_a_folder_without_a_database_and_a_file_that_is_none_are_told(tmp_path: Path) -> None:
    assert "没有数据库" in run("--data-dir", str(tmp_path)).output
    (tmp_path / "hall.db").write_bytes(b"no database at all" * 100)
    told = run("--json", "--data-dir", str(tmp_path))
    assert (told.exit_code, json.loads(told.output)["broken"][0]["invariant"]) == (1, "storage")


@pytest.mark.sqlite_file
def test_verify_writes_nothing(copy: Path) -> None:
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    run("--data-dir", str(copy))
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
