"""From a click to the last of many displays, and the memory that their sockets take."""

from __future__ import annotations

import resource
import threading
import time
from typing import Any, Protocol

import psutil
from keepalive import Answer
from measuring import Measured, undisturbed
from walls import Walls

PRESSES = 60
#: Ten calls a second are already a rush; closer presses would measure how changes are gathered.
PRESS_GAP_SECONDS = 0.1
MISSED_AFTER_SECONDS = 2.0
OPEN_FILES = 4096


def allow_many_sockets() -> None:
    """A thousand sockets need as many files here and, inherited, in the servers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


class Presser(Protocol):
    """Whoever can press."""

    def post(self, path: str, body: Any = None) -> Answer: ...


def click(line: Presser, path: str, walls: Walls) -> tuple[Measured, int]:
    """Press, wait until the last wall has the call, and count the walls that never got it."""
    spans, missed, pause = list[float](), 0, threading.Event()
    with undisturbed():
        for _ in range(PRESSES):
            pause.wait(PRESS_GAP_SECONDS)
            pressed = time.perf_counter()
            answer = line.post(path, {"previous": "finish"})
            assert answer.status == 200, answer.body.decode()
            last, without = walls.wait_for(answer.json["announcement"], MISSED_AFTER_SECONDS)
            missed += without
            spans.append((last - pressed) if last is not None else MISSED_AFTER_SECONDS)
    return Measured(spans, sum(spans)), missed


def pss(pid: int) -> float:
    """The memory of a process in MiB, shared pages counted in proportion."""
    return float(psutil.Process(pid).memory_full_info().pss) / 2**20
