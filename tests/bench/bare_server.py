"""A server that does nothing but answer and broadcast: the floor below every figure of a wall.

Run as a program with the kind of worker, "greenlets" or "threads". It reads a board as one line of JSON from
standard input, listens on a free port, writes that port as a line, then sends the board with a rising call id
to every socket for each POST /press.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import socketio
from flask import Flask

NAMESPACE = "/display"


def create_app(board: dict[str, Any], async_mode: str) -> socketio.WSGIApp:
    """One address that broadcasts and one that only answers."""
    flask = Flask("bare")
    server = socketio.Server(async_mode=async_mode, namespaces=[NAMESPACE], ping_interval=5, ping_timeout=3)
    pressed = 0

    @flask.get("/nothing")
    def get_nothing() -> dict[str, Any]:
        return {}

    @flask.post("/press")
    def post_press() -> dict[str, Any]:
        nonlocal pressed
        pressed += 1
        first, *others = board["calls"]
        fresh = {**board, "calls": [{**first, "id": pressed}, *others]}
        server.emit("board", fresh, namespace=NAMESPACE)
        return {"announcement": pressed}

    return socketio.WSGIApp(server, flask)


def serve_by_greenlets(board: dict[str, Any]) -> None:
    """Serve all sockets from one thread until the process is ended."""
    from gevent.pywsgi import WSGIServer
    from gevent.socket import socket as gevent_socket

    listener = gevent_socket(socket.AF_INET, socket.SOCK_STREAM)
    # Accepted connections inherit it: head and body of an answer leave in two writes.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    server = WSGIServer(listener, create_app(board, "gevent"), log=None)
    server.start()
    print(listener.getsockname()[1], flush=True)
    server.serve_forever()


def serve_by_threads(board: dict[str, Any]) -> None:
    """Serve every connection from a thread of its own until the process is ended."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        disable_nagle_algorithm = True

        def log_request(self, *_told: Any) -> None:
            """Nobody reads it."""

    server = make_server(
        "127.0.0.1", 0, create_app(board, "threading"), threaded=True, request_handler=Handler
    )
    print(server.server_port, flush=True)
    server.serve_forever()


WORKERS = {"greenlets": serve_by_greenlets, "threads": serve_by_threads}

if __name__ == "__main__":
    WORKERS[sys.argv[1]](json.loads(sys.stdin.readline()))
