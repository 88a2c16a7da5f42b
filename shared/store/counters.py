"""Queries about counters."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.domain.counter import Counter, CounterState, UnknownCounter

_FACTS = select(Counter.number, Counter.floor, Counter.state).order_by(Counter.number)


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """What the line must know of a counter."""

    number: int
    floor: int
    state: CounterState


class Counters:
    """Counters of the hall, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_number(self, number: int) -> Counter:
        """The counter with this number.

        Raises:
            UnknownCounter: there is none.
        """
        counter = self._session.get(Counter, number) if 0 < number < 10_000 else None
        if counter is None:
            raise UnknownCounter(counter=number)
        return counter

    def facts(self) -> list[CounterFacts]:
        """Every counter by number, as the line sees it."""
        return [CounterFacts(*row) for row in self._session.execute(_FACTS)]

    def all(self) -> list[Counter]:
        """Every counter by number."""
        return list(self._session.scalars(select(Counter).order_by(Counter.number)))

    def configured(self, numbers: Container[int]) -> list[Counter]:
        """The counters that the configuration has; one it dropped is none any more."""
        return [counter for counter in self.all() if counter.number in numbers]

    def of_account(self, account_id: int) -> Counter | None:
        """The counter at which somebody is signed on."""
        return self._session.scalar(select(Counter).where(Counter.account_id == account_id))
