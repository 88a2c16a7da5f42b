"""A rush at a running hall: kiosks that take numbers and clerks that finish and call, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count

from conftest import Demo, start_demo, stop_demo
from driving import drive
from keepalive import API, Answer, Clerk, Connection, kiosk_tokens
from measuring import Measured

SERVICES = ("retirement", "unemployment", "social-card", "hire", "advice")


@contextmanager
def running(*options: str) -> Iterator[Demo]:
    """A demonstration that has given its first numbers: printing is loaded, statements are prepared."""
    demo = start_demo(*options)
    try:
        take_tickets([demo], 1, 10)
        yield demo
    finally:
        stop_demo(demo)


def take_tickets(servers: Sequence[Demo], clients: int, each: int) -> tuple[Measured, list[str]]:
    """Take tickets by several clients at once, as the kiosks in turn, at the servers in turn."""
    tokens, numbers, turn = kiosk_tokens(servers[0]), list[str](), count()

    def tap(line: Connection) -> None:
        line.press(f"{API}/tickets", {"service_id": SERVICES[next(turn) % len(SERVICES)]})

    def note(answer: Answer) -> None:
        assert answer.status == 201, answer.body.decode()
        numbers.append(answer.json["number"])

    with ExitStack() as ending:
        lines = [
            ending.enter_context(
                Connection(servers[client % len(servers)].base_url, tokens[client % len(tokens)])
            )
            for client in range(clients)
        ]
        return drive(lines, tap, each, note), numbers


def finish_and_call(clerks: Sequence[Clerk], each: int) -> tuple[Measured, list[str]]:
    """Let every clerk finish and call the next so many times, all at once; the numbers called."""
    called: list[str] = []
    paths = {clerk.connection: f"{API}/counters/{clerk.counter}/call-next" for clerk in clerks}

    def note(answer: Answer) -> None:
        assert answer.status == 200, answer.body.decode()
        called.append(answer.json["number"])

    def press(line: Connection) -> None:
        line.press(paths[line], {"previous": "finish"})

    return drive(list(paths), press, each, note), called
