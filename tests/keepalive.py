"""A small HTTP client over one kept connection, so that the client costs little beside the server."""

from __future__ import annotations

import json
import re
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from conftest import Demo

API = "/api/v1"
PATIENCE_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True)
class Answer:
    """Status, head and the bytes of the body."""

    status: int
    head: bytes
    body: bytes

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by name in lower case."""
        lines = (line.partition(":") for line in self.head.decode("latin-1").split("\r\n")[1:])
        return {name.lower(): value.strip() for name, _, value in lines}

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        return str(self.json["code"])


class Connection:
    """One kept connection that speaks as the holder of ``token``; used by one thread at a time."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        address = urlsplit(base_url)
        host, port = address.hostname or "127.0.0.1", address.port or 80
        self._socket = socket.create_connection((host, port), timeout=PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""
        self._fixed = f"Host: {host}:{port}\r\n"
        if token is not None:
            self._fixed += f"Authorization: Bearer {token}\r\n"

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, path: str) -> Answer:
        self.send("GET", path)
        return self.receive()

    def post(self, path: str, body: Any = None, key: str | None = None) -> Answer:
        """A press with a key of its own, unless ``key`` repeats another."""
        self.press(path, body, key)
        return self.receive()

    def press(self, path: str, body: Any = None, key: str | None = None) -> None:
        """Send a press and do not wait for its answer."""
        self.send("POST", path, {} if body is None else body, key or uuid.uuid4().hex)

    def send(self, method: str, path: str, body: Any = None, key: str | None = None) -> None:
        """Send a request in one write; the answer is fetched by :meth:`receive`."""
        head = f"{method} {path} HTTP/1.1\r\n{self._fixed}"
        payload = b""
        if body is not None:
            payload = json.dumps(body).encode()
            head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
        if key is not None:
            head += f"Idempotency-Key: {key}\r\n"
        self._socket.sendall(head.encode() + b"\r\n" + payload)

    def receive(self) -> Answer:
        """The answer to the oldest request that has none yet.

        Raises:
            ConnectionError: the server closed the connection.
            ValueError: the answer does not say how long it is.
        """
        answer = self._taken()
        while answer is None:
            self._more()
            answer = self._taken()
        return answer

    def receive_some(self) -> Answer | None:
        """Read what has come; the answer when it is whole.

        Raises:
            ConnectionError, ValueError: as for :meth:`receive`.
        """
        self._more()
        return self._taken()

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def _taken(self) -> Answer | None:
        head, end, rest = self._read.partition(b"\r\n\r\n")
        if not end:
            return None
        status, length = int(head[9:12]), 0
        if status not in _BODILESS:
            found = _LENGTH.search(head)
            if found is None:
                raise ValueError("an answer without a length")
            length = int(found[1])
        if len(rest) < length:
            return None
        self._read = rest[length:]
        return Answer(status, head, rest[:length])

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> None:
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection")
        self._read += received


def kiosk_tokens(demo: Demo) -> list[str]:
    """The tokens of all kiosks."""
    return [str(device["token"]) for device in demo.devices if device["role"] == "kiosk"]


@dataclass
class Clerk:
    """A clerk who has signed on to a counter."""

    counter: int
    token: str
    connection: Connection

    def press(self, verb: str, body: Any = None, key: str | None = None) -> Answer:
        """Press a key of the counter."""
        return self.connection.post(f"{API}/counters/{self.counter}/{verb}", body, key)


@contextmanager
def seat_clerks(demo: Demo, count: int, *others: Demo) -> Iterator[list[Clerk]]:
    """Sign the first ``count`` clerks in, and on to their counters; their connections end with the block.

    With ``others``, further servers of the same hall, they sit at the servers in turn.
    """
    servers = (demo, *others)
    accounts = [account for account in demo.accounts if account["role"] == "clerk"]
    with ExitStack() as opened:
        clerks = []
        for place, account in enumerate(accounts[:count]):
            token = sign_in(demo, account)
            line = opened.enter_context(Connection(servers[place % len(servers)].base_url, token))
            clerks.append(Clerk(int(account["counter"]), token, line))
            signed_on = clerks[-1].press("sign-on")
            assert signed_on.status == 200, signed_on.body.decode()
        yield clerks


def sign_in(demo: Demo, account: dict[str, Any]) -> str:
    """The token of a new sign-in."""
    credentials = {name: account[name] for name in ("username", "password")}
    with Connection(demo.base_url) as door:
        answer = door.post(f"{API}/session", credentials)
    assert answer.status == 200, answer.body.decode()
    return str(answer.json["token"])
