"""The links below Socket.IO under gevent: no display can hold up another or fill the server's memory.

A link that cannot take what is sent, or says nothing while it is asked, is cut after the time the socket
library waits for the answer to a ping. What lies unsent for a slow one is bounded, and of whole boards only
the newest is kept.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from flask_socketio import SocketIO
from gevent.queue import JoinableQueue
from simple_websocket import ConnectionClosed, Server
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

#: Bytes that the system may hold for one link: enough for some boards, and old ones do not pile up in it.
SEND_BUFFER = 64 * 1024
#: So many packets may lie unsent for one link; one that lags further behind is cut, and comes back by itself.
MOST_UNSENT = 200
#: Seconds for which closing a link waits until its last packets are on their way.
PARTING_SECONDS = 1.0


def guard_links(socketio: SocketIO, latest_wins: Sequence[tuple[str, str]]) -> None:
    """Give every link of ``socketio`` these limits; ``latest_wins`` are (namespace, event) of whole states.

    The socket library has no setting for it: its table of parts is replaced for this server.
    """
    engine = socketio.server.eio
    beginnings = tuple(f'2{namespace},["{event}"' for namespace, event in latest_wins)
    engine._async = {
        **engine._async,
        "websocket": Link,
        "queue": lambda: Outbox(beginnings),
    }


class Link:
    """One WebSocket, in the form in which the socket library's driver uses it."""

    def __init__(self, handler: Callable[[Link], Any], engine: Any) -> None:
        self._handler = handler
        self._largest = engine.max_http_buffer_size
        self._patience = engine.ping_interval + engine.ping_timeout
        self._server: _Server

    def __call__(self, environ: dict[str, Any], _start_response: Any) -> Any:
        # Compressing for each link by itself would cost more than it saves in a house's own network.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        self._server = _Server(environ, self._largest, self._patience)
        return self._handler(self)

    def send(self, message: str | bytes) -> None:
        """Send one message.

        Raises:
            OSError: the link is closed, or took too long.
        """
        try:
            self._server.send(message)
        except ConnectionClosed as closed:
            raise OSError("the link is closed") from closed

    def wait(self) -> Any:
        """The next message, or None when the link is closed."""
        try:
            return self._server.receive()
        except ConnectionClosed:
            return None

    def close(self) -> None:
        if self._server.connected:
            self._server.close()


class _Server(Server):  # type: ignore[misc]
    """A WebSocket that sends whole messages, for half of one would spoil all that come after it."""

    def __init__(self, environ: dict[str, Any], largest: int, patience: float) -> None:
        self._patience = patience
        super().__init__(environ, max_message_size=largest)

    def handshake(self) -> None:
        # Before anything is read: what waits on the socket already keeps the time limit it began with.
        self.sock.settimeout(self._patience)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        super().handshake()

    def send(self, data: str | bytes) -> None:
        if not self.connected:
            raise ConnectionClosed(self.close_reason, self.close_message)
        frame = _frame(data)
        # Nearly always the system takes it whole; a method that sends all would ask for its room first.
        sent = self.sock.send(frame)
        if sent < len(frame):
            self.sock.sendall(memoryview(frame)[sent:])


@lru_cache(maxsize=16)
def _frame(data: str | bytes) -> bytes:
    """A message as it goes over every link: what a server sends is the same for all, so it is made once."""
    message = BytesMessage(data=data) if isinstance(data, bytes) else TextMessage(data=data)
    return Connection(ConnectionType.SERVER).send(message)


class Outbox(JoinableQueue):  # type: ignore[misc]
    """What is not yet sent on one link; put and read by the socket library."""

    def __init__(self, latest_wins: tuple[str, ...]) -> None:
        super().__init__()
        self._latest_wins = latest_wins

    def join(self, timeout: float | None = None) -> Any:
        return super().join(PARTING_SECONDS if timeout is None else timeout)

    def _put(self, item: Any) -> None:
        place = self._place_of_older(item)
        if place is not None:
            self.queue[place] = item
        elif len(self.queue) < MOST_UNSENT:
            super()._put(item)
        else:
            for _ in range(len(self.queue)):
                self.queue.popleft()
                self.task_done()
            # The library takes None for the end of the link.
            super()._put(None)

    def _place_of_older(self, item: Any) -> int | None:
        """Where a state lies that ``item`` replaces."""
        if not self.queue:
            return None
        beginning = self._state_of(item)
        if beginning is None:
            return None
        states = (place for place, one in enumerate(self.queue) if self._state_of(one) == beginning)
        return next(states, None)

    def _state_of(self, item: Any) -> str | None:
        text = getattr(item, "data", None)
        if not isinstance(text, str):
            return None
        return next((beginning for beginning in self._latest_wins if text.startswith(beginning)), None)
