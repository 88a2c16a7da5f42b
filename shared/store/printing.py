"""Queries about how printers fare: slips of a day, test pages, kiosks without paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from shared.domain.devices import PaperState
from shared.domain.paper import KioskPaper, PrintJobRow

_TEST = "printer_test"
# The word itself, not a parameter: the index of test pages is found by nothing else.
_IS_TEST = PrintJobRow.kind == literal_column(f"'{_TEST}'")


class LastTest(NamedTuple):
    """The latest test page of a printer, and what became of it."""

    at: datetime
    state: PaperState
    detail: str


class Printing:
    """How printers fare, as one transaction sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def slips(self, day: date) -> dict[str, dict[str, int]]:
        """By printer, how many slips of a service day are in each state; test pages are none."""
        query = (
            select(PrintJobRow.printer, PrintJobRow.state, func.count())
            .where(PrintJobRow.day == day, PrintJobRow.kind != _TEST)
            .group_by(PrintJobRow.printer, PrintJobRow.state)
        )
        found: dict[str, dict[str, int]] = {}
        for printer, state, count in self._session.execute(query):
            found.setdefault(printer, {})[str(state)] = count
        return found

    def tests(self) -> dict[str, LastTest]:
        """The latest test page of each printer."""
        latest = select(func.max(PrintJobRow.id)).where(_IS_TEST).group_by(PrintJobRow.printer)
        query = select(
            PrintJobRow.printer, PrintJobRow.ordered_at, PrintJobRow.state, PrintJobRow.detail
        ).where(PrintJobRow.id.in_(latest))
        found = self._session.execute(query)
        return {printer: LastTest(at, state, detail) for printer, at, state, detail in found}

    def paperless(self) -> dict[str, datetime]:
        """Kiosks that work without paper, each with the moment since when."""
        since = KioskPaper.paperless_since
        query = select(KioskPaper.name, since).where(since.is_not(None))
        return {name: at for name, at in self._session.execute(query) if at is not None}
