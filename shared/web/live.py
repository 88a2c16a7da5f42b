"""What sockets share: who is on the other end, and a pulse that gathers changes."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import request
from flask_socketio import SocketIO

from shared.actions.enrolling import note_contacts
from shared.domain.account import Role
from shared.domain.contact import CONTACT_SECONDS
from shared.domain.events import DeviceEnded, SignInEnded
from shared.domain.owner import new_owner
from shared.web.build import build_told
from shared.web.context import Hall
from shared.web.principals import STAFF_COOKIE, Principal, cookie_name, principal_of_token

log = logging.getLogger(__name__)

#: How long a device that comes waits for others, before it is noted that they are connected.
COMERS_SECONDS = 0.5
#: After a change goes out at once, the next ones wait this long, so that a burst travels as one.
GATHER_SECONDS = 0.05

#: By the id of a device, how many of its screens run each version.
Screens = dict[int, Counter[str]]


def socket_principal(auth: Any, roles: tuple[Role, ...]) -> Principal | None:
    """Who opens a socket: by the token in ``auth``, else by a cookie of the page; only these roles.

    A browser may hold several cookies: that of the ``role`` for which the page was opened goes first.
    """
    told = auth if isinstance(auth, dict) else {}
    token, own = told.get("token"), cookie_name(str(told.get("role")))
    names = sorted(
        {cookie_name(role) for role in roles}, key=lambda name: (name != own, name == STAFF_COOKIE)
    )
    tokens = [token] if isinstance(token, str) else [request.cookies.get(name, "") for name in names]
    for candidate in tokens:
        principal = principal_of_token(candidate) if candidate else None
        if principal is not None and principal.role in roles:
            return principal
    return None


class Guests:
    """Whose sockets are open in a namespace: they end with the sign-in, or with the device's token."""

    def __init__(self, hall: Hall, socketio: SocketIO, namespace: str) -> None:
        self._hall = hall
        self._socketio = socketio
        self._namespace = namespace
        self._place = f"{new_owner()}{namespace}"
        self._guard = threading.Lock()
        self._open: dict[str, Principal] = {}
        self._versions: dict[str, str] = {}
        self._noted: Screens = {}
        self._came = threading.Event()
        hall.store.listeners.on(SignInEnded, lambda event: self._end("sign_in_id", event.sign_in_id))
        hall.store.listeners.on(DeviceEnded, lambda event: self._end("device_id", event.device_id))

    def start(self) -> None:
        """Begin to note which devices are connected."""
        self._socketio.start_background_task(self._note_devices)

    def add(self, principal: Principal, sid: str, auth: Any = None) -> bool:
        """A socket was opened by whoever this is; False when the token has ended meanwhile.

        ``auth`` is what came with it: there a page or program tells its ``version``.
        """
        with self._guard:
            self._open[sid] = principal
            self._versions[sid] = build_told(auth)
        # What ended before the socket was known here is not told again.
        if principal_of_token(principal.token) is None:
            self.forget(sid)
            return False
        if principal.device_id is not None:
            self._came.set()
        return True

    def forget(self, sid: str) -> None:
        """A socket is gone."""
        with self._guard:
            self._open.pop(sid, None)
            self._versions.pop(sid, None)

    @property
    def screens(self) -> Screens:
        """The devices that are connected now: how many sockets of each version, the latest last."""
        found: Screens = {}
        with self._guard:
            for sid, principal in self._open.items():
                if principal.device_id is not None:
                    versions = found.setdefault(principal.device_id, Counter())
                    version = self._versions.get(sid, "")
                    versions[version] = versions.pop(version, 0) + 1
        return found

    def _end(self, what: str, ended: int) -> None:
        with self._guard:
            sids = [sid for sid, principal in self._open.items() if getattr(principal, what) == ended]
            for sid in sids:
                del self._open[sid]
                self._versions.pop(sid, None)
        for sid in sids:
            # In the background: whoever ended the token must not wait until the last packet is on its way.
            self._socketio.start_background_task(self._close, sid)

    def _close(self, sid: str) -> None:
        """End a socket, and the link below it: whoever holds it has no business here any more."""
        server = self._socketio.server
        link = server.manager.eio_sid_from_sid(sid, self._namespace)
        server.disconnect(sid, namespace=self._namespace)
        if link is not None:
            server.eio.disconnect(link)

    def note(self) -> None:
        """Note for ever which devices are connected, in one write; nothing while nobody is or was."""
        screens = self.screens
        if screens or self._noted:
            self._hall.transact(lambda uow: note_contacts(uow, self._place, screens))
            self._noted = screens

    def _note_devices(self) -> None:
        """Note for ever which devices are connected: soon when one comes, and twice a minute."""
        while True:
            self._came.wait(CONTACT_SECONDS)
            self._socketio.sleep(COMERS_SECONDS)
            self._came.clear()
            try:
                self.note()
            except Exception:
                # The database may be away; the next turn tells, and the manager sees the silence.
                log.exception("contacts could not be noted")


def this_socket() -> str:
    """The id of the socket whose event is being handled."""
    return str(request.sid)  # type: ignore[attr-defined]


class Pulse:
    """Runs ``work`` soon after it was asked for: at once, then at most every 50 ms, latest wins."""

    def __init__(self, socketio: SocketIO, work: Callable[[], None]) -> None:
        self._socketio = socketio
        self._work = work
        self._guard = threading.Lock()
        self._asked = False
        self._running = False
        self._ended = False
        self._at_work = threading.Lock()

    def ask(self) -> None:
        """Something changed."""
        with self._guard:
            self._asked = True
            if self._running:
                return
            self._running = True
        self._socketio.start_background_task(self._run)

    def stop(self) -> None:
        """Wait for work that is under way; nothing more is done."""
        self._ended = True
        with self._at_work:
            pass

    def _run(self) -> None:
        while True:
            with self._guard:
                if not self._asked:
                    self._running = False
                    return
                self._asked = False
            try:
                with self._at_work:
                    if not self._ended:
                        self._work()
            except Exception:
                log.exception("a board could not be sent")
            self._socketio.sleep(GATHER_SECONDS)
