"""Domain events: hints published after the commit; what must survive is a row."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.devices import DeviceState, PaperState


@dataclass(frozen=True, slots=True)
class BoardChanged:
    """The queue moved: boards up to this version may be built anew."""

    version: int


@dataclass(frozen=True, slots=True)
class SlipOrdered:
    """A print job for this printer was committed."""

    printer: str
    job_id: int


@dataclass(frozen=True, slots=True)
class PaperChanged:
    """What became of a slip is known now; ``number`` is the ticket's or None for papers of a case.

    ``place`` says where it lies if not where it was ordered; ``pending`` is told when it moves there.
    """

    job_id: int
    number: str | None
    ticket_id: int | None
    case_number: str | None
    state: PaperState
    device: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device's state changed."""

    name: str
    state: DeviceState


@dataclass(frozen=True, slots=True)
class TroubleChanged:
    """Something went wrong with a device, is well again, or was seen by somebody while it lasts.

    ``times``: how often it has come back by now.
    """

    device: str
    kind: str
    begun: bool
    seen: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class CallShown:
    """A wall showed this call."""

    call_id: int


@dataclass(frozen=True, slots=True)
class CallSounded:
    """A wall spoke this call."""

    call_id: int


@dataclass(frozen=True, slots=True)
class CardAsked:
    """Readings of identity cards wait for an agent."""


@dataclass(frozen=True, slots=True)
class SignInEnded:
    """A sign-in is over: its sockets must go."""

    sign_in_id: int


@dataclass(frozen=True, slots=True)
class DeviceEnded:
    """A device's token stopped: its sockets must go."""

    device_id: int


@dataclass(frozen=True, slots=True)
class CasesChanged:
    """Items of cases moved; the inboxes of these offices may be read again."""

    offices: tuple[str, ...]


Event = (
    BoardChanged
    | SlipOrdered
    | PaperChanged
    | DeviceChanged
    | TroubleChanged
    | CallShown
    | CallSounded
    | CardAsked
    | SignInEnded
    | DeviceEnded
    | CasesChanged
)
