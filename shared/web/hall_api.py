"""API addresses that belong to no surface: catalogue, outlook, accounts, devices, overview, clock."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from shared.actions.enrolling import (
    DeviceView,
    add_device,
    device_views,
    enrol,
    heartbeat,
    renew_code,
    revoke,
)
from shared.actions.hall_day import LiftView, switch_lift
from shared.actions.outlook import Line, Outlook
from shared.actions.reporting import Overview, overview
from shared.actions.signing_in import (
    AccountView,
    NewAccount,
    account_view,
    add_account,
    change_account,
    check_password,
    hash_password,
)
from shared.domain.account import (
    DEVICE_ROLES,
    STAFF_ROLES,
    NameTaken,
    OfficeMissing,
    Role,
    UnknownAccount,
    UnknownDevice,
    WeakPassword,
    WrongEnrolCode,
)
from shared.domain.catalogue import UnknownService, catalogue_json
from shared.domain.clock import ManualClock
from shared.domain.errors import Invalid, Refused
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall, remote_address
from shared.web.context import current_hall
from shared.web.errors import ClockNotManual, TooManyPresses
from shared.web.session_api import WRONG_CODES, WRONG_WINDOW

api = Api("hall_api")

MANAGERS = (Role.DUTY_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)


class UnknownRole(Invalid):
    code = "unknown_role"
    message = "没有这个角色。"


class ZoneMissing(Invalid):
    code = "zone_missing"
    message = "时间要带时区，例如 2026-09-18T10:00:00+08:00。"


class YearOutOfRange(Invalid):
    code = "year_out_of_range"
    message = "年份应在 2000 到 2099 之间。"


class OwnAccount(Refused):
    code = "own_account"
    message = "不能停用自己的账号，也不能改自己的角色，请让另一位管理员来做。"


class EnrolRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The code that a device was given."""

    code: str


class Enrolled(msgspec.Struct, frozen=True):
    """A device's token; it is told once."""

    token: str
    name: str
    role: str


class NewDeviceRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A device to be made."""

    name: str
    role: str
    floor: Annotated[int, msgspec.Meta(ge=-9, le=99)] | None = None


class DeviceCode(msgspec.Struct, frozen=True):
    """The code by which a new device enrols, once."""

    name: str
    code: str


class NewAccountRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An account to be made."""

    username: str
    password: str
    role: str
    name: str = ""
    staff_number: str = ""
    office: str | None = None


class AccountRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is to change in an account."""

    disabled: bool | None = None
    role: str | None = None
    password: str | None = None


class LiftRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whether the lift works."""

    works: bool


class ClockRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The time to set, with its zone."""

    at: datetime


class Me(msgspec.Struct, frozen=True):
    """Who is signed in."""

    name: str
    role: str
    username: str | None
    staff_number: str
    counter: int | None
    office: str | None


class ClockState(msgspec.Struct, frozen=True):
    """What the manual clock shows."""

    at: datetime


@api.get("/catalogue", "The official lists and the hall's own services", roles=None, answers=dict)
def get_catalogue(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    return catalogue_json(uow.configuration().catalogue)


@api.get(
    "/services/<service_id>/outlook",
    "What a new ticket for a service would meet",
    roles=None,
    answers=Outlook,
    errors=(UnknownService,),
)
def get_outlook(uow: UnitOfWork, call: ApiCall) -> Outlook:
    return Line(uow).outlook(call.parts["service_id"])


@api.get("/me", "Who is signed in", roles=STAFF_ROLES | DEVICE_ROLES, answers=Me)
def get_me(uow: UnitOfWork, call: ApiCall) -> Me:
    actor = call.actor
    counter = uow.counters.of_account(actor.account_id) if actor.account_id else None
    username = uow.accounts.by_id(actor.account_id).username if actor.account_id else None
    return Me(
        name=actor.name,
        role=str(actor.role),
        username=username,
        staff_number=actor.staff_number,
        counter=counter.number if counter else None,
        office=actor.office,
    )


@api.get("/overview", "The hall at a glance", roles=MANAGERS, answers=Overview)
def get_overview(uow: UnitOfWork, call: ApiCall) -> Overview:
    return overview(uow, current_hall().build)


@api.change(
    "POST",
    "/hall/lift",
    "Say that the lift is out, or works again",
    roles=(Role.DUTY_MANAGER, Role.ADMINISTRATOR),
    body=LiftRequest,
    answers=LiftView,
)
def post_lift(uow: UnitOfWork, call: ApiCall) -> LiftView:
    return switch_lift(uow, call.actor, works=call.body.works)


def _new_hash(call: ApiCall) -> str | None:
    """The slow hash of a new password, made before the transaction."""
    if call.body.password is None:
        return None
    check_password(call.body.password)
    return hash_password(call.body.password)


@api.get("/users", "Accounts of staff", roles=MANAGERS, answers=dict)
def get_users(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    return {"items": [account_view(account) for account in uow.accounts.all()], "next": None}


@api.change(
    "POST",
    "/users",
    "Make an account",
    roles=(Role.ADMINISTRATOR,),
    body=NewAccountRequest,
    answers=AccountView,
    status=201,
    errors=(NameTaken, WeakPassword, UnknownRole, OfficeMissing),
    prepare=_new_hash,
)
def post_user(uow: UnitOfWork, call: ApiCall) -> AccountView:
    wanted: NewAccountRequest = call.body
    new = NewAccount(
        username=wanted.username,
        name=wanted.name,
        role=_role(wanted.role, STAFF_ROLES),
        password_hash=call.prepared,
        staff_number=wanted.staff_number,
        office=wanted.office,
    )
    return add_account(uow, call.actor, new)


@api.change(
    "PATCH",
    "/users/<username>",
    "Change an account; its sign-ins end",
    roles=(Role.ADMINISTRATOR,),
    body=AccountRequest,
    answers=AccountView,
    errors=(UnknownAccount, WeakPassword, UnknownRole, OfficeMissing, OwnAccount),
    prepare=_new_hash,
)
def patch_user(uow: UnitOfWork, call: ApiCall) -> AccountView:
    wanted: AccountRequest = call.body
    own = uow.accounts.by_username(call.parts["username"]).id == call.actor.account_id
    if own and (wanted.disabled or wanted.role is not None):
        raise OwnAccount
    return change_account(
        uow,
        call.actor,
        call.parts["username"],
        disabled=wanted.disabled,
        role=_role(wanted.role, STAFF_ROLES) if wanted.role is not None else None,
        password_hash=call.prepared,
    )


@api.get("/devices", "Devices of the hall", roles=MANAGERS, answers=dict)
def get_devices(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    return {"items": device_views(uow, current_hall().build), "next": None}


@api.change(
    "POST",
    "/devices",
    "Make a device and get the code by which it enrols",
    roles=(Role.ADMINISTRATOR,),
    body=NewDeviceRequest,
    answers=DeviceCode,
    status=201,
    errors=(NameTaken, UnknownRole),
    secret=True,
)
def post_device(uow: UnitOfWork, call: ApiCall) -> DeviceCode:
    wanted: NewDeviceRequest = call.body
    role = _role(wanted.role, DEVICE_ROLES)
    return DeviceCode(wanted.name, add_device(uow, call.actor, wanted.name, role, wanted.floor))


@api.change(
    "POST",
    "/devices/<name>/code",
    "A new code for a device; its old token stops",
    roles=(Role.ADMINISTRATOR,),
    answers=DeviceCode,
    errors=(UnknownDevice,),
    secret=True,
)
def post_device_code(uow: UnitOfWork, call: ApiCall) -> DeviceCode:
    name = call.parts["name"]
    return DeviceCode(name, renew_code(uow, call.actor, name))


@api.change(
    "POST",
    "/devices/<name>/revoke",
    "Shut a device out",
    roles=(Role.ADMINISTRATOR,),
    answers=DeviceView,
    errors=(UnknownDevice,),
)
def post_device_revoke(uow: UnitOfWork, call: ApiCall) -> DeviceView:
    return revoke(uow, call.actor, call.parts["name"])


@api.change(
    "POST",
    "/devices/enrol",
    "Exchange a code for a device's token",
    roles=None,
    body=EnrolRequest,
    answers=Enrolled,
    errors=(WrongEnrolCode, TooManyPresses),
    prepare=lambda call: current_hall().limits.check("enrol", remote_address(), WRONG_CODES, WRONG_WINDOW),
    secret=True,
)
def post_enrol(uow: UnitOfWork, call: ApiCall) -> Enrolled:
    try:
        token, device = enrol(uow, call.body.code)
    except WrongEnrolCode:
        current_hall().limits.count("enrol", remote_address())
        raise
    return Enrolled(token, device.name, device.role)


@api.change(
    "POST", "/devices/heartbeat", "A device says that it lives", roles=DEVICE_ROLES, answers=DeviceView
)
def post_heartbeat(uow: UnitOfWork, call: ApiCall) -> DeviceView:
    return heartbeat(uow, call.actor)


def _move_clock(call: ApiCall) -> datetime:
    clock = current_hall().clock
    if not isinstance(clock, ManualClock):
        raise ClockNotManual
    if call.body.at.tzinfo is None:
        raise ZoneMissing(field="at")
    if not 2000 <= call.body.at.year < 2100:
        raise YearOutOfRange(field="at")
    return clock.move_to(call.body.at).at


@api.change(
    "POST",
    "/clock",
    "Set the manual clock",
    roles=(Role.ADMINISTRATOR,),
    body=ClockRequest,
    answers=ClockState,
    errors=(ClockNotManual, ZoneMissing),
    prepare=_move_clock,
)
def post_clock(uow: UnitOfWork, call: ApiCall) -> ClockState:
    return ClockState(call.prepared)


def _role(word: str, allowed: frozenset[Role]) -> Role:
    if word not in allowed:
        raise UnknownRole(field="role")
    return Role(word)
