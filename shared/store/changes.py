"""What any process has changed, read from the rows that tell it: cheap while nothing has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from shared.domain.account import SignIn
from shared.domain.card import CardReading, ReadingState
from shared.domain.case import Case, CaseItem
from shared.domain.devices import DeviceState, PaperState
from shared.domain.hall import Call, HallRow
from shared.domain.ledger import LedgerRow
from shared.domain.paper import PrinterRow, PrintJobRow
from shared.domain.ticket import Ticket
from shared.domain.trouble import Trouble
from shared.store.card_readings import IS_OPEN
from shared.store.trail import Trail

#: So many rows are read at once; the rest comes with the next look.
_MOST = 2000
_PRINTERS = select(PrinterRow.name, PrinterRow.state)
_TROUBLES = select(Trouble.device, Trouble.kind, Trouble.seen_at.is_not(None), Trouble.times).where(
    Trouble.ended_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Signs:
    """The marks by which one sees that something has changed, all of one moment."""

    epoch: str
    version: int
    move: int
    job: int
    call: int
    shown: int
    sounded: int
    #: So many identity cards are asked for just now.
    cards: int = 0


@dataclass(frozen=True, slots=True)
class TroubleSign:
    """Whether somebody has seen a trouble, and how often it has come back."""

    seen: bool
    times: int


@dataclass(frozen=True, slots=True)
class MoveSign:
    """A row of the ledger: what was moved by which press."""

    seq: int
    press: str
    subject: str
    subject_id: int
    verb: str


@dataclass(frozen=True, slots=True)
class JobSign:
    """A print job, and whether it still waits."""

    id: int
    printer: str
    state: PaperState


@dataclass(frozen=True, slots=True)
class JobEnd:
    """What became of a print job, with the numbers that people know it by.

    Of a failed one that has a stand-in this is the stand-in's state; ``stand_in`` is its printer then.
    """

    id: int
    state: PaperState
    device: str
    ticket_id: int | None
    number: str | None
    case_number: str | None
    stand_in: str | None = None


class Changes:
    """Rows that tell what has changed, as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def signs(self, calls_after: int) -> Signs:
        """All marks by one query; calls count whose id is above ``calls_after``."""
        late = Call.id > calls_after
        query = select(
            HallRow.epoch,
            HallRow.version,
            _newest(LedgerRow.seq),
            _newest(PrintJobRow.id),
            _newest(Call.id),
            _count(Call.shown_at, late),
            _count(Call.sounded_at, late),
            _count(CardReading.id, IS_OPEN & (CardReading.state == ReadingState.ASKED)),
        ).where(HallRow.id == 1)
        epoch, version, *marks = self._session.execute(query).one()
        return Signs(epoch, version, *(mark or 0 for mark in marks))

    def printers(self) -> dict[str, DeviceState]:
        """The state of every printer that has reported."""
        return {printer.name: printer.state for printer in self._session.execute(_PRINTERS)}

    def troubles(self) -> dict[tuple[str, str], TroubleSign]:
        """What is wrong with devices now, by (device, kind)."""
        found = self._session.execute(_TROUBLES)
        return {(device, kind): TroubleSign(bool(seen), times) for device, kind, seen, times in found}

    def moves(self, trail: Trail) -> list[MoveSign]:
        """The ledger's rows that ``trail`` has not seen."""
        query = (
            select(LedgerRow.seq, LedgerRow.press, LedgerRow.subject, LedgerRow.subject_id, LedgerRow.verb)
            .where(_unseen(LedgerRow.seq, trail.after, trail.missing))
            .order_by(LedgerRow.seq)
            .limit(_MOST)
        )
        return [MoveSign(*row) for row in self._session.execute(query)]

    def jobs(self, trail: Trail, also: Collection[int]) -> list[JobSign]:
        """The print jobs that ``trail`` has not seen, and those of ``also``."""
        query = (
            select(PrintJobRow.id, PrintJobRow.printer, PrintJobRow.state)
            .where(_unseen(PrintJobRow.id, trail.after, [*trail.missing, *also]))
            .order_by(PrintJobRow.id)
            .limit(_MOST)
        )
        return [JobSign(*row) for row in self._session.execute(query)]

    def ends_of(self, job_ids: Collection[int]) -> list[JobEnd]:
        """What became of these print jobs."""
        moved = aliased(PrintJobRow)
        query = (
            select(
                PrintJobRow.id,
                func.coalesce(moved.state, PrintJobRow.state),
                PrintJobRow.device,
                PrintJobRow.ticket_id,
                Ticket.number,
                Case.case_number,
                case(
                    (moved.id.is_not(None), moved.printer),
                    (PrintJobRow.stands_in_for.is_not(None), PrintJobRow.printer),
                ),
            )
            .outerjoin(moved, moved.stands_in_for == PrintJobRow.id)
            .outerjoin(Ticket, Ticket.id == PrintJobRow.ticket_id)
            .outerjoin(Case, Case.id == PrintJobRow.case_id)
            .where(PrintJobRow.id.in_(job_ids))
            .order_by(PrintJobRow.id)
        )
        return [JobEnd(*row) for row in self._session.execute(query)]

    def calls(self, after: int) -> list[tuple[int, bool, bool]]:
        """Calls with an id above ``after``: id, whether a wall showed it, whether one spoke it."""
        query = (
            select(Call.id, Call.shown_at.is_not(None), Call.sounded_at.is_not(None))
            .where(Call.id > after)
            .order_by(Call.id)
        )
        rows = self._session.execute(query)
        return [(call_id, bool(shown), bool(sounded)) for call_id, shown, sounded in rows]

    def ended_sign_ins(self, account_ids: Collection[int], now: datetime) -> list[int]:
        """Sign-ins of these accounts that were ended before their time."""
        query = select(SignIn.id).where(
            SignIn.account_id.in_(account_ids), SignIn.ended_at.is_not(None), SignIn.expires_at > now
        )
        return list(self._session.scalars(query))

    def offices(self, case_ids: Collection[int], item_ids: Collection[int]) -> list[str]:
        """The offices of all items of these cases and of the cases that these items belong to."""
        cases = select(CaseItem.case_id).where(CaseItem.id.in_(item_ids))
        query = (
            select(CaseItem.office)
            .distinct()
            .where(or_(CaseItem.case_id.in_(case_ids), CaseItem.case_id.in_(cases)))
        )
        return sorted(self._session.scalars(query))


def _newest(column: InstrumentedAttribute[int]) -> ScalarSelect[Any]:
    return select(func.max(column)).scalar_subquery()


def _count(column: InstrumentedAttribute[Any], where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.count(column)).where(where).scalar_subquery()


def _unseen(column: InstrumentedAttribute[int], after: int, ids: Collection[int]) -> ColumnElement[bool]:
    return or_(column > after, column.in_(ids)) if ids else column > after
