"""Devices that were connected and are not heard of any more: noted as trouble until they are heard again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from shared.actions.troubles import begin_trouble, end_trouble
from shared.domain.account import Device, Role
from shared.domain.clock import real_now
from shared.domain.trouble import OF_PRINTERS, PAPERLESS, SILENT, Trouble
from shared.store.unit_of_work import UnitOfWork

#: A device that was not heard of for so long counts as lost; each is noted twice a minute.
SILENT_SECONDS = 180.0
ALWAYS_ON = frozenset({Role.KIOSK, Role.DISPLAY, Role.SIGN, Role.AGENT})
"""Devices that run while the hall is open, so that their silence is a fault."""

_SILENT = timedelta(seconds=SILENT_SECONDS)


def fallen_silent(uow: UnitOfWork) -> list[str]:
    """Devices whose silence is not noted yet; none while the hall is closed, or was so a moment ago."""
    if not _has_been_open(uow):
        return []
    known = {trouble.device for trouble in uow.troubles.open() if trouble.kind == SILENT}
    return [one.name for one in uow.devices.all() if _is_silent(one) and one.name not in known]


def over(uow: UnitOfWork) -> list[Trouble]:
    """Open troubles of devices that were heard again, were shut out, or are not part of the hall any more.

    A kiosk that has no printer any more is not without paper either.
    """
    open_ones = uow.troubles.open()
    if not open_ones:
        return []
    silent = {device.name for device in uow.devices.all() if _is_silent(device)}
    site = uow.configuration().site
    printers = {printer.name for printer in site.printers} | {line.device for line in site.sign_lines}
    kiosks = {kiosk.name for kiosk in site.kiosks if kiosk.printer}
    gone = [one for one in open_ones if one.kind == SILENT and one.device not in silent]
    gone += [one for one in open_ones if one.kind == PAPERLESS and one.device not in kiosks]
    return gone + [one for one in open_ones if one.kind in OF_PRINTERS and one.device not in printers]


def note_silence(uow: UnitOfWork, *, may_begin: bool) -> None:
    """Begin and end the troubles of devices that fall silent and are heard again.

    Without ``may_begin`` troubles only end: whoever could not listen knows nothing of silence.
    """
    if may_begin:
        for device in fallen_silent(uow):
            begin_trouble(uow, device, SILENT)
    for trouble in over(uow):
        end_trouble(uow, trouble.device, kind=trouble.kind)
        if trouble.kind == PAPERLESS:
            uow.papers.forget_kiosk(trouble.device)


def heard_again(uow: UnitOfWork, names: Callable[[], Collection[str]]) -> None:
    """End the silence of devices that are heard now; their ``names`` are asked for when anybody is silent."""
    silent = [trouble.device for trouble in uow.troubles.open() if trouble.kind == SILENT]
    for device in set(silent).intersection(names() if silent else ()):
        end_trouble(uow, device, kind=SILENT)


def _is_silent(device: Device) -> bool:
    if device.role not in ALWAYS_ON or device.token_hash is None or device.revoked:
        return False
    return device.last_seen_at is not None and real_now() - device.last_seen_at > _SILENT


def _has_been_open(uow: UnitOfWork) -> bool:
    """Whether the hall is open, and was so when the silence began that would be a fault now."""
    configuration = uow.configuration()
    hours, local = configuration.site.hours, uow.now.local
    return all(
        hours.is_open_between(moment, moment, configuration.calendar) for moment in (local, local - _SILENT)
    )
