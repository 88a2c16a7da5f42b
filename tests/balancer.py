"""One address before several servers: each connection goes to the next of them."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

CHUNK = 65536


class Balancer:
    """Passes each connection on to one of its servers in turn, past those that do not answer."""

    def __init__(self, port: int = 0) -> None:
        """Listens on this port, or on any."""
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        #: Ports of this machine that connections are passed on to.
        self.servers: Sequence[int] = ()
        self._turns = itertools.count()
        self._guard = threading.Lock()
        self._links: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        """The one address."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End every connection there is; new ones get through."""
        with self._guard:
            links = list(self._links)
        for link in links:
            _end(link)

    def close(self) -> None:
        """End every connection and let nobody in any more."""
        _end(self._listener)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            server = self._connect()
            if server is None:
                return
            with server, self._known(client, server):
                back = threading.Thread(target=_carry, args=(server, client), daemon=True)
                back.start()
                _carry(client, server)
                back.join()

    def _connect(self) -> socket.socket | None:
        servers, first = list(self.servers), next(self._turns)
        for place in range(len(servers)):
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", servers[(first + place) % len(servers)]))
        return None

    @contextmanager
    def _known(self, *links: socket.socket) -> Iterator[None]:
        for link in links:
            # Small packets of sockets must not wait for one another.
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._guard:
            self._links.update(links)
        yield
        with self._guard:
            self._links.difference_update(links)


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Pass bytes on until one side ends, then end the other: neither stays half open."""
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
    _end(source)
    _end(target)


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
