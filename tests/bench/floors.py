"""Floors: what the parts cost by themselves on this machine, in this run."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from driving import drive
from escpos.printer import Dummy
from keepalive import API, Answer, Connection
from measuring import Measured, measure_together

from shared.store.turn import FairTurn

BARE_COMMITS = 300
BARE_REQUESTS = 2_000

SMALLEST_BOARD: dict[str, Any] = {"calls": [{"id": 0}]}


class Floors:
    """Bare commits and bare requests, each measured once for a number of clients."""

    def __init__(self, base_url: str, folder: Path) -> None:
        self._base_url = base_url
        self._folder = folder
        self.commit = cache(self._commit)
        self.request = cache(self._request)

    def press(self, clients: int) -> Measured:
        """A request and a commit, one after the other, with nothing between them."""
        request, commit = self.request(clients), self.commit(clients)
        both = zip(sorted(request.spans), _stretched(sorted(commit.spans), len(request.spans)), strict=True)
        spans = [one + other for one, other in both]
        return Measured(spans, len(spans) * (1 / request.rate + 1 / commit.rate))

    def _request(self, clients: int) -> Measured:
        """A request that touches no database, on the server that is measured."""
        with ExitStack() as ending:
            lines = [ending.enter_context(Connection(self._base_url)) for _ in range(clients)]
            return ask_all(lines, f"{API}/problems", max(10, BARE_REQUESTS // clients))

    def _commit(self, clients: int) -> Measured:
        """One small insert made durable, by writers who take turns."""
        path = self._folder / f"bare-{clients}.db"
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for command in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE bare (word TEXT)",
        ):
            database.execute(command)
        turn = FairTurn()

        def commit() -> None:
            with turn.taken(time.monotonic() + 60):
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO bare VALUES (?)", (uuid.uuid4().hex,))
                database.execute("COMMIT")

        try:
            return measure_together([commit] * clients, max(10, BARE_COMMITS // clients))
        finally:
            database.close()


def ask_all(lines: Sequence[Connection], path: str, each: int) -> Measured:
    """Each line asks for the same address again and again."""

    def check(answer: Answer) -> None:
        assert answer.status == 200, answer.body.decode()

    return drive(lines, lambda line: line.send("GET", path), each, check)


def _stretched(spans: list[float], count: int) -> list[float]:
    """As many values with the same percentiles."""
    return [spans[place * len(spans) // count] for place in range(count)]


def bare_slip(text: bytes, link: str) -> bytes:
    """The printing library alone: the text, the code, the cut."""
    printer = Dummy(profile="TM-T20II")
    printer._raw(text)
    printer.qr(link, native=True, size=6)
    printer.cut(mode="PART")
    return bytes(printer.output)


@dataclass
class BareServer:
    """The bare server in a process of its own."""

    process: subprocess.Popen[str]
    base_url: str


def start_bare_server(board: dict[str, Any], worker: str = "greenlets") -> BareServer:
    """Start the bare server and wait for its port."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("bare_server.py")), worker],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(board) + "\n")
    process.stdin.close()
    port = process.stdout.readline().strip()
    assert port, "the bare server did not start"
    return BareServer(process, f"http://127.0.0.1:{port}")


def stop_bare_server(server: BareServer) -> None:
    """End it."""
    server.process.terminate()
    server.process.wait(timeout=10)
    assert server.process.stdout is not None
    server.process.stdout.close()
