"""A printable document: plain values that can be stored as JSON, with a format number and a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, time

FORMAT = 1
"""The format of documents written by this version; it rises when the meaning of a field changes."""


def make_document(kind: str, fields: Mapping[str, object], required: Set[str]) -> dict[str, object]:
    """The document of that kind; days and times become ISO texts. Raises TypeError for a missing field."""
    missing = sorted(required - fields.keys())
    if missing:
        raise TypeError(f"a document of kind {kind} needs {', '.join(missing)}")
    return {"format": FORMAT, "kind": kind, **{name: plain(value) for name, value in fields.items()}}


def plain(value: object) -> object:
    """The value as JSON knows it."""
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return value


def reprinted(document: Mapping[str, object], times: int) -> dict[str, object]:
    """The same document marked 补打 for the ``times``-th time; what it says stays what was said before."""
    return {**document, "reprint": times}
