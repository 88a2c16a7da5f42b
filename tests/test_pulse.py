"""A pulse that is stopped: work under way is waited for, and no more begins."""

from __future__ import annotations

import threading

from flask import Flask
from flask_socketio import SocketIO

from shared.web.live import Pulse

PATIENCE_SECONDS = 10.0
#: So long something that must not happen is given to happen.
MOMENT_SECONDS = 0.2


def test_whoever_stops_a_pulse_waits_for_its_work_and_none_begins_afterwards() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(PATIENCE_SECONDS)

    pulse = Pulse(SocketIO(Flask("hall"), async_mode="threading"), work)
    pulse.ask()
    assert begun.wait(PATIENCE_SECONDS)
    begun.clear()
    stopping = threading.Thread(target=pulse.stop)
    stopping.start()
    pulse.ask()
    stopping.join(MOMENT_SECONDS)
    assert stopping.is_alive()
    may_end.set()
    stopping.join(PATIENCE_SECONDS)
    assert not stopping.is_alive()
    assert not begun.wait(MOMENT_SECONDS)
