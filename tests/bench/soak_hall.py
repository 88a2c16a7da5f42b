"""A hard day of 20 clerks and 5,000 tickets, on SQLite and on PostgreSQL with two servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from demos import Demo
from hard_day import Findings, Plan, live, look_into, one_server, two_servers
from measuring import Report, percentile
from random_pressing import Day
from servers import PostgresqlServer, RedisServer

PLAN = Plan(clerks=20, kiosks=8, tickets=5000, seed=20_260_918)


@pytest.fixture(params=[1, 2], ids=["one", "two"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Demo, str]]:
    """A hall on SQLite with one server, or on PostgreSQL with two, and the address of its books."""
    with ExitStack() as ending:
        if request.param == 1:
            yield ending.enter_context(one_server(PLAN, tmp_path))
            return
        postgresql = PostgresqlServer(durable=True)
        ending.callback(postgresql.destroy)
        redis = RedisServer()
        ending.callback(redis.destroy)
        yield ending.enter_context(two_servers(PLAN, tmp_path, postgresql, redis.url))


def report(day: Day, found: Findings, seconds: float, servers: int) -> list[str]:
    """What was done, for the person who runs it."""
    spans = day.spans
    slow = f"p50 {percentile(spans, 50) * 1000:.1f} ms, p99 {percentile(spans, 99) * 1000:.1f} ms"
    broken = f"order {len(found.order)}, presses lost or done twice {len(found.presses)}"
    return [
        f"{PLAN.clerks} clerks, {PLAN.kiosks} kiosks, {len(day.issued)} tickets, {servers} server(s)",
        f"{len(spans)} presses in {seconds:.0f} s, {len(spans) / seconds:.0f}/s, {slow}",
        f"keys repeated: {day.replays}",
        "done: " + ", ".join(f"{verb} {count}" for verb, count in sorted(day.done.items())),
        "refused: " + ", ".join(f"{what} {count}" for what, count in sorted(day.refused.items())),
        "states: " + ", ".join(f"{state} {count}" for state, count in sorted(found.states.items())),
        f"broken: answers {len(found.answers)}, books {len(found.books)}, " + broken,
    ]


def test_after_a_hard_day_every_answer_every_order_and_every_book_is_right(
    request: pytest.FixtureRequest, hall: tuple[Demo, str]
) -> None:
    demo, url = hall
    began = time.perf_counter()
    day = live(PLAN, demo)
    found = look_into(day, url)
    lines = report(day, found, time.perf_counter() - began, len(demo.parts) or 1)
    request.config.pluginmanager.register(Report("A hard day", lines))
    assert found.all == []
    assert day.replays > 0
