"""What the hall knows of its printers: states of device and paper, print jobs, and the port for reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class DeviceState(StrEnum):
    """What a device last told of itself; silence is ``unknown`` and never ``ok``."""

    OK = "ok"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


ABLE_TO_PRINT = frozenset({DeviceState.OK, DeviceState.NEAR_END, DeviceState.UNKNOWN})
"""States in which a slip is worth sending; in the others no whole slip can come out."""


class PaperState(StrEnum):
    """What became of a slip.

    ``failed``: we know that no whole slip came out. ``unconfirmed``: bytes were sent and nothing tells.
    """

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"


TOO_OLD = "排队太久，没有打印"
"""The detail of a slip that would have come out before an empty kiosk."""


@dataclass(frozen=True)
class PrinterSettings:
    """One slip printer of the hall, as configured.

    ``columns`` is the width in Chinese characters: 24 on 80 mm paper, 16 on 58 mm. ``encoding`` is what the
    character ROM holds: ``gb18030``, ``gbk`` or ``gb2312``. ``process_ids`` says whether the printer answers
    "printed" to a process id; None means that its first answer will tell.
    """

    name: str
    address: str
    columns: int = 24
    encoding: str = "gb18030"
    process_ids: bool | None = None


@dataclass(frozen=True)
class PrintJob:
    """One slip to print, as data and never as bytes; ``ordered_at`` is aware, ``attempt`` starts at 1."""

    id: int
    printer: str
    address: str
    columns: int
    encoding: str
    document: Mapping[str, object]
    ordered_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class PaperReport:
    """What became of a claimed job; ``detail`` is for staff and holds no personal data."""

    job_id: int
    state: PaperState
    detail: str


class DeviceReports(Protocol):
    """The port through which whoever owns printers takes their jobs and tells what happened."""

    def printers(self) -> Sequence[PrinterSettings]:
        """All slip printers of the hall as configured now."""

    def lease(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """Take or renew the ownership of printers: the fencing number of each that is the owner's now."""

    def waiting(self, printers: Collection[str]) -> Collection[str]:
        """Those of the printers for which a job waits that nobody has claimed."""

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        """Tell what became of jobs and claim the next ones, all or nothing.

        ``room``: how many jobs may be claimed for each printer, oldest first; a printer whose lease is
        another's gets none. Jobs of these printers that were ordered before ``oldest`` are told failed.
        """

    def device(self, printer: str, state: DeviceState, detail: str) -> None:
        """Tell the state of a printer; ``detail`` is for staff."""
