"""One thread that keeps many connections busy: each sends its next request as soon as it has its answer.

Threads would wait for each other's interpreter and count that as the server's time.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

from keepalive import PATIENCE_SECONDS, Answer, Connection
from measuring import Measured, undisturbed

Line = TypeVar("Line", bound=Connection)


def drive(
    lines: Sequence[Line], ask: Callable[[Line], None], each: int, heard: Callable[[Answer], None]
) -> Measured:
    """Let every line ``ask`` ``each`` times; ``heard`` checks the answers when all have come.

    Raises:
        TimeoutError: nothing came for half a minute.
    """
    spans: list[float] = []
    answers: list[Answer] = []
    left, asked = dict.fromkeys(lines, each), dict[Line, float]()
    with closing(selectors.DefaultSelector()) as selector, undisturbed():
        began = time.perf_counter()
        for line in lines:
            selector.register(line, selectors.EVENT_READ, line)
            asked[line] = time.perf_counter()
            ask(line)
        while left:
            ready = selector.select(PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError("the server does not answer")
            for line in [key.data for key, _ in ready]:
                answer = line.receive_some()
                if answer is None:
                    continue
                now = time.perf_counter()
                spans.append(now - asked[line])
                answers.append(answer)
                left[line] -= 1
                if left[line]:
                    asked[line] = now
                    ask(line)
                else:
                    del left[line]
                    selector.unregister(line)
        seconds = time.perf_counter() - began
    for answer in answers:
        heard(answer)
    return Measured(spans, seconds)
