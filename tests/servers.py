"""Servers that tests run beside the hall: PostgreSQL and Redis, real ones in folders of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

#: Debian keeps PostgreSQL's own programs out of PATH.
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
USER = "hall"
START_SECONDS = 20.0
ROOM = 2**30


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quick_place() -> Path | None:
    """A folder in memory, where there is room: templates are copied to it in half the time of a disk."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


def postgresql_program(name: str) -> str:
    """Where one of PostgreSQL's programs lies.

    Raises:
        FileNotFoundError: it is not installed.
    """
    places = sorted(DEBIAN_POSTGRESQL.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(places[-1]) if places else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: apt-get install postgresql")
    return found


def dies_with_us(user: str | None = None) -> list[str]:
    """Words before a command: it ends when the tests end, however they end; as ``user`` if one is named."""
    words = ["setpriv", "--pdeathsig", "KILL"]
    if user is not None:
        words += [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
    return words


class PostgresqlServer:
    """A PostgreSQL server of one's own on a free port; databases are copied from templates in it."""

    def __init__(self, *, durable: bool = False) -> None:
        """``durable`` waits for the disk at each commit, as a hall must; tests of rules need not."""
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.getuid() == 0 else None
        self._folder = Path(
            tempfile.mkdtemp(prefix="hall-postgresql-", dir=None if durable else quick_place())
        )
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._durable = durable
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-A", "trust", "-U", USER, "-N", "--locale=C.UTF-8", "-E", "UTF8")
        self.start()

    def url(self, database: str = "postgres") -> str:
        """The address of a database in it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._folder}",
        ]
        # Another zone than the program's own, so that a time without one is noticed.
        options += ["max_connections=300", "timezone=America/New_York"]
        if not self._durable:
            options += ["fsync=off", "full_page_writes=off", "wal_init_zero=off", "max_wal_size=64MB"]
        words = [*dies_with_us(self._user), postgresql_program("postgres"), "-D", str(self._folder / "data")]
        words += [word for option in options for word in ("-c", option)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, cwd=self._folder, stderr=log)
        wait_until_it_answers(self._process, self._answers, self._folder / "log")

    def crash(self) -> None:
        """End it without closing anything, as ``pg_ctl stop -m immediate`` does."""
        self._end(signal.SIGQUIT)

    def destroy(self) -> None:
        """End it and remove what it kept."""
        self._end(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def statement(self, sql: str) -> None:
        """Run an administrator's statement."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a fresh copy of a template, gone afterwards."""
        name = f"hall_{uuid.uuid4().hex}"
        self.statement(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.statement(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, program: str, *words: str) -> None:
        command = [*dies_with_us(self._user), postgresql_program(program), "-D", str(self._folder / "data")]
        result = subprocess.run([*command, *words], cwd=self._folder, capture_output=True, check=False)
        assert result.returncode == 0, result.stderr.decode()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=START_SECONDS)
            self._process = None


class RedisServer:
    """A Redis server on a free port that keeps nothing on disk; it can be stopped and started again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hall-redis-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        words = [*dies_with_us(), "redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        words += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        wait_until_it_answers(self._process, self._answers, self._folder / "log")

    def stop(self) -> None:
        """Kill it; whoever talks to it is cut off."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def destroy(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        client = redis.Redis(port=self.port)
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()


def wait_until_it_answers(process: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path) -> None:
    """Ask until a server answers; one that ends or stays silent fails the test with its log."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        silent = process.poll() is not None or time.monotonic() > deadline
        assert not silent, log.read_text(errors="replace")
        time.sleep(0.01)
