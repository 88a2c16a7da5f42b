"""The hall itself as settings: floors, counters, printers, hours, series, wording; all set by the hall."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from shared.domain.catalogue import Catalogue, Service
from shared.domain.counter import UnknownCounter
from shared.domain.devices import PrinterSettings
from shared.domain.errors import Invalid
from shared.domain.hours import Hours
from shared.domain.queueing import ClassRule, Discipline, QueueClass, Reach
from shared.domain.sign import Sign, SignLine

#: In a work profile or a series: everything.
EVERYTHING = "*"


class UnknownFloor(Invalid):
    code = "unknown_floor"
    message = "没有这个楼层。"


@dataclass(frozen=True, slots=True)
class FloorSettings:
    """A floor; ``shape`` is the mark that stands beside its number on slips and walls."""

    number: int
    name: str
    shape: str


@dataclass(frozen=True, slots=True)
class CounterSettings:
    """A numbered desk that calls.

    ``printer`` is where its slips come out, ``stand_in`` where they do when that one is broken;
    ``card_reader`` is the agent (a device) at which its reader of identity cards hangs.
    """

    number: int
    floor: int
    name: str
    profile: str
    printer: str | None = None
    stand_in: str | None = None
    card_reader: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """A work profile: the services its counters take, ``*`` for all.

    ``helps`` are services that they take only while nobody waits for their own: specialists first, and no
    counter idle.
    """

    name: str
    services: tuple[str, ...]
    helps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesSettings:
    """A series of numbers: a neutral letter, and the kinds of service or single ids that draw from it."""

    letter: str
    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """A kiosk by its device's name, the floor where it stands, its printer and that printer's stand-in."""

    name: str
    floor: int
    printer: str | None = None
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where slips of a place come out, and where they do when that printer is broken.

    ``kiosk`` is the kiosk whose own printer it is, "" elsewhere.
    """

    printer: str
    stand_in: str | None = None
    kiosk: str = ""


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """Where an office's slips come out, and where they do when that printer is broken."""

    office: str
    printer: str
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class NoShowRule:
    """A person may be marked absent after so many calls, so many minutes after the first of them.

    ``need_minutes`` are added for a need (``hearing``, ``sight``). ``back`` says who puts such a person back
    into line: ``places`` the person by the slip, behind so many others; ``clerk`` only staff.
    """

    calls_before: int
    minutes: int
    need_minutes: Mapping[str, int] = field(default_factory=dict)
    back: Literal["places", "clerk"] = "places"

    def minutes_for(self, needs: Collection[str]) -> int:
        """Minutes after the first call before a person with these needs counts as absent."""
        return self.minutes + max((self.need_minutes.get(need, 0) for need in needs), default=0)


@dataclass(frozen=True, slots=True)
class QueueRule:
    """Order = base + rate x seconds waited, a pair for each class; nobody is passed over ``cap`` times.

    The defaults: priority accumulates 4 : 1, a return visit has a head start of 15 minutes. For
    ``same_counter_seconds`` it is left to the counter that knows it; ``return_days`` after the first visit it
    is a visit like any other.
    """

    normal_base: float = 0.0
    normal_rate: float = 1.0
    priority_base: float = 0.0
    priority_rate: float = 4.0
    return_base: float = 900.0
    return_rate: float = 1.0
    same_counter_seconds: float = 900.0
    return_days: int = 30
    cap: int = 8

    @property
    def discipline(self) -> Discipline:
        """The rule that orders waiting tickets."""
        rules = {
            QueueClass.NORMAL: ClassRule(self.normal_base, self.normal_rate),
            QueueClass.PRIORITY: ClassRule(self.priority_base, self.priority_rate),
            QueueClass.RETURN: ClassRule(self.return_base, self.return_rate),
        }
        return Discipline(rules, self.cap)


