"""The store: opens units of work, commits them, tries again when the database asks, then publishes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.domain.address import PublicAddress
from shared.domain.clock import Clock
from shared.domain.configuration import Configuration, parse_configuration
from shared.domain.failpoints import Failpoint, is_armed, reach
from shared.domain.hall import ConfigurationRow
from shared.domain.hall_time import HallTime
from shared.store.engine import UNTIL, Connect, is_sqlite, reading_engine, writing_engine
from shared.store.keyring import HallKeyring
from shared.store.publishing import Listeners
from shared.store.recent_calls import RecentCalls
from shared.store.trouble import PATIENCE_SECONDS, TROUBLES, Patience, Trouble, commit_is_uncertain
from shared.store.turn import FairTurn
from shared.store.unit_of_work import UnitOfWork

Answer = TypeVar("Answer")
Document = Mapping[str, Any]


class Store:
    """The way into the database for everything above it."""

    def __init__(
        self,
        url: str,
        keyring: HallKeyring,
        clock: Clock,
        address: PublicAddress,
        adapt: Callable[[Document], Document] | None = None,
        connect: Connect | None = None,
    ) -> None:
        """``adapt`` lets a setting of this process stand in for a part of the configuration.

        ``connect`` opens SQLite's file in another way than the driver's own.
        """
        self.address = address
        self._adapt = adapt
        self.writer: Engine = writing_engine(url, keyring, connect)
        self.reader: Engine = reading_engine(url, keyring, connect)
        self.keyring = keyring
        self.clock = clock
        self.hall_time = HallTime()
        self._recent_calls = RecentCalls()
        self.listeners = Listeners()
        self._turn = FairTurn() if is_sqlite(self.writer) else None
        self._configurations: dict[int, Configuration] = {}
        self._guard = threading.Lock()

    def transact(self, fn: Callable[[UnitOfWork], Answer], *, keyed: bool = False) -> Answer:
        """Run ``fn`` in a transaction, commit, then publish its events.

        ``fn`` may run again after a lost race or a lost connection, so it touches nothing outside. After a
        commit that was never answered it runs again only if it is ``keyed``: it finds by a key that it keeps
        in the same transaction whether it was kept. Failpoints of presses are reached by keyed work alone.

        Raises:
            StoreUnavailable: the database cannot be used within some seconds; nothing was kept.
            OutcomeUnknown: the connection was lost in the commit.
        """
        patience, steps = Patience(PATIENCE_SECONDS, repeatable=keyed), reach if keyed else _unwatched
        while True:
            try:
                answer, uow = self._attempt(fn, patience, keyed=keyed)
            except TROUBLES as error:
                # The turn is free by now: whoever waits for a server to return must hold up nobody.
                patience.allow(error)
                continue
            steps(Failpoint.PRESS_COMMITTED)
            self.listeners.committed(uow.press, uow.events)
            steps(Failpoint.PRESS_PUBLISHED)
            return answer

    def read(self, fn: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run ``fn`` on a snapshot of the database; nothing it does is kept.

        Raises:
            StoreUnavailable: the database cannot be used within some seconds.
        """
        patience = Patience(PATIENCE_SECONDS, repeatable=True)
        while True:
            try:
                with self._open(self.reader, patience) as session:
                    return fn(self._unit_of_work(session))
            except TROUBLES as error:
                patience.allow(error, Trouble.READ_ONLY)

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()

    def _attempt(
        self, fn: Callable[[UnitOfWork], Answer], patience: Patience, *, keyed: bool
    ) -> tuple[Answer, UnitOfWork]:
        steps = reach if keyed else _unwatched
        turn = self._turn.taken(patience.until) if self._turn else nullcontext()
        with turn:
            steps(Failpoint.PRESS_BEFORE_BEGIN)
            with self._open(self.writer, patience) as session:
                if keyed and is_armed(Failpoint.PRESS_STATEMENT):
                    event.listen(session.connection(), "after_cursor_execute", _statement_done)
                steps(Failpoint.PRESS_BEGUN)
                uow = self._unit_of_work(session)
                answer = fn(uow)
                session.flush()
                steps(Failpoint.PRESS_BEFORE_COMMIT)
                try:
                    session.commit()
                except DBAPIError as error:
                    patience.uncertain |= commit_is_uncertain(error)
                    raise
                if uow.writes_time:
                    self.hall_time.written(self.clock.machine_seconds())
        return answer, uow

    @contextmanager
    def _open(self, engine: Engine, patience: Patience) -> Iterator[Session]:
        """A session whose transaction has begun; it is rolled back unless it was committed."""
        with Session(engine, expire_on_commit=False) as session:
            session.connection(execution_options={UNTIL: patience.until})
            yield session

    def _unit_of_work(self, session: Session) -> UnitOfWork:
        return UnitOfWork(
            session,
            self.clock,
            self.keyring,
            self.address,
            self._configuration,
            self.hall_time,
            self._recent_calls,
        )

    def _configuration(self, session: Session, number: int) -> Configuration:
        """The parsed configuration; immutable, so it is parsed once per process."""
        with self._guard:
            known = self._configurations.get(number)
        if known is None:
            row = session.get_one(ConfigurationRow, number)
            document: Document = row.document
            known = parse_configuration(self._adapt(document) if self._adapt else document, number)
            with self._guard:
                self._configurations[number] = known
        return known


def _unwatched(_step: Failpoint) -> None:
    """Steps of work without a key."""


def _statement_done(*_told: object) -> None:
    reach(Failpoint.PRESS_STATEMENT)
