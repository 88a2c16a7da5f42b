"""What a wall shows, as data: calls, who waits, who is soon, counters; never a name or an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.sign import SignFace, SignState
from shared.domain.waiting import WaitBand

#: A call stays on the board this long, and at least so many calls stay.
CALLS_SECONDS = 120
CALLS_AT_LEAST = 8
SOON = 4


@dataclass(frozen=True, slots=True)
class BoardCall:
    """One call as a board shows it; ``direction`` is seen from the board's floor."""

    id: int
    number: str
    counter: int
    floor: int
    from_floor: int
    direction: str
    called_at: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class BoardSeries:
    """How many wait in a series, and how long somebody waits who takes a number of it now.

    ``called_after`` is the clock time (hall-local, whole five minutes) to tell instead of the band when a
    break lies before the call.
    """

    series: str
    count: int
    wait_seconds: WaitBand | None
    called_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """The number at a counter, and whether it is called or served."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class BoardCounter:
    """A counter, whether it calls, and the number that is there.

    ``quiet``: it calls nobody now because of a break, whatever its state is.
    """

    number: int
    floor: int
    state: str
    ticket: BoardTicket | None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board of a floor, or of the hall when ``floor`` is None.

    ``seconds`` is hall time: of two boards of one epoch and version the one with fewer is the older, whatever
    the clock says. ``quiet_until`` is the moment (hall-local) at which counters call again, in a break and in
    the minutes around it; counters that go on over the break are not ``quiet``.
    """

    epoch: str
    version: int
    at: datetime
    floor: int | None
    calls: Sequence[BoardCall]
    waiting: Sequence[BoardSeries]
    soon: Sequence[str]
    counters: Sequence[BoardCounter]
    notice: str | None
    lift_works: bool = True
    seconds: float = 0.0
    quiet_until: datetime | None = None


def face_of(counter: BoardCounter, quiet_until: datetime | None) -> SignFace:
    """What the sign of a counter says; whoever is there goes before a break, and a break before a pause."""
    ticket = counter.ticket if counter.state != "closed" else None
    if ticket is not None:
        state = SignState.SERVING if ticket.state == "serving" else SignState.CALLING
        return SignFace(counter.number, counter.floor, state, ticket.number)
    if quiet_until is not None and counter.quiet:
        return SignFace(counter.number, counter.floor, SignState.BREAK, until=f"{quiet_until:%H:%M}")
    resting = {"closed": SignState.CLOSED, "paused": SignState.PAUSED}
    return SignFace(counter.number, counter.floor, resting.get(counter.state, SignState.FREE))


def direction(seen_from: int, floor: int) -> str:
    """Where to go from one floor to another: here, up or down."""
    if floor == seen_from:
        return "here"
    return "up" if floor > seen_from else "down"
