"""Enrolling devices of the hall, shutting them out, and hearing from them."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.actions.silence import heard_again
from shared.domain.account import Actor, Device, NameTaken, Role, UnknownDevice, WrongEnrolCode
from shared.domain.build import is_same_build
from shared.domain.clock import real_now
from shared.domain.events import DeviceEnded
from shared.store.keyring import DEVICE_TOKEN, new_secret, token_hash
from shared.store.unit_of_work import UnitOfWork

#: No letters or digits that look alike on a printed note.
_CODE_ALPHABET = "ACDEFHJKLMNPQRTUVWXY34679"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device as staff see it.

    ``screens`` are connected with its token now; ``version`` is what it last told of itself, and
    ``up_to_date`` whether all its screens run what the server hands out, None when none has told. A kiosk
    has a ``printer`` and may work without paper since a moment.
    """

    name: str
    role: str
    floor: int | None
    last_seen_at: datetime | None
    revoked: bool
    enrolled: bool
    screens: int = 0
    version: str = ""
    up_to_date: bool | None = None
    printer: str | None = None
    paperless_since: datetime | None = None


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


def note_contacts(uow: UnitOfWork, place: str, screens: Mapping[int, Mapping[str, int]]) -> None:
    """Remember who is connected just now at a place of a process.

    ``screens``: by the id of a device how many of each version, the latest that came last.
    """
    now = real_now()
    latest = {device_id: list(versions)[-1] for device_id, versions in screens.items()}
    if latest:
        uow.devices.note_seen(latest, now)
        heard_again(uow, lambda: uow.devices.names_of(latest))
    uow.devices.note_connected(place, screens, now)


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
    heard_again(uow, lambda: [device.name])
    return device_view(device)


def device_views(uow: UnitOfWork, own: str) -> list[DeviceView]:
    """Every device by name; ``own`` is the build that the server hands out."""
    connected = uow.devices.connected(real_now())
    paperless, site = uow.printing.paperless(), uow.configuration().site
    views = []
    for device in uow.devices.all():
        screens = connected.get(device.id, Counter())
        told = [version for version in screens if version] or [device.version] * bool(device.version)
        up_to_date = all(is_same_build(version, own) for version in told) if told else None
        view = device_view(device)
        kiosk = site.kiosk(device.name) if device.role is Role.KIOSK else None
        views.append(
            replace(
                view,
                screens=screens.total(),
                up_to_date=up_to_date,
                printer=kiosk.printer if kiosk else None,
                paperless_since=paperless.get(device.name) if kiosk else None,
            )
        )
    return views


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
        version=device.version,
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
