"""Calls that block inside a library, made on an operating system's thread of their own.

A server on one event loop would stand still in them. Here the caller waits for the answer without holding up
anybody, and not beyond its deadline, whatever the library does.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

GRACE_SECONDS = 0.1
"""A library that was given the same deadline may come back a little after it with an answer of its own."""


class Stuck(OSError):
    """A call has not come back by its deadline."""


class Aside:
    """One thread beside the event loop, for one user at a time; it comes into being with the first call.

    While a call does not come back, those after it are refused at their own deadlines.
    """

    def __init__(self) -> None:
        self._executor: Executor | None = None
        self._running: Future[None] | None = None
        self._posted: deque[Callable[[], object]] = deque()

    def call(
        self, function: Callable[[], T], deadline: float, late: Callable[[T], object] | None = None
    ) -> T:
        """What ``function`` answers, or raises.

        Raises Stuck when it has not by the deadline (a reading of ``time.monotonic()``). ``late`` gets an
        answer that comes after that.
        """
        task = _Task(function, late)
        self._await_turn(deadline)
        self._start(task)
        if not _done_within(self._running, deadline + GRACE_SECONDS) and task.give_up():
            raise Stuck("the device does not come back")
        return task.answer()

    def post(self, function: Callable[[], object]) -> None:
        """Have ``function`` called after what runs now, and do not wait; faults go to the log."""
        self._posted.append(function)
        if self._running is None or self._running.done():
            self._start(None)

    def close(self) -> None:
        """Let the thread end after what it has in hand and what is posted; nobody waits for that."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False)

    def _await_turn(self, deadline: float) -> None:
        if not _done_within(self._running, deadline):
            raise Stuck("the device has not come back from the last call")

    def _start(self, task: _Task[Any] | None) -> None:
        self._executor = self._executor or _native_thread()
        self._running = self._executor.submit(self._run, task)

    def _run(self, task: _Task[Any] | None) -> None:
        self._run_posted()
        if task is not None:
            task.run()
            self._run_posted()

    def _run_posted(self) -> None:
        while self._posted:
            try:
                self._posted.popleft()()
            except Exception:
                log.exception("a device could not be let go")


class _Task(Generic[T]):
    """One call. Whoever is first to settle its end decides who takes the answer."""

    def __init__(self, function: Callable[[], T], late: Callable[[T], object] | None) -> None:
        self._function = function
        self._late = late
        # One dict operation settles it: a lock would be of the event loop, and this is shared with a thread.
        self._end: dict[str, str] = {}
        self._answers: list[T] = []
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            answer = self._function()
        except Exception as error:  # noqa: BLE001  raised again, for whoever waits
            self._error = error
            return
        self._answers.append(answer)
        if self._end.setdefault("end", "in time") == "given up" and self._late is not None:
            self._late(answer)

    def give_up(self) -> bool:
        """Leave the answer to ``late``; False when it has come after all."""
        return self._error is None and self._end.setdefault("end", "given up") == "given up"

    def answer(self) -> T:
        if self._error is not None:
            raise self._error
        return self._answers[0]


def _done_within(future: Future[None] | None, deadline: float) -> bool:
    if future is None or future.done():
        return True
    try:
        future.result(max(0.001, deadline - time.monotonic()))
    except TimeoutError:
        return False
    return True


def _native_thread() -> Executor:
    """A thread of the operating system, also where ``threading`` has been made part of an event loop."""
    # Looked for and not imported: an agent runs without gevent, and then nothing is changed by it.
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        from gevent.threadpool import ThreadPoolExecutor as NativeThreads

        native: Executor = NativeThreads(max_workers=1)
        return native
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")
