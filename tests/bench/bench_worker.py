"""What a worker costs: every socket in a thread of its own, or all in one; asserts only what is correct."""

from __future__ import annotations

from typing import Any

import pytest
from clicking import allow_many_sockets, click, pss
from floors import SMALLEST_BOARD, start_bare_server, stop_bare_server
from keepalive import Answer, Connection
from measuring import Figure, Size, Table, measure, measure_together
from walls import Walls

DISPLAYS = (50, 200, 1000)
CLIENTS, EACH = 8, 250
#: A board of the size that a hall with thirty counters sends.
BOARD = {**SMALLEST_BOARD, "waiting": "x" * 10_000}


class FreshConnections:
    """A client that opens a connection for every request: the server with threads keeps none open."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def get(self, path: str) -> Answer:
        with Connection(self._base_url) as line:
            return line.get(path)

    def post(self, path: str, body: Any = None) -> Answer:
        with Connection(self._base_url) as line:
            return line.post(path, body)

    def ask(self) -> None:
        """A request that does nothing."""
        assert self.get("/nothing").status == 200


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Table:
    table = Table("Threads against greenlets, bare servers; times in ms")
    request.config.pluginmanager.register(table)
    return table


@pytest.mark.parametrize("displays", DISPLAYS)
def test_both_kinds_of_worker_answer_beside_displays(displays: int, table: Table) -> None:
    allow_many_sockets()
    found = {}
    for worker in ("greenlets", "threads"):
        server = start_bare_server(BOARD, worker)
        try:
            client = FreshConnections(server.base_url)
            with Walls(server.base_url, displays) as walls:
                clicked, missed = click(client, "/press", walls)
                asked = measure(client.ask, EACH)
                memory = pss(server.process.pid)
        finally:
            stop_bare_server(server)
        found[worker] = (clicked, missed, asked, memory)
    clicked, missed, asked, memory = found["threads"]
    floor, floor_missed, floor_asked, floor_memory = found["greenlets"]
    late = f"late: {missed} against {floor_missed}"
    table.add(Figure(f"click to the last of {displays}, threads", clicked, "greenlets", floor, late))
    table.add(Figure(f"request beside {displays} displays, threads", asked, "greenlets", floor_asked))
    table.add(Size(f"memory (PSS), {displays} displays, threads", memory, "MiB", "greenlets", floor_memory))
    assert floor_missed == 0


def test_both_kinds_of_worker_answer_kiosks(table: Table) -> None:
    found = {}
    for worker in ("greenlets", "threads"):
        server = start_bare_server(BOARD, worker)
        try:
            found[worker] = measure_together([FreshConnections(server.base_url).ask] * CLIENTS, EACH)
        finally:
            stop_bare_server(server)
    table.add(
        Figure(f"request, {CLIENTS} clients, threads", found["threads"], "greenlets", found["greenlets"])
    )
    assert len(found["threads"].spans) == len(found["greenlets"].spans) == CLIENTS * EACH
