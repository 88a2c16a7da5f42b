"""What passed between a virtual printer and whoever connected to it: visits, each with its events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT_VISITS = 100
KEPT_EVENTS = 200
"""Of one visit; later ones are counted only."""


@dataclass
class Event:
    """Something that happened during a visit; ``tone`` is plain, answer, paper or trouble."""

    at: datetime
    text: str
    tone: str


@dataclass
class Visit:
    """One connection, or what happened while nobody was connected (``via`` is empty).

    ``size``: bytes received. ``ended`` says how it ended. ``repeats``: how many visits just like it came
    one after another; ``last`` is when the latest of them began.
    """

    number: int
    via: str
    began: datetime
    last: datetime
    size: int = 0
    ended: str = ""
    left_out: int = 0
    repeats: int = 1
    events: list[Event] = field(default_factory=list)

    def like(self, other: Visit) -> bool:
        """Whether both came the same way and the same things happened."""
        mine = [event.text for event in self.events]
        return (self.size, self.ended, mine) == (other.size, other.ended, [e.text for e in other.events])


class VisitLog:
    """The last visits of one printer, oldest first; ``now`` is its clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._number = 0
        self._visits: deque[Visit] = deque(maxlen=KEPT_VISITS)
        self._received: Event | None = None
        self._received_size = 0

    def begin(self, via: str) -> None:
        """Somebody has connected."""
        self._number += 1
        now = self.now()
        self._visits.append(Visit(self._number, via, now, now))
        self._received = None

    def note(self, text: str, tone: str = "plain") -> None:
        """Something happened."""
        if not self._visits or (self._visits[-1].ended and self._visits[-1].via):
            self.begin("")
        self._received = None
        self._add(Event(self.now(), text, tone))

    def _add(self, event: Event) -> None:
        visit = self._visits[-1]
        if len(visit.events) < KEPT_EVENTS:
            visit.events.append(event)
        else:
            visit.left_out += 1

    def received(self, size: int, of_print: int) -> None:
        """Bytes came, ``of_print`` of them not real-time; those that come one after another are one event."""
        if not self._visits:
            self.begin("")
        self._visits[-1].size += size
        if not of_print:
            return
        if self._received is None:
            self._received, self._received_size = Event(self.now(), "", "plain"), 0
            self._add(self._received)
        self._received_size += of_print
        self._received.text = f"收到 {self._received_size} 字节"

    def end(self, how: str) -> None:
        """The visit is over; one just like the visit before it is counted there instead of kept."""
        visit = self._visits[-1]
        visit.ended = how
        self._received = None
        if len(self._visits) > 1 and self._visits[-2].via and self._visits[-2].like(visit):
            self._visits.pop()
            self._visits[-1].repeats += 1
            self._visits[-1].last = visit.began
            self._number -= 1

    def as_data(self) -> list[dict[str, Any]]:
        """The visits, newest first; times in ISO 8601."""
        return [_visit_as_data(visit) for visit in reversed(self._visits)]


def _visit_as_data(visit: Visit) -> dict[str, Any]:
    return {
        "number": visit.number,
        "via": visit.via,
        "began": visit.began.isoformat(),
        "last": visit.last.isoformat(),
        "size": visit.size,
        "ended": visit.ended,
        "left_out": visit.left_out,
        "repeats": visit.repeats,
        "events": [
            {"at": event.at.isoformat(), "text": event.text, "tone": event.tone} for event in visit.events
        ],
    }
