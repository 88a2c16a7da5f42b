"""Signing in and out, and keeping accounts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.security import check_password_hash, generate_password_hash

from shared.domain.account import (
    Account,
    Actor,
    NameTaken,
    OfficeMissing,
    Role,
    SignIn,
    WeakPassword,
    WrongPassword,
)
from shared.domain.clock import real_now
from shared.domain.events import SignInEnded
from shared.store.keyring import SIGN_IN_TOKEN, new_secret, token_hash
from shared.store.unit_of_work import UnitOfWork

#: A sign-in lasts a working day with its overtime; nobody stays signed in over night.
LASTS = timedelta(hours=14)
SHORTEST_PASSWORD = 10
_METHOD = "scrypt:16384:8:1"
#: Compared when the name is unknown, so that an answer takes as long as for a known one.
_NOBODY = generate_password_hash(secrets.token_hex(16), method=_METHOD)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new sign-in; the token is told once and kept only as a hash."""

    token: str
    role: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Living:
    """A living sign-in and who it is."""

    sign_in_id: int
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as administrators see it."""

    username: str
    name: str
    role: str
    staff_number: str
    office: str | None
    disabled: bool


def hash_password(password: str) -> str:
    """The salted, slow hash under which a password is kept."""
    return generate_password_hash(password, method=_METHOD)


def password_fits(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for an unknown account as for a known one."""
    return check_password_hash(stored or _NOBODY, password) and stored is not None


def find_password_hash(uow: UnitOfWork, username: str) -> str | None:
    """The stored hash of an account that may sign in; the slow comparison stays outside the transaction."""
    account = uow.accounts.find(username)
    return None if account is None or account.disabled else account.password_hash


def begin_sign_in(uow: UnitOfWork, username: str, stored: str) -> SignedIn:
    """Begin a sign-in after the password was compared with ``stored``.

    Raises:
        WrongPassword: the account was disabled or got another password meanwhile.
    """
    account = uow.accounts.find(username)
    if account is None or account.disabled or account.password_hash != stored:
        raise WrongPassword
    token = new_secret(SIGN_IN_TOKEN)
    begun = real_now()
    expires = begun + LASTS
    uow.add(SignIn(account_id=account.id, token_hash=token_hash(token), begun_at=begun, expires_at=expires))
    uow.log(actor_of(account), "account", account.id, "sign_in", (None, None))
    return SignedIn(token, str(account.role), expires)


def living_sign_in(uow: UnitOfWork, token: str) -> Living | None:
    """Who a token belongs to, or None when the sign-in ended, ran out or the account is disabled."""
    found = uow.accounts.signed_in(token_hash(token), real_now())
    return Living(found[0].id, actor_of(found[1]), found[0].expires_at) if found else None


def end_sign_in(uow: UnitOfWork, actor: Actor, sign_in_id: int) -> None:
    """Sign out: this sign-in and its sockets end."""
    sign_in = uow.accounts.sign_in(sign_in_id)
    if sign_in.ended_at is None:
        sign_in.ended_at = real_now()
        uow.log(actor, "account", sign_in.account_id, "sign_out", (None, None))
    uow.record(SignInEnded(sign_in_id))


def actor_of(account: Account) -> Actor:
    """The account as one who acts."""
    return Actor(
        principal=f"account:{account.id}",
        role=Role(account.role),
        account_id=account.id,
        name=account.name,
        staff_number=account.staff_number,
        office=account.office,
    )


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made from; ``password_hash`` comes from :func:`hash_password`."""

    username: str
    name: str
    role: Role
    password_hash: str
    staff_number: str = ""
    office: str | None = None


def add_account(uow: UnitOfWork, actor: Actor, new: NewAccount) -> AccountView:
    """Make an account.

    Raises:
        NameTaken: the user name is in use.
        OfficeMissing: an account of an office names none.
        UnknownOffice: there is no such office.
    """
    if uow.accounts.find(new.username) is not None:
        raise NameTaken(field="username")
    if new.role is Role.OFFICE and not new.office:
        raise OfficeMissing(field="office")
    office = uow.configuration().catalogue.office_name(new.office) if new.office else None
    account = Account(
        username=new.username.strip()[:64],
        name=(new.name.strip() or new.username.strip())[:64],
        role=new.role,
        password_hash=new.password_hash,
        staff_number=new.staff_number[:16],
        office=office,
        created_at=uow.at,
    )
    uow.add(account)
    uow.flush()
    uow.log(actor, "account", account.id, "add", (None, str(new.role)))
    return account_view(account)


def change_account(
    uow: UnitOfWork,
    actor: Actor,
    username: str,
    *,
    disabled: bool | None = None,
    role: Role | None = None,
    password_hash: str | None = None,
) -> AccountView:
    """Change an account; whatever changes, its sign-ins and sockets end.

    Raises:
        UnknownAccount: there is none.
    """
    account = uow.accounts.by_username(username)
    before = str(account.role)
    if disabled is not None:
        account.disabled = disabled
    if role is not None:
        if role is Role.OFFICE and not account.office:
            raise OfficeMissing(field="role")
        account.role = role
    if password_hash is not None:
        account.password_hash = password_hash
    for sign_in in uow.accounts.living_sign_ins(account.id):
        sign_in.ended_at = real_now()
        uow.record(SignInEnded(sign_in.id))
    uow.log(actor, "account", account.id, "change", (before, str(account.role)))
    return account_view(account)


def account_view(account: Account) -> AccountView:
    """The account without its password."""
    return AccountView(
        username=account.username,
        name=account.name,
        role=str(account.role),
        staff_number=account.staff_number,
        office=account.office,
        disabled=account.disabled,
    )


def check_password(password: str) -> None:
    """Refuse a password that is easily guessed (GB/T 22239, identity: complexity).

    Raises:
        WeakPassword: shorter than ten characters, or of one kind of character only.
    """
    kinds = {_kind(character) for character in password}
    if len(password) < SHORTEST_PASSWORD or len(kinds) < 2:
        raise WeakPassword(field="password")


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "sign"
