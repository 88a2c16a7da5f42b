"""Wake-ups between the processes of one hall, over Redis: a call without content, to look at the database.

Nothing that is read from the queue is decoded, stored or sent on, so whoever can write to it can do no
more than make a process look. While the queue is away nothing fails: every process looks by itself.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

#: Seconds for which Redis may keep a call or an answer waiting.
PATIENCE_SECONDS = 2.0
#: A subscription that is silent for so long is asked whether it lives.
SILENT_SECONDS = 5.0
#: After a failure the next try comes after the first of these, then after twice as long, up to the last.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 1.0
#: Presses that follow one another closer than this are told by one call.
GATHER_SECONDS = 0.01

Spawn = Callable[..., Any]


class MessageQueue:
    """Rings when something was committed here, and wakes the look-out when another process rings."""

    def __init__(self, url: str, spawn: Spawn) -> None:
        """``spawn`` runs a function in the background, in the way of the server (thread or greenlet)."""
        # Loaded here, so that a hall of one process does without it.
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._client: Redis = Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._spawn = spawn
        #: By this a process knows its own calls, which tell it nothing.
        self._mark = secrets.token_bytes(8)
        self._asked = threading.Event()
        self._known = threading.Event()
        self._channel = ""
        self._failing: set[str] = set()

    def start(self, wake: threading.Event) -> None:
        """Begin to call and to listen; ``wake`` is set whenever another process has called."""
        self._spawn(self._call)
        self._spawn(self._listen, wake)

    def belong_to(self, epoch: str) -> None:
        """Call and listen among the processes of this hall."""
        self._channel = f"hall:{epoch}"
        self._known.set()

    def ring(self) -> None:
        """Something was committed: call the others soon. Waits for nothing."""
        self._asked.set()

    def _call(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        self._known.wait()
        while True:
            self._asked.wait()
            self._asked.clear()
            try:
                self._client.publish(self._channel, self._mark)
            except Exception as failure:  # noqa: BLE001  whatever it is, the queue is away
                self._failed("calling", failure)
                self._asked.set()
                _sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                self._worked("calling")
                pause = FIRST_PAUSE_SECONDS
                _sleep(GATHER_SECONDS)

    def _listen(self, wake: threading.Event) -> None:
        pause = FIRST_PAUSE_SECONDS
        self._known.wait()
        while True:
            subscription: Any = self._client.pubsub()  # type: ignore[no-untyped-call]
            try:
                channel = self._channel
                subscription.subscribe(channel)
                while channel == self._channel:
                    if self._hear(subscription, wake):
                        pause = FIRST_PAUSE_SECONDS
            except Exception as failure:  # noqa: BLE001  whatever it is, the queue is away
                self._failed("listening", failure)
                _sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            finally:
                subscription.close()

    def _hear(self, subscription: Any, wake: threading.Event) -> bool:
        """Wait for one message; True when the queue has answered at all.

        Raises:
            ConnectionError: the queue says nothing, not even when it is asked.
        """
        message = subscription.get_message(timeout=SILENT_SECONDS)
        if message is None:
            subscription.ping()
            message = subscription.get_message(timeout=PATIENCE_SECONDS)
            if message is None:
                raise ConnectionError("the message queue does not answer")
        if message["type"] == "subscribe":
            self._worked("listening")
            # Calls may have been lost until now.
            wake.set()
        elif message["type"] == "message" and message["data"] != self._mark:
            wake.set()
        return True

    def _failed(self, what: str, failure: Exception) -> None:
        """Say once per outage that the queue is away."""
        if not self._failing:
            log.warning(
                "the message queue is away; processes look at the database every second",
                extra={"reason": type(failure).__name__},
            )
        self._failing.add(what)

    def _worked(self, what: str) -> None:
        if self._failing:
            self._failing.discard(what)
            if not self._failing:
                log.warning("the message queue is back")


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)
