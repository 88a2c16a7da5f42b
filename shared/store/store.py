"""The store: opens units of work, commits them, tries again when the database asks, then publishes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from shared.domain.address import PublicAddress
from shared.domain.clock import Clock
from shared.domain.configuration import Configuration, parse_configuration
from shared.domain.hall import ConfigurationRow
from shared.store.engine import is_sqlite, reading_engine, writing_engine
from shared.store.keyring import HallKeyring
from shared.store.publishing import Listeners
from shared.store.turn import FairTurn
from shared.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Document = Mapping[str, Any]

_TRIES = 4


class Store:
    """The way into the database for everything above it."""

    def __init__(
        self,
        url: str,
        keyring: HallKeyring,
        clock: Clock,
        address: PublicAddress,
        adapt: Callable[[Document], Document] | None = None,
    ) -> None:
        """``adapt`` lets a setting of this process stand in for a part of the configuration."""
        self.address = address
        self._adapt = adapt
        self.writer: Engine = writing_engine(url, keyring)
        self.reader: Engine = reading_engine(url, keyring)
        self.keyring = keyring
        self.clock = clock
        self.listeners = Listeners()
        self._turn = FairTurn() if is_sqlite(self.writer) else None
        self._configurations: dict[int, Configuration] = {}
        self._guard = threading.Lock()

    def transact(self, fn: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run ``fn`` in a transaction, commit, then publish its events.

        ``fn`` may run again after a lost race or a lost connection, so it touches nothing outside.
        """
        for left in reversed(range(_TRIES)):
            try:
                with self._turn or nullcontext(), self._open(self.writer) as uow:
                    answer = fn(uow)
            except (StaleDataError, DBAPIError) as error:
                if not left or not _worth_another_try(error):
                    raise
                log.info("transaction tried again", extra={"reason": type(error).__name__})
            else:
                self.listeners.publish(uow.events)
                return answer
        raise AssertionError("unreachable")

    def read(self, fn: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run ``fn`` on a snapshot of the database; nothing it does is kept."""
        with self._open(self.reader) as uow:
            return fn(uow)

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()

    @contextmanager
    def _open(self, engine: Engine) -> Iterator[UnitOfWork]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield UnitOfWork(session, self.clock, self.keyring, self.address, self._configuration)

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


def _worth_another_try(error: Exception) -> bool:
    """Lost races (stale version, broken uniqueness, serialization) and lost connections."""
    if isinstance(error, StaleDataError | IntegrityError | OperationalError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
