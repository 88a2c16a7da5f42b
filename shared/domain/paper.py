"""Print jobs and printers as rows: what is to come out, where, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.domain.base import (
    Date,
    Entity,
    ForeignKey,
    Index,
    LongId,
    Mapped,
    SealedJson,
    String,
    UtcTime,
    Word,
    mapped_column,
    text,
)
from shared.domain.devices import DeviceState, PaperState
from shared.domain.errors import Refused


class NoPrinter(Refused):
    code = "no_printer"
    message = "这里没有设置打印机，请到别的窗口打印。"


class PrintJobRow(Entity):
    """One slip to print, written in the transaction that made it due; its data lies sealed."""

    __tablename__ = "print_jobs"
    __table_args__ = (
        Index(
            "ix_print_jobs_pending",
            "printer",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_print_jobs_case_id",
            "case_id",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
        Index(
            "ix_print_jobs_stands_in_for",
            "stands_in_for",
            unique=True,
            sqlite_where=text("stands_in_for IS NOT NULL"),
            postgresql_where=text("stands_in_for IS NOT NULL"),
        ),
        Index(
            "ix_print_jobs_tests",
            "printer",
            "id",
            sqlite_where=text("kind = 'printer_test'"),
            postgresql_where=text("kind = 'printer_test'"),
        ),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    printer: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date, index=True)
    #: By the machine's own time: a slip that waited too long must not come out any more.
    ordered_at: Mapped[datetime] = mapped_column(UtcTime)
    document: Mapped[dict[str, Any]] = mapped_column(SealedJson)
    device: Mapped[str] = mapped_column(String(80), default="")
    ticket_id: Mapped[int | None] = mapped_column(LongId, ForeignKey("tickets.id"), index=True, default=None)
    case_id: Mapped[int | None] = mapped_column(LongId, ForeignKey("cases.id"), default=None)
    state: Mapped[PaperState] = mapped_column(Word(PaperState), default=PaperState.PENDING)
    claimed_by: Mapped[int | None] = mapped_column(default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    detail: Mapped[str] = mapped_column(String(200), default="")
    reprint: Mapped[int] = mapped_column(default=0)
    #: The printer that is offered the slip when this one cannot print it.
    stand_in: Mapped[str | None] = mapped_column(String(64), default=None)
    #: The job of the broken printer for which this one stands in.
    stands_in_for: Mapped[int | None] = mapped_column(LongId, default=None)


class PrinterRow(Entity):
    """A printer's (or a line of counter signs') last known state, and the lease of its one owner."""

    __tablename__ = "printers"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[DeviceState] = mapped_column(Word(DeviceState), default=DeviceState.UNKNOWN)
    detail: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    heard_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    owner: Mapped[str | None] = mapped_column(String(64), default=None)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcTime, default=None)


class KioskPaper(Entity):
    """How a kiosk has fared with its slips: failures in a row, and since when it works without paper."""

    __tablename__ = "kiosk_papers"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    paperless_since: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
