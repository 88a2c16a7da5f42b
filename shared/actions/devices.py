"""Devices of the hall: enrolling them, hearing from them, and the reports of printers."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.account import Actor, Device, NameTaken, Role, UnknownDevice, WrongEnrolCode
from shared.domain.clock import real_now
from shared.domain.devices import TOO_OLD, DeviceState, PaperReport, PaperState, PrinterSettings, PrintJob
from shared.domain.events import DeviceChanged, DeviceEnded, PaperChanged
from shared.domain.failpoints import Failpoint, reach
from shared.domain.owner import is_gone
from shared.domain.paper import PrinterRow
from shared.store.keyring import DEVICE_TOKEN, new_secret, token_hash
from shared.store.paper import EndedJob
from shared.store.store import Store
from shared.store.trouble import OutcomeUnknown
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
        #: Jobs that were handed out and not told of.
        self._handed: set[int] = set()
        #: The owner who may have claimed jobs without learning of it.
        self._in_doubt: str | None = None

    def printers(self) -> Sequence[PrinterSettings]:
        """All slip printers of the hall as configured now."""
        return self._store.read(_settings)

    def lease(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """Take or renew the ownership of printers: the fencing number of each that is the owner's now."""
        return self._store.transact(lambda uow: _leases(uow, printers, owner))

    def waiting(self, printers: Collection[str]) -> Collection[str]:
        """Those of the printers for which a job waits that nobody has claimed."""
        self._settle()
        return self._store.read(lambda uow: uow.papers.waiting(printers)) if printers else ()

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        """Tell what became of jobs and claim the next ones, in one transaction."""
        self._settle()
        if papers:
            reach(Failpoint.PAPER_SENT)
        try:
            jobs = self._store.transact(lambda uow: _exchange(uow, owner, papers, room, oldest))
        except OutcomeUnknown:
            self._in_doubt = owner
            raise
        self._handed.difference_update(paper.job_id for paper in papers)
        self._handed.update(job.id for job in jobs)
        if papers:
            reach(Failpoint.PAPER_TOLD)
        if jobs:
            reach(Failpoint.PAPER_CLAIMED)
        return jobs

    def _settle(self) -> None:
        """Tell of jobs that a claim whose commit was never answered has left: no byte of them was sent."""
        owner = self._in_doubt
        if owner is not None:
            self._store.transact(lambda uow: _settle(uow, owner, self._handed))
            self._in_doubt = None

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


def _leases(uow: UnitOfWork, printers: Collection[str], owner: str) -> dict[str, int]:
    found = {printer: _lease(uow, printer, owner) for printer in sorted(printers)}
    return {printer: fence for printer, fence in found.items() if fence is not None}


def _lease(uow: UnitOfWork, printer: str, owner: str) -> int | None:
    row = _row(uow, printer)
    living = row.leased_until is not None and row.leased_until > real_now()
    if row.owner != owner:
        if living and row.owner is not None and not is_gone(row.owner):
            return None
        row.owner = owner
        row.fence += 1
        # Their owner stopped in the middle: bytes may have been sent, and nothing tells.
        left = uow.papers.end_left(printer, row.fence, PaperState.UNCONFIRMED, "打印时系统重启", real_now())
        _tell(uow, left, PaperState.UNCONFIRMED)
    row.leased_until = real_now() + _LEASE
    return row.fence


def _settle(uow: UnitOfWork, owner: str, handed: Collection[int]) -> None:
    left = uow.papers.end_unheard(owner, handed, PaperState.FAILED, "数据库断开，没有打印", real_now())
    _tell(uow, left, PaperState.FAILED)


def _exchange(
    uow: UnitOfWork, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
) -> list[PrintJob]:
    now = real_now()
    alike: dict[tuple[PaperState, str], list[int]] = {}
    for paper in papers:
        alike.setdefault((paper.state, paper.detail), []).append(paper.job_id)
    for (state, detail), ids in alike.items():
        _tell(uow, uow.papers.end(ids, state, detail, now), state)
    fences = uow.papers.fences(room, owner, now) if room else {}
    if not fences:
        return []
    _tell(uow, uow.papers.end_old(fences, oldest, PaperState.FAILED, TOO_OLD, now), PaperState.FAILED)
    settings = [known for known in _settings(uow) if known.name in fences and room[known.name] > 0]
    return [job for printer in settings for job in _claim(uow, printer, fences, room, now)]


def _claim(
    uow: UnitOfWork,
    printer: PrinterSettings,
    fences: Mapping[str, int],
    room: Mapping[str, int],
    now: datetime,
) -> list[PrintJob]:
    claimed = uow.papers.claim(printer.name, fences[printer.name], room[printer.name], now)
    return [
        PrintJob(
            id=row.id,
            printer=printer.name,
            address=printer.address,
            columns=printer.columns,
            encoding=printer.encoding,
            document=row.document,
            ordered_at=row.ordered_at,
            attempt=row.reprint + 1,
        )
        for row in claimed
    ]


def _tell(uow: UnitOfWork, ended: Sequence[EndedJob], state: PaperState) -> None:
    for job in ended:
        uow.record(PaperChanged(job.id, job.number, job.ticket_id, job.case_number, state, job.device))


def _report_device(uow: UnitOfWork, printer: str, state: DeviceState, detail: str) -> None:
    row = _row(uow, printer)
    row.state, row.detail, row.changed_at = state, detail[:200], real_now()
    uow.record(DeviceChanged(printer, state))
