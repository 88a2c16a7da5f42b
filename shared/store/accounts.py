"""Queries about accounts of staff and their sign-ins."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.domain.account import Account, SignIn, UnknownAccount


class Accounts:
    """Accounts of the hall, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, username: str) -> Account | None:
        return self._session.scalar(select(Account).where(Account.username == username.strip()))

    def by_username(self, username: str) -> Account:
        """The account with this name.

        Raises:
            UnknownAccount: there is none.
        """
        account = self.find(username)
        if account is None:
            raise UnknownAccount
        return account

    def by_id(self, account_id: int) -> Account:
        return self._session.get_one(Account, account_id)

    def with_ids(self, ids: Collection[int]) -> dict[int, Account]:
        """Accounts by id."""
        return {
            found.id: found for found in self._session.scalars(select(Account).where(Account.id.in_(ids)))
        }

    def all(self) -> list[Account]:
        """Every account by name."""
        return list(self._session.scalars(select(Account).order_by(Account.username)))

    def signed_in(self, token_hash: str, now: datetime) -> tuple[SignIn, Account] | None:
        """The living sign-in of a token with its account, unless it ended, ran out or was disabled."""
        query = (
            select(SignIn, Account)
            .join(Account, Account.id == SignIn.account_id)
            .where(SignIn.token_hash == token_hash, SignIn.ended_at.is_(None), Account.disabled.is_(False))
        )
        found = self._session.execute(query).first()
        return None if found is None or found[0].expires_at <= now else found

    def living_sign_ins(self, account_id: int) -> list[SignIn]:
        """Sign-ins of an account that have not ended."""
        return list(
            self._session.scalars(
                select(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
            )
        )

    def sign_in(self, sign_in_id: int) -> SignIn:
        return self._session.get_one(SignIn, sign_in_id)
