"""Queries about print jobs and printers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.domain.devices import PaperState
from shared.domain.paper import PrinterRow, PrintJobRow


class Papers:
    """Print jobs and printers, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def job(self, job_id: int) -> PrintJobRow:
        return self._session.get_one(PrintJobRow, job_id)

    def oldest_pending(self, printer: str) -> PrintJobRow | None:
        """The oldest job of a printer that nobody has claimed."""
        return self._session.scalar(
            select(PrintJobRow)
            .where(
                PrintJobRow.printer == printer,
                PrintJobRow.state == PaperState.PENDING,
                PrintJobRow.claimed_by.is_(None),
            )
            .order_by(PrintJobRow.id)
            .limit(1)
        )

    def claimed_before(self, printer: str, fence: int) -> list[PrintJobRow]:
        """Jobs of a printer that a former owner claimed and never told of."""
        query = select(PrintJobRow).where(
            PrintJobRow.printer == printer,
            PrintJobRow.state == PaperState.PENDING,
            PrintJobRow.claimed_by < fence,
        )
        return list(self._session.scalars(query))

    def of_ticket(self, ticket_id: int) -> list[PrintJobRow]:
        """All slips of a ticket, the oldest first."""
        query = select(PrintJobRow).where(PrintJobRow.ticket_id == ticket_id).order_by(PrintJobRow.id)
        return list(self._session.scalars(query))

    def slip_of_ticket(self, ticket_id: int) -> tuple[str, PaperState] | None:
        """The printer and the state of a ticket's latest slip; the sealed document stays closed."""
        query = (
            select(PrintJobRow.printer, PrintJobRow.state)
            .where(PrintJobRow.ticket_id == ticket_id, PrintJobRow.kind == "ticket")
            .order_by(PrintJobRow.id.desc())
            .limit(1)
        )
        found = self._session.execute(query).first()
        return (found[0], found[1]) if found else None

    def latest_of_case(self, case_id: int) -> PrintJobRow | None:
        """The latest paper of a case."""
        return self._session.scalar(
            select(PrintJobRow).where(PrintJobRow.case_id == case_id).order_by(PrintJobRow.id.desc()).limit(1)
        )

    def printer(self, name: str) -> PrinterRow | None:
        return self._session.get(PrinterRow, name)

    def printers(self) -> list[PrinterRow]:
        """Every printer that has reported, by name."""
        return list(self._session.scalars(select(PrinterRow).order_by(PrinterRow.name)))

    def counts(self, day: date) -> dict[str, int]:
        """How many slips of a service day are in each state."""
        query = (
            select(PrintJobRow.state, func.count())
            .where(PrintJobRow.day == day, PrintJobRow.kind != "printer_test")
            .group_by(PrintJobRow.state)
        )
        return {str(state): count for state, count in self._session.execute(query)}
