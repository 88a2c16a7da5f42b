"""What a person in line may expect: which counters, how many ahead, how long, and after which break."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from shared.domain.catalogue import Service, ServiceNotOffered
from shared.domain.configuration import Configuration
from shared.domain.counter import Counter, CounterState
from shared.domain.queueing import Discipline, Reach
from shared.domain.ticket import AT_COUNTER, Ticket, TicketState
from shared.domain.waiting import WaitBand, estimate_wait
from shared.store.counters import CounterFacts
from shared.store.unit_of_work import UnitOfWork
from shared.store.waiting_line import Scope, WaitingGroup


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody who took a number for this service now would meet."""

    service_id: str
    floor: int | None
    counters: Sequence[int]
    ahead: int
    wait_seconds: WaitBand | None
    called_after: datetime | None
    open: bool
    opens_at: str | None


class Line:
    """The waiting line as one transaction sees it; reads each thing once."""

    def __init__(self, uow: UnitOfWork, configuration: Configuration | None = None) -> None:
        self._uow = uow
        self.configuration = configuration or uow.configuration()
        self.site = self.configuration.site
        self._ahead: dict[tuple[int, int], Mapping[str, int]] = {}

    @property
    def discipline(self) -> Discipline:
        """The rule that orders waiting tickets."""
        return self.site.queue_rule

    @cached_property
    def counters(self) -> list[CounterFacts]:
        """The counters that the configuration has; one it dropped is none any more."""
        configured = self.site.profiles_of_counters
        return [counter for counter in self._uow.counters.facts() if counter.number in configured]

    @cached_property
    def groups(self) -> list[WaitingGroup]:
        return self._uow.line.groups()

    @cached_property
    def _on_floors(self) -> Mapping[tuple[int | None, str], int]:
        return self._uow.line.count_on_floors()

    @cached_property
    def at_counters(self) -> list[Ticket]:
        """The tickets that are called or served now."""
        return self._uow.tickets.in_states(AT_COUNTER, self._uow.day)

    @cached_property
    def quiet_until(self) -> datetime | None:
        """When counters call again (hall-local), in a break and in the minutes around it; else None."""
        return self.site.hours.quiet_until(self._uow.now.local, self.configuration.calendar)

    @cached_property
    def takes_numbers(self) -> bool:
        """Whether numbers are given now."""
        return self.site.hours.takes_numbers(self._uow.now.local, self.configuration.calendar)

    def is_quiet(self, counter: int) -> bool:
        """Whether a counter calls nobody now because of a break."""
        return self.quiet_until is not None and counter not in self.site.hours.duty_counters

    def offered(self, service_id: str) -> Service:
        """A service that can be queued for.

        Raises:
            UnknownService, ServiceNotOffered: it does not exist, or the hall does not do it.
        """
        service = self.configuration.catalogue.service(service_id)
        if not service.offered:
            raise ServiceNotOffered(service=service.id)
        return service

    def reach(self, counter: Counter | CounterFacts) -> Reach:
        """Which tickets a counter may take."""
        calling = [other.number for other in self.counters if other.state is CounterState.OPEN]
        return self.site.reach(counter.number, calling, lift_works=self._uow.hall.lift_works)

    def counters_for(self, service_id: str, floor: int | None, *, only_open: bool) -> list[int]:
        """Counters of a floor (of all floors when it is None) that take a service, by number."""
        return [
            counter.number
            for counter in self.counters
            if floor in (None, counter.floor)
            and (not only_open or counter.state is CounterState.OPEN)
            and self.site.takes(counter.number, service_id)
        ]

    def scope(self, service_id: str, floor: int | None) -> Scope:
        """Who stands in one line with somebody of this service and floor.

        Services share a line when some counter takes both; floors do when counters help each other at once.
        """
        floor = None if self.site.other_floor_seconds <= 0 else floor
        services = {service_id}
        for counter in self.counters:
            if floor is not None and counter.floor != floor:
                continue
            taken, helps = self.site.profiles_of_counters[counter.number]
            if taken is None:
                return Scope(None, floor)
            if service_id in taken or service_id in helps:
                services |= taken | helps
        return Scope(frozenset(services), floor)

    def ahead(self, ticket: Ticket) -> int:
        """How many waiting people are called before this ticket; 0 once it has been called."""
        return sum(self._counted_ahead(ticket).values())

    def wait(self, ticket: Ticket) -> WaitBand | None:
        """The band of seconds until a waiting ticket's call, breaks included; None when nobody can tell."""
        if ticket.state is not TicketState.WAITING:
            return None
        return self._over_breaks(
            self._calling_seconds(ticket.service_id, ticket.floor, self._counted_ahead(ticket))
        )

    def called_after(self, wait: WaitBand | None) -> datetime | None:
        """The clock time (hall-local, whole five minutes) to tell somebody who is called after a break.

        Also before the counters open. None when no break lies between: then the band itself is told.
        """
        local, hours, calendar = self._uow.now.local, self.site.hours, self.configuration.calendar
        earliest = hours.called_at(local, 0, calendar)
        expected = earliest if wait is None else local + timedelta(seconds=wait.expected)
        resumed = hours.resumption(local, expected, calendar)
        if resumed is None:
            return None
        low = resumed if wait is None else max(resumed, local + timedelta(seconds=wait.low))
        return low.replace(minute=low.minute // 5 * 5, second=0, microsecond=0)

    def best_floor(self, floors: Sequence[int], service_id: str) -> int | None:
        """The floor where a new ticket is likely called first, the first of the list among equals."""
        if len(floors) <= 1:
            return floors[0] if floors else None
        return min(floors, key=lambda floor: (self._expected(service_id, floor), floors.index(floor)))

    def outlook(self, service_id: str) -> Outlook:
        """What a new ticket for this service would meet.

        Raises:
            UnknownService: the service does not exist.
        """
        service = self.configuration.catalogue.service(service_id)
        floor = self.best_floor(service.floors, service_id)
        waiting = self._uow.line.count(self.scope(service_id, floor))
        wait = self._over_breaks(self._calling_seconds(service_id, floor, waiting))
        hours = self.site.hours
        local = self._uow.now.local
        open_now = service.offered and self.takes_numbers
        opens = None if open_now else hours.next_opening(local, self.configuration.calendar)
        return Outlook(
            service_id=service_id,
            floor=floor,
            counters=self.counters_for(service_id, floor, only_open=False),
            ahead=sum(waiting.values()),
            wait_seconds=wait,
            called_after=self.called_after(wait) if open_now else None,
            open=open_now,
            opens_at=opens.isoformat() if opens else None,
        )

    def series_letters(self) -> list[str]:
        """The hall's letters, and others of which somebody waits (hand-written numbers)."""
        others = {group.series for group in self.groups} - set(self.site.series_letters)
        return [*self.site.series_letters, *sorted(others)]

    def series_wait(self, series: str, floor: int | None) -> tuple[int, WaitBand | None]:
        """How many wait in a series on a floor, and the band for one who came now.

        Those of other series who stand in the same line are in front of such a person too.
        """
        here = [group for group in self.groups if floor in (None, group.floor)]
        mine = {group.service_id for group in here if group.series == series}
        services = mine or set(self.site.services_of_series(series, self.configuration.catalogue))
        in_line = self._in_line_with(services, floor)
        waiting: dict[str, int] = {}
        for group in here:
            if in_line is None or group.service_id in in_line:
                waiting[group.service_id] = waiting.get(group.service_id, 0) + group.people
        calling = {
            number
            for service_id in services
            for number in self.counters_for(service_id, floor, only_open=True)
        }
        count = sum(group.people for group in here if group.series == series)
        return count, self._over_breaks(estimate_wait(self._work(waiting), len(calling)))

    def _in_line_with(self, services: Collection[str], floor: int | None) -> Collection[str] | None:
        """The services that share a line with any of these; None for all."""
        found: set[str] = set()
        for service_id in services:
            scope = self.scope(service_id, floor)
            if scope.services is None:
                return None
            found |= set(scope.services)
        return found

    def _counted_ahead(self, ticket: Ticket) -> Mapping[str, int]:
        if ticket.state is not TicketState.WAITING:
            return {}
        known = (ticket.id, ticket.version)
        if known not in self._ahead:
            scope = self.scope(ticket.service_id, ticket.floor)
            self._ahead[known] = self._uow.line.count_ahead(ticket, scope, self.discipline, self._uow.seconds)
        return self._ahead[known]

    def _calling_seconds(
        self, service_id: str, floor: int | None, waiting: Mapping[str, int]
    ) -> WaitBand | None:
        """The band in seconds of calling time, shared by the counters that are open for a service."""
        scope = self.scope(service_id, floor)
        calling = len(self.counters_for(service_id, scope.floor, only_open=True))
        return estimate_wait(self._work(waiting), calling)

    def _work(self, waiting: Mapping[str, int]) -> float:
        return sum(self.site.mean_seconds(service) * count for service, count in waiting.items())

    def _over_breaks(self, band: WaitBand | None) -> WaitBand | None:
        """The band with the breaks that lie in it.

        Where only its end lies behind a break it ends as if there were none: whoever is likely called before
        lunch must not go home.
        """
        if band is None or self.site.hours.always_open:
            return band
        local, hours, calendar = self._uow.now.local, self.site.hours, self.configuration.calendar
        low, expected, high = (
            hours.called_at(local, seconds, calendar) for seconds in (band.low, band.expected, band.high)
        )
        if hours.resumption(expected, high, calendar) is not None:
            high = expected + timedelta(seconds=band.high - band.expected)
        return WaitBand(*(round((moment - local).total_seconds()) for moment in (low, expected, high)))

    def _expected(self, service_id: str, floor: int) -> float:
        """Seconds by the counters of the floor alone; without an open one the floor is taken last."""
        # Only those who stand in one line with this service are in the way.
        services = self.scope(service_id, floor).services
        waiting: dict[str, int] = {}
        for (its_floor, its_service), count in self._on_floors.items():
            if its_floor == floor and (services is None or its_service in services):
                waiting[its_service] = count
        calling = len(self.counters_for(service_id, floor, only_open=True))
        return self._work(waiting) / calling if calling else float("inf")
