"""Keeping hall time: a sign of life is written down, and a standstill is noted when it is over."""

from __future__ import annotations

import logging
import time

from flask_socketio import SocketIO

from shared.actions.hall_day import keep_time, note_standstill
from shared.web.context import Hall

log = logging.getLogger(__name__)

#: How often it is written down that the hall lives; so exactly a power cut is known afterwards.
ALIVE_SECONDS = 15.0
#: How often it is tried again while that cannot be done.
AGAIN_SECONDS = 1.0


class TimeKeeper:
    """Runs beside requests in every server process."""

    def __init__(self, hall: Hall, socketio: SocketIO) -> None:
        self._hall = hall
        self._socketio = socketio
        self._kept = _seconds_since_boot()

    def start(self) -> None:
        """Note how long the hall stood still, before anybody presses anything; then keep time."""
        self.come_back()
        self._socketio.start_background_task(self._run)

    def keep(self) -> None:
        """Write down that the hall lives.

        When this process could not do so for the hall's minutes, the database was away or the computer slept:
        that was a standstill like a power cut.
        """
        minutes = self._hall.read(lambda uow: uow.configuration().site.outage_minutes)
        if _seconds_since_boot() - self._kept > minutes * 60:
            self.come_back()
        self._hall.transact(keep_time)
        self._kept = _seconds_since_boot()

    def come_back(self) -> None:
        """Count hall time anew from what is written down, without a standstill."""
        self._hall.store.hall_time.forget()
        outage = self._hall.transact(note_standstill)
        if outage is not None:
            log.warning("the hall stood still", extra={"seconds": outage.seconds})
        self._kept = _seconds_since_boot()

    def _run(self) -> None:
        pause = ALIVE_SECONDS
        while True:
            self._socketio.sleep(pause)
            try:
                self.keep()
                pause = ALIVE_SECONDS
            except Exception:
                # The database may be away; if that lasts it is noted as a standstill when it is back.
                log.exception("hall time could not be written down")
                pause = AGAIN_SECONDS


def _seconds_since_boot() -> float:
    """Real seconds, sleep of the computer included; a manual clock does not move them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
