"""The unit of work: one transaction as the actions see it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Float, String, bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from shared.domain.account import Actor
from shared.domain.address import PublicAddress
from shared.domain.base import Entity, UtcTime
from shared.domain.board import BoardCall
from shared.domain.clock import Clock, Moment
from shared.domain.configuration import Configuration
from shared.domain.events import BoardChanged, Event
from shared.domain.hall import ConfigurationRow, HallState
from shared.domain.hall_time import Anchor, HallTime
from shared.store.accounts import Accounts
from shared.store.card_readings import CardReadings
from shared.store.cases import Cases
from shared.store.changes import Changes
from shared.store.counters import Counters
from shared.store.devices import Devices
from shared.store.following import Following
from shared.store.keyring import HallKeyring
from shared.store.ledger import Ledger
from shared.store.paper import Papers
from shared.store.presses import Presses
from shared.store.printing import Printing
from shared.store.recent_calls import RecentCalls
from shared.store.tickets import Tickets
from shared.store.troubles import Troubles
from shared.store.waiting_line import WaitingLine

#: Reasons of the hall itself.
_OWN_REASONS = frozenset({"day_close", "taken_over", "hand_over", "not_configured"})

# Every press runs through these, so they speak to the table and make no entity.
_HALL = Entity.metadata.tables["hall"]
_IS_THE_ONE = _HALL.c.id == 1
_STATE = tuple(_HALL.c[name] for name in HallState._fields)
_SECONDS = bindparam("now_seconds", type_=Float)
#: Hall time is written down as it goes on; it never falls, whichever process comes first.
_IS_FURTHER = _HALL.c.seconds > _SECONDS
_KEEP_TIME = {
    "seconds": case((_IS_FURTHER, _HALL.c.seconds), else_=_SECONDS),
    # The moment belongs to the seconds: both are replaced, or neither.
    "at": case((_IS_FURTHER, _HALL.c.at), else_=bindparam("now_at", type_=UtcTime)),
    "elapsed": case((_IS_FURTHER, _HALL.c.elapsed), else_=bindparam("now_elapsed", type_=Float)),
    "boot": case((_IS_FURTHER, _HALL.c.boot), else_=bindparam("now_boot", type_=String)),
}
_TOUCH_HALL = update(_HALL).where(_IS_THE_ONE).values(**_KEEP_TIME).returning(*_STATE)
_LOCK_HALL = _TOUCH_HALL.values(version=_HALL.c.version + 1)
_READ_HALL = select(*_STATE).where(_IS_THE_ONE)
_HALL_FOR_UPDATE = _READ_HALL.with_for_update()
_LEDGER_ROW = insert(Entity.metadata.tables["ledger"])


class UnitOfWork:
    """What an action works with; it never opens, commits or closes one itself.

    ``now`` is taken once: at the beginning, or when the queue's lock is got. ``record`` keeps an event
    until the commit.
    """

    def __init__(
        self,
        session: Session,
        clock: Clock,
        keyring: HallKeyring,
        address: PublicAddress,
        configurations: Callable[[Session, int], Configuration],
        hall_time: HallTime | None = None,
        recent_calls: RecentCalls | None = None,
    ) -> None:
        self._session = session
        self._recent_calls = recent_calls or RecentCalls()
        self._hall_time = hall_time or HallTime()
        self._configurations = configurations
        self._clock = clock
        self.now: Moment = clock.now()
        self.keyring = keyring
        self.address = address
        self.press = secrets.token_hex(8)
        self.events: list[Event] = []
        self._locked = False
        self._came_back = False
        #: Whether this transaction writes hall time down.
        self.writes_time = False

    @property
    def at(self) -> datetime:
        """The moment of this transaction, aware UTC."""
        return self.now.at

    @property
    def day(self) -> date:
        """The service day of this transaction (Asia/Shanghai).

        A clock that is set back over midnight does not bring the day before back: a day closes once. A
        clock that had been wrong by more than a day is believed again.
        """
        begun = self.hall.service_day
        if begun is not None and begun - self.now.day == timedelta(days=1):
            return begun
        return self.now.day

    @property
    def presses_kept_since(self) -> datetime:
        """Stored answers older than this may go: they are kept until a day after the day's close."""
        return self.now.day_began - timedelta(days=1)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self._session)

    @cached_property
    def line(self) -> WaitingLine:
        """The waiting line of the service day."""
        return WaitingLine(self._session, self.day)

    @cached_property
    def counters(self) -> Counters:
        return Counters(self._session)

    @cached_property
    def cases(self) -> Cases:
        return Cases(self._session, self.keyring)

    @cached_property
    def card_readings(self) -> CardReadings:
        return CardReadings(self._session)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self._session)

    @cached_property
    def devices(self) -> Devices:
        return Devices(self._session)

    @cached_property
    def troubles(self) -> Troubles:
        return Troubles(self._session)

    @cached_property
    def papers(self) -> Papers:
        return Papers(self._session)

    @cached_property
    def printing(self) -> Printing:
        return Printing(self._session)

    @cached_property
    def following(self) -> Following:
        return Following(self._session)

    @cached_property
    def presses(self) -> Presses:
        return Presses(self._session)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self._session)

    @cached_property
    def changes(self) -> Changes:
        return Changes(self._session)

    @cached_property
    def hall(self) -> HallState:
        """The hall's row as this transaction sees it."""
        self.flush()
        return HallState._make(self._session.execute(_READ_HALL).one())

    def set_hall(self, **facts: Any) -> None:
        """Change facts of the hall's row (see ``hall.HallRow``)."""
        statement = update(_HALL).where(_IS_THE_ONE).values(**facts).returning(*_STATE)
        self.__dict__["hall"] = HallState._make(self._session.execute(statement).one())

    @property
    def is_founded(self) -> bool:
        """Whether the hall has its row yet."""
        self.flush()
        return self._session.execute(_READ_HALL).first() is not None

    def configuration(self, number: int | None = None) -> Configuration:
        """The configuration in force, or the one of ``number``."""
        return self._configurations(self._session, number or self.hall.configuration)

    def configuration_document(self) -> dict[str, Any]:
        """The configuration in force as it is stored."""
        return self._session.get_one(ConfigurationRow, self.hall.configuration).document

    @property
    def seconds(self) -> float:
        """Hall time of this transaction, by which waits are measured."""
        if not self.knows_time:
            # Only as last written down is it certain; it is counted on from there at the next change.
            return self.hall.seconds
        self._begin_hall_time()
        # Another process may have counted a little further; hall time never falls.
        return max(self.hall.seconds, self._hall_time.seconds(self.now))

    def waited(self, since: float | None) -> float:
        """Seconds of hall time since a moment of hall time, never negative."""
        return 0.0 if since is None else max(0.0, self.seconds - since)

    def lock_queue(self) -> None:
        """Begin a change of the queue: lock the hall's row and count its version up, once.

        Every queue transaction does this before it reads, so versions rise in the order of commits.
        """
        if self._locked:
            return
        self._locked = True
        hall = self._write_hall_time(_LOCK_HALL)
        # Whoever waited for the lock begins now: times rise in the order of commits, like versions.
        self.now = self._clock.now()
        self.record(BoardChanged(hall.version))

    def keep_time(self) -> None:
        """Write down that the hall lives now, without changing the queue."""
        self._write_hall_time(_TOUCH_HALL)

    @property
    def knows_time(self) -> bool:
        """Whether this process has kept hall time until now; else it must :meth:`come_back` first."""
        return self._came_back or self._hall_time.is_fresh(self._clock.machine_seconds())

    def last_alive(self) -> Moment | None:
        """When the hall was last known to live, with its row locked; None in a new one."""
        hall = HallState._make(self._session.execute(_HALL_FOR_UPDATE).one())
        self.__dict__["hall"] = hall
        anchor = hall.anchor
        return anchor.moment if anchor else None

    def come_back(self, *, leave_out: float = 0.0) -> None:
        """Count hall time anew from what is written down, without ``leave_out`` of the seconds since."""
        anchor = self.hall.anchor
        if anchor is not None:
            self._hall_time.begin(anchor, self.now, leave_out=leave_out)
        self._came_back = True

    def recent_calls(self, floor: int | None) -> list[BoardCall]:
        """The calls that the board of a floor shows, or that of the hall when it is None."""
        # What this transaction has not committed yet must not be remembered.
        known = RecentCalls() if self._locked else self._recent_calls
        return known.of(self._session, self.hall.epoch, self.day, self.seconds, floor)

    def _write_hall_time(self, statement: Any) -> HallState:
        self._begin_hall_time()
        self.writes_time = True
        moment = {
            "now_seconds": self._hall_time.seconds(self.now),
            "now_at": self.now.at,
            "now_elapsed": self.now.elapsed,
            "now_boot": self.now.boot,
        }
        hall = HallState._make(self._session.execute(statement, moment).one())
        self.__dict__["hall"] = hall
        return hall

    def _begin_hall_time(self) -> None:
        if not self._hall_time.knows(self.now.boot):
            hall = self.hall
            anchor = hall.anchor or Anchor(hall.seconds, self.now)
            self._hall_time.begin(anchor, self.now)

    def record(self, event: Event) -> None:
        """Publish ``event`` when, and only when, this transaction has committed."""
        self.events.append(event)

    def add(self, entity: Any) -> None:
        """Store a new entity."""
        self._session.add(entity)

    def flush(self) -> None:
        """Write what is pending, so that new rows have their ids and guards have spoken."""
        self._session.flush()

    def log(
        self,
        actor: Actor,
        subject: str,
        subject_id: int,
        verb: str,
        moved: tuple[str | None, str | None],
        **more: Any,
    ) -> None:
        """Append a row to the ledger: ``moved`` is (state before, state after).

        ``more``: counter, reason, rule, before (what the press changed). Ids only, no personal data: of a
        reason only the code of one of the hall's lists is kept, free words are not.
        """
        reason = more.get("reason")
        if reason is not None and reason not in _OWN_REASONS and not self._is_listed(reason):
            more["reason"] = None
        row: dict[str, Any] = {
            "at": self.now.at,
            "elapsed": self.now.elapsed,
            "boot": self.now.boot,
            "seconds": self.seconds if self._locked else None,
            "day": self.day,
            "press": self.press,
            "subject": subject,
            "subject_id": subject_id,
            "verb": verb,
            "from_state": None if moved[0] is None else str(moved[0]),
            "to_state": None if moved[1] is None else str(moved[1]),
            "actor": actor.principal,
            "counter": None,
            "reason": None,
            "rule": None,
            "before": None,
        }
        self._session.execute(_LEDGER_ROW, {**row, **more})

    def _is_listed(self, reason: str) -> bool:
        return self.configuration().site.reasons.known(reason)
