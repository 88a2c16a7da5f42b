"""Boards as they go out: encoded once for all who watch the same floor, and anew when the hall has moved."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

from shared.actions.boards import build_board
from shared.actions.outlook import Line
from shared.store.unit_of_work import UnitOfWork

#: A board carries the hall's time; one that is kept for those who come is no older than this.
KEPT_SECONDS = 1.0

Read = Callable[[Callable[[UnitOfWork], "list[Outgoing]"]], "list[Outgoing]"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A board as JSON, with what tells its age."""

    floor: int | None
    epoch: str
    version: int
    json: msgspec.Raw
    built: float

    def is_older_than(self, epoch: str, version: int) -> bool:
        """Whether a screen that has had this epoch and version must not be shown this board."""
        return self.epoch == epoch and self.version < version


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
        """The boards of these floors, all of one version."""
        return self._read(lambda uow: self._build(uow, floors))

    def _build(self, uow: UnitOfWork, floors: Collection[int | None]) -> list[Outgoing]:
        line = Line(uow)
        return [self._fresh(uow, floor) or self._built(uow, floor, line) for floor in floors]

    def _fresh(self, uow: UnitOfWork, floor: int | None) -> Outgoing | None:
        with self._guard:
            kept = self._kept.get(floor)
        if kept is None or (kept.epoch, kept.version) != (uow.hall.epoch, uow.hall.version):
            return None
        return kept if time.monotonic() - kept.built < KEPT_SECONDS else None

    def _built(self, uow: UnitOfWork, floor: int | None, line: Line) -> Outgoing:
        board = build_board(uow, floor, line)
        text = msgspec.Raw(msgspec.json.encode(board))
        built = Outgoing(floor, board.epoch, board.version, text, time.monotonic())
        with self._guard:
            self._kept[floor] = built
        return built
