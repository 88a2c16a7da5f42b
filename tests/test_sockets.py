"""Walls, kiosks and staff over real sockets of a running hall."""

from __future__ import annotations

import json
import queue
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import socketio
import websocket
from conftest import Demo, start_demo, stop_demo

from shared.web.socket_limits import MOST_STRANGERS

pytestmark = pytest.mark.both_forms


class Ear:
    """A Socket.IO client that keeps what it hears."""

    def __init__(self, demo: Demo, namespace: str, token: str | None) -> None:
        self.namespace = namespace
        self.client = socketio.Client(reconnection_delay=0.2, reconnection_delay_max=0.5)
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client.on("*", lambda event, data: self.heard.put((event, data)), namespace=namespace)
        auth = {"token": token} if token else None
        self.client.connect(
            demo.base_url,
            namespaces=[namespace],
            auth=auth,
            transports=["websocket"],
            wait_timeout=20,
        )

    def wait(self, event: str, fits: Callable[[Any], bool] = lambda data: True, seconds: float = 10) -> Any:
        """The next such event; anything else is passed over."""
        while True:
            name, data = self.heard.get(timeout=seconds)
            if name == event and fits(data):
                return data

    def heard_until(self, event: str, seconds: float = 10) -> list[tuple[str, Any]]:
        """Everything that comes up to, and with, the next such event."""
        heard = [self.heard.get(timeout=seconds)]
        while heard[-1][0] != event:
            heard.append(self.heard.get(timeout=seconds))
        return heard

    def close(self) -> None:
        self.client.disconnect()


