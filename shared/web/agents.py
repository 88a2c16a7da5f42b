"""What the hall does for agents: lets them in, gives this process their printers, and asks for cards.

An agent is connected to one process; that one must own its printers, whoever did before.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from flask_socketio import SocketIO

from shared.actions.agents import note_late_paper, printers_of_agent
from shared.actions.card_reading import clear_readings, has_old_readings, keep_card, readings_for
from shared.domain.account import Role
from shared.domain.card import READING_SECONDS
from shared.domain.devices import PaperReport
from shared.domain.events import CardAsked
from shared.web.context import Hall
from shared.web.live import Guests, Pulse, socket_principal

log = logging.getLogger(__name__)

CARE_SECONDS = 5.0
"""An agent that is away for so long is gone: then its printers are told to be off-line."""


class Printing(Protocol):
    """Whoever owns printers in this process."""

    def take_over(self, printers: Collection[str]) -> None:
        """Own printers that only this process can reach."""

    def look(self, printers: Collection[str]) -> None:
        """Ask printers for their state soon."""


class Reader(Protocol):
    """Asks an agent's card reader; False when that agent is not connected here."""

    def __call__(self, device: str, reading: int, seconds: float) -> bool: ...


class AgentsAtHall:
    """The hall's side of the agents' sockets of one process."""

    def __init__(
        self,
        hall: Hall,
        socketio: SocketIO,
        namespace: str,
        printing: Printing,
        read_card: Reader,
    ) -> None:
        self._hall = hall
        self._socketio = socketio
        self._printing = printing
        self._read_card = read_card
        self._guests = Guests(hall, socketio, namespace)
        self._guard = threading.Lock()
        self._here: dict[str, frozenset[str]] = {}
        self._gone: dict[str, int] = {}
        self._asked: dict[int, str] = {}
        self._cards = Pulse(socketio, self._ask_cards)
        hall.store.listeners.on(CardAsked, lambda _: self._cards.ask())

    def start(self) -> None:
        """Begin to note who is connected, and to look after what agents leave."""
        self._guests.start()
        self._socketio.start_background_task(self._run)

    def stop(self) -> None:
        """Ask for no more cards."""
        self._cards.stop()

    # -- what the sockets tell -----------------------------------------------------------------------

    def admit(self, auth: Any, sid: str) -> str | None:
        """Let a socket in that shows an agent's token: the name of its device; None for anybody else."""
        principal = socket_principal(auth, (Role.AGENT,))
        if principal is None or not self._guests.add(principal, sid, auth):
            return None
        return principal.name

    def forget(self, sid: str) -> None:
        """A socket is gone."""
        self._guests.forget(sid)

    def epoch(self) -> str:
        """Which hall this is; another one after a restore."""
        return self._hall.read(lambda uow: uow.hall.epoch)

    def arrived(self, device: str) -> None:
        """An agent is connected to this process from now on: its printers are this process's."""
        printers = self._printers_of(device)
        with self._guard:
            self._here[device] = printers
            self._gone.pop(device, None)
        self._printing.take_over(printers)
        self._cards.ask()

    def left(self, device: str) -> None:
        """An agent is no longer connected here; whether for long is seen later."""
        with self._guard:
            self._here.pop(device, None)
            self._gone[device] = 0
            # What it was to read it may be asked again when it is back in time.
            self._asked = {reading: asked for reading, asked in self._asked.items() if asked != device}

    def late_paper(self, device: str, paper: PaperReport) -> None:
        """What became of a slip for which nobody in this process waits."""
        self._hall.transact(lambda uow: note_late_paper(uow, device, paper))

    def card(self, device: str, reading: int, data: Mapping[str, Any]) -> None:
        """Keep what a card reader has read until the page that asked takes it."""
        self._hall.transact(lambda uow: keep_card(uow, device, reading, data))

    # -- what is looked after ------------------------------------------------------------------------

    def _ask_cards(self) -> None:
        """Hand readings that wait to the agents that are connected here, each once."""
        with self._guard:
            devices = set(self._here)
        if not devices:
            return
        self.ask(self._hall.read(lambda uow: readings_for(uow, devices)))

    def ask(self, waiting: Collection[tuple[int, str]]) -> None:
        """Hand readings to the agents that they are for, each once while its agent stays."""
        self._asked = {reading: device for reading, device in waiting if reading in self._asked}
        for reading, device in waiting:
            if reading not in self._asked and self._read_card(device, reading, READING_SECONDS):
                self._asked[reading] = device

    def _run(self) -> None:
        while True:
            self._socketio.sleep(CARE_SECONDS)
            try:
                self.care()
            except Exception:
                # The database may be away; the next turn comes.
                log.exception("agents could not be looked after")

    def care(self) -> None:
        """Look after new printers, agents that are gone, and cards nobody took; done every five seconds."""
        self._look_for_new_printers()
        self._look_for_gone_agents()
        if self._hall.read(has_old_readings):
            self._hall.transact(clear_readings)

    def _look_for_new_printers(self) -> None:
        """The hall may have been given printers since their agent came."""
        with self._guard:
            known = dict(self._here)
        for device, printers in known.items():
            now = self._printers_of(device)
            with self._guard:
                if self._here.get(device) == printers:
                    self._here[device] = now
            if now - printers:
                self._printing.take_over(now - printers)

    def _look_for_gone_agents(self) -> None:
        """A short cut of the link is nobody's trouble; one that lasts is told of."""
        with self._guard:
            self._gone = {device: turns + 1 for device, turns in self._gone.items()}
            gone = [device for device, turns in self._gone.items() if turns > 1]
            for device in gone:
                del self._gone[device]
        for device in gone:
            self._printing.look(self._printers_of(device))

    def _printers_of(self, device: str) -> frozenset[str]:
        return frozenset(self._hall.read(lambda uow: printers_of_agent(uow, device)))
