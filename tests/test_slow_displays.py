"""A display that stops reading: it costs the others nothing, and is cut off."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import psutil
import pytest
import websocket
from conftest import Demo
from engineio.packet import MESSAGE, Packet
from test_sockets import Ear, Hand

from shared.web.links import MOST_UNSENT, Outbox

DROPPED_SECONDS = 15.0
MEMORY_MIB = 5.0
BOARDS = 40


@pytest.fixture
def hand(demo: Demo) -> Iterator[Hand]:
    hand = Hand(demo)
    yield hand
    hand.close()


def deaf_display(demo: Demo) -> websocket.WebSocket:
    """A wall that joins, has little room for what comes, and never reads again."""
    address = demo.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)]
    link = websocket.create_connection(address, timeout=10, sockopt=small)
    link.send("40/display," + json.dumps({"token": demo.token("display")}))
    while not str(link.recv()).startswith("40/display"):
        pass
    return link


def is_connected(demo: Demo, port: int) -> bool:
    """Whether the hall still keeps the link of a client's port."""
    links = psutil.Process(demo.process.pid).net_connections("tcp")
    return any(port in link.raddr for link in links)


def is_newer(version: int, board: Any) -> bool:
    return bool(board["version"] > version)


def press_and_see(demo: Demo, hand: Hand, wall: Ear) -> None:
    """Take numbers, and see every one of them on the wall."""
    version = -1
    for _ in range(BOARDS):
        hand.post("/tickets", demo.token("kiosk"), {"service_id": "retirement"})
        version = wall.wait("board", partial(is_newer, version))["version"]


def memory(demo: Demo) -> float:
    return float(psutil.Process(demo.process.pid).memory_full_info().uss) / 2**20


def test_a_display_that_stops_reading_is_cut_off_and_the_others_get_every_board(
    demo: Demo, hand: Hand
) -> None:
    wall = Ear(demo, "/display", demo.token("display"))
    # What the hall itself needs for so many tickets is not the displays' doing.
    press_and_see(demo, hand, wall)
    deaf = [deaf_display(demo) for _ in range(3)]
    ports = [link.sock.getsockname()[1] for link in deaf if link.sock is not None]
    try:
        before, deadline = memory(demo), time.monotonic() + DROPPED_SECONDS
        press_and_see(demo, hand, wall)
        while any(is_connected(demo, port) for port in ports):
            assert time.monotonic() < deadline, "a display that reads nothing is still connected"
            # Nothing tells it: the end of the link lies behind the boards that its other end never reads.
            time.sleep(0.1)
        assert memory(demo) - before < MEMORY_MIB
    finally:
        wall.close()
        for link in deaf:
            link.shutdown()  # type: ignore[no-untyped-call]


BOARD, QUEUE = '2/display,["board"', '2/counter,["queue"'


def packet(text: str) -> Any:
    return Packet(MESSAGE, text)


def unsent(outbox: Outbox) -> list[str]:
    return [outbox.get().data for _ in range(outbox.qsize())]


def test_of_whole_boards_only_the_newest_is_kept_and_everything_else_keeps_its_order() -> None:
    outbox = Outbox((BOARD, QUEUE))
    for text in (f"{BOARD},1]", "first", f"{BOARD},2]", f"{QUEUE},3]", "second", f"{BOARD},4]"):
        outbox.put(packet(text))
    assert unsent(outbox) == [f"{BOARD},4]", "first", f"{QUEUE},3]", "second"]


def test_a_link_that_lags_too_far_behind_is_ended_and_nothing_more_is_kept_for_it() -> None:
    outbox = Outbox((BOARD,))
    for number in range(MOST_UNSENT + 1):
        outbox.put(packet(f"hint {number}"))
    assert outbox.get() is None
    assert outbox.qsize() == 0


def test_closing_a_link_does_not_wait_for_ever_for_what_was_never_sent() -> None:
    outbox = Outbox((BOARD,))
    outbox.put(packet("never sent"))
    assert outbox.join(timeout=0.01) is not True
    outbox.join()
