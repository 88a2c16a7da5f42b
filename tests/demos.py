"""Demonstrations in processes of their own: one, or two behind one address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from balancer import Balancer

import hall


@dataclass
class Demo:
    """A demonstration that runs in a process of its own."""

    line: dict[str, Any]
    process: subprocess.Popen[str]
    #: Demonstrations behind one address, if it is one of several.
    parts: list[Demo] = field(default_factory=list)

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


def start_demo(*options: str, environ: dict[str, str] | None = None) -> Demo:
    """Run ``hall demo --json`` and wait for the line it prints when it answers requests."""
    process = subprocess.Popen(
        [sys.executable, "hall.py", "demo", "--json", "--port", "0", *options],
        cwd=Path(hall.__file__).parent,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the demonstration did not start"
    return Demo(json.loads(line), process)


def stop_demo(demo: Demo) -> int:
    """End a demonstration as Ctrl-C does and answer its exit status."""
    demo.process.send_signal(signal.SIGINT)
    status = demo.process.wait(timeout=10)
    assert demo.process.stdout is not None
    demo.process.stdout.close()
    return status


@contextmanager
def running_demo(*options: str) -> Iterator[Demo]:
    """A demonstration that ends with the block."""
    running = start_demo(*options)
    try:
        yield running
    finally:
        stop_demo(running)


@contextmanager
def two_demos(folder: Path, database_url: str, *options: str) -> Iterator[Demo]:
    """Two processes of one hall on one database, behind one address that deals out connections in turn."""
    with ExitStack() as ending:
        balancer = Balancer()
        ending.callback(balancer.close)
        parts: list[Demo] = []
        for _ in range(2):
            words = ("--data-dir", str(folder), "--database-url", database_url, *options)
            parts.append(start_demo(*words, environ={"HALL_BASE_URL": balancer.base_url}))
            ending.callback(stop_if_running, parts[-1])
        balancer.servers = [int(part.base_url.rpartition(":")[2]) for part in parts]
        yield Demo({**parts[0].line, "base_url": balancer.base_url}, parts[0].process, parts)


def stop_if_running(demo: Demo) -> None:
    """End a demonstration unless a test has ended it."""
    if demo.process.poll() is None:
        stop_demo(demo)
    elif demo.process.stdout is not None:
        demo.process.stdout.close()