@dataclass(frozen=True, slots=True)
class StopsAfter:
    """What follows a service in the same visit: further services, each on a floor if it must be one."""

    service: str
    then: tuple[PlannedStop, ...]


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A further stop of a visit; without a floor it goes where the wait is shorter."""

    service: str
    floor: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of a list; ``public`` ones may be told to the citizen, the others are for staff."""

    code: str
    text: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class Reasons:
    """The hall's lists of reasons, by what they are for (``pause``, ``priority``, ``needs``, ...)."""

    lists: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)

    def of(self, purpose: str) -> tuple[Reason, ...]:
        """The reasons of one list, in the hall's order; empty when the hall has no such list."""
        return self.lists.get(purpose, ())

    def codes(self, purpose: str) -> tuple[str, ...]:
        """The codes of one list."""
        return tuple(reason.code for reason in self.of(purpose))

    def known(self, code: str) -> bool:
        """Whether any list has this code."""
        return any(reason.code == code for reasons in self.lists.values() for reason in reasons)

    def words(self, code: str) -> str:
        """The words of a code of any list; the code itself when no list has it."""
        every = (reason for reasons in self.lists.values() for reason in reasons)
        return next((reason.text for reason in every if reason.code == code), code)

    def text(self, purpose: str, code: str) -> str:
        """The words of a reason; the code itself when the list no longer has it."""
        return next((reason.text for reason in self.of(purpose) if reason.code == code), code)


