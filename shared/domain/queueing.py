"""The queue discipline: who is next, by which rule, and by which rule somebody was passed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Protocol, TypeVar

_ENDLESS = float("inf")


class QueueClass(StrEnum):
    """How a waiting ticket is weighed: like everybody, with priority, or as a return visit."""

    NORMAL = "normal"
    PRIORITY = "priority"
    RETURN = "return"


class Waiting(Protocol):
    """What the discipline must know of a waiting ticket; times are in seconds of hall time."""

    @property
    def service_id(self) -> str: ...
    @property
    def floor(self) -> int | None: ...
    @property
    def queue_class(self) -> QueueClass: ...
    @property
    def queued_seconds(self) -> float: ...
    @property
    def place(self) -> float: ...
    @property
    def passed(self) -> int: ...
    @property
    def for_counter(self) -> int | None: ...
    @property
    def preferred_counter(self) -> int | None: ...
    @property
    def step_free(self) -> bool: ...


Waiter = TypeVar("Waiter", bound=Waiting)


class OvertakingRule(StrEnum):
    """Why somebody who came earlier still waits when another is called; the ledger keeps these words."""

    CHOSEN = "chosen"
    PUT_BACK = "put_back"
    CAP = "cap"
    PRIORITY = "priority"
    RETURN_VISIT = "return_visit"
    KEPT = "kept"
    WORK_PROFILE = "work_profile"
    OWN_SERVICES = "own_services"
    OTHER_FLOOR = "other_floor"
    STEP_FREE = "step_free"
    SAME_COUNTER = "same_counter"
    #: Says of the called ticket that it belongs to another floor, whose counters had their time.
    OTHER_FLOOR_LATE = "other_floor_late"


#: Only these count towards the cap: the counter could have called the passed person instead.
COUNTED = frozenset({OvertakingRule.CHOSEN, OvertakingRule.PRIORITY, OvertakingRule.RETURN_VISIT})


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Order = ``base`` + ``rate`` x seconds waited."""

    base: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Discipline:
    """One formula per class covers every fair rule, and a cap on how often a person is passed.

    Equal bases and rates are first come first served; a base is a head start in seconds; a higher rate
    accumulates; an endless base is strict priority. Whoever was passed ``cap`` times is next in turn.
    """

    rules: Mapping[QueueClass, ClassRule] = field(
        default_factory=lambda: {QueueClass.PRIORITY: ClassRule(0.0, 4.0)}
    )
    cap: int = 8

    def rule(self, queue_class: QueueClass) -> ClassRule:
        """The rule of a class; one that is not set is weighed like everybody."""
        return self.rules.get(queue_class, _LIKE_EVERYBODY)

    def score(self, ticket: Waiting, now: float) -> float:
        """The weight of a waiting ticket at hall time ``now``; the highest is next."""
        rule = self.rule(ticket.queue_class)
        return rule.base + rule.rate * (now - ticket.queued_seconds)

    def is_capped(self, ticket: Waiting) -> bool:
        """Whether nobody may pass this person any more."""
        return ticket.passed >= self.cap

    def order(self, waiting: Iterable[Waiter], now: float) -> list[Waiter]:
        """Waiting tickets, the next one first; among equals the one that arrived first."""
        return sorted(waiting, key=lambda ticket: self._key(ticket, now))

    def ahead_of(self, ticket: Waiting, now: float) -> dict[QueueClass, float]:
        """By class, before which ``queued_seconds`` a ticket scores higher than this one at ``now``.

        A class whose rate is 0 has one score for all; it then passes either always or never.
        """
        score = self.score(ticket, now)
        limits = {known: _queued_for(score, self.rule(known), now) for known in QueueClass}
        limits[ticket.queue_class] = ticket.queued_seconds
        return limits

    def _key(self, ticket: Waiting, now: float) -> tuple[bool, float, float, float]:
        capped = self.is_capped(ticket)
        score = 0.0 if capped else -self.score(ticket, now)
        return (not capped, score, ticket.queued_seconds, ticket.place)


_LIKE_EVERYBODY = ClassRule()


