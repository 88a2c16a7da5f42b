"""A second, small hall, written from the rules alone: what every press must do to tickets and counters.

It shares no code with the product. A press is asked for its refusals first; the codes it answers are all
that apply, whichever the product names. Routing to floors is left out: the floor is taken as answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date

OPEN = ("waiting", "called", "serving", "held", "no_show")
AT_COUNTER = ("called", "serving")
UNDO_SECONDS = 10
BACK_PLACES = 3
CAP = 8
#: So long a return visit is left to the counter that knows it, and so many days it has its head start.
SAME_COUNTER_SECONDS = 900
RETURN_DAYS = 30
#: Order = base + rate x seconds waited, by class.
RULES = {"normal": (0, 1), "priority": (0, 4), "return": (900, 1)}


@dataclass
class Ticket:
    """A ticket as the rules see it."""

    number: str
    day: date
    token: str
    service: str
    floor: int | None
    queued: float
    place: float
    kind: str = "normal"
    step_free: bool = False
    state: str = "waiting"
    counter: int | None = None
    for_counter: int | None = None
    preferred: int | None = None
    calls: int = 0
    passed: int = 0
    stop: int = 1
    planned: tuple[str, ...] = ()
    reinstated: bool = False
    return_of: str | None = None
    #: The counter of its last call; an undo does not unsay it.
    called_to: int | None = None
    last: Press | None = None

    @property
    def line(self) -> tuple[float, float]:
        """Where it stands in the order of arrival."""
        return self.queued, self.place


@dataclass
class Press:
    """One press: who, when (in hall time, in which life of the process), which verbs, and what was before."""

    who: str
    at: float
    era: int
    verbs: list[str] = field(default_factory=list)
    #: Tickets as they were before; a ticket moved since by another press is not put back.
    before: list[tuple[Ticket, Ticket]] = field(default_factory=list)
    passed: list[Ticket] = field(default_factory=list)


@dataclass
class Counter:
    """A counter as the rules see it."""

    number: int
    floor: int
    state: str = "closed"
    clerk: str | None = None


class Model:
    """The hall: tickets of all days, counters, and the day that has begun."""

    def __init__(self, floors: dict[int, int]) -> None:
        self.counters = {number: Counter(number, floor) for number, floor in floors.items()}
        self.tickets: list[Ticket] = []
        self.today: dict[str, Ticket] = {}
        self.last: dict[str, int] = {}
        self.begun: date | None = None
        self.places = 0.0
        self.seconds = 0.0
        self.lift_works = True

    # The day ---------------------------------------------------------------------------------------

    def day(self, local: date) -> date:
        """The service day at a local date: one that has begun does not come back."""
        if self.begun is not None and (self.begun - local).days == 1:
            return self.begun
        return local

    def turn(self, local: date) -> Callable[[], None]:
        """Begin a press; a new day closes everything of the old one. Answers how to take that back."""
        places, self.places = self.places, self.places + 1
        day = self.day(local)
        if day == self.begun:
            return lambda: setattr(self, "places", places)
        former = (self.begun, self.today, self.last, places)
        were = [(one, copy(one)) for one in (*self.today.values(), *self.counters.values())]
        for ticket in self.today.values():
            if ticket.state in OPEN:
                ticket.state = "served" if ticket.state == "serving" else "expired"
                ticket.counter = ticket.for_counter = ticket.last = None
        for counter in self.counters.values():
            counter.state, counter.clerk = "closed", None
        self.begun, self.today, self.last = day, {}, {}

        def take_back() -> None:
            self.begun, self.today, self.last, self.places = former
            for one, was in were:
                one.__dict__.update(was.__dict__)

        return take_back

    # Looking ---------------------------------------------------------------------------------------

    def present(self, counter: int) -> Ticket | None:
        """The ticket at a counter."""
        found = [t for t in self.today.values() if t.counter == counter and t.state in AT_COUNTER]
        return found[0] if found else None

    def calling(self) -> set[int]:
        return {number for number, counter in self.counters.items() if counter.state == "open"}

    def waiting(self) -> list[Ticket]:
        return sorted((t for t in self.today.values() if t.state == "waiting"), key=lambda t: t.line)

    def next_for(self, counter: int) -> Ticket | None:
        """Who is called next: put back, then not to be passed again, then by order."""
        mine = [ticket for ticket in self.waiting() if not self.barred(ticket, counter)]
        own = [ticket for ticket in mine if ticket.for_counter == counter]
        fully = [ticket for ticket in mine if not self.left_to_another(ticket, counter)]
        return min(own or fully or mine, key=self._order, default=None)

    def former(self, token: str | None) -> Ticket | None:
        """The served visit that a new one returns to; with a head start once at a time."""
        ticket = next((one for one in reversed(self.tickets) if one.token == token), None)
        again = self.some(lambda one: one.return_of == token and one.kind == "return" and one.state in OPEN)
        if ticket is None or ticket.state != "served" or any(again) or self.begun is None:
            return None
        return ticket if (self.begun - ticket.day).days <= RETURN_DAYS else None

    def barred(self, ticket: Ticket, counter: int) -> bool:
        """Whether a counter may not call this ticket at all."""
        if ticket.for_counter == counter:
            return False
        if ticket.for_counter in self.calling():
            return True
        elsewhere = ticket.floor not in (None, self.counters[counter].floor)
        served_there = ticket.floor in {self.counters[n].floor for n in self.calling()}
        return ticket.step_free and elsewhere and (served_there or not self.lift_works)

    def left_to_another(self, ticket: Ticket, counter: int) -> bool:
        """Whether a counter that knows the person calls, so that others do not while they have work."""
        if ticket.for_counter == counter:
            return False
        known = ticket.preferred not in (None, counter) and ticket.preferred in self.calling()
        return known and self.seconds - ticket.queued < SAME_COUNTER_SECONDS

    def _order(self, ticket: Ticket) -> tuple[bool, float, float, float]:
        base, rate = RULES[ticket.kind]
        score = base + rate * (self.seconds - ticket.queued)
        capped = ticket.passed >= CAP
        return (not capped, 0.0 if capped else -score, *ticket.line)

    # Refusals --------------------------------------------------------------------------------------

    def not_mine(self, who: str, counter: int) -> set[str]:
        """Why somebody may not press keys at a counter."""
        desk = self.counters.get(counter)
        if desk is None:
            return {"unknown_counter"}
        if desk.clerk is None:
            return {"counter_not_open"}
        return set() if desk.clerk == who else {"not_signed_on"}

    def not_calling(self, who: str, counter: int) -> set[str]:
        """Why somebody may not call at a counter."""
        found = self.not_mine(who, counter)
        if not found and self.counters[counter].state != "open":
            found.add("counter_not_open")
        return found

    def not_here(self, who: str, counter: int, number: str | None, states: tuple[str, ...]) -> set[str]:
        """Why a verb on the present ticket is refused."""
        found = self.not_mine(who, counter)
        present = self.present(counter)
        if present is None or (number is not None and present.number != number):
            found.add("not_at_this_counter")
        elif present.state not in states:
            found.add("illegal_move")
        return found

    def here_or_held(self, counter: int, number: str | None) -> Ticket | None:
        """The present ticket, or the named one that this counter holds."""
        named = self.today.get(number or "")
        if named is not None and named.state == "held" and named.counter == counter:
            return named
        present = self.present(counter)
        return present if present is not None and number in (None, present.number) else None

    def cannot_undo(self, who: str, counter: int, number: str) -> set[str]:
        """Why a press cannot be taken back."""
        found = self.not_mine(who, counter)
        ticket = self.today.get(number)
        if ticket is None:
            return found | {"unknown_ticket"}
        press = ticket.last
        if press is None or not press.before or {"recall", "undo"} & set(press.verbs):
            return found | {"nothing_to_undo"}
        if any(moved.last is not press for moved, _ in press.before):
            found.add("nothing_to_undo")
        if press.who != who:
            found.add("not_your_press")
        if self.seconds - press.at > UNDO_SECONDS:
            found.add("undo_too_late")
        present = self.present(counter)
        if present is not None and present not in [moved for moved, _ in press.before]:
            found.add("counter_has_ticket")
        back = [was for _, was in press.before if was.state in AT_COUNTER]
        if any(was.counter != counter for was in back):
            found.add("nothing_to_undo")
        if back and counter in self.counters and self.counters[counter].state != "open":
            found.add("counter_not_open")
        return found

    # Moves -----------------------------------------------------------------------------------------

    def move(self, press: Press, ticket: Ticket, verb: str, state: str, counter: int | None = None) -> None:
        """Write one move into a press and do it."""
        press.verbs.append(verb)
        if ticket not in [moved for moved, _ in press.before]:
            press.before.append((ticket, replace(ticket, last=None)))
        ticket.state, ticket.counter, ticket.last = state, counter, press

    def issue(self, series: str, **facts: object) -> Ticket:
        """Give the next number of a series."""
        self.last[series] = self.last.get(series, 0) + 1
        return self.store(f"{series}{self.last[series]:03d}", **facts)

    def store(self, number: str, **facts: object) -> Ticket:
        """A ticket with this number, at the end of the line."""
        assert self.begun is not None
        ticket = Ticket(number=number, day=self.begun, queued=self.seconds, place=self.places, **facts)  # type: ignore[arg-type]
        assert number not in self.today, f"{number} was given before"
        self.tickets.append(ticket)
        self.today[number] = ticket
        return ticket

    def call(self, press: Press, ticket: Ticket, counter: int, *, chosen: bool = False) -> None:
        """Call a ticket; whoever came earlier, and could have been called here, has been passed."""
        if chosen or ticket.for_counter != counter:
            for other in self.waiting():
                if other.line < ticket.line and self._is_passed(other, ticket, counter, chosen=chosen):
                    other.passed += 1
                    press.passed.append(other)
        self.move(press, ticket, "call", "called", counter)
        ticket.for_counter, ticket.calls, ticket.called_to = None, 1, counter

    def _is_passed(self, other: Ticket, called: Ticket, counter: int, *, chosen: bool) -> bool:
        if other is called or self.barred(other, counter):
            return False
        return chosen or (called.passed < CAP and not self.left_to_another(other, counter))

    def end(self, press: Press, ticket: Ticket, verb: str) -> None:
        """Finish, or mark as absent; a planned stop goes on instead of ending."""
        if verb == "no_show":
            self.move(press, ticket, "no_show", "no_show")
        elif ticket.planned:
            self.next_stop(press, ticket)
        else:
            self.move(press, ticket, "finish", "served")

    def next_stop(self, press: Press, ticket: Ticket, service: str | None = None) -> None:
        """Queue the service that is named, or the planned one; number and place are kept.

        Who needs a way without steps stays on the floor.
        """
        counter = ticket.counter
        self.move(press, ticket, "next_stop", "waiting")
        if ticket.step_free and counter is not None:
            ticket.floor = self.counters[counter].floor
        ticket.stop += 1
        ticket.preferred = None
        if service is not None:
            ticket.service = service
        else:
            ticket.service, ticket.planned = ticket.planned[0], ticket.planned[1:]

    def step_back(self, ticket: Ticket, after: tuple[float, float]) -> None:
        """Stand behind so many normal ones who come after a place of the line; last in a shorter line.

        From then on the person is weighed like everybody, and nobody is said to have passed.
        """
        ticket.kind, ticket.passed, ticket.preferred, ticket.for_counter = "normal", 0, None, None
        line = [t for t in self.waiting() if t.kind == "normal" and t is not ticket and t.line > after]
        if len(line) < BACK_PLACES:
            ticket.queued, ticket.place = self.seconds, self.places
            return
        before = line[BACK_PLACES - 1]
        behind = [t.place for t in self.some(lambda t: t.line > before.line) if t.queued == before.queued]
        ticket.queued = before.queued
        ticket.place = (before.place + min(behind)) / 2 if behind else before.place + 0.5

    def undo(self, who: str, number: str) -> list[Ticket]:
        """Put everything back to before the press that last moved a ticket."""
        press = self.today[number].last
        assert press is not None
        undone = Press(who, self.seconds, press.era, ["undo"])
        for ticket, was in press.before:
            kept = {"passed": ticket.passed, "called_to": ticket.called_to, "last": undone}
            ticket.__dict__.update(was.__dict__ | kept)
        for ticket in press.passed:
            ticket.passed = max(0, ticket.passed - 1)
        return [ticket for ticket, _ in press.before]

    def free(self, counter: int) -> None:
        """What was put back for a counter is everybody's again."""
        for ticket in self.waiting():
            if ticket.for_counter == counter:
                ticket.for_counter = None

    def some(self, fits: Callable[[Ticket], bool]) -> Iterator[Ticket]:
        """Today's tickets that fit."""
        return (ticket for ticket in self.today.values() if fits(ticket))
