"""Founding the hall and giving it configurations: numbered, immutable, in force from a moment on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from shared.actions.hall_day import enter_queue
from shared.domain.account import THE_HALL, Actor
from shared.domain.configuration import parse_configuration
from shared.domain.counter import Counter, CounterState
from shared.domain.hall import ConfigurationRow, HallRow
from shared.store.unit_of_work import UnitOfWork


def found_hall(uow: UnitOfWork, document: Mapping[str, Any]) -> None:
    """Make the hall's row with a new epoch, and configuration 1 from ``document``."""
    uow.add(HallRow(epoch=secrets.token_hex(8)))
    _add_configuration(uow, THE_HALL, document, 1, "first configuration")


def change_configuration(uow: UnitOfWork, actor: Actor, document: Mapping[str, Any], note: str) -> int:
    """Put a new configuration in force and answer its number; tickets and cases keep the old one's names.

    Raises:
        DamagedFiles: the document is not whole.
    """
    enter_queue(uow)
    number = uow.hall.configuration + 1
    _add_configuration(uow, actor, document, number, note)
    uow.set_hall(configuration=number)
    return number


def _add_configuration(
    uow: UnitOfWork, actor: Actor, document: Mapping[str, Any], number: int, note: str
) -> None:
    configuration = parse_configuration(document, number)
    uow.add(
        ConfigurationRow(
            number=number,
            effective_from=uow.at,
            document=dict(document),
            made_at=uow.at,
            made_by=actor.principal,
            note=note,
        )
    )
    known = {counter.number: counter for counter in uow.counters.all()}
    for settings in configuration.site.counters:
        counter = known.pop(settings.number, None)
        if counter is None:
            uow.add(Counter(number=settings.number, floor=settings.floor))
        else:
            counter.floor = settings.floor
    for gone in known.values():
        if gone.state is not CounterState.CLOSED:
            before = gone.move("sign_off", uow.at)
            uow.log(actor, "counter", gone.number, "sign_off", (before, gone.state), reason="not_configured")
    uow.flush()
    uow.log(actor, "hall", 1, "configure", (str(number - 1), str(number)))
