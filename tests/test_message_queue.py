"""Two processes over one database: woken by the message queue, and right without it."""

from __future__ import annotations

import pickle
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from conftest import Demo, start_demo, start_process, stop_demo
from servers import PostgresqlServer, RedisServer
from test_sockets import Ear, Hand

from shared.web.message_queue import MessageQueue

#: Without wake-ups another process's walls are right in this time.
SECONDS_WITHOUT = 3.0


class Pair:
    """Two processes of one hall."""

    def __init__(self, here: Demo, there: Demo) -> None:
        self.here, self.there = here, there
        self.hand_there = Hand(there)
        self._ears: list[Ear] = []

    def ear(self, demo: Demo, namespace: str, token: str) -> Ear:
        ear = Ear(demo, namespace, token)
        self._ears.append(ear)
        return ear

    def wall_here(self) -> Ear:
        wall = self.ear(self.here, "/display", self.here.token("display"))
        wall.wait("board")
        return wall

    def take_there(self) -> str:
        """A number taken at the other process, as the wall will show it: how many wait."""
        wish = {"service_id": "retirement"}
        return str(self.hand_there.post("/tickets", self.there.token("kiosk"), wish)["number"])

    def close(self) -> None:
        for ear in self._ears:
            ear.close()
        self.hand_there.close()


def waiting(board: Any) -> int:
    return sum(row["count"] for row in board["waiting"])


@pytest.fixture(scope="module")
def demos(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer, redis_server: RedisServer
) -> Iterator[list[Demo]]:
    with ExitStack() as ending:
        database = ending.enter_context(postgresql_server.database())
        options: tuple[str, ...] = (
            "--clerks",
            "4",
            "--kiosks",
            "2",
            "--data-dir",
            str(tmp_path_factory.mktemp("hall")),
        )
        options += ("--database-url", database, "--message-queue", redis_server.url)
        running: list[Demo] = []
        for _ in range(2):
            running.append(start_process(*options))
            ending.callback(stop_demo, running[-1])
        yield running


@pytest.fixture
def pair(demos: list[Demo]) -> Iterator[Pair]:
    pair = Pair(*demos)
    yield pair
    pair.close()


def press_there_and_see_here(pair: Pair, wall: Ear) -> None:
    """A number is taken there, and a wall here shows that one more waits."""
    headers = {"Authorization": f"Bearer {pair.there.token('display')}"}
    before = waiting(httpx.get(f"{pair.there.base_url}/api/v1/board", headers=headers).json())
    pair.take_there()
    wall.wait("board", lambda board: waiting(board) > before, seconds=SECONDS_WITHOUT)


def test_a_wall_here_shows_what_was_pressed_there(pair: Pair) -> None:
    wall = pair.wall_here()
    for _ in range(3):
        press_there_and_see_here(pair, wall)


def test_while_the_queue_is_away_nothing_fails_and_walls_are_right_all_the_same(
    pair: Pair, redis_server: RedisServer
) -> None:
    wall = pair.wall_here()
    redis_server.stop()
    try:
        for _ in range(3):
            press_there_and_see_here(pair, wall)
    finally:
        redis_server.start()
    press_there_and_see_here(pair, wall)


GARBAGE = (
    b"",
    b"\x80\x04",
    pickle.dumps({"method": "emit", "event": "board", "data": {}}),
    b'{"method": "emit", "event": "board", "data": {}, "namespace": "/display"}',
)


def test_what_an_outsider_writes_into_the_queue_reaches_no_screen(
    pair: Pair, redis_server: RedisServer
) -> None:
    wall = pair.wall_here()
    client = redis.Redis.from_url(redis_server.url)
    epoch = wall.wait("alive")["epoch"]
    wait_for_channel(client, f"hall:{epoch}".encode())
    for channel in (*client.pubsub_channels(), b"flask-socketio", b"socketio"):
        for garbage in GARBAGE * 20:
            client.publish(channel, garbage)
    client.close()
    assert [event for event, _ in wall.heard_until("alive")] == ["alive"]
    press_there_and_see_here(pair, wall)


def test_signing_out_there_closes_the_socket_here(pair: Pair) -> None:
    clerk = pair.hand_there.sign_in(pair.there, role="guide")
    desk = pair.ear(pair.here, "/counter", clerk)
    gone = on_disconnect(desk)
    headers = {"Authorization": f"Bearer {clerk}"}
    httpx.delete(f"{pair.there.base_url}/api/v1/session", headers=headers)
    assert gone.get(timeout=10)


