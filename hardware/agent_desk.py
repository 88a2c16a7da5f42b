"""Agents that are connected to this process, and the slips that are on their way to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hardware.agent_words import FORMAT, LEAST_SECONDS, AgentPaper, printer_data
from hardware.delivery import Delivery
from hardware.status import Condition
from shared.domain.devices import DeviceState, PaperState, PrinterSettings, PrintJob

AWAY = Condition(DeviceState.OFFLINE, "打印代理没有连上")
ELSEWHERE = "打印代理那边没有这台打印机"
NO_DESK = "接在打印代理上，只有运行中的大厅能问能打，请看 /manage"

Send = Callable[[str, Mapping[str, Any]], None]


@dataclass
class ConnectedAgent:
    """An agent's link: its device, what hangs at it, and how to speak to it."""

    device: str
    sid: str
    send: Send
    printers: tuple[str, ...] = ()
    card_reader: bool = False
    #: What its printers last said, and how often they did.
    conditions: dict[str, Condition] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def printer(self, wanted: str) -> str | None:
        """Which of its printers an address means: the named one, or the first; None when it has none such."""
        if not wanted:
            return next(iter(self.printers), None)
        return wanted if wanted in self.printers else None


@dataclass
class _Order:
    """A slip that an agent was sent, from then until something is known or its time is over."""

    agent: ConnectedAgent
    deadline: float
    taken: bool = False
    paper: AgentPaper | None = None


class AgentDesk:
    """Safe to use from several threads. Of two links of one agent the later one counts."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._agents: dict[str, ConnectedAgent] = {}
        self._orders: dict[int, _Order] = {}

    def agent(self, device: str) -> ConnectedAgent | None:
        """The link of an agent, if it is connected here."""
        with self._news:
            return self._agents.get(device)

    def arrive(self, agent: ConnectedAgent) -> None:
        """An agent has greeted."""
        with self._news:
            self._agents[agent.device] = agent
            self._news.notify_all()

    def leave(self, sid: str) -> str | None:
        """A link is gone; its agent's device, unless it has come back by another link already."""
        with self._news:
            for agent in self._agents.values():
                if agent.sid == sid:
                    del self._agents[agent.device]
                    self._news.notify_all()
                    return agent.device
            return None

    # -- the hall's side -----------------------------------------------------------------------------

    def print(self, job: PrintJob, deadline: float) -> Delivery:
        """Have a slip printed by its printer's agent; ``deadline`` is a reading of ``time.monotonic()``."""
        agent, name, refusal = self._way(job.printer)
        if agent is None:
            return Delivery(PaperState.FAILED, DeviceState.OFFLINE, refusal)
        order = _Order(agent, deadline)
        with self._news:
            self._orders[job.id] = order
        try:
            printer = {**printer_data(job.printer), "name": name}
            message = {"format": FORMAT, "job": job.id, "printer": printer, "document": dict(job.document)}
            agent.send("print", message)
            with self._news:
                self._news.wait_for(lambda: self._is_over(order), max(0.0, deadline - time.monotonic()))
        finally:
            with self._news:
                del self._orders[job.id]
        return self._outcome(order)

    def read_card(self, device: str, reading: int, seconds: float) -> bool:
        """Have an agent's card reader read within so many seconds; False when there is none here."""
        agent = self.agent(device)
        if agent is None or not agent.card_reader:
            return False
        agent.send("read_card", {"reading": reading, "seconds": seconds})
        return True

    def check(self, printer: PrinterSettings, deadline: float) -> Condition:
        """The state of an agent's printer: as it says now, else as it said last."""
        agent, name, refusal = self._way(printer)
        if agent is None:
            return Condition(DeviceState.OFFLINE, refusal)
        with self._news:
            before = agent.told.get(name, 0)
        agent.send("check", {"printer": {**printer_data(printer), "name": name}})

        def is_known() -> bool:
            return agent.told.get(name, 0) > before or self._agents.get(agent.device) is not agent

        with self._news:
            self._news.wait_for(is_known, max(0.0, deadline - time.monotonic()))
            if self._agents.get(agent.device) is not agent:
                return AWAY
            return agent.conditions.get(name, Condition(DeviceState.UNKNOWN, "打印代理没有回答状态"))

    def _way(self, printer: PrinterSettings) -> tuple[ConnectedAgent | None, str, str]:
        """The agent and its printer's name, or why there is no way."""
        agent = self.agent(printer.agent or "")
        if agent is None:
            return None, "", AWAY.detail
        name = agent.printer(printer.address.partition("/")[2])
        return (None, "", ELSEWHERE) if name is None else (agent, name, "")

    def _is_over(self, order: _Order) -> bool:
        """What was taken may be told of by the agent's next link as well; what was not dies with its link."""
        if order.paper is not None:
            return True
        return not order.taken and self._agents.get(order.agent.device) is not order.agent

    def _outcome(self, order: _Order) -> Delivery:
        if order.paper is not None:
            return Delivery(order.paper.state, order.paper.device, order.paper.detail)
        here = self.agent(order.agent.device) is not None
        if order.taken:
            device = DeviceState.UNKNOWN if here else DeviceState.OFFLINE
            return Delivery(PaperState.UNCONFIRMED, device, "打印代理没有告诉打完没有")
        detail = "打印代理没有回应" if here else AWAY.detail
        return Delivery(PaperState.FAILED, DeviceState.OFFLINE, detail)

    # -- the agents' side ----------------------------------------------------------------------------

    def take(self, device: str, job: int) -> float:
        """Let an agent print a slip, once: the seconds that are left for it, or 0 when it is not due."""
        with self._news:
            order = self._orders.get(job)
            if order is None or order.taken or order.agent.device != device:
                return 0.0
            left = order.deadline - time.monotonic()
            if left < LEAST_SECONDS:
                return 0.0
            order.taken = True
            return left

    def paper(self, device: str, paper: AgentPaper) -> bool:
        """What became of a slip; False when nobody waits for it here any more."""
        with self._news:
            order = self._orders.get(paper.job)
            if order is None or order.agent.device != device:
                return False
            order.paper = paper
            self._news.notify_all()
            return True

    def status(self, device: str, printer: str, condition: Condition) -> None:
        """An agent has told the state of a printer."""
        with self._news:
            agent = self._agents.get(device)
            if agent is not None and printer in agent.printers:
                agent.conditions[printer] = condition
                agent.told[printer] = agent.told.get(printer, 0) + 1
                self._news.notify_all()


class AgentTransport:
    """The way to a printer that hangs at an agent; without a desk, as in a command, nobody knows of it."""

    def __init__(self, printer: PrinterSettings, desk: AgentDesk | None) -> None:
        self._printer = printer
        self._desk = desk

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        """Have the agent print one slip by the deadline."""
        if self._desk is None:
            return Delivery(PaperState.FAILED, DeviceState.UNKNOWN, NO_DESK)
        return self._desk.print(job, deadline)

    def check(self, deadline: float) -> Condition:
        """The state that the agent tells."""
        if self._desk is None:
            return Condition(DeviceState.UNKNOWN, NO_DESK)
        return self._desk.check(self._printer, deadline)

    def close(self) -> None:
        """Nothing is held."""
