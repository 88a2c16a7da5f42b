"""Kiosks whose slips do not come out: after three in a row they go without paper until a test is good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.actions.troubles import begin_trouble, end_trouble
from shared.domain.clock import real_now
from shared.domain.devices import ABLE_TO_PRINT, SURE_TO_PRINT, DeviceState, PaperState, PrinterSettings
from shared.domain.paper import KioskPaper
from shared.domain.trouble import PAPERLESS
from shared.store.paper import EndedJob
from shared.store.unit_of_work import UnitOfWork

#: So many slips in a row that were not confirmed make a kiosk go without paper.
FAILURES = 3
#: The detail of slips that are not even tried.
NOT_TRIED = "取号机暂时不打小票"


def count_slips(uow: UnitOfWork, ended: Sequence[EndedJob], state: PaperState) -> None:
    """Note how slips ended at the printers of their own kiosks."""
    slips = [job for job in ended if job.kind == "ticket" and job.device and job.stands_in_for is None]
    if not slips:
        return
    known = uow.papers.hold_kiosks({job.device for job in slips})
    for job in slips:
        if state is not PaperState.CONFIRMED:
            _count_failure(uow, known, job, state)
        elif job.device in known:
            known[job.device].failures = 0


def _count_failure(uow: UnitOfWork, known: dict[str, KioskPaper], job: EndedJob, state: PaperState) -> None:
    site = uow.configuration().site
    kiosk, printer = site.kiosk(job.device), site.printer(job.printer)
    if kiosk is None or printer is None or kiosk.printer != job.printer:
        return
    if state is PaperState.UNCONFIRMED and printer.tells_nothing:
        return
    if job.device not in known:
        known[job.device] = KioskPaper(name=job.device)
        uow.add(known[job.device])
    row = known[job.device]
    row.failures += 1
    if row.failures >= FAILURES and row.paperless_since is None:
        row.paperless_since = real_now()
        begin_trouble(uow, job.device, PAPERLESS, f"连续{row.failures}张小票没有打出来，暂不打小票")


def is_well(printer: PrinterSettings | None, state: DeviceState) -> bool:
    """Whether a printer has shown that it prints: it says so, or it can be reached and is never asked."""
    if state in SURE_TO_PRINT:
        return True
    return state is DeviceState.UNKNOWN and printer is not None and not printer.tells_state


@dataclass(frozen=True, slots=True)
class PaperView:
    """What a kiosk knows of its paper: whether it goes without, and whether its own printer may print now."""

    paperless: bool
    well: bool


def paper_of(uow: UnitOfWork, kiosk: str) -> PaperView:
    """How things stand with a kiosk's paper now."""
    settings = uow.configuration().site.kiosk(kiosk)
    row = uow.papers.kiosk(kiosk)
    paperless = row is not None and row.paperless_since is not None
    printer = uow.papers.printer(settings.printer) if settings and settings.printer else None
    return PaperView(paperless, printer is not None and printer.state in ABLE_TO_PRINT and not paperless)


def kiosks_at(uow: UnitOfWork, printer: str) -> list[str]:
    """The kiosks whose own printer this is."""
    return [kiosk.name for kiosk in uow.configuration().site.kiosks if kiosk.printer == printer]


def kiosks_waiting_for(uow: UnitOfWork, printer: str) -> list[KioskPaper]:
    """The kiosks without paper whose own printer this is."""
    known = uow.papers.kiosks(kiosks_at(uow, printer))
    return [row for row in known.values() if row.paperless_since is not None]


def end_paperless(uow: UnitOfWork, printer: str) -> None:
    """A printer is well: its kiosks print again."""
    for row in kiosks_waiting_for(uow, printer):
        row.failures, row.paperless_since = 0, None
        end_trouble(uow, row.name, kind=PAPERLESS)
