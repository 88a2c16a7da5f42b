"""An agent and a real hall: slips come out there, once and never late, whatever is cut or killed."""

from __future__ import annotations

import itertools
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from agents import (
    AT_AGENT,
    NAME,
    PATIENCE,
    agent_beside,
    keep_token,
    start_agent,
    until_it_says,
)
from crashing import Printed
from demos import Demo, one_demo, start_process, stop_demo, two_demos
from faulty_line import FaultyLine
from servers import PostgresqlServer, RedisServer, free_port
from test_sockets import Ear, Hand
from test_transport import network_printer
from test_two_processes import Hall

from hardware.virtual_printer import VirtualPrinter

SIZE = ("--clerks", "2", "--kiosks", "8")
WISH = {"service_id": "retirement"}


class Kiosk:
    """Takes numbers, and hears what becomes of their slips."""

    #: Each test has a kiosk of its own: after three failures in a row one goes without paper.
    _turns = itertools.cycle(range(1, 9))

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._tokens: dict[str, str] = {}
        name = f"kiosk-{next(self._turns)}"
        self._token = next(device["token"] for device in demo.devices if device["name"] == name)
        self._hand = Hand(demo)
        self._ear = Ear(demo, "/kiosk", self._token)

    def take(self) -> str:
        """Take a number; its slip may be on its way for a while."""
        ticket = self._hand.post("/tickets", self._token, WISH)
        self._tokens[ticket["number"]] = ticket["token"]
        return str(ticket["number"])

    def recorded(self, number: str) -> str:
        """What stands of a number's slip in the hall's record now."""
        api = f"{self._demo.base_url}/api/v1"
        answer = httpx.get(f"{api}/tickets/{self._tokens[number]}", timeout=PATIENCE)
        return str(answer.json()["slip"]["state"])

    def slip(self, number: str, state: str | None = None) -> str:
        """The next that is told of a number's slip, or the next that says ``state``."""

        def fits(slip: Any) -> bool:
            return slip["ticket"] == number and state in (None, slip["state"])

        return str(self._ear.wait("slip", fits, seconds=PATIENCE)["state"])

    def until_paper(self) -> None:
        """Wait until the kiosk prints again."""
        self._ear.wait("paper", lambda told: not told["paperless"], seconds=PATIENCE)

    def close(self) -> None:
        self._ear.close()
        self._hand.close()


@contextmanager
def kiosk_of(demo: Demo) -> Iterator[Kiosk]:
    kiosk = Kiosk(demo)
    try:
        yield kiosk
    finally:
        kiosk.close()


@pytest.fixture(scope="module")
def hall_with_agent() -> Iterator[Demo]:
    with one_demo(*AT_AGENT, *SIZE) as demo:
        yield demo


@pytest.fixture
def kiosk(hall_with_agent: Demo) -> Iterator[Kiosk]:
    with kiosk_of(hall_with_agent) as kiosk:
        yield kiosk


@pytest.fixture(scope="module")
def token(hall_with_agent: Demo) -> str:
    return hall_with_agent.token("agent")


@pytest.fixture
def line(hall_with_agent: Demo) -> Iterator[FaultyLine]:
    line = FaultyLine(hall_with_agent.base_url, random.Random(7))
    yield line
    line.close()


pytestmark = pytest.mark.one_process("what two processes do with an agent is a test of its own here")


def test_a_slip_comes_out_at_the_agent_and_fails_at_once_without_one(
    hall_with_agent: Demo, token: str, kiosk: Kiosk
) -> None:
    with agent_beside(hall_with_agent.base_url, token) as beside:
        number = kiosk.take()
        assert kiosk.slip(number) == "confirmed"
        assert beside.times(number) == 1
    lonely = kiosk.take()
    assert kiosk.slip(lonely) == "failed"
    with agent_beside(hall_with_agent.base_url, token) as beside:
        number = kiosk.take()
        assert kiosk.slip(number) == "confirmed"
        assert (beside.times(number), beside.times(lonely)) == (1, 0)


def test_the_hall_knows_that_an_agent_is_there_and_its_version(hall_with_agent: Demo, token: str) -> None:
    hand = Hand(hall_with_agent)
    manager = hand.sign_in(hall_with_agent, role="duty_manager")
    hand.close()

    def is_known() -> bool:
        answer = httpx.get(
            f"{hall_with_agent.base_url}/api/v1/devices",
            headers={"Authorization": f"Bearer {manager}"},
            timeout=PATIENCE,
        )
        (seen,) = (device for device in answer.json()["items"] if device["name"] == NAME)
        return seen["last_seen_at"] is not None and seen["version"] == "test"

    with agent_beside(hall_with_agent.base_url, token):
        assert comes_true(is_known)


