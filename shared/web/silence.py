"""Listening for silence: every server process looks now and then which devices are not heard any more."""

from __future__ import annotations

import logging

from flask_socketio import SocketIO

from shared.actions.silence import SILENT_SECONDS, fallen_silent, note_silence, over
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import Hall

log = logging.getLogger(__name__)

#: How often a process looks, and the longest pause after which it still knows that it has listened.
LOOK_SECONDS = 15.0
_LONGEST_PAUSE = 60.0


class SilenceWatch:
    """Runs beside requests in every server process; that several do it changes nothing."""

    def __init__(self, hall: Hall, socketio: SocketIO) -> None:
        self._hall = hall
        self._socketio = socketio
        self._begun: float | None = None
        self._looked = 0.0

    def start(self) -> None:
        """Begin to listen."""
        self._socketio.start_background_task(self._run)

    def look(self, steady: float) -> None:
        """Look once, at ``steady`` seconds of the machine.

        Silence counts only for a process that has listened all the while: after a start, a sleep of the
        computer or an outage of the database nobody has noted who was there.
        """
        if self._begun is None or steady - self._looked > _LONGEST_PAUSE:
            self._begun = steady
        may_begin = steady - self._begun >= SILENT_SECONDS
        try:
            if self._hall.read(lambda uow: _is_due(uow, may_begin=may_begin)):
                self._hall.transact(lambda uow: note_silence(uow, may_begin=may_begin))
        except Exception:
            self._begun = None
            raise
        self._looked = steady

    def _run(self) -> None:
        while True:
            self._socketio.sleep(LOOK_SECONDS)
            try:
                self.look(self._hall.clock.machine_seconds())
            except Exception:
                # The database may be away; whoever is silent then is known when it has been back for a while.
                log.exception("silent devices could not be noted")


def _is_due(uow: UnitOfWork, *, may_begin: bool) -> bool:
    """Whether there is anything to write down; mostly there is not, and nobody's turn is taken."""
    return bool(over(uow) or (may_begin and fallen_silent(uow)))
