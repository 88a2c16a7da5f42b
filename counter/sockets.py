"""The staff's screens over Socket.IO: hints to read again, slips and devices."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_socketio import Namespace, SocketIO, join_room

from shared.domain.account import STAFF_ROLES
from shared.domain.events import (
    BoardChanged,
    CallShown,
    CallSounded,
    CasesChanged,
    DeviceChanged,
    PaperChanged,
    TroubleChanged,
)
from shared.web.context import Hall
from shared.web.live import Guests, Pulse, socket_principal, this_socket

PATH = "/counter"
#: Whole states: of those that wait for a slow link only the newest is sent.
LATEST_WINS = ((PATH, "queue"),)


class CounterNamespace(Namespace):  # type: ignore[misc]
    """Tells signed-in staff that something moved; what moved they read over the API."""

    def __init__(self, hall: Hall, socketio: SocketIO) -> None:
        super().__init__(PATH)
        self._server = socketio
        self._hall = hall
        self._guests = Guests(hall, socketio, PATH)
        self._pulse = Pulse(socketio, self._tell_queue)
        listeners = hall.store.listeners
        listeners.on(BoardChanged, lambda _: self._pulse.ask())
        listeners.on(PaperChanged, self._tell_slip)
        listeners.on(DeviceChanged, self._tell_device)
        listeners.on(TroubleChanged, self._tell_trouble)
        listeners.on(CasesChanged, self._tell_cases)
        listeners.on(CallShown, lambda event: self._tell("shown", {"id": event.call_id}))
        listeners.on(CallSounded, lambda event: self._tell("sounded", {"id": event.call_id}))

    def stop(self) -> None:
        """Read no more queues."""
        self._pulse.stop()

    def on_connect(self, auth: Any = None) -> bool:
        """Let staff in, by token or by the page's cookie; a program must say where it comes from."""
        if not request.headers.get("Origin"):
            return False
        principal = socket_principal(auth, tuple(STAFF_ROLES))
        if principal is None or not self._guests.add(principal, this_socket()):
            return False
        join_room("staff")
        return True

    def on_disconnect(self, reason: Any = None) -> None:
        """Forget a socket that is gone."""
        self._guests.forget(this_socket())

    def _tell(self, event: str, data: dict[str, Any]) -> None:
        self._server.emit(event, data, namespace=PATH, to="staff")

    def _tell_queue(self) -> None:
        self._tell("queue", {"version": self._hall.read(lambda uow: uow.hall.version)})

    def _tell_slip(self, event: PaperChanged) -> None:
        slip = {"ticket": event.number, "case": event.case_number, "state": str(event.state)}
        self._tell("slip", slip if event.place is None else {**slip, "place": event.place})

    def _tell_device(self, event: DeviceChanged) -> None:
        self._tell("device", {"name": event.name, "state": str(event.state)})

    def _tell_trouble(self, event: TroubleChanged) -> None:
        trouble = {"device": event.device, "kind": event.kind, "begun": event.begun, "seen": event.seen}
        self._tell("trouble", trouble)

    def _tell_cases(self, event: CasesChanged) -> None:
        self._tell("cases", {"offices": list(event.offices)})
