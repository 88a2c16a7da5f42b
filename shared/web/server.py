"""The embedded production server: one process, small cost per socket, ends at once."""

from __future__ import annotations

import errno
import gc
import logging
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)


class PortTaken(Exception):
    """Another program listens there already."""


class CannotListen(Exception):
    """The address cannot be listened on."""


def serve(wsgi: Any, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` hears the real port once requests are answered.

    Raises:
        PortTaken: the port is in use.
        CannotListen: this machine has no such address, or may not listen there.
    """
    # gevent is loaded here and not above, so that whatever only describes the application does without it.
    from gevent import signal_handler
    from gevent.pywsgi import WSGIHandler, WSGIServer
    from gevent.socket import wait_write

    class Handler(WSGIHandler):  # type: ignore[misc]
        """A handler that sends small answers at once."""

        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            # Head and body leave in two writes; with Nagle's rule the second waits 40 ms for an answer.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().__init__(sock, *args, **kwargs)

        def handle_one_response(self) -> None:
            super().handle_one_response()
            if self.environ and self.environ.get("HTTP_UPGRADE"):
                # What follows on a link that was a socket is no request.
                self.close_connection = True
            if not self.close_connection:
                # The next request may be there already: a turn of the loop lets all others go first.
                wait_write(self.socket.fileno())

    _allow_many_sockets()
    listener = _listen(host, port)
    server = WSGIServer(listener, wsgi, handler_class=Handler, log=None, error_log=log)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal_handler(number, server.stop, 0)
    server.start()
    # All that was loaded stays for good: looking it through for garbage would hold up everybody at once.
    gc.collect()
    gc.freeze()
    ready(listener.getsockname()[1])
    server.serve_forever()


def _allow_many_sockets() -> None:
    """Ask for as many open files as the system grants: a display takes two, and the usual start is 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _listen(host: str, port: int) -> Any:
    from gevent import socket as gevent_socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = gevent_socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as wrong:
        listener.close()
        if wrong.errno == errno.EADDRINUSE:
            raise PortTaken(f"端口 {port} 已被占用，请关掉占用它的程序，或用 --port 换一个。") from None
        raise CannotListen(f"不能在 {host}:{port} 上监听：{wrong.strerror}") from None
    listener.listen(1024)
    return listener
