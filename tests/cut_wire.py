"""A wire to a database server that can be cut, also just after the server has carried out a commit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

COMMIT = b"COMMIT"


class CutWire:
    """Passes bytes between clients and a server on this machine until it is told to cut."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._links: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._losing = threading.Event()
        self.port = int(self._listener.getsockname()[1])
        self._start(self._accept)

    def lose_the_next_commit(self) -> None:
        """Cut when the server has answered the next commit, before the client hears of it."""
        self._losing.set()

    def cut(self) -> None:
        """Cut every connection there is; new ones get through."""
        for link in self._links:
            _end(link)

    def close(self) -> None:
        """Cut, and let nobody through any more."""
        _end(self._listener)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)
        for link in self._links:
            link.close()

    def _start(self, work: object, *args: object) -> None:
        self._threads.append(threading.Thread(target=work, args=args, daemon=True))  # type: ignore[arg-type]
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                client.close()
                continue
            self._links += [client, server]
            doomed = threading.Event()
            self._start(self._pass_on, client, server, doomed, True)
            self._start(self._pass_on, server, client, doomed, False)

    def _pass_on(
        self, source: socket.socket, target: socket.socket, doomed: threading.Event, asks: bool
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if asks and COMMIT in data and self._losing.is_set():
                    self._losing.clear()
                    doomed.set()
                elif not asks and doomed.is_set():
                    break
                target.sendall(data)
        _end(source)
        _end(target)


def _end(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_wire(server_port: int) -> Iterator[CutWire]:
    """A wire to a server, gone after the block."""
    wire = CutWire(server_port)
    try:
        yield wire
    finally:
        wire.close()
