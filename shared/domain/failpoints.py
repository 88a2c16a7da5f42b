"""Failpoints: named steps at which a process can be told to die, to prove that dying there does no harm.

``HALL_FAILPOINT=<name>`` or ``<name>:<n>`` kills the process with SIGKILL when it reaches the step for the
n-th time; nothing is flushed, nobody is told. Without the setting a step costs one comparison.
"""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from enum import StrEnum


class Failpoint(StrEnum):
    """The steps, in the order in which a press and then its paper come by.

    Steps of a press are reached by presses with a key only, so that a count means the same in every run.
    """

    PRESS_RECEIVED = "press.received"
    """The request is read; no transaction is asked for."""
    PRESS_BEFORE_BEGIN = "press.before_begin"
    """The turn is got; the database knows of nothing."""
    PRESS_BEGUN = "press.begun"
    """The transaction has begun."""
    PRESS_STATEMENT = "press.statement"
    """A statement of the transaction was carried out; counted one by one, so also between two rows."""
    PRESS_WORKED = "press.worked"
    """The verb is done; its answer is not stored."""
    PRESS_BEFORE_COMMIT = "press.before_commit"
    """Answer and work are written; the transaction is open."""
    PRESS_COMMITTED = "press.committed"
    """Committed; no screen and no printer has heard of it."""
    PRESS_PUBLISHED = "press.published"
    """Screens and printers of this process have heard."""
    PRESS_BEFORE_ANSWER = "press.before_answer"
    """The answer is made; not a byte of it is sent."""
    PAPER_CLAIMED = "paper.claimed"
    """A slip was taken for printing; no byte has gone to the printer."""
    PAPER_SENT = "paper.sent"
    """The printer has had its bytes; what became of the slip is not written down."""
    PAPER_TOLD = "paper.told"
    """What became of the slip is written down."""


class UnknownFailpoint(Exception):
    """The setting names no failpoint or no count."""


@dataclass
class Trap:
    """A failpoint and how many times it is still passed by."""

    name: Failpoint
    left: int = 1
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reach(self, name: Failpoint) -> None:
        """Kill this process if that was the last time."""
        if name is not self.name:
            return
        with self._guard:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_trap: Trap | None = None


def read_failpoint(text: str) -> Trap:
    """What ``HALL_FAILPOINT`` says.

    Raises:
        UnknownFailpoint: no such name, or a count that is not at least 1.
    """
    name, _, times = text.partition(":")
    if name not in set(Failpoint):
        raise UnknownFailpoint(f"HALL_FAILPOINT: 没有叫 {name} 的故障点，有的是：{'、'.join(Failpoint)}")
    if not (times or "1").isdecimal() or int(times or "1") < 1:
        raise UnknownFailpoint(f"HALL_FAILPOINT: “{times}” 应是第几次，从 1 数起")
    return Trap(Failpoint(name), int(times or "1"))


def arm(text: str | None) -> None:
    """Set the trap of this process, or none.

    Raises:
        UnknownFailpoint: the text names none.
    """
    global _trap
    _trap = read_failpoint(text) if text else None


def is_armed(name: Failpoint) -> bool:
    """Whether this process is to die at a step; for steps whose counting costs something."""
    return _trap is not None and _trap.name is name


def reach(name: Failpoint) -> None:
    """Say that a step is reached."""
    if _trap is not None:
        _trap.reach(name)
