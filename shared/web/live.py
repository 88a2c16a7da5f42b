"""What sockets share: who is on the other end, and a pulse that gathers changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from flask import request
from flask_socketio import SocketIO

from shared.domain.account import Role
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
