"""Database engines: one that writes and one that reads, for SQLite and for PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from shared.domain.base import Keyring
from shared.store.trouble import PATIENCE_SECONDS, Trouble, trouble_of

UNTIL = "hall_until"
"""Name of the execution option that says how long a transaction may wait to begin (``time.monotonic()``)."""

#: Waiting inside the driver would stop the whole server, whose event loop runs in the same thread.
_BUSY_MS = 20
_PAUSE_SECONDS = 0.02
#: What a statement carried may be personal; an error's text must not repeat it.
_COMMON: dict[str, Any] = {"hide_parameters": True, "pool_timeout": PATIENCE_SECONDS}
_SQLITE = {"timeout": _BUSY_MS / 1000, "check_same_thread": False}
#: A server that vanished without a word is given up after seconds, not after the two hours of the kernel.
_POSTGRESQL = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8000,
}

Connect = Callable[[], Any]


def database_url(text: str) -> URL:
    """The address with the driver this hall uses; ``postgresql://`` is taken as it is."""
    url = make_url(text)
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def is_sqlite(engine: Engine) -> bool:
    """Whether the engine speaks to a SQLite file."""
    return engine.dialect.name == "sqlite"


def writing_engine(text: str, keyring: Keyring, connect: Connect | None = None) -> Engine:
    """The engine of transactions that change something.

    On SQLite a transaction takes the write lock when it begins: a deferred one that reads first and
    writes later fails at once when another has written in between. ``connect`` opens SQLite's file in
    another way than the driver's own.
    """
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=1, max_overflow=0, **_opening(connect), **_COMMON)
        _prepare_sqlite(engine, "BEGIN IMMEDIATE", query_only=False)
    else:
        engine = _postgresql(url, max_overflow=8)
        _bound_waiting(engine)
    return _with_keyring(engine, keyring)


def reading_engine(text: str, keyring: Keyring, connect: Connect | None = None) -> Engine:
    """The engine of snapshots: it sees one moment, waits for nobody and cannot write."""
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=8, max_overflow=24, **_opening(connect), **_COMMON)
        _prepare_sqlite(engine, "BEGIN", query_only=True)
    else:
        engine = _postgresql(
            url,
            max_overflow=24,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    return _with_keyring(engine, keyring)


def _with_keyring(engine: Engine, keyring: Keyring) -> Engine:
    cast(Any, engine.dialect).hall_keyring = keyring
    return engine


def _opening(connect: Connect | None) -> dict[str, Any]:
    return {"connect_args": _SQLITE} if connect is None else {"creator": connect}


def _postgresql(url: URL, **more: Any) -> Engine:
    told = {name: value for name, value in _POSTGRESQL.items() if name not in url.query}
    return create_engine(url, pool_size=8, pool_pre_ping=True, connect_args=told, **more, **_COMMON)


def _bound_waiting(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Another program that holds the hall's row is waited for as long as one that holds SQLite's file.
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {PATIENCE_SECONDS * 1000:.0f}")
        connection.commit()


def _prepare_sqlite(engine: Engine, begin: str, *, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver would otherwise begin by itself, deferred, at the first write.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin_now(connection: Connection) -> None:
        until = connection.get_execution_options().get(UNTIL, time.monotonic() + PATIENCE_SECONDS)
        while not _has_begun(connection, begin, until):
            time.sleep(_PAUSE_SECONDS)


def _has_begun(connection: Connection, begin: str, until: float) -> bool:
    """Begin, unless another program holds the file and there is time left to wait for it."""
    try:
        connection.exec_driver_sql(begin)
    except OperationalError as busy:
        if trouble_of(busy) is not Trouble.BUSY or time.monotonic() >= until:
            raise
        return False
    return True
