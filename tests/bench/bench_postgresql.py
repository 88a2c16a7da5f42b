"""The same presses on PostgreSQL, by one server process and by two; asserts only what is correct."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from conftest import Demo, start_process, stop_demo
from keepalive import seat_clerks
from measuring import Figure, Measured, Table, measure
from rush import finish_and_call, running, take_tickets
from servers import PostgresqlServer, RedisServer

KIOSKS = CLIENTS = 8
CLERKS = 4
TICKETS_EACH, CALLS_EACH = 100, 80
BARE_COMMITS = 300


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Table:
    table = Table("On PostgreSQL; times in ms; x: how many times its floor")
    request.config.pluginmanager.register(table)
    return table


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server that waits for the disk, as a hall's must."""
    server = PostgresqlServer(durable=True)
    yield server
    server.destroy()


@pytest.fixture(scope="module")
def bare_commit(postgresql: PostgresqlServer) -> Measured:
    """One small insert made durable."""
    with psycopg.connect(postgresql.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (word text)")
        return measure(lambda: connection.execute("INSERT INTO bare VALUES ('x')"), BARE_COMMITS)


@pytest.fixture(params=[1, 2], ids=["one", "two"])
def servers(
    request: pytest.FixtureRequest, tmp_path: Path, postgresql: PostgresqlServer
) -> Iterator[list[Demo]]:
    """One hall on PostgreSQL, with as many server processes as asked for."""
    processes: int = request.param
    with ExitStack() as ending:
        database = ending.enter_context(postgresql.database())
        options = ["--clerks", str(CLERKS), "--kiosks", str(KIOSKS), "--data-dir", str(tmp_path)]
        options += ["--database-url", database]
        if processes > 1:
            redis = RedisServer()
            ending.callback(redis.destroy)
            options += ["--message-queue", redis.url]
        first = ending.enter_context(running(*options))
        others = [start_process(*options) for _ in range(processes - 1)]
        for other in others:
            ending.callback(stop_demo, other)
        yield [first, *others]


def test_numbers_and_calls_are_right_whoever_of_the_processes_is_asked(
    servers: list[Demo], bare_commit: Measured, table: Table
) -> None:
    by = "one process" if len(servers) == 1 else f"{len(servers)} processes"
    issued, numbers = take_tickets(servers, CLIENTS, TICKETS_EACH)
    table.add(Figure(f"ticket issued, {CLIENTS} clients, {by}", issued, "bare commit", bare_commit))
    assert len(set(numbers)) == len(numbers) == CLIENTS * TICKETS_EACH
    with seat_clerks(servers[0], CLERKS, *servers[1:]) as clerks:
        found, called = finish_and_call(clerks, CALLS_EACH)
    table.add(Figure(f"finish and call next, {CLERKS} clerks, {by}", found, "bare commit", bare_commit))
    assert len(set(called)) == len(called) == CLERKS * CALLS_EACH
