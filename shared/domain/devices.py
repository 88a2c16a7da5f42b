"""What the hall knows of its printers: states of device and paper, print jobs, and the port for reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class DeviceState(StrEnum):
    """What a device last told of itself; silence is ``unknown`` and never ``ok``.

    ``fault`` is an error of the device itself (cutter, head, jam); ``offline`` one that cannot be reached.
    """

    OK = "ok"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    FAULT = "fault"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


ABLE_TO_PRINT = frozenset({DeviceState.OK, DeviceState.NEAR_END, DeviceState.UNKNOWN})
"""States in which a slip is worth sending; in the others no whole slip can come out."""

SURE_TO_PRINT = frozenset({DeviceState.OK, DeviceState.NEAR_END})
"""States that a printer must tell itself: silence is none of them."""


class PaperState(StrEnum):
    """What became of a slip.

    ``failed``: we know that no whole slip came out. ``unconfirmed``: bytes were sent and nothing tells.
    """

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"


OLDEST_JOB = timedelta(seconds=10)
"""A slip that comes later falls before an empty kiosk, with a live number on it."""

MOST_AHEAD_OF_TIME = timedelta(seconds=5)
"""A slip from further ahead was ordered before the clock was set back: how old it is nobody knows."""

TOO_OLD = "排队太久，没有打印"
"""The detail of a slip that would have come out before an empty kiosk."""

DEAF_KINDS = frozenset({"file", "cups"})
"""Kinds of addresses from which no printer can answer."""


DOTS_PER_COLUMN = 24
"""A Chinese character cell at 203 dpi."""

DOTS_OF_PAPER = {80: 576, 58: 384}
"""Printable dots of a paper width in mm, where nothing else is said."""


AGENT = "agent"
"""The kind of address behind which a computer with its own printer stands: ``agent:<device>[/<printer>]``."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One slip printer of the hall, as configured.

    ``place`` says to people where its paper lies. ``dots`` is the printable width: 576 on 80 mm paper (512 on
    some heads), 384 on 58 mm. ``encoding`` is what the character ROM holds: ``gb18030``, ``gbk``, ``gb2312``
    or ``utf-8``. ``mode`` is ``text``, or ``raster`` for whole slips as a picture; ``qr`` is ``native`` or
    ``raster``. ``status`` and ``process_ids`` say whether the printer answers DLE EOT, and GS ( H when a slip
    is printed; None means that its first answer will tell.
    """

    name: str
    address: str
    place: str = ""
    dots: int = DOTS_OF_PAPER[80]
    encoding: str = "gb18030"
    mode: str = "text"
    qr: str = "native"
    cutter: bool = True
    status: bool | None = None
    process_ids: bool | None = None

    @property
    def columns(self) -> int:
        """The width in Chinese characters: 24, 21 or 16."""
        return self.dots // DOTS_PER_COLUMN

    @property
    def tells_state(self) -> bool:
        """Whether it may be asked for its state; silence of one that may is a trouble."""
        return self.status is not False and self.address.partition(":")[0] not in DEAF_KINDS

    @property
    def tells_nothing(self) -> bool:
        """Whether no slip of it can ever be confirmed, so that ``unconfirmed`` is the usual end."""
        return not self.tells_state and (
            self.process_ids is False or self.address.partition(":")[0] in DEAF_KINDS
        )

    @property
    def agent(self) -> str | None:
        """The device of the agent at which it hangs; None where the hall has its own way to it."""
        kind, _, rest = self.address.partition(":")
        return rest.partition("/")[0] if kind.lower() == AGENT else None


@dataclass(frozen=True)
class PrintJob:
    """One slip to print, as data and never as bytes; ``ordered_at`` is aware, ``attempt`` starts at 1."""

    id: int
    printer: PrinterSettings
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
        """Take or renew the ownership of printers: the fencing number of each that is the owner's now.

        Of a printer that is taken, what its last owner had begun and every job that is too old ends
        unconfirmed.
        """

    def take(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """Take the ownership of printers also from an owner who lives; else as :meth:`lease`."""

    def release(self, printers: Collection[str], owner: str) -> None:
        """Give up the ownership of printers, so that another may have them at once."""

    def waiting(self, printers: Collection[str]) -> Collection[str]:
        """Those of the printers for which a job waits that nobody has claimed."""

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        """Tell what became of jobs and claim the next ones, all or nothing.

        What is told of jobs that another has taken over counts for nothing; one that was unconfirmed may be
        confirmed later, and nothing else that was told changes.

        ``room``: how many jobs may be claimed for each printer, oldest first; a printer whose lease is
        another's gets none. Jobs of these printers that were ordered before ``oldest`` are told failed.
        """

    def device(self, printer: str, state: DeviceState, detail: str) -> None:
        """Tell the state of a printer, also an unchanged one now and then; ``detail`` is for staff."""
