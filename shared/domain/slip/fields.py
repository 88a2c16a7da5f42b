"""Reading the fields of a printable document, which may come from another version or be damaged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from shared.domain.errors import Invalid
from shared.domain.slip.typesetting import clean


class BrokenDocument(Invalid):
    """A printable document lacks a field, or has one of another type or format."""

    code = "broken_document"
    message = "这张单子的内容不完整，打不出来。"


class Fields:
    """Typed access to a document; every text comes out without control characters."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document

    def __contains__(self, name: str) -> bool:
        """Whether the document has that field at all."""
        return name in self._document

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self._document.get(name)
        if not isinstance(value, str):
            raise BrokenDocument(field=name)
        return clean(value)

    def optional_text(self, name: str) -> str:
        """A text, empty when the hall has not filled it."""
        return self.text(name) if self._document.get(name) is not None else ""

    def number(self, name: str) -> int:
        """A whole number that must be there."""
        value = self._document.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BrokenDocument(field=name)
        return value

    def optional_number(self, name: str) -> int | None:
        """A whole number, or None."""
        return None if self._document.get(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        """True only when the field says so."""
        return self._document.get(name) is True

    def day(self, name: str) -> date:
        """A calendar day that must be there."""
        return self._parsed(name).date()

    def optional_day(self, name: str) -> date | None:
        """A calendar day, or None."""
        return None if self._document.get(name) is None else self.day(name)

    def moment(self, name: str) -> datetime:
        """A moment in hall-local time."""
        return self._parsed(name)

    def optional_time(self, name: str) -> time | None:
        """A time of day, or None."""
        if self._document.get(name) is None:
            return None
        try:
            return time.fromisoformat(self.text(name))
        except ValueError as error:
            raise BrokenDocument(field=name) from error

    def texts(self, name: str) -> list[str] | None:
        """A list of texts, or None when the field is not filled."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise BrokenDocument(field=name)
        return [clean(one) for one in value]

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers, empty when the field is not filled."""
        value = self._document.get(name) or []
        if not isinstance(value, list | tuple) or not all(isinstance(one, int) for one in value):
            raise BrokenDocument(field=name)
        return list(value)

    def rows(self, name: str, columns: int) -> list[list[str]]:
        """A table of texts with that many columns."""
        table = self._document.get(name) or []
        if not isinstance(table, list | tuple):
            raise BrokenDocument(field=name)
        rows = [Fields({name: row}).texts(name) or [] for row in table]
        if any(len(row) != columns for row in rows):
            raise BrokenDocument(field=name)
        return rows

    def _parsed(self, name: str) -> datetime:
        try:
            return datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise BrokenDocument(field=name) from error
