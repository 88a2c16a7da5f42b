"""A server that does nothing but answer and broadcast: the floor below every figure of a wall.

Run as a program. It reads a board as one line of JSON from standard input, listens on a free port, writes
that port as a line, then sends the board with a rising call id to every socket for each POST /press.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import socketio
from flask import Flask
from gevent.pywsgi import WSGIServer
from gevent.socket import socket as gevent_socket

NAMESPACE = "/display"


def create_app(board: dict[str, Any]) -> socketio.WSGIApp:
    """One address that broadcasts and one that only answers."""
    flask = Flask("bare")
    server = socketio.Server(async_mode="gevent", namespaces=[NAMESPACE], ping_interval=5, ping_timeout=3)
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


def main() -> None:
    """Serve until the process is ended."""
    app = create_app(json.loads(sys.stdin.readline()))
    listener = gevent_socket(socket.AF_INET, socket.SOCK_STREAM)
    # Accepted connections inherit it: head and body of an answer leave in two writes.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    server = WSGIServer(listener, app, log=None)
    server.start()
    print(listener.getsockname()[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
