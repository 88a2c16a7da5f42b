"""Who acts in the hall: accounts of staff, their sign-ins, and devices with a token each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.base import (
    Boolean,
    Entity,
    ForeignKey,
    LongId,
    Mapped,
    String,
    UtcTime,
    Word,
    mapped_column,
)
from shared.domain.errors import HallError, Invalid, Refused, Unknown


class Role(StrEnum):
    """What an account or a device may do."""

    CLERK = "clerk"
    OFFICE = "office"
    GUIDE = "guide"
    DUTY_MANAGER = "duty_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    KIOSK = "kiosk"
    DISPLAY = "display"
    SIGN = "sign"
    AGENT = "agent"
    MONITOR = "monitor"
    #: Whoever holds the token of a ticket; neither staff nor a device.
    HOLDER = "holder"


STAFF_ROLES = frozenset(
    {Role.CLERK, Role.OFFICE, Role.GUIDE, Role.DUTY_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR}
)
DEVICE_ROLES = frozenset({Role.KIOSK, Role.DISPLAY, Role.SIGN, Role.AGENT, Role.MONITOR})


class WrongPassword(HallError):
    code = "wrong_password"
    message = "用户名或密码不对。"


class UnknownAccount(Unknown):
    code = "unknown_account"
    message = "没有这个账号。"


class UnknownDevice(Unknown):
    code = "unknown_device"
    message = "没有这台设备。"


class NameTaken(Refused):
    code = "name_taken"
    message = "这个名字已经有了。"


class WeakPassword(Invalid):
    code = "weak_password"
    message = "密码至少 10 位，并且不能只用一种字符。"


class OfficeMissing(Invalid):
    code = "office_missing"
    message = "股室账号要写明是哪个股室。"


class WrongEnrolCode(HallError):
    code = "wrong_enrol_code"
    message = "登记码不对或已经用过，请向管理员要新的。"


class Account(Entity):
    """A person of the staff; nobody shares one, and the counter is a place, not an account."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    staff_number: Mapped[str] = mapped_column(String(16), default="")
    role: Mapped[Role] = mapped_column(Word(Role))
    password_hash: Mapped[str] = mapped_column(String(255))
    office: Mapped[str | None] = mapped_column(String(64), default=None)
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class SignIn(Entity):
    """One sign-in of an account; only the hash of its token is kept."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(LongId, ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    begun_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)


class Device(Entity):
    """A kiosk, wall, sign, agent or monitor; it holds a token, or a code by which it gets one."""

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    floor: Mapped[int | None] = mapped_column(default=None)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    revoked: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    #: What it last said of itself: the version of its page or program.
    version: Mapped[str] = mapped_column(String(40), default="")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: ``principal`` is ``account:7`` or ``device:3``, stable over sign-ins."""

    principal: str
    role: Role
    account_id: int | None = None
    device_id: int | None = None
    name: str = ""
    staff_number: str = ""
    office: str | None = None
    floor: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES


#: The hall itself, when nobody presses anything (day close, start).
THE_HALL = Actor(principal="hall", role=Role.ADMINISTRATOR, name="系统")
