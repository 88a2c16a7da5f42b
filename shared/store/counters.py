"""Queries about counters."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shared.domain.base import Entity
from shared.domain.counter import Counter, CounterState, UnknownCounter


class CounterFacts(NamedTuple):
    """What the line must know of a counter, and who sits there."""

    number: int
    floor: int
    state: CounterState
    account_id: int | None


# Every press reads these, so they speak to the table and make no entities.
_COUNTERS = Entity.metadata.tables["counters"]
_FACTS = select(*(_COUNTERS.c[name] for name in CounterFacts._fields)).order_by(_COUNTERS.c.number)
_FACTS_OF = _FACTS.where(_COUNTERS.c.number == bindparam("counter"))
#: Beyond what a path of the API may carry a database's integer may end.
_HIGHEST = 9_999


class Counters:
    """Counters of the hall, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_number(self, number: int) -> Counter:
        """The counter with this number.

        Raises:
            UnknownCounter: there is none.
        """
        counter = self._session.get(Counter, number) if 0 < number <= _HIGHEST else None
        if counter is None:
            raise UnknownCounter(counter=number)
        return counter

    def facts(self) -> list[CounterFacts]:
        """Every counter by number, as the line sees it."""
        self._session.flush()
        return [CounterFacts._make(row) for row in self._session.execute(_FACTS)]

    def facts_of(self, number: int) -> CounterFacts:
        """The counter with this number, as the line sees it.

        Raises:
            UnknownCounter: there is none.
        """
        self._session.flush()
        facts = {"counter": number if 0 < number <= _HIGHEST else 0}
        found = self._session.execute(_FACTS_OF, facts).first()
        if found is None:
            raise UnknownCounter(counter=number)
        return CounterFacts._make(found)

    def all(self) -> list[Counter]:
        """Every counter by number."""
        return list(self._session.scalars(select(Counter).order_by(Counter.number)))

    def configured(self, numbers: Container[int]) -> list[Counter]:
        """The counters that the configuration has; one it dropped is none any more."""
        return [counter for counter in self.all() if counter.number in numbers]

    def of_account(self, account_id: int) -> Counter | None:
        """The counter at which somebody is signed on."""
        return self._session.scalar(select(Counter).where(Counter.account_id == account_id))