class Hand:
    """Presses keys of the API."""

    def __init__(self, demo: Demo) -> None:
        self._client = httpx.Client(base_url=f"{demo.base_url}/api/v1", timeout=30)

    def post(self, path: str, token: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = self._client.post(path, json=body or {}, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def sign_in(self, demo: Demo, **wanted: Any) -> str:
        account = demo.account(**wanted)
        body = {"username": account["username"], "password": account["password"]}
        return str(self._client.post("/session", json=body).json()["token"])

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def hand(demo: Demo) -> Iterator[Hand]:
    hand = Hand(demo)
    yield hand
    hand.close()


@pytest.fixture
def ears(demo: Demo) -> Iterator[Callable[..., Ear]]:
    opened: list[Ear] = []

    def listen(namespace: str, token: str | None) -> Ear:
        opened.append(Ear(demo, namespace, token))
        return opened[-1]

    yield listen
    for ear in opened:
        ear.close()


def test_a_wall_gets_the_whole_board_on_connect_and_on_every_change(
    demo: Demo, hand: Hand, ears: Callable[..., Ear]
) -> None:
    wall = ears("/display", demo.token("display"))
    first = wall.wait("board")
    assert first["floor"] is None
    wall.client.emit("watch", {"floor": 2}, namespace="/display")
    board = wall.wait("board", lambda data: data["floor"] == 2)
    taken = hand.post("/tickets", demo.token("kiosk"), {"service_id": "retirement"})
    after = wall.wait("board", lambda data: data["version"] > board["version"])
    assert after["epoch"] == board["epoch"]
    assert sum(row["count"] for row in after["waiting"]) > 0
    clerk = hand.sign_in(demo, counter=5)
    hand.post("/counters/5/sign-on", clerk)
    hand.post("/counters/5/call", clerk, {"number": taken["number"]})
    called = wall.wait("board", lambda data: data["calls"] and data["calls"][0]["number"] == taken["number"])
    assert (called["calls"][0]["counter"], called["calls"][0]["direction"]) == (5, "here")
    hand.post("/counters/5/finish", clerk)
    hand.post("/counters/5/sign-off", clerk)


def test_a_wall_hears_that_the_link_lives(demo: Demo, ears: Callable[..., Ear]) -> None:
    beat = ears("/display", demo.token("display")).wait("alive")
    assert set(beat) == {"epoch", "version", "at"}


@pytest.mark.parametrize("namespace", ["/display", "/counter", "/kiosk"])
@pytest.mark.parametrize("token", [None, "not-a-token-of-this-hall-at-all"])
def test_nobody_without_a_token_is_let_in(demo: Demo, namespace: str, token: str | None) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Ear(demo, namespace, token)


def test_a_wall_is_not_let_into_the_staff_s_room(demo: Demo) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Ear(demo, "/counter", demo.token("display"))


def test_a_socket_of_another_site_is_refused(demo: Demo) -> None:
    client = socketio.Client()
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(
            demo.base_url,
            headers={"Origin": "http://evil.example"},
            transports=["websocket"],
            wait_timeout=20,
        )


RawSocket = Callable[..., websocket.WebSocket]


@pytest.fixture
def raw_socket(demo: Demo) -> Iterator[RawSocket]:
    """Links below Socket.IO, closed when the test ends."""
    opened: list[websocket.WebSocket] = []

    def connect(**options: Any) -> websocket.WebSocket:
        address = demo.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        opened.append(websocket.create_connection(address, timeout=10, **options))
        assert str(opened[-1].recv()).startswith("0")
        return opened[-1]

    yield connect
    for link in opened:
        link.shutdown()  # type: ignore[no-untyped-call]


def _answer_of(link: websocket.WebSocket, namespace: str, token: str) -> str:
    """What joining a namespace is answered with: ``40`` for let in, ``44`` for refused."""
    link.send(f"40{namespace}," + json.dumps({"token": token}))
    while True:
        word = str(link.recv())
        if word.startswith((f"40{namespace}", f"44{namespace}")):
            return word[:2]


def test_the_staff_s_room_asks_where_a_socket_comes_from(
    demo: Demo, hand: Hand, raw_socket: RawSocket
) -> None:
    guide = hand.sign_in(demo, role="guide")
    assert _answer_of(raw_socket(), "/counter", guide) == "40"
    assert _answer_of(raw_socket(suppress_origin=True), "/counter", guide) == "44"


def _is_closed_by_the_hall(link: websocket.WebSocket) -> bool:
    """Answer pings until the hall ends the link."""
    try:
        while True:
            word = link.recv()
            if word in ("", b""):
                return True
            if word == "2":
                link.send("3")
    except websocket.WebSocketConnectionClosedException:
        return True


def test_a_socket_that_joins_nothing_is_closed(raw_socket: RawSocket) -> None:
    assert _is_closed_by_the_hall(raw_socket())


@pytest.mark.parametrize("packet", [b"\x04\x00", '451-["watch"]'])
def test_binary_packets_end_the_link(demo: Demo, raw_socket: RawSocket, packet: bytes | str) -> None:
    link = raw_socket()
    assert _answer_of(link, "/display", demo.token("display")) == "40"
    if isinstance(packet, bytes):
        link.send_binary(packet)
    else:
        link.send(packet)
    assert _is_closed_by_the_hall(link)


def test_a_kiosk_hears_what_became_of_its_slip(demo: Demo, hand: Hand, ears: Callable[..., Ear]) -> None:
    kiosk = ears("/kiosk", demo.token("kiosk"))
    taken = hand.post("/tickets", demo.token("kiosk"), {"service_id": "advice"})
    slip = kiosk.wait("slip", lambda data: data["ticket"] == taken["number"])
    assert slip["state"] == "confirmed"


def test_staff_hear_that_the_queue_moved_and_lose_the_socket_when_they_sign_out(
    demo: Demo, hand: Hand, ears: Callable[..., Ear]
) -> None:
    clerk = hand.sign_in(demo, role="guide")
    desk = ears("/counter", clerk)
    hand.post("/tickets", demo.token("kiosk"), {"service_id": "advice"})
    assert desk.wait("queue")["version"] > 0
    gone: queue.Queue[bool] = queue.Queue()
    desk.client.on("disconnect", lambda *_: gone.put(True), namespace="/counter")
    httpx.delete(f"{demo.base_url}/api/v1/session", headers={"Authorization": f"Bearer {clerk}"})
    assert gone.get(timeout=10)


def test_whoever_signs_out_loses_the_link_below_the_socket_too(
    demo: Demo, hand: Hand, raw_socket: RawSocket
) -> None:
    clerk = hand.sign_in(demo, role="guide")
    link = raw_socket()
    assert _answer_of(link, "/counter", clerk) == "40"
    httpx.delete(f"{demo.base_url}/api/v1/session", headers={"Authorization": f"Bearer {clerk}"})
    assert _is_closed_by_the_hall(link)


def test_sockets_that_join_nothing_are_few_and_the_hall_goes_on(
    demo: Demo, hand: Hand, ears: Callable[..., Ear]
) -> None:
    address = demo.base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    refused, strangers = 0, []
    most = MOST_STRANGERS * len(demo.processes)
    for _ in range(most + 10):
        try:
            strangers.append(websocket.create_connection(address, timeout=10))
        except websocket.WebSocketBadStatusException:
            refused += 1
    assert len(strangers) <= most
    assert refused >= 10
    assert hand.post("/tickets", demo.token("kiosk"), {"service_id": "retirement"})["number"]
    for link in strangers:
        assert _is_closed_by_the_hall(link)
        link.shutdown()  # type: ignore[no-untyped-call]
    ears("/display", demo.token("display")).wait("board")


def test_wrong_packets_are_answered_and_change_nothing(demo: Demo, ears: Callable[..., Ear]) -> None:
    wall = ears("/display", demo.token("display"))
    for event, data in (
        ("watch", {"floor": "two"}),
        ("shown", {"id": "x"}),
        ("sounded", None),
        ("watch", {"floor": 9}),
    ):
        answer = wall.client.call(event, data, namespace="/display", timeout=20)
        assert answer["ok"] is False


def test_after_a_restart_the_wall_is_right_again_by_itself(tmp_path: Any) -> None:
    folder = str(tmp_path / "hall")
    first = start_demo("--clerks", "3", "--kiosks", "1", "--data-dir", folder)
    port = first.base_url.rsplit(":", 1)[1]
    wall, hand = Ear(first, "/display", first.token("display")), Hand(first)
    taken = hand.post("/tickets", first.token("kiosk"), {"service_id": "retirement"})
    before = wall.wait("board", lambda data: data["soon"] == [taken["number"]])
    assert stop_demo(first) == 0
    second = start_demo("--clerks", "3", "--kiosks", "1", "--data-dir", folder, "--port", port)
    try:
        after = wall.wait("board", lambda data: True, seconds=20)
        assert (after["epoch"], after["soon"]) == (before["epoch"], [taken["number"]])
        assert after["version"] >= before["version"]
        assert second.line["accounts"] == first.line["accounts"]
        assert second.line["devices"] == first.line["devices"]
    finally:
        wall.close()
        hand.close()
        stop_demo(second)
