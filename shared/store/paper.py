"""Queries about print jobs and printers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from shared.domain.base import Entity
from shared.domain.case import Case
from shared.domain.devices import PaperState
from shared.domain.paper import PrinterRow, PrintJobRow
from shared.domain.ticket import Ticket

# Every slip runs through these, so they speak to the tables and make no entities.
_JOBS = Entity.metadata.tables["print_jobs"]
_PRINTERS = Entity.metadata.tables["printers"]
_NEW_JOB = insert(_JOBS).returning(_JOBS.c.id)
_SLIP_OF_TICKET = (
    select(PrintJobRow.printer, PrintJobRow.state)
    .where(PrintJobRow.ticket_id == bindparam("ticket"), PrintJobRow.kind == "ticket")
    .order_by(PrintJobRow.id.desc())
    .limit(1)
)
# The word itself, not a parameter: the index of pending jobs is found by nothing else.
_IS_PENDING = _JOBS.c.state == literal_column("'pending'")
_UNCLAIMED = _IS_PENDING & _JOBS.c.claimed_by.is_(None)
_FIRST = (
    select(_JOBS.c.id)
    .where(_JOBS.c.printer == bindparam("of"), _UNCLAIMED)
    .order_by(_JOBS.c.id)
    .limit(bindparam("room"))
)
_CLAIM = (
    update(_JOBS)
    # Seen again in the update itself: another process may have claimed between the two.
    .where(_JOBS.c.id.in_(_FIRST.scalar_subquery()), _JOBS.c.claimed_by.is_(None))
    .values(claimed_by=bindparam("fence"), claimed_at=bindparam("at"))
    .returning(_JOBS.c.id, _JOBS.c.document, _JOBS.c.ordered_at, _JOBS.c.reprint)
)


@dataclass(frozen=True, slots=True)
class EndedJob:
    """A slip of which something is known now, and what it was for."""

    id: int
    device: str
    ticket_id: int | None
    number: str | None
    case_number: str | None


class Papers:
    """Print jobs and printers, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, **facts: Any) -> int:
        """Store a job that waits to be printed (see ``paper.PrintJobRow``) and answer its id."""
        fresh = {"state": PaperState.PENDING, "claimed_by": None, "claimed_at": None, "ended_at": None}
        return int(self._session.execute(_NEW_JOB, {**fresh, "detail": "", **facts}).scalar_one())

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

    def waiting(self, printers: Collection[str]) -> set[str]:
        """Those of the printers for which a job waits that nobody has claimed."""
        query = select(_JOBS.c.printer).where(_JOBS.c.printer.in_(printers), _UNCLAIMED).distinct()
        return set(self._session.scalars(query))

    def fences(self, printers: Collection[str], owner: str, now: datetime) -> dict[str, int]:
        """The fencing numbers of those printers whose lease is this owner's at ``now``."""
        query = select(_PRINTERS.c.name, _PRINTERS.c.fence).where(
            _PRINTERS.c.name.in_(printers), _PRINTERS.c.owner == owner, _PRINTERS.c.leased_until > now
        )
        return {row.name: row.fence for row in self._session.execute(query)}

    def claim(self, printer: str, fence: int, room: int, at: datetime) -> list[Any]:
        """Claim a printer's oldest waiting jobs: (id, document, ordered_at, reprint), the oldest first."""
        found = self._session.execute(_CLAIM, {"of": printer, "room": room, "fence": fence, "at": at})
        return sorted(found, key=lambda row: row.id)

    def end(self, ids: Collection[int], state: PaperState, detail: str, at: datetime) -> list[EndedJob]:
        """Write down what became of jobs; of those that had ended before nothing changes."""
        return self._end(_JOBS.c.id.in_(ids), state, detail, at)

    def end_old(
        self, printers: Collection[str], before: datetime, state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs that nobody has claimed and that were ordered before a moment."""
        old = _JOBS.c.printer.in_(printers) & _UNCLAIMED & (_JOBS.c.ordered_at < before)
        return self._end(old, state, detail, at)

    def end_left(
        self,
        printer: str,
        fence: int,
        state: PaperState,
        detail: str,
        at: datetime,
        but: Collection[int] = (),
    ) -> list[EndedJob]:
        """The same for jobs of a printer that were claimed before a fence and never told of, ``but`` some."""
        left = (_JOBS.c.printer == printer) & (_JOBS.c.claimed_by < fence) & _JOBS.c.id.not_in(but)
        return self._end(left, state, detail, at)

    def end_unheard(
        self, owner: str, heard: Collection[int], state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs that an owner has claimed, other than those it has heard of."""
        own = (_PRINTERS.c.name == _JOBS.c.printer) & (_PRINTERS.c.fence == _JOBS.c.claimed_by)
        claimed = select(_PRINTERS.c.name).where(own, _PRINTERS.c.owner == owner).exists()
        return self._end(claimed & _JOBS.c.id.not_in(heard), state, detail, at)

    def _end(
        self, which: ColumnElement[bool], state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        ending = (
            update(_JOBS)
            .where(which, _IS_PENDING)
            .values(state=state, detail=detail[:200], ended_at=at)
            .returning(_JOBS.c.id)
        )
        ended = list(self._session.scalars(ending))
        if not ended:
            return []
        query = (
            select(_JOBS.c.id, _JOBS.c.device, _JOBS.c.ticket_id, Ticket.number, Case.case_number)
            .outerjoin(Ticket, Ticket.id == _JOBS.c.ticket_id)
            .outerjoin(Case, Case.id == _JOBS.c.case_id)
            .where(_JOBS.c.id.in_(ended))
            .order_by(_JOBS.c.id)
        )
        return [EndedJob(*row) for row in self._session.execute(query)]

    def of_ticket(self, ticket_id: int) -> list[PrintJobRow]:
        """All slips of a ticket, the oldest first."""
        query = select(PrintJobRow).where(PrintJobRow.ticket_id == ticket_id).order_by(PrintJobRow.id)
        return list(self._session.scalars(query))

    def slip_of_ticket(self, ticket_id: int) -> tuple[str, PaperState] | None:
        """The printer and the state of a ticket's latest slip; the sealed document stays closed."""
        found = self._session.execute(_SLIP_OF_TICKET, {"ticket": ticket_id}).first()
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
