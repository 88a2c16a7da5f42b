"""Queries about print jobs and printers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from shared.domain.devices import PaperState
from shared.domain.paper import PrinterRow, PrintJobRow
from shared.store.entities import metadata

# Every slip runs through these, so they speak to the tables and make no entities.
_TABLES = metadata().tables
_JOBS, _PRINTERS, _TICKETS, _CASES = (
    _TABLES[name] for name in ("print_jobs", "printers", "tickets", "cases")
)
_NEW_JOB = insert(_JOBS).returning(_JOBS.c.id)
_SLIP_OF_TICKET = (
    select(_JOBS.c.printer, _JOBS.c.state)
    .where(_JOBS.c.ticket_id == bindparam("ticket"), _JOBS.c.kind == "ticket")
    .order_by(_JOBS.c.id.desc())
    .limit(1)
)
# The word itself, not a parameter: the index of pending jobs is found by nothing else.
_IS_PENDING = _JOBS.c.state == literal_column("'pending'")
_UNCLAIMED = _IS_PENDING & _JOBS.c.claimed_by.is_(None)
_OF: Any = bindparam("of", expanding=True)
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
_WAITING = select(_JOBS.c.printer).where(_JOBS.c.printer.in_(_OF), _UNCLAIMED).distinct()
_FENCES = select(_PRINTERS.c.name, _PRINTERS.c.fence).where(
    _PRINTERS.c.name.in_(_OF),
    _PRINTERS.c.owner == bindparam("by"),
    _PRINTERS.c.leased_until > bindparam("now"),
)


def _ending(*which: ColumnElement[bool]) -> Any:
    """The statement that writes down what became of some of the jobs that are still pending."""
    told: dict[Any, Any] = {
        "state": bindparam("told"),
        "detail": bindparam("because"),
        "ended_at": bindparam("now"),
    }
    return update(_JOBS).where(*which, _IS_PENDING).values(told).returning(_JOBS.c.id)


_IDS: Any = bindparam("ids", expanding=True)
_OWN = (_PRINTERS.c.name == _JOBS.c.printer) & (_PRINTERS.c.fence == _JOBS.c.claimed_by)
_CLAIMED_BY_OWNER = select(_PRINTERS.c.name).where(_OWN, _PRINTERS.c.owner == bindparam("by")).exists()
_END = _ending(_JOBS.c.id.in_(_IDS))
_END_OLD = _ending(_JOBS.c.printer.in_(_OF), _UNCLAIMED, _JOBS.c.ordered_at < bindparam("before"))
_END_LEFT = _ending(
    _JOBS.c.printer == bindparam("of"), _JOBS.c.claimed_by < bindparam("fence"), _JOBS.c.id.not_in(_IDS)
)
_END_UNHEARD = _ending(_CLAIMED_BY_OWNER, _JOBS.c.id.not_in(_IDS))
_ENDED = (
    select(_JOBS.c.id, _JOBS.c.device, _JOBS.c.ticket_id, _TICKETS.c.number, _CASES.c.case_number)
    .outerjoin(_TICKETS, _TICKETS.c.id == _JOBS.c.ticket_id)
    .outerjoin(_CASES, _CASES.c.id == _JOBS.c.case_id)
    .where(_JOBS.c.id.in_(_IDS))
    .order_by(_JOBS.c.id)
)


class EndedJob(NamedTuple):
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

    def waiting(self, printers: Collection[str]) -> set[str]:
        """Those of the printers for which a job waits that nobody has claimed."""
        return set(self._session.execute(_WAITING, {"of": list(printers)}).scalars())

    def fences(self, printers: Collection[str], owner: str, now: datetime) -> dict[str, int]:
        """The fencing numbers of those printers whose lease is this owner's at ``now``."""
        self._session.flush()
        facts = {"of": list(printers), "by": owner, "now": now}
        return {row.name: row.fence for row in self._session.execute(_FENCES, facts)}

    def claim(self, printer: str, fence: int, room: int, at: datetime) -> list[Any]:
        """Claim a printer's oldest waiting jobs: (id, document, ordered_at, reprint), the oldest first."""
        found = self._session.execute(_CLAIM, {"of": printer, "room": room, "fence": fence, "at": at})
        return sorted(found, key=lambda row: row.id)

    def end(self, ids: Collection[int], state: PaperState, detail: str, at: datetime) -> list[EndedJob]:
        """Write down what became of jobs; of those that had ended before nothing changes."""
        return self._end(_END, state, detail, at, ids=list(ids))

    def end_old(
        self, printers: Collection[str], before: datetime, state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs that nobody has claimed and that were ordered before a moment."""
        return self._end(_END_OLD, state, detail, at, of=list(printers), before=before)

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
        return self._end(_END_LEFT, state, detail, at, of=printer, fence=fence, ids=list(but))

    def end_unheard(
        self, owner: str, heard: Collection[int], state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs that an owner has claimed, other than those it has heard of."""
        return self._end(_END_UNHEARD, state, detail, at, by=owner, ids=list(heard))

    def _end(self, ending: Any, state: PaperState, detail: str, at: datetime, **which: Any) -> list[EndedJob]:
        self._session.flush()
        told = {"told": state, "because": detail[:200], "now": at}
        ended = list(self._session.execute(ending, {**told, **which}).scalars())
        if not ended:
            return []
        return [EndedJob._make(row) for row in self._session.execute(_ENDED, {"ids": ended})]

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
