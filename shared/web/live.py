"""What sockets share: who is on the other end, and a pulse that gathers changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import request
from flask_socketio import SocketIO

from shared.domain.account import Role
from shared.domain.events import SignInEnded
from shared.web.context import Hall
from shared.web.principals import STAFF_COOKIE, Principal, cookie_name, principal_of_token

log = logging.getLogger(__name__)

#: After a change goes out at once, the next ones wait this long, so that a burst travels as one.
GATHER_SECONDS = 0.05


def socket_principal(auth: Any, roles: tuple[Role, ...]) -> Principal | None:
    """Who opens a socket: by the token in ``auth``, else by a cookie of the page; only these roles."""
    token = auth.get("token") if isinstance(auth, dict) else None
    names = {cookie_name(role) for role in roles}
    tokens = [token] if isinstance(token, str) else []
    if not tokens:
        tokens = [request.cookies.get(name, "") for name in sorted(names, key=lambda n: n == STAFF_COOKIE)]
    for candidate in tokens:
        principal = principal_of_token(candidate) if candidate else None
        if principal is not None and principal.role in roles:
            return principal
    return None


class SignInSockets:
    """Which sockets belong to which sign-in, so that they end with it."""

    def __init__(self, hall: Hall, socketio: SocketIO, namespace: str) -> None:
        self._socketio = socketio
        self._namespace = namespace
        self._guard = threading.Lock()
        self._by_sign_in: dict[int, set[str]] = {}
        hall.store.listeners.on(SignInEnded, self._end)

    def add(self, principal: Principal, sid: str) -> None:
        """A socket was opened by whoever this is; devices have no sign-in to end."""
        if principal.sign_in_id is not None:
            with self._guard:
                self._by_sign_in.setdefault(principal.sign_in_id, set()).add(sid)

    def forget(self, sid: str) -> None:
        """A socket is gone."""
        with self._guard:
            for sign_in_id, sids in list(self._by_sign_in.items()):
                sids.discard(sid)
                if not sids:
                    del self._by_sign_in[sign_in_id]

    def _end(self, event: SignInEnded) -> None:
        with self._guard:
            sids = self._by_sign_in.pop(event.sign_in_id, set())
        for sid in sids:
            self._socketio.server.disconnect(sid, namespace=self._namespace)


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

    def ask(self) -> None:
        """Something changed."""
        with self._guard:
            self._asked = True
            if self._running:
                return
            self._running = True
        self._socketio.start_background_task(self._run)

    def _run(self) -> None:
        while True:
            with self._guard:
                if not self._asked:
                    self._running = False
                    return
                self._asked = False
            try:
                self._work()
            except Exception:
                log.exception("a board could not be sent")
            self._socketio.sleep(GATHER_SECONDS)
