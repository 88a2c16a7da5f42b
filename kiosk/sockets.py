"""Kiosks over Socket.IO: what becomes of the slip, and whether slips come out at all."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_socketio import Namespace, SocketIO, join_room

from shared.actions.paperless import kiosks_at, paper_of
from shared.domain.account import Role
from shared.domain.events import DeviceChanged, PaperChanged, TroubleChanged
from shared.domain.trouble import PAPERLESS
from shared.web.context import Hall
from shared.web.live import Guests, socket_principal, this_socket

PATH = "/kiosk"


class KioskNamespace(Namespace):  # type: ignore[misc]
    """Tells each kiosk of its own slips."""

    def __init__(self, hall: Hall, socketio: SocketIO) -> None:
        super().__init__(PATH)
        self._hall = hall
        self._server = socketio
        self._guests = Guests(hall, socketio, PATH)
        hall.store.listeners.on(PaperChanged, self._tell)
        hall.store.listeners.on(TroubleChanged, self._tell_paperless)
        hall.store.listeners.on(DeviceChanged, self._tell_printer)

    def on_connect(self, auth: Any = None) -> bool:
        """Let kiosks in, each into a room of its own."""
        principal = socket_principal(auth, (Role.KIOSK,))
        if principal is None or not self._guests.add(principal, this_socket(), auth):
            return False
        join_room(f"kiosk:{principal.name}")
        return True

    def on_disconnect(self, reason: Any = None) -> None:
        """Forget a socket that is gone."""
        self._guests.forget(this_socket())

    def start(self) -> None:
        """Begin to note which kiosks are connected."""
        self._guests.start()

    def _tell(self, event: PaperChanged) -> None:
        if event.number is not None and event.device:
            slip = {"ticket": event.number, "state": str(event.state)}
            if event.place is not None:
                slip["place"] = event.place
            self._server.emit("slip", slip, namespace=PATH, to=f"kiosk:{event.device}")

    def _tell_paperless(self, event: TroubleChanged) -> None:
        if event.kind == PAPERLESS:
            self._tell_paper(event.device)

    def _tell_printer(self, event: DeviceChanged) -> None:
        for kiosk in self._hall.read(lambda uow: kiosks_at(uow, event.name)):
            self._tell_paper(kiosk)

    def _tell_paper(self, kiosk: str) -> None:
        paper = asdict(self._hall.read(lambda uow: paper_of(uow, kiosk)))
        self._server.emit("paper", paper, namespace=PATH, to=f"kiosk:{kiosk}")
