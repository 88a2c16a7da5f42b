"""Agents for tests: in a thread with a printer whose paper can be looked at, or in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from demos import Demo

import hall
from hardware.agent import Agent
from hardware.agent_state import AgentRefused, Enrolment
from hardware.card_reader import CardReader
from hardware.transport import Transport, open_transport
from hardware.virtual_printer import VirtualPrinter, VirtualPrinters
from shared.domain.clock import SystemClock
from shared.domain.devices import PrinterSettings

NAME = "agent-1"
#: What a hall is started with whose one printer hangs at the agent.
AT_AGENT = ("--printer", f"agent:{NAME}")
PATIENCE = 30.0


class AgentBeside:
    """An agent in a thread; ``address`` is its printer's, or it is a virtual one whose paper is ``paper``."""

    def __init__(
        self, base_url: str, token: str, address: str = "virtual:paper", reader: CardReader | None = None
    ) -> None:
        self._printers = VirtualPrinters()
        enrolment = Enrolment(base_url, NAME, token, "")
        printers = [("main", address)]
        self.agent = Agent(enrolment, printers, self._open_printer, SystemClock(), "test", reader)
        self.refused: AgentRefused | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    @property
    def paper(self) -> VirtualPrinter:
        """The virtual printer."""
        return self._printers.named("paper", 24)

    def times(self, number: str) -> int:
        """How many slips came out of the virtual printer for a number."""
        return sum(number in (line.strip() for line in slip.lines) for slip in self.paper.slips)

    def connect(self) -> None:
        """Wait until the hall has greeted."""
        assert self.agent.await_link(PATIENCE)

    def _open_printer(self, printer: PrinterSettings) -> Transport:
        return open_transport(printer, self._printers)

    def _run(self) -> None:
        try:
            self.agent.run()
        except AgentRefused as refusal:
            self.refused = refusal


@contextmanager
def agent_beside(base_url: str, token: str, **more: Any) -> Iterator[AgentBeside]:
    """An agent that is connected; it ends with the block."""
    beside = AgentBeside(base_url, token, **more)
    beside.thread.start()
    try:
        beside.connect()
        yield beside
    finally:
        beside.agent.stop()
        beside.thread.join(PATIENCE)
        assert not beside.thread.is_alive()


def start_agent(
    base_url: str, folder: Path, *options: str, command: tuple[str, ...] = ("hall.py", "agent"), **more: Any
) -> subprocess.Popen[str]:
    """``hall agent`` in a process of its own, with its state in ``folder``."""
    words = [sys.executable, *command, "--server", base_url, "--state-dir", str(folder), *options]
    place = more.pop("cwd", Path(hall.__file__).parent)
    return subprocess.Popen(
        words, cwd=place, stderr=subprocess.PIPE, text=True, env={**os.environ, **more.pop("environ", {})}
    )


def until_it_says(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines of a process up to the one with these words; one that ends before fails the test."""
    assert process.stderr is not None
    heard: list[str] = []
    for line in process.stderr:
        heard.append(line)
        if words in line:
            return heard
    raise AssertionError("".join(heard))


def keep_token(folder: Path, base_url: str, token: str) -> None:
    """Let an agent be enrolled already."""
    kept = {"server": base_url, "name": NAME, "token": token, "code_hash": ""}
    (folder / "agent.json").write_text(json.dumps(kept))


def new_code(demo: Demo) -> str:
    """A fresh code for the agent's device; its token of before stops."""
    return str(as_administrator(demo, f"/devices/{NAME}/code")["code"])


def as_administrator(demo: Demo, path: str, body: Any = None) -> Any:
    """Press as the administrator."""
    account = demo.account(role="administrator")
    told = {"username": account["username"], "password": account["password"]}
    api = f"{demo.base_url}/api/v1"
    token = httpx.post(f"{api}/session", json=told, timeout=PATIENCE).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{api}{path}", json=body or {}, headers=headers, timeout=PATIENCE)
    assert answer.is_success, answer.text
    return answer.json()