def _queued_for(score: float, rule: ClassRule, now: float) -> float:
    if rule.rate <= 0:
        return _ENDLESS if rule.base > score else -_ENDLESS
    return now - (score - rule.base) / rule.rate


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tickets a counter may call: its services, its floor, and after what delay other floors.

    ``helps`` are services that another counter, which calls now, has as its own: it takes them only while
    nobody waits for its own. ``calling`` are the counters that call now: only for those a ticket that was put
    back is kept; ``calling_floors`` are their floors. ``same_counter_seconds`` is how long a return visit is
    left to the counter that knows it.
    """

    counter: int
    floor: int
    services: Collection[str] | None
    other_floor_seconds: float
    helps: Collection[str] = ()
    calling: Collection[int] = ()
    calling_floors: Collection[int] = ()
    lift_works: bool = True
    same_counter_seconds: float = 0.0

    def bar(self, ticket: Waiting, now: float) -> OvertakingRule | None:
        """The rule by which this counter leaves a waiting ticket to others; None when it may call it."""
        if ticket.for_counter == self.counter:
            return None
        if ticket.for_counter is not None and ticket.for_counter in self.calling:
            return OvertakingRule.KEPT
        here = ticket.floor in (None, self.floor)
        if not here and ticket.step_free and (ticket.floor in self.calling_floors or not self.lift_works):
            return OvertakingRule.STEP_FREE
        # A step-free person is served on the floor where the person is, whatever the service.
        anything = ticket.step_free and ticket.floor == self.floor
        if not anything and not self.covers(ticket.service_id):
            return OvertakingRule.WORK_PROFILE
        if not here and now - ticket.queued_seconds < self.other_floor_seconds:
            return OvertakingRule.OTHER_FLOOR
        return None

    def covers(self, service_id: str) -> bool:
        """Whether the counter's work profile has this service."""
        return self.services is None or service_id in self.services or service_id in self.helps

    def only_if_idle(self, ticket: Waiting, now: float) -> OvertakingRule | None:
        """The rule by which this ticket is called only when nobody else can be; None when it counts fully.

        Nobody is left so for ever: to the counter that knows it for some time, to specialists while they
        call.
        """
        if ticket.for_counter == self.counter:
            return None
        preferred = ticket.preferred_counter
        known = preferred is not None and preferred != self.counter and preferred in self.calling
        if known and now - ticket.queued_seconds < self.same_counter_seconds:
            return OvertakingRule.SAME_COUNTER
        if self.services is not None and ticket.service_id not in self.services and self.helps:
            return OvertakingRule.OWN_SERVICES
        return None


def next_ticket(
    candidates: Sequence[Waiter], reach: Reach, discipline: Discipline, now: float
) -> Waiter | None:
    """The ticket that this counter calls next.

    What was put back for it goes first, then whoever may not be passed again, then by the discipline; what
    is better left to others only when there is nobody else, so that no counter is idle.
    """
    mine = [ticket for ticket in candidates if reach.bar(ticket, now) is None]
    own = [ticket for ticket in mine if ticket.for_counter == reach.counter]
    fully = [ticket for ticket in mine if reach.only_if_idle(ticket, now) is None]
    ordered = discipline.order(own or fully or mine, now)
    return ordered[0] if ordered else None


@dataclass(frozen=True, slots=True)
class Overtaking:
    """Why a call passed others: the rules, in their fixed order, and who could have been called instead."""

    rules: tuple[OvertakingRule, ...]
    counted: tuple[int, ...]

    @property
    def text(self) -> str | None:
        """The rules as the ledger keeps them; None when nobody was passed."""
        return "+".join(self.rules) or None


class Passed(Waiting, Protocol):
    """A waiting ticket that was passed."""

    @property
    def id(self) -> int: ...


def explain(
    called: Waiting,
    passed: Iterable[Passed],
    reach: Reach,
    discipline: Discipline,
    now: float,
    *,
    chosen: bool = False,
) -> Overtaking:
    """Name the rule by which each of ``passed``, who came earlier, was passed by ``called``."""
    rules: set[OvertakingRule] = set()
    counted: list[int] = []
    for other in passed:
        rule = _rule(called, other, reach, discipline, now, chosen=chosen)
        rules.add(rule)
        if rule in COUNTED:
            counted.append(other.id)
    elsewhere = called.floor not in (None, reach.floor) and called.for_counter != reach.counter
    if elsewhere and not chosen:
        rules.add(OvertakingRule.OTHER_FLOOR_LATE)
    return Overtaking(tuple(rule for rule in OvertakingRule if rule in rules), tuple(counted))


def _rule(
    called: Waiting, other: Waiting, reach: Reach, discipline: Discipline, now: float, *, chosen: bool
) -> OvertakingRule:
    left = reach.bar(other, now)
    if left is not None:
        return left
    if chosen:
        return OvertakingRule.CHOSEN
    if called.for_counter == reach.counter:
        return OvertakingRule.PUT_BACK
    idle = reach.only_if_idle(other, now)
    if idle is not None:
        return idle
    if discipline.is_capped(called):
        return OvertakingRule.CAP
    return _BY_CLASS[called.queue_class]


#: A normal ticket passes an earlier one only where the other's class waits more slowly.
_BY_CLASS = {
    QueueClass.PRIORITY: OvertakingRule.PRIORITY,
    QueueClass.RETURN: OvertakingRule.RETURN_VISIT,
    QueueClass.NORMAL: OvertakingRule.PRIORITY,
}


def place_behind(
    line: Sequence[Waiting],
    places: int,
    now: float,
    last: float,
    taken: Callable[[float], Iterable[float]],
) -> tuple[float, float]:
    """Where (``queued_seconds``, ``place``) a ticket stands behind the first ``places`` of ``line``.

    In a shorter line it comes last: now, at place ``last``. ``taken`` tells the places of everybody of that
    instant, of whatever class: no two may have the same, or nothing would decide between them.
    """
    if not line or len(line) < places:
        return now, last
    before = line[places - 1]
    edges = [before.place, *sorted(place for place in taken(before.queued_seconds) if place > before.place)]
    # After some fifty halvings nothing lies between two places; then it is behind the next one.
    middles = ((low + high) / 2 for low, high in pairwise(edges) if low < (low + high) / 2 < high)
    return before.queued_seconds, next(middles, edges[-1] + 0.5)
