"""Troubles as staff see them, and who sees which: those who can do something about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.account import Actor, Device, Role
from shared.domain.site import Site
from shared.domain.trouble import MILD, PAPERLESS, SILENT, Trouble, UnknownTrouble
from shared.store.unit_of_work import UnitOfWork

#: Whoever looks after the whole hall.
_SEE_ALL = frozenset({Role.GUIDE, Role.DUTY_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, kw_only=True)
class TroubleView:
    """Something that is wrong with a device, or was.

    ``what`` is ``printer``, ``line`` (of counter signs) or the role of the device; ``place`` is where the
    paper of a printer lies; what has one ``part_of`` belongs together, as a kiosk and its printer. ``times``
    counts how often it has come back.
    """

    id: int
    device: str
    kind: str
    what: str
    place: str
    floor: int | None
    part_of: str
    mild: bool
    detail: str
    began_at: datetime
    ended_at: datetime | None
    times: int
    seen_by: str | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a trouble is about."""

    what: str
    name: str
    floor: int | None
    place: str = ""
    part_of: str = ""


def troubles_for(uow: UnitOfWork, actor: Actor, troubles: Iterable[Trouble]) -> list[TroubleView]:
    """Those of the troubles that concern whoever asks."""
    concerns = _concerns(uow, actor)
    devices = {device.name: device for device in uow.devices.all()}
    site = uow.configuration().site
    found = [(trouble, subject_of(trouble, site, devices)) for trouble in troubles]
    mine = [(trouble, subject) for trouble, subject in found if concerns(subject)]
    people = uow.accounts.with_ids([trouble.seen_by for trouble, _ in mine if trouble.seen_by is not None])
    names = {account_id: account.name for account_id, account in people.items()}
    return [_view(trouble, subject, names) for trouble, subject in mine]


def trouble_for(uow: UnitOfWork, actor: Actor, trouble: Trouble) -> TroubleView:
    """One trouble.

    Raises:
        UnknownTrouble: it does not concern whoever asks.
    """
    found = troubles_for(uow, actor, [trouble])
    if not found:
        raise UnknownTrouble(id=trouble.id)
    return found[0]


def subject_of(trouble: Trouble, site: Site, devices: dict[str, Device]) -> Subject:
    """What a trouble is about, as the hall is set up now."""
    name = trouble.device
    if trouble.kind in (SILENT, PAPERLESS):
        return _device(name, site, devices.get(name))
    line = next((line for line in site.sign_lines if line.device == name), None)
    if line is not None:
        return Subject("line", line.name, None, part_of=name)
    return _printer(name, site)


def _device(name: str, site: Site, device: Device | None) -> Subject:
    """A kiosk is called by the place of its own printer, where people know it."""
    kiosk = site.kiosk(name)
    what = str(device.role if device else Role.KIOSK)
    if kiosk is None or what != Role.KIOSK:
        return Subject(what, name, device.floor if device else None, part_of=f"{what}:{name}")
    printer = _printer(kiosk.printer, site) if kiosk.printer else None
    place = printer.place if printer and printer.part_of == f"{what}:{name}" else ""
    return Subject(what, name, kiosk.floor, place, f"{what}:{name}")


def _printer(name: str, site: Site) -> Subject:
    """A printer belongs to its kiosk, or to the floor whose counters print on it."""
    printer = site.printer(name)
    place = printer.place if printer else ""
    kiosks = [kiosk for kiosk in site.kiosks if kiosk.printer == name]
    floors = {kiosk.floor for kiosk in kiosks} | {one.floor for one in site.counters if one.printer == name}
    floor = next(iter(floors)) if len(floors) == 1 else None
    part_of = f"{Role.KIOSK}:{kiosks[0].name}" if len(kiosks) == 1 else f"printer:{name}"
    return Subject("printer", name, floor, place, part_of)


def _concerns(uow: UnitOfWork, actor: Actor) -> Callable[[Subject], bool]:
    """Clerks care for the printers on which their slips come out and for the kiosks of their floor."""
    if actor.role in _SEE_ALL:
        return lambda subject: True
    site = uow.configuration().site
    if actor.role is Role.OFFICE:
        desk = site.desk_of(actor.office)
        own = {desk.printer, desk.stand_in} if desk else set()
        return lambda subject: subject.what == "printer" and subject.name in own
    seat = uow.counters.of_account(actor.account_id) if actor.account_id is not None else None
    if seat is None:
        return lambda subject: False
    counter = site.counter(seat.number)
    printers = {counter.printer, counter.stand_in}

    def concerns(subject: Subject) -> bool:
        if subject.what == "printer" and subject.name in printers:
            return True
        return subject.part_of.startswith(f"{Role.KIOSK}:") and subject.floor == counter.floor

    return concerns


def _view(trouble: Trouble, subject: Subject, names: dict[int, str]) -> TroubleView:
    return TroubleView(
        id=trouble.id,
        device=subject.name,
        kind=trouble.kind,
        what=subject.what,
        place=subject.place,
        floor=subject.floor,
        part_of=subject.part_of,
        mild=trouble.kind in MILD,
        detail=trouble.detail,
        began_at=trouble.began_at,
        ended_at=trouble.ended_at,
        times=trouble.times,
        seen_by=names.get(trouble.seen_by) if trouble.seen_by is not None else None,
        seen_at=trouble.seen_at,
    )
