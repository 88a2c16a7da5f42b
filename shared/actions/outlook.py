"""What a person in line may expect: which counters, how many ahead, how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.domain.catalogue import Service, ServiceNotOffered
from shared.domain.configuration import Configuration
from shared.domain.counter import Counter, CounterState
from shared.domain.queueing import Discipline, Reach
from shared.domain.ticket import AT_COUNTER, Ticket, TicketState
from shared.domain.waiting import WaitBand, estimate_wait
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
    open: bool
    opens_at: str | None


class Line:
    """The waiting line as one transaction sees it; reads each thing once."""

    def __init__(self, uow: UnitOfWork, configuration: Configuration | None = None) -> None:
        self._uow = uow
        self.configuration = configuration or uow.configuration()
        self.site = self.configuration.site
        self._ahead: dict[tuple[int, int], int] = {}

    @cached_property
    def discipline(self) -> Discipline:
        rule = self.site.discipline
        return Discipline(
            normal_base=rule.normal_base,
            normal_rate=rule.normal_rate,
            priority_base=rule.priority_base,
            priority_rate=rule.priority_rate,
        )

    @cached_property
    def counters(self) -> list[Counter]:
        """The counters that the configuration has; one it dropped is none any more."""
        configured = {settings.number for settings in self.site.counters}
        return [counter for counter in self._uow.counters.all() if counter.number in configured]

    @cached_property
    def groups(self) -> list[WaitingGroup]:
        return self._uow.line.groups()

    @cached_property
    def at_counters(self) -> list[Ticket]:
        """The tickets that are called or served now."""
        return self._uow.tickets.in_states(AT_COUNTER, self._uow.day)

    def offered(self, service_id: str) -> Service:
        """A service that can be queued for.

        Raises:
            UnknownService, ServiceNotOffered: it does not exist, or the hall does not do it.
        """
        service = self.configuration.catalogue.service(service_id)
        if not service.offered:
            raise ServiceNotOffered(service=service.id)
        return service

    def reach(self, counter: Counter) -> Reach:
        """Which tickets a counter may take."""
        return Reach(
            counter=counter.number,
            floor=counter.floor,
            services=self.site.services_of_counter(counter.number),
            other_floor_seconds=self.site.other_floor_seconds,
            calling=[other.number for other in self.counters if other.state is CounterState.OPEN],
        )

    def counters_for(self, service_id: str, floor: int | None, *, only_open: bool) -> list[int]:
        """Counters of a floor (of all floors when it is None) that take a service, by number."""
        found = []
        for counter in self.counters:
            services = self.site.services_of_counter(counter.number)
            if services is not None and service_id not in services:
                continue
            if floor is not None and counter.floor != floor:
                continue
            if not only_open or counter.state is CounterState.OPEN:
                found.append(counter.number)
        return found

    def scope(self, service_id: str, floor: int | None) -> Scope:
        """Who stands in one line with somebody of this service and floor.

        Services share a line when some counter takes both; floors do when counters help each other at once.
        """
        floor = None if self.site.other_floor_seconds <= 0 else floor
        services = {service_id}
        for counter in self.counters:
            taken = self.site.services_of_counter(counter.number)
            if floor is not None and counter.floor != floor:
                continue
            if taken is None:
                return Scope(None, floor)
            if service_id in taken:
                services.update(taken)
        return Scope(frozenset(services), floor)

    def ahead(self, ticket: Ticket) -> int:
        """How many waiting people are called before this ticket; 0 once it has been called."""
        if ticket.state is not TicketState.WAITING:
            return 0
        known = (ticket.id, ticket.version)
        if known not in self._ahead:
            scope = self.scope(ticket.service_id, ticket.floor)
            self._ahead[known] = self._uow.line.count_ahead(ticket, scope, self.discipline, self._uow.at)
        return self._ahead[known]

    def wait(self, service_id: str, floor: int | None, ahead: int) -> WaitBand | None:
        """The band of seconds until the call, or None when no counter is open for it."""
        scope = self.scope(service_id, floor)
        calling = len(self.counters_for(service_id, scope.floor, only_open=True))
        return estimate_wait(ahead * self._mean_seconds(scope.floor), calling)

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
        ahead = self._uow.line.count(self.scope(service_id, floor))
        wait = self.wait(service_id, floor, ahead)
        hours = self.site.hours
        local = self._uow.now.local
        open_now = service.offered and hours.takes_numbers(local, self.configuration.calendar)
        opens = None if open_now else hours.next_opening(local, self.configuration.calendar)
        counters = self.counters_for(service_id, floor, only_open=False)
        return Outlook(
            service_id, floor, counters, ahead, wait, open_now, opens.isoformat() if opens else None
        )

    def series_letters(self) -> list[str]:
        """The hall's letters, and others of which somebody waits (hand-written numbers)."""
        others = {group.series for group in self.groups} - set(self.site.series_letters)
        return [*self.site.series_letters, *sorted(others)]

    def series_wait(self, series: str, floor: int | None) -> tuple[int, WaitBand | None]:
        """How many wait in a series on a floor, and the band for one who came now."""
        groups = [g for g in self.groups if g.series == series and floor in (None, g.floor)]
        count = sum(group.count for group in groups)
        services = self.site.services_of_series(series, self.configuration.catalogue)
        calling = {
            number
            for service_id in {group.service_id for group in groups} or services
            for number in self.counters_for(service_id, floor, only_open=True)
        }
        return count, estimate_wait(count * self._mean_seconds(floor), len(calling))

    def _expected(self, service_id: str, floor: int) -> float:
        """Seconds by the counters of the floor alone; without an open one the floor is taken last."""
        groups = [group for group in self.groups if group.floor == floor]
        work = sum(self.site.mean_seconds(group.service_id) * group.count for group in groups)
        calling = len(self.counters_for(service_id, floor, only_open=True))
        return work / calling if calling else float("inf")

    def _mean_seconds(self, floor: int | None) -> float:
        groups = [group for group in self.groups if floor in (None, group.floor)]
        people = sum(group.count for group in groups)
        if not people:
            return self.site.mean_seconds(None)
        return sum(self.site.mean_seconds(g.service_id) * g.count for g in groups) / people