#: Questions for the printer's state are shorter, also several at once.
STATUS_REQUESTS = 100


class Gate:
    """A network printer that says that a slip is printed only when it is let."""

    def __init__(self) -> None:
        self.begun, self.let = threading.Event(), threading.Event()
        self.printer = VirtualPrinter("gate")

    def peer(self, link: socket.socket) -> None:
        self.printer.connect()
        while data := link.recv(65536):
            answers = self.printer.receive(data)
            if len(data) > STATUS_REQUESTS:
                self.begun.set()
                assert self.let.wait(PATIENCE)
            if answers:
                link.sendall(answers)


def test_a_link_cut_in_the_middle_of_a_slip_costs_nothing(
    hall_with_agent: Demo, token: str, kiosk: Kiosk, line: FaultyLine
) -> None:
    gate = Gate()
    with (
        network_printer(gate.peer) as address,
        agent_beside(line.base_url, token, address=address) as beside,
    ):
        number = kiosk.take()
        assert gate.begun.wait(PATIENCE)
        line.cut()
        line.mend()
        gate.let.set()
        # Confirmed at once when the link is back before the deadline, else in the record afterwards.
        assert kiosk.slip(number) in ("confirmed", "unconfirmed")
        beside.connect()
        assert beside.agent.await_told(PATIENCE)
        assert kiosk.recorded(number) == "confirmed"
    assert len(gate.printer.slips) == 1


def test_a_slip_told_of_after_a_longer_cut_is_confirmed_in_the_record(
    hall_with_agent: Demo, token: str, kiosk: Kiosk, line: FaultyLine
) -> None:
    gate = Gate()
    with (
        network_printer(gate.peer) as address,
        agent_beside(line.base_url, token, address=address) as beside,
    ):
        number = kiosk.take()
        assert gate.begun.wait(PATIENCE)
        line.cut()
        gate.let.set()
        assert kiosk.slip(number) == "unconfirmed"
        line.mend()
        assert beside.agent.await_told(PATIENCE)
        assert kiosk.recorded(number) == "confirmed"


def test_an_agent_tells_of_slips_of_its_own_printers_alone(
    hall_with_agent: Demo, token: str, kiosk: Kiosk
) -> None:
    lonely = kiosk.take()
    assert kiosk.slip(lonely) == "failed"
    stranger = Ear(hall_with_agent, "/hardware", token)
    told = {"job": 1, "state": "confirmed", "device": "ok", "detail": ""}
    assert stranger.client.call("paper", told, namespace="/hardware") is True
    assert stranger.client.call("take", {"job": 1}, namespace="/hardware") == {"seconds": 0}
    stranger.close()
    assert kiosk.recorded(lonely) == "failed"


def test_a_slip_that_reaches_the_agent_when_its_time_is_over_never_comes_out(
    hall_with_agent: Demo, token: str, kiosk: Kiosk, line: FaultyLine
) -> None:
    with agent_beside(line.base_url, token) as beside:
        line.stall()
        stale = kiosk.take()
        assert kiosk.slip(stale) == "failed"
        line.mend()
        fresh = kiosk.take()
        assert kiosk.slip(fresh) == "confirmed"
        assert (beside.times(stale), beside.times(fresh)) == (0, 1)


def test_slips_of_a_long_silence_never_come_out_and_the_next_one_does(
    hall_with_agent: Demo, token: str, kiosk: Kiosk, line: FaultyLine
) -> None:
    with agent_beside(line.base_url, token) as beside:
        line.fall_silent()
        stale = [kiosk.take() for _ in range(3)]
        # One after the other is given up, three seconds each: at the end the link is known to be dead.
        assert [kiosk.slip(number) for number in stale] == ["failed"] * 3
        line.mend()
        kiosk.until_paper()
        number = kiosk.take()
        assert kiosk.slip(number) == "confirmed"
        assert beside.times(number) == 1
        assert [beside.times(number) for number in stale] == [0] * 3


def test_an_agent_that_was_killed_and_started_again_prints_the_next_slip(
    hall_with_agent: Demo, token: str, kiosk: Kiosk, tmp_path: Path
) -> None:
    printed = Printed()
    keep_token(tmp_path, hall_with_agent.base_url, token)
    with network_printer(printed.peer()) as printer:
        numbers = []
        for _ in range(2):
            agent = start_agent(hall_with_agent.base_url, tmp_path, "--printer", printer)
            until_it_says(agent, "connected to the hall")
            numbers.append(kiosk.take())
            assert kiosk.slip(numbers[-1]) == "confirmed"
            agent.kill()
            agent.communicate(timeout=PATIENCE)
    assert [printed.times(number) for number in numbers] == [1, 1]


