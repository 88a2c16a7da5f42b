"""The unit of work: one transaction as the actions see it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.domain.account import Actor
from shared.domain.address import PublicAddress
from shared.domain.clock import Clock, Moment
from shared.domain.configuration import Configuration
from shared.domain.events import BoardChanged, Event
from shared.domain.hall import ConfigurationRow, HallRow
from shared.domain.ledger import LedgerRow
from shared.store.accounts import Accounts
from shared.store.cases import Cases
from shared.store.counters import Counters
from shared.store.devices import Devices
from shared.store.keyring import HallKeyring
from shared.store.ledger import Ledger
from shared.store.paper import Papers
from shared.store.presses import Presses
from shared.store.tickets import Tickets
from shared.store.waiting_line import WaitingLine

#: Reasons of the hall itself.
_OWN_REASONS = frozenset({"day_close", "taken_over", "hand_over", "not_configured"})


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
    ) -> None:
        self._session = session
        self._configurations = configurations
        self._clock = clock
        self.now: Moment = clock.now()
        self.keyring = keyring
        self.address = address
        self.press = secrets.token_hex(8)
        self.events: list[Event] = []
        self._locked = False

    @property
    def at(self) -> datetime:
        """The moment of this transaction, aware UTC."""
        return self.now.at

    @property
    def day(self) -> date:
        """The service day of this transaction (Asia/Shanghai)."""
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
    def accounts(self) -> Accounts:
        return Accounts(self._session)

    @cached_property
    def devices(self) -> Devices:
        return Devices(self._session)

    @cached_property
    def papers(self) -> Papers:
        return Papers(self._session)

    @cached_property
    def presses(self) -> Presses:
        return Presses(self._session)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self._session)

    @cached_property
    def hall(self) -> HallRow:
        """The hall's row as this transaction sees it."""
        return self._session.get_one(HallRow, 1)

    @property
    def is_founded(self) -> bool:
        """Whether the hall has its row yet."""
        return self._session.get(HallRow, 1) is not None

    def configuration(self, number: int | None = None) -> Configuration:
        """The configuration in force, or the one of ``number``."""
        return self._configurations(self._session, number or self.hall.configuration)

    def configuration_document(self) -> dict[str, Any]:
        """The configuration in force as it is stored."""
        return self._session.get_one(ConfigurationRow, self.hall.configuration).document

    def lock_queue(self) -> None:
        """Begin a change of the queue: lock the hall's row and count its version up, once.

        Every queue transaction does this before it reads, so versions rise in the order of commits.
        """
        if self._locked:
            return
        self._locked = True
        self._session.execute(
            update(HallRow)
            .where(HallRow.id == 1)
            .values(version=HallRow.version + 1)
            .execution_options(synchronize_session=False)
        )
        # Whoever waited for the lock begins now: times rise in the order of commits, like versions.
        self.now = self._clock.now()
        hall = self._session.get_one(HallRow, 1, populate_existing=True)
        self.__dict__["hall"] = hall
        self.record(BoardChanged(hall.version))

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
    ) -> LedgerRow:
        """Append a row to the ledger: ``moved`` is (state before, state after).

        ``more``: counter, reason, rule, before (what the press changed). Ids only, no personal data: of a
        reason only the code of one of the hall's lists is kept, free words are not.
        """
        reason = more.get("reason")
        if reason is not None and reason not in _OWN_REASONS and not self._is_listed(reason):
            more["reason"] = None
        row = LedgerRow(
            at=self.now.at,
            elapsed=self.now.elapsed,
            boot=self.now.boot,
            day=self.now.day,
            press=self.press,
            subject=subject,
            subject_id=subject_id,
            verb=verb,
            from_state=None if moved[0] is None else str(moved[0]),
            to_state=None if moved[1] is None else str(moved[1]),
            actor=actor.principal,
            **more,
        )
        self._session.add(row)
        return row

    def _is_listed(self, reason: str) -> bool:
        return self.configuration().site.reasons.known(reason)