@dataclass(frozen=True)
class Site:
    """The hall. What the official lists do not tell stands here and is named in ``assumed``.

    ``materials_note`` is told until a material is confirmed, ``missed_rule`` is the sentence of the ticket
    about missed numbers, ``back_places`` how many go first before a person who missed the call;
    ``other_floor_seconds`` how long a counter leaves tickets of other floors to their own counters;
    ``outage_minutes`` how long a standstill must last to be left out of waits;
    ``mean_minutes`` the minutes at the counter per service id, ``*`` for all others.
    """

    name: str
    short_name: str
    office_name: str
    floors: tuple[FloorSettings, ...]
    counters: tuple[CounterSettings, ...]
    profiles: tuple[ProfileSettings, ...]
    series: tuple[SeriesSettings, ...]
    hours: Hours
    printers: tuple[PrinterSettings, ...]
    kiosks: tuple[KioskSettings, ...]
    no_show: NoShowRule
    discipline: QueueRule
    mean_minutes: Mapping[str, float]
    missed_rule: str
    materials_note: str
    back_places: int = 3
    other_floor_seconds: float = 900.0
    undo_seconds: int = 10
    outage_minutes: float = 5.0
    stops_after: tuple[StopsAfter, ...] = ()
    desks: tuple[OfficeDesk, ...] = ()
    sign_lines: tuple[SignLine, ...] = ()
    signs: tuple[Sign, ...] = ()
    phone: str = ""
    complaint_phone: str = ""
    pickup: str = ""
    reasons: Reasons = Reasons()
    wording: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()

    @cached_property
    def queue_rule(self) -> Discipline:
        """The rule that orders waiting tickets."""
        return self.discipline.discipline

    @property
    def series_letters(self) -> tuple[str, ...]:
        """The letters in the hall's order."""
        return tuple(series.letter for series in self.series)

    def floor(self, number: int) -> FloorSettings:
        """The settings of a floor.

        Raises:
            UnknownFloor: the hall has no such floor.
        """
        for floor in self.floors:
            if floor.number == number:
                return floor
        raise UnknownFloor(floor=number)

    def counter(self, number: int) -> CounterSettings:
        """The settings of a counter.

        Raises:
            UnknownCounter: this configuration has no such counter.
        """
        for counter in self.counters:
            if counter.number == number:
                return counter
        raise UnknownCounter(counter=number)

    @cached_property
    def profiles_of_counters(self) -> Mapping[int, tuple[frozenset[str] | None, frozenset[str]]]:
        """By counter, what it takes (None for everything) and what it helps with."""
        known = {profile.name: profile for profile in self.profiles}
        found: dict[int, tuple[frozenset[str] | None, frozenset[str]]] = {}
        for counter in self.counters:
            profile = known.get(counter.profile, ProfileSettings("", ()))
            everything = EVERYTHING in profile.services
            services = None if everything else frozenset(profile.services)
            found[counter.number] = (services, frozenset(profile.helps))
        return found

    def takes(self, number: int, service_id: str) -> bool:
        """Whether a counter takes a service, were it only as a help; one that is not set up takes nothing."""
        services, helps = self.profiles_of_counters.get(number, (frozenset(), frozenset()))
        return services is None or service_id in services or service_id in helps

    def has_as_own(self, number: int, service_id: str) -> bool:
        """Whether a counter takes a service as its own, not only as a help."""
        services, _ = self.profiles_of_counters.get(number, (frozenset(), frozenset()))
        return services is None or service_id in services

    def reach(self, number: int, calling: Collection[int], *, lift_works: bool) -> Reach:
        """Which tickets a counter may take while the counters ``calling`` call."""
        services, helps = self.profiles_of_counters.get(number, (frozenset(), frozenset()))
        floors = {counter.number: counter.floor for counter in self.counters}
        others = [other for other in calling if other in floors and other != number]
        if services is not None:
            # What no other counter that calls has as its own is as good as this counter's own.
            alone = {named for named in helps if not any(self.has_as_own(other, named) for other in others)}
            services, helps = services | alone, helps - alone
        return Reach(
            counter=number,
            floor=floors.get(number, 0),
            services=services,
            helps=helps,
            other_floor_seconds=self.other_floor_seconds,
            calling=frozenset(calling) & floors.keys(),
            calling_floors=frozenset(floors[other] for other in calling if other in floors),
            lift_works=lift_works,
            same_counter_seconds=self.discipline.same_counter_seconds,
        )

    def stops_planned_after(self, service_id: str) -> tuple[PlannedStop, ...]:
        """The further stops of a visit that begins with a service."""
        return next((plan.then for plan in self.stops_after if plan.service == service_id), ())

    def kiosk(self, name: str) -> KioskSettings | None:
        """The settings of a kiosk; None when the hall has none of that name."""
        return next((kiosk for kiosk in self.kiosks if kiosk.name == name), None)

    def desk_of(self, office: str | None) -> OfficeDesk | None:
        """Where an office prints; None when the hall says nothing of it."""
        return next((desk for desk in self.desks if desk.office == office), None)

    def signs_of(self, line: str) -> tuple[Sign, ...]:
        """The strips that hang on a line."""
        return tuple(sign for sign in self.signs if sign.line == line)

    def printer(self, name: str) -> PrinterSettings | None:
        """The settings of a printer; None when the hall has none of that name any more."""
        return next((printer for printer in self.printers if printer.name == name), None)

    def letter_of(self, service_id: str, kind: str) -> str:
        """The series that a service draws its numbers from: named by id, else by kind, else the first."""
        for series in self.series:
            if service_id in series.services:
                return series.letter
        for series in self.series:
            if kind in series.kinds or EVERYTHING in series.kinds:
                return series.letter
        return self.series[0].letter

    def series_of(self, service: Service) -> str:
        """The letter of a service's numbers."""
        return self.letter_of(service.id, service.kind)

    def services_of_series(self, letter: str, catalogue: Catalogue) -> tuple[str, ...]:
        """The ids of the services whose numbers carry a letter."""
        return tuple(service.id for service in catalogue.services() if self.series_of(service) == letter)

    def mean_seconds(self, service_id: str | None) -> float:
        """Mean seconds at the counter for a service, or for any when ``service_id`` is None."""
        minutes = self.mean_minutes.get(service_id or EVERYTHING, self.mean_minutes.get(EVERYTHING, 10.0))
        return minutes * 60.0
