"""Reading an identity card at a counter: asked for by its clerk, read by an agent, taken once.

What was read lies sealed for at most a minute. It is in no answer but the one that takes it, and in no log.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from shared.actions.counters import require_clerk
from shared.domain.account import Actor
from shared.domain.card import (
    ANSWER_TIME,
    KEPT_TIME,
    CardReading,
    NoCardReader,
    NothingRead,
    ReadingState,
    UnknownReading,
)
from shared.domain.clock import real_now
from shared.domain.errors import Invalid
from shared.domain.events import CardAsked
from shared.domain.identity_numbers import IdKind, check_id_number
from shared.domain.site import Site
from shared.store.unit_of_work import UnitOfWork

_PROBLEMS = frozenset({"no_card", "trouble"})
_LONGEST = 100


class ReadingView(msgspec.Struct, frozen=True):
    """How far a reading is; ``problem`` is a stable word when it failed. Nothing of the card."""

    id: int
    state: str
    problem: str | None = None


class CardView(msgspec.Struct, frozen=True):
    """What a form is filled with."""

    name: str
    id_number: str
    id_kind: str


def ask_card(uow: UnitOfWork, actor: Actor, number: int) -> ReadingView:
    """Have the reader at this counter read a card; what was asked there before is given up.

    Raises:
        NoCardReader: the counter has none, or it stands at a kiosk.
        UnknownCounter, CounterNotOpen, NotSignedOn: see ``require_clerk``.
    """
    require_clerk(uow, actor, number)
    site = uow.configuration().site
    agent = site.counter(number).card_reader
    if agent is None or is_at_kiosk(site, agent):
        raise NoCardReader(counter=number)
    now = real_now()
    uow.card_readings.give_up_at(number, now)
    reading = CardReading(counter=number, agent=agent, account_id=actor.account_id or 0, asked_at=now)
    uow.add(reading)
    uow.flush()
    uow.record(CardAsked())
    return _view(reading)


def see_reading(uow: UnitOfWork, actor: Actor, number: int, reading_id: int) -> ReadingView:
    """How far a reading is.

    Raises:
        UnknownReading: there is none, or somebody else asked for it.
    """
    reading = _own(uow.card_readings.find(reading_id), actor, number)
    if reading.state is ReadingState.ASKED and reading.asked_at + ANSWER_TIME < real_now():
        return ReadingView(reading.id, str(ReadingState.FAILED), "no_answer")
    return _view(reading)


def take_card(uow: UnitOfWork, actor: Actor, number: int, reading_id: int) -> CardView:
    """What was read, once: afterwards the hall has nothing of it.

    Raises:
        UnknownReading: there is none, or somebody else asked for it.
        NothingRead: nothing was read, or it was taken already.
        CounterNotOpen, NotSignedOn: the clerk who asked has left the counter.
    """
    reading = _own(uow.card_readings.hold(reading_id), actor, number)
    require_clerk(uow, actor, number)
    card, now = reading.card, real_now()
    if reading.state is not ReadingState.READ or card is None or reading.asked_at + KEPT_TIME < now:
        raise NothingRead
    reading.end(ReadingState.TAKEN, now)
    return msgspec.convert(card, CardView)


def give_up_card(uow: UnitOfWork, actor: Actor, number: int, reading_id: int) -> None:
    """The clerk does not want the card any more.

    Raises:
        UnknownReading: there is none, or somebody else asked for it.
    """
    reading = _own(uow.card_readings.hold(reading_id), actor, number)
    if reading.state in (ReadingState.ASKED, ReadingState.READ):
        reading.end(ReadingState.FAILED, real_now(), "cancelled")


def readings_for(uow: UnitOfWork, agents: Collection[str]) -> list[tuple[int, str]]:
    """What these agents are to read now, as (reading, agent); never one that stands at a kiosk."""
    site = uow.configuration().site
    asked = uow.card_readings.asked_of(agents, real_now() - ANSWER_TIME)
    return [(reading.id, reading.agent) for reading in asked if not is_at_kiosk(site, reading.agent)]


def keep_card(uow: UnitOfWork, agent: str, reading_id: int, told: Any) -> None:
    """Keep, sealed, what an agent has read, or why it has not; nothing when it was not asked for that."""
    reading, now = uow.card_readings.hold(reading_id), real_now()
    if reading is None or reading.agent != agent or reading.state is not ReadingState.ASKED:
        return
    if reading.asked_at + ANSWER_TIME < now:
        reading.end(ReadingState.FAILED, now, "no_answer")
        return
    problem = told.get("problem") if isinstance(told, dict) else "trouble"
    card = None if problem else _checked(uow, told)
    if card is None:
        known = isinstance(problem, str) and problem in _PROBLEMS
        reading.end(ReadingState.FAILED, now, str(problem) if known else "unreadable")
        return
    reading.state, reading.card = ReadingState.READ, msgspec.to_builtins(card)


def clear_readings(uow: UnitOfWork) -> None:
    """Throw away what nobody has taken, and end what no agent has answered."""
    now = real_now()
    for reading in uow.card_readings.hold_open_before(now - ANSWER_TIME):
        if reading.state is ReadingState.ASKED:
            reading.end(ReadingState.FAILED, now, "no_answer")
        elif reading.asked_at + KEPT_TIME < now:
            reading.end(ReadingState.FAILED, now, "not_taken")


def has_old_readings(uow: UnitOfWork) -> bool:
    """Whether there is anything to clear."""
    now = real_now()
    return any(_is_old(reading, now) for reading in uow.card_readings.open_before(now - ANSWER_TIME))


def _is_old(reading: CardReading, now: datetime) -> bool:
    return reading.state is ReadingState.ASKED or reading.asked_at + KEPT_TIME < now


def is_at_kiosk(site: Site, agent: str) -> bool:
    """Whether an agent is a kiosk's: its device has the kiosk's name, or the kiosk's printer hangs at it."""
    kiosks = {kiosk.name: kiosk.printer for kiosk in site.kiosks}
    return agent in kiosks or any(
        printer.agent == agent for printer in site.printers if printer.name in kiosks.values()
    )


def _own(reading: CardReading | None, actor: Actor, number: int) -> CardReading:
    if reading is None or reading.counter != number or reading.account_id != actor.account_id:
        raise UnknownReading
    return reading


def _view(reading: CardReading) -> ReadingView:
    return ReadingView(reading.id, str(reading.state), reading.detail or None)


def _checked(uow: UnitOfWork, told: dict[str, Any]) -> CardView | None:
    """The card, if name and number can be a person's."""
    words = [told.get(key) for key in ("name", "id_number", "id_kind")]
    if not all(isinstance(word, str) and word.strip() and len(word) <= _LONGEST for word in words):
        return None
    name, number, kind = (str(word).strip() for word in words)
    try:
        return CardView(name, check_id_number(IdKind(kind), number, uow.now.local.date()), kind)
    except (Invalid, ValueError):
        return None
