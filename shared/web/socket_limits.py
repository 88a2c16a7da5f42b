"""Limits on sockets: join a namespace soon, send text only, and not too many who have not joined."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from flask_socketio import SocketIO

#: A socket that has joined no namespace after so many seconds is closed, and at most so many may wait.
JOIN_SECONDS = 5.0
MOST_STRANGERS = 50
#: How often it is written down that links are refused.
TOLD_SECONDS = 60.0

log = logging.getLogger(__name__)


class SocketLimits:
    """Watches the links below the namespaces."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio
        self._server = socketio.server
        self._guard = threading.Lock()
        self._strangers: set[str] = set()
        self._told_at = -TOLD_SECONDS
        engine = self._server.eio
        self._on_connect = engine.handlers["connect"]
        self._on_message = engine.handlers["message"]
        self._on_disconnect = engine.handlers["disconnect"]
        engine.on("connect", self.connected)
        engine.on("message", self.received)
        engine.on("disconnect", self.gone)

    def connected(self, link: str, environ: dict[str, Any]) -> Any:
        """Let a link in, unless too many have joined nothing yet."""
        with self._guard:
            if len(self._strangers) >= MOST_STRANGERS:
                self._tell_of_crowd()
                return False
            self._strangers.add(link)
        self._socketio.start_background_task(self._close_stranger, link)
        return self._on_connect(link, environ)

    def received(self, link: str, data: Any) -> Any:
        """Pass text on; binary packets, and texts that announce them, end the link."""
        if not isinstance(data, str) or data[:1] in ("5", "6"):
            self._server.eio.disconnect(link)
            return None
        answer = self._on_message(link, data)
        if link in self._strangers and self._has_joined(link):
            with self._guard:
                self._strangers.discard(link)
        return answer

    def gone(self, link: str, *reason: Any) -> Any:
        """Forget a link."""
        with self._guard:
            self._strangers.discard(link)
        return self._on_disconnect(link, *reason)

    def _tell_of_crowd(self) -> None:
        """Displays that all come back at once are let in by and by; of a flood there is one line a minute."""
        if time.monotonic() - self._told_at >= TOLD_SECONDS:
            self._told_at = time.monotonic()
            log.warning("more sockets come than are let in at once; they are told to come again")

    def _close_stranger(self, link: str) -> None:
        self._socketio.sleep(JOIN_SECONDS)
        if link in self._strangers and not self._has_joined(link):
            self._server.eio.disconnect(link)

    def _has_joined(self, link: str) -> bool:
        manager = self._server.manager
        return any(
            manager.sid_from_eio_sid(link, namespace) is not None for namespace in manager.get_namespaces()
        )
