"""Old days for a hall: copies of one day that the hall made itself, written straight into its file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

#: Each table with its key and the column that names the ticket; parents first.
_TABLES = (
    ("tickets", "id", "id"),
    ("stops", "id", "ticket_id"),
    ("calls", "id", "ticket_id"),
    ("print_jobs", "id", "ticket_id"),
    ("ledger", "seq", "subject_id"),
)
_OF_TICKETS = {"ledger": "subject = 'ticket'"}


def add_old_days(folder: Path, days: int) -> int:
    """Repeat what the hall in ``folder`` has, on so many days before; how many tickets it holds then."""
    database = sqlite3.connect(folder / "hall.db", isolation_level=None)
    try:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("BEGIN IMMEDIATE")
        # Keys of the copies lie a whole step apart, so that each still names its own ticket.
        steps = {table: _largest(database, table, key) for table, key, _ in _TABLES}
        for table, key, ticket in _TABLES:
            database.execute(_copy(database, table, key, ticket, steps), {"days": days})
        database.execute(
            f"WITH RECURSIVE {_DAYS} INSERT INTO series (day, letter, last) "
            "SELECT date(model.day, -n || ' days'), letter, last FROM past, (SELECT * FROM series) model",
            {"days": days},
        )
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(database.execute("SELECT count(*) FROM tickets").fetchone()[0])
    finally:
        database.close()


_DAYS = "past(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM past WHERE n < :days)"


def _largest(database: sqlite3.Connection, table: str, key: str) -> int:
    return int(database.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0])


def _copy(database: sqlite3.Connection, table: str, key: str, ticket: str, steps: dict[str, int]) -> str:
    columns = {row[1]: row[2] for row in database.execute(f"PRAGMA table_info({table})")}
    values = []
    for name, kind in columns.items():
        if name == key:
            values.append(f"model.{name} + n * {steps[table]}")
        elif name == ticket:
            values.append(f"model.{name} + n * {steps['tickets']}")
        elif name == "token":
            values.append("substr(lower(hex(randomblob(13))), 1, 26)")
        elif kind == "DATE":
            values.append(f"date(model.{name}, -n || ' days')")
        elif kind == "DATETIME":
            values.append(f"strftime('%Y-%m-%d %H:%M:%f000', model.{name}, -n || ' days')")
        else:
            values.append(f"model.{name}")
    which = f"(SELECT * FROM {table} WHERE {_OF_TICKETS.get(table, ticket + ' IS NOT NULL')}) model"
    names = ", ".join(columns)
    return (
        f"WITH RECURSIVE {_DAYS} INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM past, {which}"
    )
