"""Walls and signs over Socket.IO: the whole board on connect, on every change, and once a minute."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
from flask_socketio import Namespace, SocketIO, emit, join_room, leave_room

from display.outgoing import NOTHING, OutgoingBoards, state_of
from shared.actions.boards import call_shown, call_sounded
from shared.domain.account import STAFF_ROLES, Role
from shared.domain.errors import HallError
from shared.domain.events import BoardChanged
from shared.web.context import Hall
from shared.web.live import Guests, Pulse, socket_principal, this_socket

PATH = "/display"
ALIVE_SECONDS = 3.0
#: Whole states: of those that wait for a slow link only the newest is sent.
LATEST_WINS = ((PATH, "board"), (PATH, "alive"))
#: A wall that comes in asks for the newest board so often; a database that has gone back must not hold it.
MOST_LOOKS = 5
ROLES = (Role.DISPLAY, Role.SIGN, Role.KIOSK, *STAFF_ROLES)


class DisplayNamespace(Namespace):  # type: ignore[misc]
    """Boards for walls: a room per floor and one for the whole hall."""

    def __init__(self, hall: Hall, socketio: SocketIO) -> None:
        super().__init__(PATH)
        self._hall = hall
        self._server = socketio
        self._guests = Guests(hall, socketio, PATH)
        self._boards = OutgoingBoards(hall.read)
        self._pulse = Pulse(socketio, self._send)
        #: What the boards show that everybody has been sent.
        self._sent = NOTHING
        self._guard = threading.Lock()
        self._watching: dict[str, str] = {}
        self._alive_due = False
        hall.store.listeners.on(BoardChanged, lambda _: self._pulse.ask())

    def start(self) -> None:
        """Begin the heartbeat."""
        self._server.start_background_task(self._beat)
        self._guests.start()

    def stop(self) -> None:
        """Build no more boards."""
        self._pulse.stop()

    def on_connect(self, auth: Any = None) -> bool:
        """Let devices and staff in, and give them the board of the hall until they ask for a floor."""
        principal = socket_principal(auth, ROLES)
        if principal is None or not self._guests.add(principal, this_socket(), auth):
            return False
        self._watch(None)
        return True

    def on_disconnect(self, reason: Any = None) -> None:
        """Forget a socket that is gone."""
        self._guests.forget(this_socket())
        with self._guard:
            self._watching.pop(this_socket(), None)

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
        """Join the room of a floor, then get its board: what changes in between comes by the room."""
        board = self._boards.of(floor)
        room, sid = _room(floor), this_socket()
        with self._guard:
            before, self._watching[sid] = self._watching.get(sid), room
        if before not in (None, room):
            leave_room(before)
        join_room(room)
        for _ in range(MOST_LOOKS):
            if not board.state.is_older_than(self._sent):
                break
            board = self._boards.of(floor)
        emit("board", board.json)

    def _send(self) -> None:
        """Send what is new to all who watch it, and say that the hall lives when that is due.

        One task does this alone, so versions and hall time rise on every link, and a heartbeat comes after
        the board that it speaks of.
        """
        now, floors = self._hall.read(lambda uow: (state_of(uow), uow.configuration().site.floors))
        if not now.is_like(self._sent):
            before = self._sent
            # Noted first: a wall that joins while the boards are built asks for one that is not older.
            self._sent = now
            try:
                self._send_boards([None, *(floor.number for floor in floors)])
            except Exception:
                # Nobody has them: they are due again at the next turn.
                self._sent = before
                raise
        if self._alive_due:
            self._alive_due = False
            epoch, version = self._sent.epoch, self._sent.version
            at = msgspec.to_builtins(self._hall.clock.now().at)
            self._server.emit("alive", {"epoch": epoch, "version": version, "at": at}, namespace=PATH)

    def _send_boards(self, floors: list[int | None]) -> None:
        boards = self._boards.of_all([floor for floor in floors if self._is_watched(_room(floor))])
        if boards:
            self._sent = boards[0].state
        for board in boards:
            self._server.emit("board", board.json, namespace=PATH, to=_room(board.floor))

    def _is_watched(self, room: str) -> bool:
        return next(iter(self._server.server.manager.get_participants(PATH, room)), None) is not None

    def _beat(self) -> None:
        """Every three seconds have the boards looked at, and say that the link lives."""
        while True:
            self._server.sleep(ALIVE_SECONDS)
            self._alive_due = True
            self._pulse.ask()


def _room(floor: int | None) -> str:
    return "hall" if floor is None else f"floor:{floor}"
