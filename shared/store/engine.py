"""Database engines: one that writes and one that reads, for SQLite and for PostgreSQL."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from shared.domain.base import Keyring

_BUSY_MS = 10_000
#: What a statement carried may be personal; an error's text must not repeat it.
_QUIET: dict[str, Any] = {"hide_parameters": True}
_SQLITE = {"timeout": _BUSY_MS / 1000, "check_same_thread": False}


def database_url(text: str) -> URL:
    """The address with the driver this hall uses; ``postgresql://`` is taken as it is."""
    url = make_url(text)
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def is_sqlite(engine: Engine) -> bool:
    """Whether the engine speaks to a SQLite file."""
    return engine.dialect.name == "sqlite"


def writing_engine(text: str, keyring: Keyring) -> Engine:
    """The engine of transactions that change something.

    On SQLite a transaction takes the write lock when it begins: a deferred one that reads first and
    writes later fails at once when another has written in between.
    """
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, pool_size=1, max_overflow=0, pool_timeout=30, connect_args=_SQLITE, **_QUIET
        )
        _prepare_sqlite(engine, "BEGIN IMMEDIATE", query_only=False)
    else:
        engine = create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True, **_QUIET)
    return _with_keyring(engine, keyring)


def reading_engine(text: str, keyring: Keyring) -> Engine:
    """The engine of snapshots: it sees one moment, waits for nobody and cannot write."""
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=8, max_overflow=24, connect_args=_SQLITE, **_QUIET)
        _prepare_sqlite(engine, "BEGIN", query_only=True)
    else:
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=24,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            **_QUIET,
        )
    return _with_keyring(engine, keyring)


def _with_keyring(engine: Engine, keyring: Keyring) -> Engine:
    cast(Any, engine.dialect).hall_keyring = keyring
    return engine


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
    def begin_now(connection: Any) -> None:
        connection.exec_driver_sql(begin)
