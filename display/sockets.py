"""Walls and signs over Socket.IO: the whole board on connect and on every change."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from flask_socketio import Namespace, SocketIO, emit, join_room, leave_room

from shared.actions.boards import build_board, call_shown, call_sounded
from shared.actions.devices import note_contact
from shared.actions.outlook import Line
from shared.domain.account import STAFF_ROLES, Role
from shared.domain.board import Board
from shared.domain.errors import HallError
from shared.domain.events import BoardChanged
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import Hall
from shared.web.live import Guests, Pulse, note_devices, socket_principal, this_socket

log = logging.getLogger(__name__)

PATH = "/display"
ALIVE_SECONDS = 3.0
#: How often a process looks whether another one has changed the queue.
LOOK_SECONDS = 1.0
ROLES = (Role.DISPLAY, Role.SIGN, Role.KIOSK, *STAFF_ROLES)


class DisplayNamespace(Namespace):  # type: ignore[misc]
    """Boards for walls: a room per floor and one for the whole hall."""

    def __init__(self, hall: Hall, socketio: SocketIO) -> None:
        super().__init__(PATH)
        self._hall = hall
        self._server = socketio
        self._guests = Guests(hall, socketio, PATH)
        self._pulse = Pulse(socketio, self._send_boards)
        self._sent = -1
        hall.store.listeners.on(BoardChanged, lambda _: self._pulse.ask())

    def start(self) -> None:
        """Begin the heartbeat and the look-out for what other processes do."""
        self._server.start_background_task(self._beat)
        self._server.start_background_task(note_devices, self._hall, self._server, self._guests)

    def on_connect(self, auth: Any = None) -> bool:
        """Let devices and staff in, and give them the board of the hall until they ask for a floor."""
        principal = socket_principal(auth, ROLES)
        if principal is None:
            return False
        self._hall.transact(lambda uow: note_contact(uow, principal.actor))
        self._guests.add(principal, this_socket())
        self._watch(None)
        return True

    def on_disconnect(self, reason: Any = None) -> None:
        """Forget a socket that is gone."""
        self._guests.forget(this_socket())

    def on_watch(self, data: Any = None) -> dict[str, Any]:
        """Show a floor, or the whole hall without one."""
        floor = data.get("floor") if isinstance(data, dict) else None
        if floor is not None and (not isinstance(floor, int) or isinstance(floor, bool)):
            return {"ok": False, "code": "unknown_floor"}
        try:
            self._watch(floor)
        except HallError as refusal:
            return {"ok": False, "code": refusal.code, "title": refusal.text}
        return {"ok": True}

    def on_shown(self, data: Any = None) -> dict[str, Any]:
        """A wall has shown a call."""
        return self._confirm(data, shown=True)

    def on_sounded(self, data: Any = None) -> dict[str, Any]:
        """A wall has spoken a call."""
        return self._confirm(data, shown=False)

    def _confirm(self, data: Any, *, shown: bool) -> dict[str, Any]:
        call_id = data.get("id") if isinstance(data, dict) else None
        if not isinstance(call_id, int) or isinstance(call_id, bool) or not 0 < call_id < 2**53:
            return {"ok": False, "code": "invalid"}
        action = call_shown if shown else call_sounded
        self._hall.transact(lambda uow: action(uow, call_id))
        return {"ok": True}

    def _watch(self, floor: int | None) -> None:
        board = self._hall.read(lambda uow: build_board(uow, floor))
        for room in list(self._rooms()):
            leave_room(room)
        join_room(_room(floor))
        emit("board", _plain(board))

    def _rooms(self) -> list[str]:
        site = self._hall.read(lambda uow: uow.configuration().site)
        return [_room(None), *(_room(floor.number) for floor in site.floors)]

    def _send_boards(self) -> None:
        """Build each board that somebody watches once, and send it to all who watch it."""

        def build(uow: UnitOfWork) -> tuple[int, list[Board]]:
            line = Line(uow)
            floors: list[int | None] = [None, *(floor.number for floor in line.site.floors)]
            watched = [floor for floor in floors if self._is_watched(_room(floor))]
            return uow.hall.version, [build_board(uow, floor, line) for floor in watched]

        self._sent, boards = self._hall.read(build)
        for board in boards:
            self._server.emit("board", _plain(board), namespace=PATH, to=_room(board.floor))

    def _is_watched(self, room: str) -> bool:
        return next(iter(self._server.server.manager.get_participants(PATH, room)), None) is not None

    def _beat(self) -> None:
        """Every second look at the version row; every three seconds say that the link lives."""
        ticks = 0
        while True:
            self._server.sleep(LOOK_SECONDS)
            ticks += 1
            try:
                epoch, version, at = self._hall.read(lambda uow: (uow.hall.epoch, uow.hall.version, uow.at))
            except Exception:
                # A wall that hears nothing says so by itself; the next look comes in a second.
                log.exception("the version could not be read")
                continue
            if version != self._sent:
                self._pulse.ask()
            if ticks % int(ALIVE_SECONDS / LOOK_SECONDS) == 0:
                beat = {"epoch": epoch, "version": version, "at": msgspec.to_builtins(at)}
                self._server.emit("alive", beat, namespace=PATH)


def _room(floor: int | None) -> str:
    return "hall" if floor is None else f"floor:{floor}"


def _plain(board: Board) -> Any:
    return msgspec.to_builtins(board)
