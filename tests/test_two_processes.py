"""Two processes of one hall on PostgreSQL: what one owns, and what a crash of one leaves."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from crashing import Printed
from demos import Demo, two_demos
from servers import PostgresqlServer, RedisServer
from test_message_queue import SECONDS_WITHOUT, waiting
from test_sockets import Ear, Hand
from test_transport import network_printer

SIZE = ("--clerks", "4", "--kiosks", "2")
WISH = {"service_id": "retirement"}
PATIENCE = 30.0


class Hall:
    """Two processes, and a look into their database."""

    def __init__(self, demo: Demo, database_url: str) -> None:
        self.demo = demo
        self.here, self.there = demo.parts
        self._url = database_url

    def ask(self, query: str) -> list[str]:
        """The first column of what the database answers."""
        with psycopg.connect(self._url) as connection:
            return [str(row[0]) for row in connection.execute(query)]


@pytest.fixture
def printed() -> Printed:
    """What comes out of the printer that both processes may use."""
    return Printed()


@pytest.fixture
def pair(tmp_path: Path, postgresql_url: str, printed: Printed) -> Iterator[Hall]:
    """Two processes that share a printer and know of no message queue."""
    with (
        network_printer(printed.peer()) as printer,
        two_demos(tmp_path, postgresql_url, "--printer", printer, *SIZE) as demo,
    ):
        yield Hall(demo, postgresql_url)


def take(demo: Demo, times: int = 1) -> list[str]:
    """Take tickets at one process, and wait until their slips are out."""
    hand, kiosk = Hand(demo), Ear(demo, "/kiosk", demo.token("kiosk"))
    numbers = {hand.post("/tickets", demo.token("kiosk"), WISH)["number"] for _ in range(times)}
    out: set[str] = set()
    while out != numbers:
        slip = kiosk.wait("slip", lambda slip: slip["ticket"] in numbers, seconds=PATIENCE)
        assert slip["state"] == "confirmed"
        out.add(slip["ticket"])
    kiosk.close()
    hand.close()
    return sorted(numbers)


def test_a_slip_ordered_at_either_process_comes_out_once_also_after_the_printer_s_owner_was_killed(
    pair: Hall, printed: Printed
) -> None:
    numbers = [*take(pair.here, 3), *take(pair.there, 3)]
    (owner,) = {owner.split("/")[1] for owner in pair.ask("SELECT owner FROM printers")}
    (killed,) = (part for part in pair.demo.parts if str(part.process.pid) == owner)
    (left,) = (part for part in pair.demo.parts if part is not killed)
    killed.process.kill()
    killed.process.wait()
    numbers += take(left, 3)
    assert numbers == [f"A{place:03d}" for place in range(1, 10)]
    assert [printed.times(number) for number in numbers] == [1] * 9


def test_without_a_queue_walls_of_the_one_are_right_with_what_is_pressed_at_the_other(pair: Hall) -> None:
    wall, hand = Ear(pair.here, "/display", pair.here.token("display")), Hand(pair.there)
    try:
        before = waiting(wall.wait("board"))
        for more in range(1, 4):
            hand.post("/tickets", pair.there.token("kiosk"), WISH)
            wall.wait("board", partial(shows, before + more), seconds=SECONDS_WITHOUT)
    finally:
        wall.close()
        hand.close()


def shows(count: int, board: Any) -> bool:
    """Whether so many wait on a board."""
    return waiting(board) == count


@pytest.fixture
def own_server() -> Iterator[PostgresqlServer]:
    """A database server that may be crashed."""
    server = PostgresqlServer()
    yield server
    server.destroy()


class Clients:
    """People who press at the one address, each with a key, until they are answered."""

    def __init__(self, demo: Demo, count: int) -> None:
        self.told: dict[str, str] = {}
        self._demo = demo
        self._stopping = threading.Event()
        self._answered = threading.Condition()
        self._failures: list[Exception] = []
        self._threads = [threading.Thread(target=self._press) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Until so many more presses have been answered."""
        with self._answered:
            wanted = len(self.told) + more
            assert self._answered.wait_for(lambda: len(self.told) >= wanted or self._failures, PATIENCE)

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        assert self._failures == []

    def _press(self) -> None:
        try:
            while not self._stopping.is_set():
                key = uuid.uuid4().hex
                number = self._insist(key)
                with self._answered:
                    self.told[key] = number
                    self._answered.notify_all()
        except Exception as failure:  # noqa: BLE001  told when all have ended
            self._failures.append(failure)

    def _insist(self, key: str) -> str:
        headers = {"Authorization": f"Bearer {self._demo.token('kiosk')}", "Idempotency-Key": key}
        while True:
            try:
                # A connection of its own each time, so that a press is repeated at the other process.
                answer = httpx.post(f"{self._demo.base_url}/api/v1/tickets", json=WISH, headers=headers)
            except httpx.TransportError:
                continue
            if answer.status_code == 201:
                return str(answer.json()["number"])
            assert answer.status_code == 503, answer.text


def test_a_database_that_crashes_under_two_processes_loses_nothing_and_gives_nothing_twice(
    tmp_path: Path, own_server: PostgresqlServer, redis_server: RedisServer
) -> None:
    with (
        own_server.database() as url,
        two_demos(tmp_path, url, "--message-queue", redis_server.url, *SIZE) as demo,
    ):
        clients = Clients(demo, 4)
        try:
            for _ in range(2):
                clients.wait_for(20)
                own_server.crash()
                own_server.start()
            clients.wait_for(20)
        finally:
            clients.stop()
        kept = Hall(demo, url).ask("SELECT number FROM tickets ORDER BY serial")
        assert sorted(clients.told.values()) == kept
        assert kept == [f"A{place:03d}" for place in range(1, len(kept) + 1)]


def test_a_process_that_is_killed_under_load_leaves_the_other_to_answer_everybody(
    tmp_path: Path, postgresql_url: str, redis_server: RedisServer
) -> None:
    queue = ("--message-queue", redis_server.url)
    with two_demos(tmp_path, postgresql_url, *queue, *SIZE) as demo:
        clients = Clients(demo, 4)
        try:
            clients.wait_for(20)
            demo.parts[1].process.kill()
            clients.wait_for(20)
        finally:
            clients.stop()
        kept = Hall(demo, postgresql_url).ask("SELECT number FROM tickets ORDER BY serial")
        assert sorted(clients.told.values()) == kept
        assert kept == [f"A{place:03d}" for place in range(1, len(kept) + 1)]
