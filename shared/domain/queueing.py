"""The queue discipline: who is next, and by which rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.ticket import Ticket

_YEAR = 366 * 86_400.0
_ALWAYS = datetime(9000, 1, 1, tzinfo=UTC)
_NEVER = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Discipline:
    """Order = ``base + rate x wait`` per class: one formula for every fair rule.

    ``base`` 0 and ``rate`` 1 for both classes is first come first served; a priority base is a head
    start in seconds; a higher priority rate lets priority accumulate.
    """

    normal_base: float = 0.0
    normal_rate: float = 1.0
    priority_base: float = 0.0
    priority_rate: float = 4.0

    def score(self, ticket: Ticket, now: datetime) -> float:
        """The weight of a waiting ticket at ``now``; the highest is next."""
        wait = (now - ticket.queued_at).total_seconds()
        if ticket.priority is None:
            return self.normal_base + self.normal_rate * wait
        return self.priority_base + self.priority_rate * wait

    def passed_by(self, ticket: Ticket, now: datetime) -> tuple[datetime, datetime]:
        """Before which ``queued_at`` a normal and a priority ticket score higher than this one at ``now``.

        A class whose rate is 0 has one score for all; it then passes either always or never.
        """
        score = self.score(ticket, now)
        return (
            _queued_at_for(score, self.normal_base, self.normal_rate, now),
            _queued_at_for(score, self.priority_base, self.priority_rate, now),
        )

    def order(self, waiting: Iterable[Ticket], now: datetime) -> list[Ticket]:
        """Waiting tickets, the next one first; among equals the one that arrived first."""
        return sorted(
            waiting, key=lambda ticket: (-self.score(ticket, now), ticket.queued_at, ticket.place, ticket.id)
        )


def _queued_at_for(score: float, base: float, rate: float, now: datetime) -> datetime:
    if rate <= 0:
        return _ALWAYS if base > score else _NEVER
    wait = (score - base) / rate
    return now - timedelta(seconds=min(max(wait, -_YEAR), _YEAR))


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tickets a counter may take: its services, its floor, and after what delay other floors.

    ``calling`` are the counters that call now: only for those a ticket that was put back is kept.
    """

    counter: int
    floor: int
    services: Collection[str] | None
    other_floor_seconds: float
    calling: Collection[int] = ()

    def takes(self, ticket: Ticket, now: datetime) -> bool:
        """Whether this counter may call the waiting ticket now."""
        if ticket.for_counter == self.counter:
            return True
        if ticket.for_counter is not None and ticket.for_counter in self.calling:
            return False
        if self.services is not None and ticket.service_id not in self.services:
            return False
        if ticket.floor in (None, self.floor):
            return True
        return (now - ticket.queued_at).total_seconds() >= self.other_floor_seconds


def next_ticket(
    candidates: Sequence[Ticket], reach: Reach, discipline: Discipline, now: datetime
) -> Ticket | None:
    """The ticket that this counter calls next: what was put back for it first, then by the discipline."""
    mine = [ticket for ticket in candidates if reach.takes(ticket, now)]
    own = [ticket for ticket in mine if ticket.for_counter == reach.counter]
    ordered = discipline.order(own or mine, now)
    return ordered[0] if ordered else None


def place_behind(line: Sequence[Ticket], places: int, now: datetime, last: float) -> tuple[datetime, float]:
    """Where (``queued_at``, ``place``) a ticket stands behind the first ``places`` of ``line``.

    In a shorter line it comes last: now, at place ``last``.
    """
    if not line or len(line) < places:
        return now, last
    before = line[places - 1]
    after = line[places] if len(line) > places else None
    if after is None or after.queued_at != before.queued_at:
        return before.queued_at, before.place + 0.5
    return before.queued_at, (before.place + after.place) / 2
