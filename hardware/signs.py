"""The signs above counters: reads what they have to say when the hall moves, and owns their lines."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from hardware.sign_links import open_line
from hardware.sign_worker import OpenLine, SignWorker
from shared.domain.devices import DeviceReports
from shared.domain.sign import LinePlan

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.03
"""After a word that the hall moved so long is waited for others."""

POLL_SECONDS = 3.0
"""Time alone begins and ends a break, and wake-ups are hints that may be lost."""

LEASE_SECONDS = 5.0
STOP_SECONDS = 2.0


class Signs:
    """Speaks on every line whose lease it gets."""

    def __init__(
        self,
        reports: DeviceReports,
        read: Callable[[], Sequence[LinePlan]],
        owner: str,
        open_line: OpenLine = open_line,
    ) -> None:
        """``read`` answers what all lines have to say now; ``owner`` names this process to the leases."""
        self._reports = reports
        self._read = read
        self._owner = owner
        self._open_line = open_line
        self._bell = threading.Event()
        self._workers: dict[str, SignWorker] = {}
        self._stopping = False
        self._next_poll = self._next_lease = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name="signs", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Tell that the hall has moved."""
        self._bell.set()

    def stop(self) -> None:
        """End after the frames in hand; the strips keep what they say."""
        self._stopping = True
        self._bell.set()
        until = time.monotonic() + STOP_SECONDS
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_SECONDS)
        for worker in self._workers.values():
            worker.stop(until)
        self._release()
        self._workers, self._thread = {}, None

    def _release(self) -> None:
        """Another process may go on at once."""
        try:
            if self._workers:
                self._reports.release(list(self._workers), self._owner)
        except Exception:
            # The database may be away; the leases then end by themselves.
            log.exception("lines of signs could not be released")

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._turn()
            except Exception:
                # The database may be away for a while; the next turn must come all the same.
                log.exception("signs could not be read")
            if self._bell.wait(max(0.0, self._next_poll - time.monotonic())):
                time.sleep(GATHER_SECONDS)
            self._bell.clear()

    def _turn(self) -> None:
        polled = time.monotonic() >= self._next_poll
        if polled:
            self._next_poll = time.monotonic() + POLL_SECONDS
        # A hall without strips need not be read because it moved.
        if not polled and not self._workers:
            return
        plans = {plan.line.device: plan for plan in self._read()}
        for device in self._workers.keys() - plans.keys():
            self._workers.pop(device).stop(time.monotonic() + STOP_SECONDS)
        for device, plan in plans.items():
            if device not in self._workers:
                self._workers[device] = SignWorker(plan.line, self._reports, self._open_line)
                self._workers[device].start()
                self._next_lease = 0.0
            self._workers[device].tell(plan)
        self._renew()

    def _renew(self) -> None:
        """Take or renew the leases."""
        if not self._workers or time.monotonic() < self._next_lease:
            return
        self._next_lease = time.monotonic() + LEASE_SECONDS
        owned = self._reports.lease(list(self._workers), self._owner)
        for device, worker in self._workers.items():
            worker.own(device in owned)
