"""Many press at once over HTTP, on one server and on two: every answer, order and book is right."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from conftest import CastTemplate, settings_for
from flask.testing import FlaskClient
from hard_day import Plan, broken_order, live, look_into, one_server, two_servers
from random_pressing import Day, Span
from servers import PostgresqlServer
from werkzeug.test import TestResponse

from hall import create_app
from shared.domain.clock import FixedClock

#: A sample; ``make soak`` has 20 clerks and 5,000 tickets.
PLAN = Plan(clerks=6, kiosks=2, tickets=150, seed=7)

#: Ends when two transactions wait for a lock. The server tells of waiting only when it is asked.
UNTIL_TWO_WAIT = """SET statement_timeout = '20s';
    DO $$ BEGIN
        WHILE (SELECT count(*) FROM pg_locks WHERE NOT granted) < 2 LOOP PERFORM pg_sleep(0.01); END LOOP;
    END $$"""


@pytest.mark.one_process("its twin is about two servers")
def test_on_one_server_every_answer_every_order_and_every_book_is_right(tmp_path: Path) -> None:
    with one_server(PLAN, tmp_path) as (demo, url):
        day = live(PLAN, demo)
        assert look_into(day, url).all == []
    assert day.replays > 0


def test_on_two_servers_every_answer_every_order_and_every_book_is_right(
    tmp_path: Path, postgresql_server: PostgresqlServer, redis_url: str
) -> None:
    with two_servers(PLAN, tmp_path, postgresql_server, redis_url) as (demo, url):
        day = live(PLAN, demo)
        assert look_into(day, url).all == []
    assert day.replays > 0


def test_one_key_at_two_servers_at_once_is_one_press_though_the_second_would_be_refused(
    tmp_path: Path, postgresql_template: CastTemplate, postgresql_server: PostgresqlServer
) -> None:
    template, cast = postgresql_template
    shutil.copytree(template.data_dir, tmp_path / "hall")
    with ExitStack() as ending:
        url = ending.enter_context(postgresql_server.database(template.database_url.rpartition("/")[2]))
        clients = []
        for _ in range(2):
            app = create_app(settings_for(tmp_path / "hall", database_url=url), FixedClock())
            ending.callback(app.extensions["parts"].stop)
            clients.append(app.test_client())

        def press(client: FlaskClient, path: str, key: str, **body: str) -> TestResponse:
            headers = {"Authorization": f"Bearer {cast['anna'][1]}", "Idempotency-Key": key}
            return client.post(f"/api/v1{path}", json=body, headers=headers)

        press(clients[0], "/counters/3/sign-on", "1")
        press(clients[0], "/tickets", "2", service_id="retirement")
        press(clients[0], "/counters/3/call-next", "3")
        with psycopg.connect(url) as holder, ThreadPoolExecutor(2) as crew:
            holder.execute("UPDATE hall SET version = version")
            presses = [crew.submit(press, client, "/counters/3/start", "4") for client in clients]
            postgresql_server.statement(UNTIL_TWO_WAIT)
            holder.commit()
            answers = [pressed.result() for pressed in presses]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].data == answers[1].data
        assert sorted("Idempotency-Replayed" in answer.headers for answer in answers) == [False, True]


@pytest.mark.parametrize(
    ("spans", "broken"),
    [
        ([Span(1, 0.0, 2.0), Span(2, 1.0, 3.0)], 0),
        ([Span(1, 2.0, 3.0), Span(2, 0.0, 2.5)], 0),
        ([Span(1, 2.0, 3.0), Span(2, 0.0, 1.0)], 1),
    ],
)
def test_whoever_was_answered_before_another_asked_stands_before_him(spans: list[Span], broken: int) -> None:
    """Presses that overlap may come in either order."""
    day = Day(2, 1, given={"A": spans})
    assert len(list(broken_order(day))) == broken
