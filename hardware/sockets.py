"""Agents over Socket.IO: they greet, are let print, tell what became of slips, and read cards."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from flask import request
from flask_socketio import ConnectionRefusedError, Namespace, SocketIO

from hardware.agent_desk import AgentDesk, ConnectedAgent
from hardware.agent_words import (
    FORMAT,
    NAMESPACE,
    NOT_SIGNED_IN,
    number_of,
    read_condition,
    read_paper,
    text_of,
)
from shared.domain.devices import PaperReport

log = logging.getLogger(__name__)

MOST_PRINTERS = 20


class AgentsHall(Protocol):
    """What the hall does for its agents; the roof hands it in."""

    def admit(self, auth: Any, sid: str) -> str | None:
        """Let a socket in that shows an agent's token: the name of its device; None for anybody else."""

    def forget(self, sid: str) -> None:
        """A socket is gone."""

    def epoch(self) -> str:
        """Which hall this is; another one after a restore."""

    def arrived(self, device: str) -> None:
        """An agent is connected to this process from now on."""

    def left(self, device: str) -> None:
        """An agent is no longer connected to this process."""

    def late_paper(self, device: str, paper: PaperReport) -> None:
        """What became of a slip for which nobody in this process waits."""

    def card(self, device: str, reading: int, data: Mapping[str, Any]) -> None:
        """What an agent's card reader has read."""

    def start(self) -> None:
        """Begin what runs in the background."""


class AgentsNamespace(Namespace):  # type: ignore[misc]
    """The agents' end of the hall."""

    def __init__(self, socketio: SocketIO, desk: AgentDesk, hall: AgentsHall) -> None:
        super().__init__(NAMESPACE)
        self._server = socketio
        self._desk = desk
        self._hall = hall
        self._devices: dict[str, str] = {}

    def start(self) -> None:
        """Begin what runs in the background."""
        self._hall.start()

    def on_connect(self, auth: Any = None) -> None:
        """Let agents in, by their token."""
        device = self._hall.admit(auth, _sid())
        if device is None:
            raise ConnectionRefusedError(NOT_SIGNED_IN)
        self._devices[_sid()] = device

    def on_disconnect(self, reason: Any = None) -> None:
        """Forget a socket that is gone."""
        self._devices.pop(_sid(), None)
        self._hall.forget(_sid())
        device = self._desk.leave(_sid())
        if device is not None:
            self._hall.left(device)

    def on_hello(self, data: Any = None) -> dict[str, Any] | None:
        """An agent says what hangs at it; from now on it gets slips."""
        device = self._devices.get(_sid())
        if device is None or not isinstance(data, dict):
            return None
        answer = {"format": FORMAT, "hall": self._hall.epoch()}
        if data.get("format") != FORMAT:
            log.warning("an agent speaks in another way", extra={"device": device})
            return answer
        told = data.get("printers")
        names = [name for name in told if isinstance(name, str)] if isinstance(told, list) else []
        send = partial(self._send, _sid())
        reader = data.get("card_reader") is True
        self._desk.arrive(ConnectedAgent(device, _sid(), send, tuple(names[:MOST_PRINTERS]), reader))
        self._hall.arrived(device)
        return answer

    def on_take(self, data: Any = None) -> dict[str, float]:
        """An agent asks whether a slip is still due."""
        device, job = self._devices.get(_sid()), number_of(data, "job")
        return {"seconds": self._desk.take(device, job) if device is not None and job is not None else 0.0}

    def on_paper(self, data: Any = None) -> bool:
        """An agent tells what became of a slip; True when it need not tell it again."""
        device, paper = self._devices.get(_sid()), read_paper(data)
        if device is not None and paper is not None and not self._desk.paper(device, paper):
            self._hall.late_paper(device, PaperReport(paper.job, paper.state, paper.detail))
        return True

    def on_status(self, data: Any = None) -> bool:
        """An agent tells the state of a printer."""
        device, condition = self._devices.get(_sid()), read_condition(data)
        if device is not None and condition is not None:
            self._desk.status(device, text_of(data, "printer", 64), condition)
        return True

    def on_card(self, data: Any = None) -> bool:
        """An agent tells what it has read for a counter."""
        device, reading = self._devices.get(_sid()), number_of(data, "reading")
        if device is not None and reading is not None:
            self._hall.card(device, reading, data)
        return True

    def _send(self, sid: str, event: str, data: Mapping[str, Any]) -> None:
        self._server.emit(event, dict(data), namespace=NAMESPACE, to=sid)


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]
