"""An agent's link to the hall: it is opened again for ever, and questions have an answer in time or none."""

from __future__ import annotations

import importlib.util
import logging
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any

import socketio

from hardware.agent_state import AgentRefused
from hardware.agent_words import FORMAT, NAMESPACE, NOT_SIGNED_IN

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
"""Between two attempts, by chance, so that many agents do not come back at one moment."""

CONNECT_SECONDS = 5.0
LOOK_SECONDS = 1.0
"""How often it is looked whether the link still stands, in case its end was not told."""

POLLING_EVERY = 3
"""Where WebSockets do not get through, every third attempt is made by polling, if that is installed."""


class WrongFormat(Exception):
    """Hall and agent are of versions that do not understand each other."""


class AgentLink:
    """The one link; events of the hall are handed on, each in a thread of its own."""

    def __init__(
        self,
        server: str,
        auth: Mapping[str, str],
        hello: Callable[[], Mapping[str, Any]],
        welcome: Callable[[Mapping[str, Any]], None],
        heard: Callable[[str, Any], None],
    ) -> None:
        """``auth`` opens each link, ``hello`` is said on it first, ``welcome`` hears the hall's answer."""
        self._server = server
        self._auth = auth
        self._hello = hello
        self._welcome = welcome
        self._heard = heard
        self._guard = threading.Lock()
        self._client: socketio.Client | None = None
        self._asking: set[threading.Event] = set()
        self._refusal = ""
        self._greeted = threading.Event()
        self._ended = threading.Event()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Stay connected until ``stop``.

        Raises:
            AgentRefused: the token is not, or no longer, valid.
            WrongFormat: the hall speaks in another way.
        """
        failures = 0
        while not self._stopping.is_set():
            try:
                self._visit(failures)
                failures = 0
            except (socketio.exceptions.SocketIOError, OSError, ValueError) as away:
                if self._refusal == NOT_SIGNED_IN:
                    raise AgentRefused("大厅不认这个打印代理了，请用新的登记码（--code）再登记。") from None
                failures += 1
                if failures == 1:
                    log.warning("the hall cannot be reached, trying on", extra={"reason": str(away)[:200]})
            longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures + 1, 8))
            self._stopping.wait(random.uniform(FIRST_PAUSE_SECONDS, longest))

    def stop(self) -> None:
        """End the link and ``run``."""
        self._stopping.set()
        self._ended.set()

    def await_link(self, seconds: float) -> bool:
        """Wait until the hall has greeted; False when it has not by then."""
        return self._greeted.wait(seconds)

    def ask(self, event: str, data: Mapping[str, Any], seconds: float) -> Any:
        """Tell the hall something and return its answer; None when none came in time, or without a link."""
        answer: list[Any] = []
        answered = threading.Event()

        def hear(*said: Any) -> None:
            answer.extend(said[:1])
            answered.set()

        with self._guard:
            if self._client is None:
                return None
            try:
                self._client.emit(event, dict(data), namespace=NAMESPACE, callback=hear)
            except socketio.exceptions.SocketIOError:
                return None
            self._asking.add(answered)
        answered.wait(seconds)
        with self._guard:
            self._asking.discard(answered)
        return answer[0] if answer else None

    def _visit(self, failures: int) -> None:
        """Open the link, greet, and stay until it ends."""
        self._refusal = ""
        self._ended.clear()
        client = self._new_client()
        try:
            client.connect(
                self._server,
                auth=dict(self._auth),
                namespaces=[NAMESPACE],
                transports=_transports(failures),
                wait_timeout=CONNECT_SECONDS,
            )
            self._greet(client)
            while not self._ended.wait(LOOK_SECONDS) and client.connected:
                pass
        finally:
            self._let_go()
            client.disconnect()
            if client.eio.ws is not None:
                # After a silence the library leaves it open.
                client.eio.ws.shutdown()
        if not self._stopping.is_set():
            log.warning("the link to the hall is gone")

    def _let_go(self) -> None:
        """Nothing more is asked on this link, and nobody waits for its answers."""
        with self._guard:
            self._client = None
            for answered in self._asking:
                answered.set()
        self._greeted.clear()

    def _new_client(self) -> socketio.Client:
        client = socketio.Client(
            reconnection=False,
            handle_sigint=False,
            request_timeout=CONNECT_SECONDS,
            # No page is behind this: an agent may come by another address than the hall's own.
            websocket_extra_options={"suppress_origin": True},
        )
        client.on("connect_error", self._refused, namespace=NAMESPACE)
        client.on("disconnect", lambda *_reason: self._ended.set(), namespace=NAMESPACE)
        client.on("*", self._hear, namespace=NAMESPACE)
        return client

    def _greet(self, client: socketio.Client) -> None:
        """Say who this is; until that is answered nothing else is said."""
        answer = client.call("hello", dict(self._hello()), namespace=NAMESPACE, timeout=CONNECT_SECONDS)
        if not isinstance(answer, dict):
            raise ValueError("the hall does not understand agents")
        if answer.get("format") != FORMAT:
            raise WrongFormat(
                f"大厅和打印代理版本不合（大厅 {answer.get('format')}，代理 {FORMAT}），请更新。"
            )
        self._welcome(answer)
        with self._guard:
            self._client = client
        self._greeted.set()
        log.info("connected to the hall", extra={"server": self._server})

    def _hear(self, event: str, data: Any = None, *_more: Any) -> None:
        # Each event has its own thread, so one may overtake the answer to the greeting.
        self._greeted.wait(CONNECT_SECONDS)
        try:
            self._heard(event, data)
        except Exception:
            log.exception("what the hall said could not be done", extra={"event": event})

    def _refused(self, reason: Any = None, *_more: Any) -> None:
        self._refusal = str(reason.get("message")) if isinstance(reason, dict) else str(reason)


def _transports(failures: int) -> list[str]:
    polls = failures % POLLING_EVERY == POLLING_EVERY - 1 and importlib.util.find_spec("requests") is not None
    return ["polling", "websocket"] if polls else ["websocket"]
