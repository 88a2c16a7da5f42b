"""Keeping hall time: a sign of life is written down again and again, in every server process."""

from __future__ import annotations

import logging

from flask_socketio import SocketIO

from shared.actions.hall_day import keep_time
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

    def start(self) -> None:
        """Note how long the hall stood still, then keep time."""
        self._hall.transact(keep_time)
        self._socketio.start_background_task(self._run)

    def _run(self) -> None:
        pause = ALIVE_SECONDS
        while True:
            self._socketio.sleep(pause)
            try:
                self._hall.transact(keep_time)
                pause = ALIVE_SECONDS
            except Exception:
                # The database may be away; if that lasts it is noted as a standstill when it is back.
                log.exception("hall time could not be written down")
                pause = AGAIN_SECONDS
