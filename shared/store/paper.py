"""Queries about print jobs and printers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal, literal_column, select, update
from sqlalchemy.orm import Session

from shared.domain.devices import DeviceState, PaperState
from shared.domain.paper import KioskPaper, PrinterRow, PrintJobRow
from shared.store.entities import metadata

Span = tuple[datetime, datetime]

# Every slip runs through these, so they speak to the tables and make no entities.
_TABLES = metadata().tables
_JOBS, _PRINTERS, _TICKETS, _CASES, _KIOSKS = (
    _TABLES[name] for name in ("print_jobs", "printers", "tickets", "cases", "kiosk_papers")
)
_NEW_JOB = insert(_JOBS).returning(_JOBS.c.id)
_SLIP_OF_TICKET = (
    select(_JOBS.c.printer, _JOBS.c.state, _JOBS.c.stands_in_for)
    .where(_JOBS.c.ticket_id == bindparam("ticket"), _JOBS.c.kind == "ticket")
    .order_by(_JOBS.c.id.desc())
    .limit(1)
)
_OUTCOME = select(_JOBS.c.state, _JOBS.c.detail).where(_JOBS.c.id == bindparam("id"))
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
_FENCES = (
    select(_PRINTERS.c.name, _PRINTERS.c.fence)
    .where(
        _PRINTERS.c.name.in_(_OF),
        _PRINTERS.c.owner == bindparam("by"),
        _PRINTERS.c.leased_until > bindparam("now"),
    )
    # Held until the commit: nobody may take a printer over while its jobs are being claimed.
    .with_for_update(read=True)
)
_CHANCES = (
    select(_PRINTERS.c.name, _PRINTERS.c.state, _PRINTERS.c.leased_until, _KIOSKS.c.paperless_since)
    .outerjoin(_KIOSKS, _KIOSKS.c.name == bindparam("kiosk"))
    .where(_PRINTERS.c.name.in_(_OF))
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
_END = _ending(_JOBS.c.id.in_(_IDS), _CLAIMED_BY_OWNER)
_CONFIRM_LATE = (
    update(_JOBS)
    .where(_JOBS.c.id.in_(_IDS), _JOBS.c.state == PaperState.UNCONFIRMED, _CLAIMED_BY_OWNER)
    .values(state=PaperState.CONFIRMED, detail=bindparam("because"))
    .returning(_JOBS.c.id)
)
# An agent knows what came out of its printer, whichever process sent it the slip.
_END_TOLD = _ending(_JOBS.c.id.in_(_IDS), _JOBS.c.printer.in_(_OF), _JOBS.c.claimed_by.is_not(None))
_CONFIRM_TOLD = (
    update(_JOBS)
    .where(_JOBS.c.id.in_(_IDS), _JOBS.c.printer.in_(_OF), _JOBS.c.state == PaperState.UNCONFIRMED)
    .values(state=PaperState.CONFIRMED, detail=bindparam("because"))
    .returning(_JOBS.c.id)
)
_IS_OLD = ~_JOBS.c.ordered_at.between(bindparam("oldest"), bindparam("newest"))
_END_OLD = _ending(_JOBS.c.printer.in_(_OF), _UNCLAIMED, _IS_OLD)
_END_LEFT = _ending(_JOBS.c.printer == bindparam("of"), _JOBS.c.claimed_by < bindparam("fence"))
_END_ORPHANED = _ending(_JOBS.c.printer.not_in(_OF), _IS_OLD)
_END_UNHEARD = _ending(_CLAIMED_BY_OWNER, _JOBS.c.id.not_in(_IDS))
_ENDED = (
    select(
        _JOBS.c.id,
        _JOBS.c.device,
        _JOBS.c.ticket_id,
        _TICKETS.c.number,
        _CASES.c.case_number,
        _JOBS.c.printer,
        _JOBS.c.kind,
        _JOBS.c.ordered_at,
        _JOBS.c.stand_in,
        _JOBS.c.stands_in_for,
    )
    .outerjoin(_TICKETS, _TICKETS.c.id == _JOBS.c.ticket_id)
    .outerjoin(_CASES, _CASES.c.id == _JOBS.c.case_id)
    .where(_JOBS.c.id.in_(_IDS))
    .order_by(_JOBS.c.id)
)
# The sealed document is copied as it lies.
_SAME = ("kind", "day", "ordered_at", "document", "device", "ticket_id", "case_id", "reprint")
_MOVE = (
    insert(_JOBS)
    .from_select(
        [*_SAME, "printer", "state", "detail", "stands_in_for"],
        select(
            *(_JOBS.c[name] for name in _SAME),
            _JOBS.c.stand_in,
            literal(str(PaperState.PENDING)),
            literal(""),
            _JOBS.c.id,
        ).where(_JOBS.c.id == bindparam("failed")),
    )
    .returning(_JOBS.c.id)
)


class EndedJob(NamedTuple):
    """A slip of which something is known now, and what it was for."""

    id: int
    device: str
    ticket_id: int | None
    number: str | None
    case_number: str | None
    printer: str
    kind: str
    ordered_at: datetime
    stand_in: str | None
    stands_in_for: int | None


class SlipOfTicket(NamedTuple):
    """Where a ticket's latest slip is to come out, and what is known of it."""

    printer: str
    state: PaperState
    stands_in_for: int | None


class Chances(NamedTuple):
    """What is known of printers before a slip is ordered: their states, whose owner lives, and the kiosk."""

    states: dict[str, DeviceState]
    paperless: bool


