"""Boards as they go out: encoded once for all who watch a floor, and anew when hall or minute has moved."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.actions.boards import build_board
from shared.actions.outlook import Line
from shared.store.unit_of_work import UnitOfWork

#: A board carries the hall's time; one that is kept for those who come is no older than this.
KEPT_SECONDS = 1.0

Read = Callable[[Callable[[UnitOfWork], "list[Outgoing]"]], "list[Outgoing]"]


@dataclass(frozen=True, slots=True)
class State:
    """What a board is a picture of: a version of the hall in a minute of its clock.

    Time alone changes waits, breaks and the calls that are still told; walls hear of it by the minute.
    ``seconds`` is hall time, which never goes back: it says which of two minutes is the later one, also when
    the clock is set.
    """

    epoch: str
    version: int
    minute: datetime | None
    seconds: float

    def is_like(self, other: State) -> bool:
        """Whether boards of both show the same."""
        return (self.epoch, self.version, self.minute) == (other.epoch, other.version, other.minute)

    def is_older_than(self, other: State) -> bool:
        """Whether a screen that has shown the other must not be shown this."""
        earlier = (self.version, self.seconds) < (other.version, other.seconds)
        return self.epoch == other.epoch and earlier and not self.is_like(other)


#: What nobody has been sent.
NOTHING = State("", -1, None, 0.0)


def state_of(uow: UnitOfWork) -> State:
    """The state that a board built now shows."""
    minute = uow.now.local.replace(second=0, microsecond=0)
    return State(uow.hall.epoch, uow.hall.version, minute, uow.seconds)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A board as JSON, with what it shows and when it was built (monotonic seconds of this process)."""

    floor: int | None
    state: State
    json: msgspec.Raw
    built: float


class OutgoingBoards:
    """The latest board of each floor."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._guard = threading.Lock()
        self._kept: dict[int | None, Outgoing] = {}

    def of(self, floor: int | None) -> Outgoing:
        """The board of a floor, or of the hall, as it is now.

        Raises:
            UnknownFloor: the hall has no such floor.
        """
        return self.of_all([floor])[0]

    def of_all(self, floors: Collection[int | None]) -> list[Outgoing]:
        """The boards of these floors, all of one version and minute."""
        return self._read(lambda uow: self._build(uow, floors))

    def _build(self, uow: UnitOfWork, floors: Collection[int | None]) -> list[Outgoing]:
        line = Line(uow)
        return [self._fresh(uow, floor) or self._built(uow, floor, line) for floor in floors]

    def _fresh(self, uow: UnitOfWork, floor: int | None) -> Outgoing | None:
        with self._guard:
            kept = self._kept.get(floor)
        if kept is None or not kept.state.is_like(state_of(uow)):
            return None
        return kept if time.monotonic() - kept.built < KEPT_SECONDS else None

    def _built(self, uow: UnitOfWork, floor: int | None, line: Line) -> Outgoing:
        board = build_board(uow, floor, line)
        text = msgspec.Raw(msgspec.json.encode(board))
        built = Outgoing(floor, state_of(uow), text, time.monotonic())
        with self._guard:
            self._kept[floor] = built
        return built
