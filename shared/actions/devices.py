"""Devices of the hall: enrolling them, hearing from them, and the reports of printers."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.account import Actor, Device, NameTaken, Role, UnknownDevice, WrongEnrolCode
from shared.domain.clock import real_now
from shared.domain.devices import DeviceState, PaperState, PrinterSettings, PrintJob
from shared.domain.events import DeviceChanged, DeviceEnded, PaperChanged
from shared.domain.paper import PrinterRow, PrintJobRow
from shared.store.keyring import DEVICE_TOKEN, new_secret, token_hash
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork

_LEASE = timedelta(seconds=20)
#: No letters or digits that look alike on a printed note.
_CODE_ALPHABET = "ACDEFHJKLMNPQRTUVWXY34679"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device as staff see it."""

    name: str
    role: str
    floor: int | None
    last_seen_at: datetime | None
    revoked: bool
    enrolled: bool


def add_device(uow: UnitOfWork, actor: Actor, name: str, role: Role, floor: int | None) -> str:
    """Make a device and answer the code by which it enrols, once.

    Raises:
        NameTaken: a device of this name exists.
        UnknownFloor: the hall has no such floor.
    """
    code = _new_code()
    device = _new_device(uow, actor, name, role, floor)
    device.code_hash = token_hash(code)
    return code


def renew_code(uow: UnitOfWork, actor: Actor, name: str) -> str:
    """A new code for a device that was reset or replaced; its old token stops at once.

    Raises:
        UnknownDevice: there is none of this name.
    """
    device = _named(uow, name)
    code = _new_code()
    device.code_hash, device.token_hash, device.revoked = token_hash(code), None, False
    uow.log(actor, "device", device.id, "renew", (str(device.role), str(device.role)))
    uow.record(DeviceEnded(device.id))
    return code


def revoke(uow: UnitOfWork, actor: Actor, name: str) -> DeviceView:
    """Shut a device out; a new code lets it in again.

    Raises:
        UnknownDevice: there is none of this name.
    """
    device = _named(uow, name)
    device.code_hash, device.token_hash, device.revoked = None, None, True
    uow.log(actor, "device", device.id, "revoke", (str(device.role), None))
    uow.record(DeviceEnded(device.id))
    return device_view(device)


def note_contacts(uow: UnitOfWork, device_ids: Collection[int]) -> None:
    """Remember that these devices were connected just now."""
    for device_id in device_ids:
        uow.devices.by_id(device_id).last_seen_at = real_now()


def add_device_with_token(uow: UnitOfWork, actor: Actor, name: str, role: Role, floor: int | None) -> str:
    """Make a device that is enrolled already and answer its token.

    Raises:
        NameTaken: a device of this name exists.
    """
    token = new_secret(DEVICE_TOKEN)
    device = _new_device(uow, actor, name, role, floor)
    device.token_hash = token_hash(token)
    return token


def enrol(uow: UnitOfWork, code: str) -> tuple[str, DeviceView]:
    """Exchange a code for a token; the code works once.

    Raises:
        WrongEnrolCode: unknown or used.
    """
    device = uow.devices.by_code_hash(token_hash(code.strip().upper()))
    if device is None:
        raise WrongEnrolCode
    token = new_secret(DEVICE_TOKEN)
    device.token_hash, device.code_hash, device.last_seen_at = token_hash(token), None, real_now()
    uow.log(device_actor(device), "device", device.id, "enrol", (None, str(device.role)))
    return token, device_view(device)


def heartbeat(uow: UnitOfWork, actor: Actor) -> DeviceView:
    """A device says that it lives."""
    device = uow.devices.by_id(actor.device_id or 0)
    device.last_seen_at = real_now()
    return device_view(device)


def note_contact(uow: UnitOfWork, actor: Actor) -> None:
    """Remember that a device was heard of; of anybody else nothing is kept."""
    if actor.device_id is not None:
        heartbeat(uow, actor)


def device_of_token(uow: UnitOfWork, token: str) -> Actor | None:
    """The device that holds this token, or None."""
    device = uow.devices.by_token_hash(token_hash(token))
    return device_actor(device) if device else None


def device_actor(device: Device) -> Actor:
    """The device as one who acts."""
    return Actor(
        principal=f"device:{device.id}",
        role=Role(device.role),
        device_id=device.id,
        name=device.name,
        floor=device.floor,
    )


def device_view(device: Device) -> DeviceView:
    """The device without its secrets."""
    return DeviceView(
        name=device.name,
        role=str(device.role),
        floor=device.floor,
        last_seen_at=device.last_seen_at,
        revoked=device.revoked,
        enrolled=device.token_hash is not None,
    )


