"""Mapping names for the domain's entities: the one place of the domain that knows SQLAlchemy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol, cast, dataclass_transform

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

__all__ = [
    "JSON",
    "BigInteger",
    "Boolean",
    "Bytes",
    "Date",
    "Entity",
    "Float",
    "ForeignKey",
    "Index",
    "Integer",
    "LongId",
    "Mapped",
    "Sealed",
    "SealedJson",
    "String",
    "UniqueConstraint",
    "UtcTime",
    "Word",
    "mapped_column",
    "relationship",
    "text",
]

#: Constraint names are fixed, so that a migration made on one database applies to the other.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Bytes = LargeBinary

#: SQLite numbers rows by itself only in an INTEGER key; PostgreSQL gets 64 bits.
LongId = BigInteger().with_variant(Integer, "sqlite")
LARGEST_ID = 2**63 - 1
"""No row has a greater number; a database is not even asked for one."""


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Entity(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of every stored thing: a dataclass that can be built and tested without a database."""

    metadata = MetaData(naming_convention=NAMES)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is refused when it is written."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A member of an enumeration, stored as its stable lowercase word."""

    impl = String(24)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


class Keyring(Protocol):
    """What seals and opens personal data; the store puts one on the dialect of its engine."""

    def seal(self, text: str) -> bytes: ...

    def open(self, sealed: bytes) -> str: ...


class Sealed(TypeDecorator[str]):
    """Text that lies encrypted in the database (names, identity numbers, telephone numbers).

    The key is not a global: it hangs on the dialect of the engine that reads or writes.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _keyring(dialect).seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _keyring(dialect).open(value)


class SealedJson(TypeDecorator[Any]):
    """A document that lies encrypted in the database, because it may hold masked personal data."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else _keyring(dialect).seal(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_keyring(dialect).open(value))


def _keyring(dialect: Dialect) -> Keyring:
    return cast(Keyring, cast(Any, dialect).hall_keyring)
