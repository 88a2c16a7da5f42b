"""From the touch to the first byte at the printer, and a thousand slips from three kiosks at one printer."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from catching import SLIP_BEGINS, Catcher, catching
from conftest import Demo
from floors import Floors
from keepalive import API, Connection, kiosk_tokens
from measuring import Crew, Figure, Goal, Measured, Table, measure
from rush import running

TOUCHES = 300
KIOSKS = 3
SLIPS_IN_ALL = 1_000
GOAL = Goal(p99=100)


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Table:
    table = Table("Paper, times in ms; x: how many times its floor")
    request.config.pluginmanager.register(table)
    return table


@pytest.fixture(scope="module")
def printer() -> Iterator[Catcher]:
    with catching() as catcher:
        yield catcher


@pytest.fixture(scope="module")
def hall(printer: Catcher) -> Iterator[Demo]:
    with running("--clerks", "2", "--kiosks", str(KIOSKS), "--printer", printer.address) as demo:
        yield demo


def bare_visit(printer: Catcher) -> None:
    """A connection, four questions, four answers, and the first byte: what cannot be left out."""
    address = urlsplit(printer.address)
    begun = len(printer.first_bytes)
    with socket.create_connection((address.hostname, address.port)) as link:
        for subject in (1, 2, 4, 3):
            link.sendall(bytes((0x10, 0x04, subject)))
            assert link.recv(1)
        link.sendall(SLIP_BEGINS)
        printer.await_slips(begun + 1)


def touch(line: Connection) -> str:
    """Take a ticket and answer its number."""
    answer = line.post(f"{API}/tickets", {"service_id": "retirement"})
    assert answer.status == 201, answer.body.decode()
    return str(answer.json["number"])


def test_every_touch_reaches_the_printer(
    hall: Demo, printer: Catcher, table: Table, tmp_path_factory: pytest.TempPathFactory
) -> None:
    press = Floors(hall.base_url, tmp_path_factory.mktemp("bare")).press(1)
    visit = measure(lambda: bare_visit(printer), TOUCHES)
    both = zip(sorted(press.spans)[: len(visit.spans)], sorted(visit.spans), strict=False)
    floor = Measured([one + other for one, other in both], visit.seconds + press.seconds)
    spans: list[float] = []
    with Connection(hall.base_url, kiosk_tokens(hall)[0]) as line:
        for _ in range(TOUCHES):
            begun = len(printer.first_bytes)
            at = time.perf_counter()
            touch(line)
            printer.await_slips(begun + 1)
            spans.append(printer.first_bytes[begun] - at)
    found = Measured(spans, sum(spans))
    table.add(
        Figure("touch to the slip's first byte", found, "press + connection + status", floor, goal=GOAL)
    )
    assert len(spans) == TOUCHES


def test_a_thousand_slips_of_three_kiosks_never_interleave(hall: Demo, printer: Catcher) -> None:
    numbers: list[str] = []

    def kiosk(token: str) -> None:
        with Connection(hall.base_url, token) as line:
            for _ in range(-(-SLIPS_IN_ALL // KIOSKS)):
                number = touch(line)
                numbers.append(number)
                printer.await_line(number)

    crew = Crew()
    for token in kiosk_tokens(hall)[:KIOSKS]:
        crew.start(kiosk, token)
    crew.join()
    assert all(len(slips) == 1 for slips in printer.visits)
    assert not any(slip.unknown for slips in printer.visits for slip in slips)
    assert [printer.printed[number] for number in numbers] == [1] * len(numbers)
    assert len(set(numbers)) == len(numbers) >= SLIPS_IN_ALL