class Papers:
    """Print jobs and printers, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, **facts: Any) -> int:
        """Store a job that waits to be printed (see ``paper.PrintJobRow``) and answer its id."""
        fresh = {"state": PaperState.PENDING, "claimed_by": None, "claimed_at": None, "ended_at": None}
        alone = {"stand_in": None, "stands_in_for": None}
        return int(self._session.execute(_NEW_JOB, {**fresh, **alone, "detail": "", **facts}).scalar_one())

    def move_to_stand_in(self, failed: int) -> int:
        """Store the slip of a failed job anew for its stand-in, and answer the id of that job."""
        return int(self._session.execute(_MOVE, {"failed": failed}).scalar_one())

    def chances(self, printers: Collection[str], kiosk: str, now: datetime) -> Chances:
        """The states of those of the printers that are looked after, and whether a kiosk is paperless."""
        self._session.flush()
        rows = list(self._session.execute(_CHANCES, {"of": list(printers), "kiosk": kiosk}))
        living = {row.name: row.state for row in rows if row.leased_until and row.leased_until > now}
        return Chances(living, any(row.paperless_since for row in rows))

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

    def end(
        self, ids: Collection[int], owner: str, state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """Write down what became of jobs that this owner has claimed and nobody has taken over.

        Of those that had ended before nothing changes here.
        """
        return self._end(_END, state, detail, at, ids=list(ids), by=owner)

    def confirm_late(self, ids: Collection[int], owner: str, detail: str) -> list[EndedJob]:
        """Confirm jobs of this owner that had ended unconfirmed."""
        return self._confirm(_CONFIRM_LATE, detail, ids=list(ids), by=owner)

    def end_told(
        self, job: int, printers: Collection[str], state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for a job that was sent to one of these printers, whoever has claimed it."""
        return self._end(_END_TOLD, state, detail, at, ids=[job], of=list(printers))

    def confirm_told(self, job: int, printers: Collection[str], detail: str) -> list[EndedJob]:
        """Confirm such a job that had ended unconfirmed."""
        return self._confirm(_CONFIRM_TOLD, detail, ids=[job], of=list(printers))

    def end_old(
        self, printers: Collection[str], young: Span, state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs that nobody has claimed and that were not ordered between these moments."""
        oldest, newest = young
        return self._end(_END_OLD, state, detail, at, of=list(printers), oldest=oldest, newest=newest)

    def end_left(
        self, printer: str, fence: int, state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs of a printer that were claimed before a fence and never told of."""
        return self._end(_END_LEFT, state, detail, at, of=printer, fence=fence)

    def end_orphaned(
        self, printers: Collection[str], young: Span, state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for old jobs of other printers than these: nobody looks after them."""
        oldest, newest = young
        return self._end(_END_ORPHANED, state, detail, at, of=list(printers), oldest=oldest, newest=newest)

    def end_unheard(
        self, owner: str, heard: Collection[int], state: PaperState, detail: str, at: datetime
    ) -> list[EndedJob]:
        """The same for jobs that an owner has claimed, other than those it has heard of."""
        return self._end(_END_UNHEARD, state, detail, at, by=owner, ids=list(heard))

    def _end(self, ending: Any, state: PaperState, detail: str, at: datetime, **which: Any) -> list[EndedJob]:
        self._session.flush()
        told = {"told": state, "because": detail[:200], "now": at}
        ended = list(self._session.execute(ending, {**told, **which}).scalars())
        return self.ended(ended) if ended else []

    def _confirm(self, confirming: Any, detail: str, **which: Any) -> list[EndedJob]:
        self._session.flush()
        late = list(self._session.execute(confirming, {"because": detail[:200], **which}).scalars())
        return self.ended(late) if late else []

    def ended(self, ids: Collection[int]) -> list[EndedJob]:
        """These jobs, and what they were for."""
        return [EndedJob._make(row) for row in self._session.execute(_ENDED, {"ids": list(ids)})]

    def outcome(self, job_id: int) -> tuple[PaperState, str]:
        """What is known of one job, and why."""
        return self._session.execute(_OUTCOME, {"id": job_id}).one()._tuple()

    def slip_of_ticket(self, ticket_id: int) -> SlipOfTicket | None:
        """A ticket's latest slip; the sealed document stays closed."""
        found = self._session.execute(_SLIP_OF_TICKET, {"ticket": ticket_id}).first()
        return SlipOfTicket._make(found) if found else None

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

    def kiosk(self, name: str) -> KioskPaper | None:
        """How a kiosk has fared with its slips; None when all went well so far."""
        return self._session.get(KioskPaper, name)

    def kiosks(self, names: Collection[str]) -> dict[str, KioskPaper]:
        """The same for those of several kiosks of which something is noted."""
        found = self._session.scalars(select(KioskPaper).where(KioskPaper.name.in_(names)))
        return {row.name: row for row in found}

    def hold_kiosks(self, names: Collection[str]) -> dict[str, KioskPaper]:
        """The same for whoever changes them: nobody else does until the commit."""
        query = select(KioskPaper).where(KioskPaper.name.in_(names)).order_by(KioskPaper.name)
        return {row.name: row for row in self._session.scalars(query.with_for_update())}

    def forget_kiosk(self, name: str) -> None:
        """Delete what is noted of a kiosk that prints no more."""
        self._session.execute(delete(KioskPaper).where(KioskPaper.name == name))

    def counts(self, day: date) -> dict[str, int]:
        """How many slips of a service day are in each state; one that moved to a stand-in counts there."""
        moved = select(PrintJobRow.stands_in_for).where(PrintJobRow.stands_in_for.is_not(None))
        query = (
            select(PrintJobRow.state, func.count())
            .where(PrintJobRow.day == day, PrintJobRow.kind != "printer_test")
            .where(PrintJobRow.id.not_in(moved))
            .group_by(PrintJobRow.state)
        )
        return {str(state): count for state, count in self._session.execute(query)}