def test_an_agent_stopped_in_the_middle_of_a_slip_tells_of_it_first(
    hall_with_agent: Demo, token: str, kiosk: Kiosk, tmp_path: Path
) -> None:
    gate = Gate()
    keep_token(tmp_path, hall_with_agent.base_url, token)
    with network_printer(gate.peer) as printer:
        agent = start_agent(hall_with_agent.base_url, tmp_path, "--printer", printer)
        until_it_says(agent, "connected to the hall")
        number = kiosk.take()
        assert gate.begun.wait(PATIENCE)
        agent.send_signal(signal.SIGTERM)
        gate.let.set()
        assert kiosk.slip(number) == "confirmed"
        agent.communicate(timeout=PATIENCE)
    assert agent.returncode == 0


def test_an_agent_comes_back_to_a_hall_that_was_started_anew(tmp_path: Path) -> None:
    words = (*AT_AGENT, *SIZE, "--data-dir", str(tmp_path / "hall"), "--port", str(free_port()))
    demo = start_process(*words)
    with agent_beside(demo.base_url, demo.token("agent")) as beside:
        stop_demo(demo)
        demo = start_process(*words)
        beside.connect()
        with kiosk_of(demo) as kiosk:
            number = kiosk.take()
            assert kiosk.slip(number) == "confirmed"
            assert beside.times(number) == 1
    stop_demo(demo)


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer, redis_server: RedisServer
) -> Iterator[Hall]:
    """Two processes, to either of which an agent may come."""
    queue = ("--message-queue", redis_server.url)
    with (
        postgresql_server.database() as url,
        two_demos(tmp_path_factory.mktemp("pair"), url, *queue, *AT_AGENT, *SIZE) as demo,
    ):
        yield Hall(demo, url)


def test_an_agent_that_moves_to_another_process_takes_its_printer_along(pair: Hall) -> None:
    with (
        FaultyLineTo(pair.here) as line,
        agent_beside(line.base_url, pair.demo.token("agent")) as beside,
    ):
        numbers = []
        for part in (pair.here, pair.there):
            if part is pair.there:
                line.lead_to(part)
            await_owner(pair, part)
            for place in (pair.here, pair.there):
                with kiosk_of(place) as kiosk:
                    numbers.append(kiosk.take())
                    assert kiosk.slip(numbers[-1]) == "confirmed"
        assert [beside.times(number) for number in numbers] == [1] * 4


def test_a_slip_of_an_agent_that_moves_in_the_middle_of_it_is_confirmed_in_the_end(pair: Hall) -> None:
    gate = Gate()
    with (
        network_printer(gate.peer) as address,
        FaultyLineTo(pair.here) as line,
        agent_beside(line.base_url, pair.demo.token("agent"), address=address) as beside,
        kiosk_of(pair.here) as kiosk,
    ):
        await_owner(pair, pair.here)
        number = kiosk.take()
        assert gate.begun.wait(PATIENCE)
        line.cut()
        gate.let.set()
        line.lead_to(pair.there)
        await_owner(pair, pair.there)
        assert kiosk.slip(number) in ("unconfirmed", "confirmed")
        beside.connect()
        assert beside.agent.await_told(PATIENCE)
        assert kiosk.recorded(number) == "confirmed"
    assert len(gate.printer.slips) == 1


class FaultyLineTo(FaultyLine):
    """A line that can be led to another process."""

    def __init__(self, demo: Demo) -> None:
        super().__init__(demo.base_url, random.Random(7))

    def __enter__(self) -> FaultyLineTo:
        return self

    def __exit__(self, *_what: object) -> None:
        self.close()

    def lead_to(self, demo: Demo) -> None:
        """Cut what there is, and bring whoever comes next to this process."""
        self._target = ("127.0.0.1", int(demo.base_url.rpartition(":")[2]))
        self.cut()
        self.mend()


def await_owner(hall: Hall, part: Demo) -> None:
    """Wait until the printer is owned by a process."""

    def is_owner() -> bool:
        owners = hall.ask("SELECT owner FROM printers WHERE owner IS NOT NULL")
        return [owner.split("/")[1] for owner in owners] == [str(part.process.pid)]

    assert comes_true(is_owner)


def comes_true(holds: Callable[[], bool]) -> bool:
    """Look again and again until something holds that nobody tells."""
    until, pause = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        if time.monotonic() > until:
            return False
        pause.wait(0.05)
    return True
