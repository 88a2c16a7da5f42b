"""Calls that block in a library: awaited until their deadline, whatever the library does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from hardware.aside import Aside, Stuck

LONG_SECONDS = 30.0


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def test_a_call_answers_or_raises_as_if_made_here() -> None:
    aside = Aside()
    assert aside.call(lambda: 7, within(LONG_SECONDS)) == 7
    with pytest.raises(ZeroDivisionError):
        aside.call(lambda: 1 // 0, within(LONG_SECONDS))


def test_calls_are_made_on_another_thread_and_always_the_same() -> None:
    aside = Aside()
    threads = {aside.call(threading.get_ident, within(LONG_SECONDS)) for _ in range(3)}
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_a_call_that_does_not_come_back_is_given_up_and_those_behind_it_are_refused() -> None:
    aside, go = Aside(), threading.Event()
    late: SimpleQueue[bool] = SimpleQueue()
    with pytest.raises(Stuck):
        aside.call(go.wait, within(0.05), late=late.put)
    with pytest.raises(Stuck):
        aside.call(lambda: 7, within(0.05))
    go.set()
    assert late.get(timeout=LONG_SECONDS), "what came too late is handed to whoever puts it away"
    assert aside.call(lambda: 7, within(LONG_SECONDS)) == 7


def test_what_is_posted_is_done_after_what_runs_and_before_what_is_called_next() -> None:
    aside, go = Aside(), threading.Event()
    done: list[str] = []

    def note_when_allowed() -> None:
        go.wait()
        done.append("call")

    with pytest.raises(Stuck):
        aside.call(note_when_allowed, within(0.05))
    aside.post(lambda: done.append("post"))
    assert done == []
    go.set()
    assert aside.call(lambda: [*done], within(LONG_SECONDS)) == ["call", "post"]


def test_a_closed_one_ends_its_thread_after_what_is_posted_and_begins_anew_when_called() -> None:
    aside = Aside()
    done: SimpleQueue[threading.Thread] = SimpleQueue()
    first = aside.call(threading.current_thread, within(LONG_SECONDS))
    aside.post(lambda: done.put(threading.current_thread()))
    aside.close()
    first.join(LONG_SECONDS)
    assert not first.is_alive()
    assert done.get(timeout=LONG_SECONDS) is first
    assert aside.call(lambda: 7, within(LONG_SECONDS)) == 7
    aside.close()


def test_a_closed_one_leaves_no_thread_where_threads_are_greenlets() -> None:
    program = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import os, time\n"
        "from hardware.aside import Aside\n"
        "def threads(): return len(os.listdir('/proc/self/task'))\n"
        "before, asides = threads(), [Aside() for _ in range(5)]\n"
        "for aside in asides: aside.call(lambda: 7, time.monotonic() + 20)\n"
        "assert threads() == before + 5\n"
        "for aside in asides: aside.close()\n"
        "until = time.monotonic() + 20\n"
        "while threads() > before and time.monotonic() < until: time.sleep(0.01)\n"
        "assert threads() == before, threads()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_fault_in_what_is_posted_is_told_in_the_log_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    aside = Aside()
    aside.post(lambda: 1 // 0)
    assert aside.call(lambda: 7, within(LONG_SECONDS)) == 7
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("usb", "failed before the deadline: 打印机断开了：拔掉了，或断电了"),
        ("serial", "failed before the deadline: 打印中断开了：Input/output error"),
        ("cups", "unconfirmed before the deadline:"),
        ("file", "unconfirmed before the deadline:"),
    ],
)
def test_a_stuck_printer_holds_up_nothing_else_on_the_event_loop(
    tmp_path: Path, kind: str, outcome: str
) -> None:
    program = Path(__file__).parent / "links_on_loop.py"
    environ = os.environ | {"PYTHONPATH": str(program.parent.parent)}
    ran = subprocess.run(
        [sys.executable, str(program), kind, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environ,
    )
    assert ran.stdout.startswith(outcome), ran.stdout + ran.stderr