def _new_code() -> str:
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(10))


def _named(uow: UnitOfWork, name: str) -> Device:
    device = uow.devices.find(name)
    if device is None:
        raise UnknownDevice(device=name[:64])
    return device


def _new_device(uow: UnitOfWork, actor: Actor, name: str, role: Role, floor: int | None) -> Device:
    if uow.devices.find(name) is not None:
        raise NameTaken(field="name")
    if floor is not None:
        uow.configuration().site.floor(floor)
    device = Device(name=name.strip()[:64], role=role, floor=floor, created_at=uow.at)
    uow.add(device)
    uow.flush()
    uow.log(actor, "device", device.id, "add", (None, str(role)))
    return device


class StoreReports:
    """The port of printers' owners, kept in the database (see ``shared.domain.devices.DeviceReports``)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def printers(self) -> Sequence[PrinterSettings]:
        """All slip printers of the hall as configured now."""
        return self._store.read(_settings)

    def lease(self, printer: str, owner: str) -> int | None:
        """Take or renew the ownership of a printer: its fencing number, or None while another owns it."""
        return self._store.transact(lambda uow: _lease(uow, printer, owner))

    def next_job(self, printer: str, owner: str) -> PrintJob | None:
        """Claim the oldest waiting job of the printer."""
        settings = {known.name: known for known in self.printers()}.get(printer)
        if settings is None or self._store.read(lambda uow: uow.papers.oldest_pending(printer)) is None:
            return None
        return self._store.transact(lambda uow: _claim(uow, settings, owner))

    def paper(self, job_id: int, state: PaperState, detail: str) -> None:
        """Write down what became of a job and tell whoever waits for it."""
        self._store.transact(lambda uow: _report_paper(uow, uow.papers.job(job_id), state, detail))

    def device(self, printer: str, state: DeviceState, detail: str) -> None:
        """Write down a printer's state when it has changed."""
        known = self._store.read(lambda uow: uow.papers.printer(printer))
        if known is None or known.state is not state or known.detail != detail[:200]:
            self._store.transact(lambda uow: _report_device(uow, printer, state, detail))


def _settings(uow: UnitOfWork) -> list[PrinterSettings]:
    return [
        PrinterSettings(printer.name, printer.address, printer.columns, printer.encoding)
        for printer in uow.configuration().site.printers
    ]


def _row(uow: UnitOfWork, name: str) -> PrinterRow:
    row = uow.papers.printer(name)
    if row is None:
        row = PrinterRow(name=name)
        uow.add(row)
    return row


def _lease(uow: UnitOfWork, printer: str, owner: str) -> int | None:
    row = _row(uow, printer)
    living = row.leased_until is not None and row.leased_until > real_now()
    if row.owner != owner:
        if living and row.owner is not None:
            return None
        row.owner = owner
        row.fence += 1
        for job in uow.papers.claimed_before(printer, row.fence):
            # Its owner stopped in the middle: bytes may have been sent, and nothing tells.
            _report_paper(uow, job, PaperState.UNCONFIRMED, "打印时系统重启")
    row.leased_until = real_now() + _LEASE
    return row.fence


def _claim(uow: UnitOfWork, settings: PrinterSettings, owner: str) -> PrintJob | None:
    row = uow.papers.printer(settings.name)
    if row is None or row.owner != owner or row.leased_until is None or row.leased_until <= real_now():
        return None
    job = uow.papers.oldest_pending(settings.name)
    if job is None:
        return None
    job.claimed_by, job.claimed_at = row.fence, real_now()
    return PrintJob(
        id=job.id,
        printer=job.printer,
        address=settings.address,
        columns=settings.columns,
        encoding=settings.encoding,
        document=job.document,
        ordered_at=job.ordered_at,
        attempt=job.reprint + 1,
    )


def _report_paper(uow: UnitOfWork, job: PrintJobRow, state: PaperState, detail: str) -> None:
    if job.state is not PaperState.PENDING:
        # A late word of an owner that has lost the printer changes nothing.
        return
    job.state, job.detail, job.ended_at = state, detail[:200], real_now()
    number = uow.tickets.by_id(job.ticket_id).number if job.ticket_id else None
    case = uow.cases.with_ids([job.case_id]).get(job.case_id) if job.case_id else None
    uow.record(
        PaperChanged(job.id, number, job.ticket_id, case.case_number if case else None, state, job.device)
    )


def _report_device(uow: UnitOfWork, printer: str, state: DeviceState, detail: str) -> None:
    row = _row(uow, printer)
    row.state, row.detail, row.changed_at = state, detail[:200], real_now()
    uow.record(DeviceChanged(printer, state))
