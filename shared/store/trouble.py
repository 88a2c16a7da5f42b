"""Trouble with the database: what kind it is, whether the work may be tried again, and how it is refused."""

from __future__ import annotations

import logging
import time
from enum import Enum, auto
from typing import Any, NoReturn

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm.exc import StaleDataError

from shared.domain.errors import Unavailable
from shared.store.turn import TurnTimedOut

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
"""The longest that work waits for a database that is held by another program, or gone."""

TRIES = 4
"""How often work runs that loses its race each time."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.8

#: Everything that a store's attempt may fail with other than a refusal of the hall.
TROUBLES = (DBAPIError, StaleDataError, PoolExhausted, TurnTimedOut)


class StoreUnavailable(Unavailable):
    """The database cannot be used just now; nothing of the work was kept."""

    code = "store_unavailable"
    message = "系统暂时存不了数据，没有做任何改动。请稍后再试，或找工作人员。"


class OutcomeUnknown(Unavailable):
    """The connection was lost in the commit, and nobody could be asked whether the work was kept."""

    code = "outcome_unknown"
    message = "系统刚才断开了，不知道这一步存上没有。请先看一看结果，再决定要不要重做。"


_FULL = "系统的磁盘满了，没有做任何改动。请找工作人员。"


class Trouble(Enum):
    """What went wrong, as far as it decides what to do."""

    RACE = auto()
    """Somebody was quicker (stale version, broken uniqueness, serialization): run again at once."""
    BUSY = auto()
    """Another program holds the database."""
    LOST = auto()
    """The connection broke, or none was to be had."""
    FULL = auto()
    READ_ONLY = auto()
    BROKEN = auto()
    """The disk or the file fails."""
    FAULT = auto()
    """A mistake of this program."""


#: Primary result codes of SQLite.
_SQLITE = {
    **dict.fromkeys((5, 6, 15), Trouble.BUSY),
    8: Trouble.READ_ONLY,
    **dict.fromkeys((7, 10, 11, 14, 26), Trouble.BROKEN),
    13: Trouble.FULL,
}
#: Codes and classes of codes of PostgreSQL, the longest first.
_SQLSTATE = (
    (("40001", "40P01"), Trouble.RACE),
    (("55P03", "57014"), Trouble.BUSY),
    (("53100",), Trouble.FULL),
    (("25006",), Trouble.READ_ONLY),
    (("08", "57P", "53"), Trouble.LOST),
    (("58", "XX"), Trouble.BROKEN),
)


def trouble_of(error: Exception) -> Trouble:
    """Which trouble an error of :data:`TROUBLES` means."""
    if isinstance(error, StaleDataError | IntegrityError):
        return Trouble.RACE
    if not isinstance(error, DBAPIError):
        return Trouble.BUSY
    if error.connection_invalidated:
        return Trouble.LOST
    driver: Any = error.orig
    if hasattr(driver, "sqlite_errorcode"):
        return _SQLITE.get(driver.sqlite_errorcode & 0xFF, Trouble.FAULT)
    if hasattr(driver, "sqlstate"):
        return _of_sqlstate(driver)
    return Trouble.FAULT


def _of_sqlstate(driver: Any) -> Trouble:
    if driver.sqlstate is None:
        # No server answered: the driver's own word for a connection that it could not make or keep.
        return Trouble.LOST if type(driver).__name__ in _UNANSWERED else Trouble.FAULT
    return next((kind for codes, kind in _SQLSTATE if driver.sqlstate.startswith(codes)), Trouble.FAULT)


_UNANSWERED = ("OperationalError", "ConnectionTimeout", "InterfaceError")


class Patience:
    """How long and how often one piece of work is tried."""

    def __init__(self, seconds: float, *, repeatable: bool) -> None:
        """``repeatable``: the work may also run again when nobody knows whether it was kept."""
        self.until = time.monotonic() + seconds
        self._repeatable = repeatable
        self._tries = TRIES
        self._pause = _FIRST_PAUSE
        #: Whether an attempt ended in a commit that was never answered.
        self.uncertain = False

    def allow(self, error: Exception, *faults: Trouble) -> None:
        """Return when the work may be tried again; ``faults`` are troubles that here mean a mistake.

        Raises:
            StoreUnavailable, OutcomeUnknown: it is no use now.
            Exception: ``error`` itself, where it means a mistake of this program.
        """
        trouble = trouble_of(error)
        if self.uncertain and not self._repeatable:
            self._refuse(error, trouble)
        if trouble is Trouble.FAULT or trouble in faults:
            raise error
        if trouble is Trouble.RACE:
            self._tries -= 1
            if self._tries == 0 and isinstance(error, StaleDataError | IntegrityError):
                raise error
            again = self._tries > 0
        else:
            again = trouble in (Trouble.BUSY, Trouble.LOST) and self._paused()
        if not again:
            self._refuse(error, trouble)
        log.info("work on the database is tried again", extra={"trouble": trouble.name})

    def _paused(self) -> bool:
        """Wait a moment, each time longer; False when that would be too late."""
        if time.monotonic() + self._pause > self.until:
            return False
        time.sleep(self._pause)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        return True

    def _refuse(self, error: Exception, trouble: Trouble) -> NoReturn:
        log.error("the database cannot be used", exc_info=error, extra={"trouble": trouble.name})
        if self.uncertain:
            raise OutcomeUnknown from error
        raise StoreUnavailable(_FULL if trouble is Trouble.FULL else None) from error


def commit_is_uncertain(error: DBAPIError) -> bool:
    """Whether a commit that failed so may have been kept all the same."""
    return trouble_of(error) in (Trouble.LOST, Trouble.BROKEN)
