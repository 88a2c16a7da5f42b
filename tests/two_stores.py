"""Two servers over one database, of which the second comes while the first has not committed yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from conftest import House
from sqlalchemy import text

from shared.domain.errors import HallError
from shared.store.engine import is_sqlite
from shared.store.unit_of_work import UnitOfWork

Work = Callable[[UnitOfWork], Any]
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def at_one_moment(house: House, first: Work, second: Work) -> tuple[Any, Any]:
    """What both answer, or the refusals; on SQLite, which has one writer, one after the other."""
    other = house.second_store()
    with ThreadPoolExecutor() as threads:
        came: list[Any] = []

        def work(uow: UnitOfWork) -> Any:
            answer = first(uow)
            uow.flush()
            came.append(threads.submit(_answer, lambda: other.transact(second)))
            if not is_sqlite(house.store.writer):
                _await_waiting(house)
            return answer

        return house.store.transact(work), came[0].result()


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except HallError as refusal:
        return refusal


def _await_waiting(house: House) -> None:
    """Until the other waits for what this one holds; nobody but the database can tell."""
    for _ in range(400):
        with house.store.reader.connect() as connection:
            if connection.execute(_WAITING).scalar_one():
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")
