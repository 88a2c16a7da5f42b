"""The agent: brings a distant hall's slips to the printers of this computer, and reads cards for it."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hardware.agent_card import AgentCardReader
from hardware.agent_link import AgentLink
from hardware.agent_printer import AgentPrinter
from hardware.agent_state import Enrolment
from hardware.agent_words import FORMAT, AgentPaper, number_of, text_of
from hardware.card_reader import CardReader
from hardware.printer_worker import DEADLINE_SECONDS
from hardware.status import Condition
from hardware.transport import Transport
from shared.domain.clock import Clock
from shared.domain.devices import PrinterSettings

log = logging.getLogger(__name__)

WORD_SECONDS = 1.0
STATUS_SECONDS = 1.0
TOLD_SECONDS = 3.0
AGAIN_SECONDS = 0.5
"""How long the hall may take to say whether a slip is due, and that it has heard; then it is told again."""

MOST_KEPT = 1000
"""So many results are kept while the hall is away."""


class Agent:
    """Printers and a card reader of this computer, as one device of the hall."""

    def __init__(
        self,
        enrolment: Enrolment,
        printers: Sequence[tuple[str, str]],
        open_printer: Callable[[PrinterSettings], Transport],
        clock: Clock,
        version: str,
        card_reader: CardReader | None = None,
    ) -> None:
        """``printers`` are pairs of name and address; the first one serves slips that name none."""
        self._version = version
        self._changed = threading.Condition()
        self._hall = ""
        self._untold: OrderedDict[int, AgentPaper] = OrderedDict()
        self._conditions: dict[str, Condition] = {}
        self._stopping = False
        self._printers = {
            name: AgentPrinter(name, address, open_printer, self, clock) for name, address in printers
        }
        auth = {"token": enrolment.token, "version": version}
        self._link = AgentLink(enrolment.server, auth, self._hello, self._welcome, self._heard)
        self._cards = AgentCardReader(card_reader, self._link) if card_reader is not None else None
        self._teller = threading.Thread(target=self._tell, name="papers", daemon=True)

    def run(self) -> None:
        """Work until ``stop``.

        Raises:
            AgentRefused: the hall does not, or no longer, want this agent.
            WrongFormat: hall and agent do not understand each other.
        """
        self._teller.start()
        for printer in self._printers.values():
            printer.thread.start()
        if self._cards is not None:
            self._cards.start()
        try:
            self._link.run()
        finally:
            self._end()

    def await_link(self, seconds: float) -> bool:
        """Wait until the hall can be spoken to; False when it cannot by then."""
        return self._link.await_link(seconds)

    def await_told(self, seconds: float) -> bool:
        """Wait until the hall has heard what became of every slip; False when it has not by then."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._untold, seconds)

    def stop(self) -> None:
        """End soon; slips in hand are printed and told of first, if the hall can be told."""
        # In a thread of its own: a signal's handler may interrupt whoever holds a lock.
        threading.Thread(target=self._finish, name="ending", daemon=True).start()

    def _finish(self) -> None:
        for printer in self._printers.values():
            printer.stop()
        for printer in self._printers.values():
            printer.thread.join(DEADLINE_SECONDS + WORD_SECONDS)
        self.await_told(WORD_SECONDS)
        self._link.stop()

    def _end(self) -> None:
        for printer in self._printers.values():
            printer.stop()
        if self._cards is not None:
            self._cards.stop()
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    # -- what printers ask and tell -----------------------------------------------------------------

    def take(self, job: int) -> float | None:
        """Ask whether a slip is still due."""
        answer = self._link.ask("take", {"job": job}, WORD_SECONDS)
        if not isinstance(answer, dict):
            return None
        seconds = answer.get("seconds")
        return float(seconds) if isinstance(seconds, int | float) else 0.0

    def paper(self, paper: AgentPaper) -> None:
        """Keep what became of a slip until the hall has it."""
        with self._changed:
            self._untold[paper.job] = paper
            while len(self._untold) > MOST_KEPT:
                self._untold.popitem(last=False)
            self._changed.notify_all()

    def status(self, printer: str, condition: Condition) -> None:
        """Have the state of a printer told soon; slips do not wait for that."""
        with self._changed:
            self._conditions[printer] = condition
            self._changed.notify_all()

    # -- what the hall says --------------------------------------------------------------------------

    def _hello(self) -> Mapping[str, Any]:
        return {
            "format": FORMAT,
            "printers": list(self._printers),
            "card_reader": self._cards is not None,
        }

    def _welcome(self, answer: Mapping[str, Any]) -> None:
        """The hall answers which one it is: a restored one counts its jobs anew."""
        with self._changed:
            hall = text_of(answer, "hall")
            if hall != self._hall:
                self._hall = hall
                self._untold.clear()
            self._changed.notify_all()

    def _heard(self, event: str, data: Any) -> None:
        if event == "print":
            self._order(data)
        elif event == "check":
            printer = self._printer(data)
            if printer is not None:
                printer.look(data["printer"])
        elif event == "read_card" and self._cards is not None:
            reading = number_of(data, "reading")
            if reading is not None:
                self._cards.read(reading, float(data.get("seconds", 0)))

    def _order(self, data: Any) -> None:
        job, printer = number_of(data, "job"), self._printer(data)
        if job is None or printer is None or not isinstance(data.get("document"), dict):
            log.warning("a slip that this agent cannot print", extra={"job": job})
            return
        # Also one that is sent twice: the hall grants it once.
        printer.print(job, data["printer"], data["document"])

    def _printer(self, data: Any) -> AgentPrinter | None:
        """The printer that a message means: by its name, or the first."""
        settings = data.get("printer") if isinstance(data, dict) else None
        if not isinstance(settings, dict):
            return None
        name = text_of(settings, "name") or next(iter(self._printers), "")
        return self._printers.get(name)

    # -- telling until it is heard -------------------------------------------------------------------

    def _tell(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._untold or self._conditions or self._stopping)
                if self._stopping:
                    return
                conditions, self._conditions = self._conditions, {}
                paper = next(iter(self._untold.values()), None)
            self._tell_conditions(conditions)
            if paper is None:
                continue
            if not self._link.await_link(AGAIN_SECONDS):
                continue
            if self._link.ask("paper", _told(paper), TOLD_SECONDS) is True:
                with self._changed:
                    self._untold.pop(paper.job, None)
                    self._changed.notify_all()
            else:
                time.sleep(AGAIN_SECONDS)

    def _tell_conditions(self, conditions: Mapping[str, Condition]) -> None:
        """Once: what the hall does not hear now it asks for again."""
        for printer, condition in conditions.items():
            told = {"printer": printer, "state": str(condition.state), "detail": condition.detail}
            self._link.ask("status", {**told, "version": self._version}, STATUS_SECONDS)


def _told(paper: AgentPaper) -> dict[str, Any]:
    return {
        "job": paper.job,
        "state": str(paper.state),
        "device": str(paper.device),
        "detail": paper.detail,
    }
