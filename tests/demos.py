"""Demonstrations in processes of their own: one, or two behind one address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from balancer import Balancer
from servers import PostgresqlServer, RedisServer

import hall


@dataclass
class Demo:
    """A demonstration that runs in a process of its own."""

    line: dict[str, Any]
    process: subprocess.Popen[str]
    #: Demonstrations behind one address, if it is one of several.
    parts: list[Demo] = field(default_factory=list)
    #: What is let go when it has ended.
    ending: ExitStack = field(default_factory=ExitStack)

    @property
    def processes(self) -> list[Demo]:
        """The processes behind the address."""
        return self.parts or [self]

    @property
    def base_url(self) -> str:
        return str(self.line["base_url"])

    @property
    def accounts(self) -> list[dict[str, Any]]:
        return list(self.line["accounts"])

    @property
    def devices(self) -> list[dict[str, Any]]:
        return list(self.line["devices"])

    def account(self, **wanted: Any) -> dict[str, Any]:
        """The first account with these facts."""
        return next(a for a in self.accounts if all(a.get(name) == value for name, value in wanted.items()))

    def token(self, role: str) -> str:
        """The token of a device of this role."""
        return str(next(device["token"] for device in self.devices if device["role"] == role))

    def set_clock(self, at: str, token: str) -> None:
        """Set the manual clock, which each process has for itself; ``token`` is an administrator's."""
        for part in self.processes:
            headers = {"Authorization": f"Bearer {token}"}
            answer = httpx.post(f"{part.base_url}/api/v1/clock", json={"at": at}, headers=headers)
            assert answer.is_success, answer.text


class Form:
    """How :func:`start_demo` runs a hall: in one process on SQLite, or in two on PostgreSQL with a queue."""

    def __init__(self) -> None:
        #: Whether the test that runs now has its halls in two processes.
        self.is_two = False
        self._servers: tuple[PostgresqlServer, RedisServer] | None = None
        self._databases: dict[Path, str] = {}
        self._kept = ExitStack()

    @contextmanager
    def standing_on(self, postgresql: PostgresqlServer, redis: RedisServer) -> Iterator[None]:
        """What halls in two processes stand on in this block."""
        self._servers = (postgresql, redis)
        with self._kept:
            yield
        self._servers = None

    def database_of(self, folder: Path, ending: ExitStack | None = None) -> str:
        """The address of the database of a hall whose data folder this is, the same each time.

        On PostgreSQL it is made when it is first asked for, and goes with ``ending`` or after all tests.
        """
        if not self.is_two:
            return f"sqlite:///{folder}/hall.db"
        if folder not in self._databases:
            postgresql, _ = self._stands_on()
            self._databases[folder] = (ending or self._kept).enter_context(postgresql.database())
        return self._databases[folder]

    def message_queue(self) -> str:
        """The address of the queue by which the two processes wake each other."""
        return self._stands_on()[1].url

    def _stands_on(self) -> tuple[PostgresqlServer, RedisServer]:
        assert self._servers is not None, "two processes need their servers first"
        return self._servers


#: The form of the test that runs now; told by ``conftest``.
form = Form()


class DidNotStart(AssertionError):
    """A process of a demonstration ended, with this status, before it answered requests."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the demonstration did not start: {status}")
        self.status = status


def start_demo(*options: str, environ: dict[str, str] | None = None) -> Demo:
    """A hall in the form of the test that runs: ``--data-dir`` and ``--port`` are the whole hall's.

    Raises:
        DidNotStart: a process of it ended first.
    """
    return (_start_two if form.is_two else start_process)(*options, environ=environ)


def start_process(*options: str, environ: dict[str, str] | None = None) -> Demo:
    """Run ``hall demo --json`` in one process and wait for the line it prints when it answers requests.

    Raises:
        DidNotStart: it ended first.
    """
    return _when_it_answers(_launch(options, environ or {}))


def _launch(options: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "hall.py", "demo", "--json", "--port", "0", *options],
        cwd=Path(hall.__file__).parent,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    )


def _when_it_answers(process: subprocess.Popen[str]) -> Demo:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.stdout.close()
        raise DidNotStart(process.wait(timeout=30))
    return Demo(json.loads(line), process)


def stop_demo(demo: Demo) -> int:
    """End a demonstration as Ctrl-C does, all its processes at once, and answer its exit status."""
    with demo.ending:
        for part in demo.processes:
            part.process.send_signal(signal.SIGINT)
        statuses = [part.process.wait(timeout=10) for part in demo.processes]
        for part in demo.processes:
            assert part.process.stdout is not None
            part.process.stdout.close()
    return max(statuses, key=abs)


@contextmanager
def running_demo(*options: str) -> Iterator[Demo]:
    """A hall in the form of the test that runs; it ends with the block."""
    running = start_demo(*options)
    try:
        yield running
    finally:
        stop_demo(running)


@contextmanager
def one_demo(*options: str) -> Iterator[Demo]:
    """One process, whatever the form of the test; it ends with the block."""
    running = start_process(*options)
    try:
        yield running
    finally:
        stop_demo(running)


@contextmanager
def two_demos(folder: Path, database_url: str, *options: str) -> Iterator[Demo]:
    """Two processes of one hall on one database, behind one address that deals out connections in turn."""
    words = ("--data-dir", str(folder), "--database-url", database_url, *options)
    with _pair(Balancer(), words) as running:
        yield running


def _start_two(*options: str, environ: dict[str, str] | None = None) -> Demo:
    """A hall of two processes with everything that belongs to it, which goes when it is stopped."""
    given = dict(zip(options[::2], options[1::2], strict=True))
    named, port = given.pop("--data-dir", None), int(given.pop("--port", "0"))
    with ExitStack() as ending:
        if named is None:
            folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="baiyin-hall-")))
            url = form.database_of(folder, ending)
        else:
            folder, url = Path(named), form.database_of(Path(named))
        given = {"--message-queue": form.message_queue(), **given}
        given |= {"--data-dir": str(folder), "--database-url": url}
        words = [word for option in given.items() for word in option]
        running = ending.enter_context(_pair(Balancer(port), words, environ))
        running.ending = ending.pop_all()
        return running


@contextmanager
def _pair(
    balancer: Balancer, options: Sequence[str], environ: dict[str, str] | None = None
) -> Iterator[Demo]:
    """Two processes with the same options behind a balancer; they start at one moment."""
    with ExitStack() as ending:
        ending.callback(balancer.close)
        environ = {**(environ or {}), "HALL_BASE_URL": balancer.base_url}
        launched = [_launch(options, environ) for _ in range(2)]
        for process in launched:
            ending.callback(_end_if_running, process)
        parts = [_when_it_answers(process) for process in launched]
        balancer.servers = [int(part.base_url.rpartition(":")[2]) for part in parts]
        yield Demo({**parts[0].line, "base_url": balancer.base_url}, parts[0].process, parts)


def stop_if_running(demo: Demo) -> None:
    """End a demonstration unless a test has ended it."""
    _end_if_running(demo.process)


def _end_if_running(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
    if process.stdout is not None:
        process.stdout.close()