def test_a_device_shut_out_there_loses_its_socket_here(pair: Pair) -> None:
    manager = pair.hand_there.sign_in(pair.there, role="administrator")
    sign = next(device for device in pair.here.devices if device["role"] == "sign")
    gone = on_disconnect(pair.ear(pair.here, "/display", sign["token"]))
    pair.hand_there.post(f"/devices/{sign['name']}/revoke", manager)
    assert gone.get(timeout=10)


def test_a_kiosk_here_hears_what_became_of_a_slip_printed_there(pair: Pair) -> None:
    kiosk = pair.ear(pair.here, "/kiosk", pair.here.token("kiosk"))
    number = pair.take_there()
    assert kiosk.wait("slip", lambda slip: slip["ticket"] == number)["state"] == "confirmed"


def test_staff_here_hear_of_the_queue_and_of_calls_shown_there(pair: Pair) -> None:
    desk = pair.ear(pair.here, "/counter", pair.hand_there.sign_in(pair.here, role="guide"))
    pair.take_there()
    assert desk.wait("queue")["version"] > 0
    clerk = pair.hand_there.sign_in(pair.there, counter=3)
    pair.hand_there.post("/counters/3/sign-on", clerk)
    called = pair.hand_there.post("/counters/3/call-next", clerk)
    wall = pair.ear(pair.there, "/display", pair.there.token("display"))
    wall.client.emit("shown", {"id": called["announcement"]}, namespace="/display")
    assert desk.wait("shown")["id"] == called["announcement"]


def wait_for_channel(client: redis.Redis, channel: bytes) -> None:
    """Until both processes of a hall listen; another hall of the tests may use the same Redis."""
    deadline = time.monotonic() + 10
    while dict(client.pubsub_numsub(channel))[channel] != 2:
        assert time.monotonic() < deadline, "the processes do not listen on one channel"
        # Redis tells nobody that somebody has subscribed.
        time.sleep(0.02)


def on_disconnect(ear: Ear) -> queue.Queue[bool]:
    gone: queue.Queue[bool] = queue.Queue()
    ear.client.on("disconnect", lambda *_: gone.put(True), namespace=ear.namespace)
    return gone


def test_a_hall_starts_while_its_queue_is_away(tmp_path: Path) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    demo = start_demo("--data-dir", str(tmp_path / "hall"), "--message-queue", nowhere)
    hand = Hand(demo)
    try:
        assert hand.post("/tickets", demo.token("kiosk"), {"service_id": "retirement"})["number"] == "A001"
    finally:
        hand.close()
        stop_demo(demo)


class Listener:
    """A process's end of the queue, and whether it was woken."""

    def __init__(self, url: str, epoch: str) -> None:
        self.woken = threading.Event()
        self.end = MessageQueue(url, in_background)
        self.end.start(self.woken)
        self.end.belong_to(epoch)

    def is_woken(self, seconds: float = 10) -> bool:
        """Whether somebody calls in this time; then it is ready for the next call."""
        woken = self.woken.wait(seconds)
        self.woken.clear()
        return woken


def in_background(work: Callable[..., None], *args: Any) -> None:
    threading.Thread(target=work, args=args, daemon=True).start()


def test_a_commit_wakes_the_other_processes_of_the_hall_and_nobody_else(redis_server: RedisServer) -> None:
    one, two, stranger = (Listener(redis_server.url, epoch) for epoch in ("a", "a", "b"))
    # Everybody who comes, or comes back, looks once: calls may have been lost.
    assert all(listener.is_woken() for listener in (one, two, stranger))
    one.end.ring()
    assert two.is_woken()
    two.end.ring()
    assert one.is_woken()
    assert not stranger.woken.is_set()


def test_a_queue_that_comes_back_wakes_everybody_and_carries_calls_again(redis_server: RedisServer) -> None:
    one, two = Listener(redis_server.url, "c"), Listener(redis_server.url, "c")
    assert one.is_woken()
    assert two.is_woken()
    redis_server.stop()
    try:
        one.end.ring()
    finally:
        redis_server.start()
    assert two.is_woken()
    assert one.is_woken()
    one.woken.clear()
    two.end.ring()
    assert one.is_woken()
