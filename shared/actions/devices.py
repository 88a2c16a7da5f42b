"""What owners of printers tell: the port of their reports, kept in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from shared.actions.paperless import count_slips, end_paperless, is_well, kiosks_waiting_for
from shared.actions.slip_ends import tell_ends
from shared.actions.troubles import begin_trouble, end_trouble
from shared.domain.clock import real_now
from shared.domain.devices import (
    MOST_AHEAD_OF_TIME,
    OLDEST_JOB,
    TOO_OLD,
    DeviceState,
    PaperReport,
    PaperState,
    PrinterSettings,
    PrintJob,
)
from shared.domain.events import DeviceChanged
from shared.domain.failpoints import Failpoint, reach
from shared.domain.owner import is_gone
from shared.domain.paper import PrinterRow
from shared.domain.trouble import OF_PRINTERS
from shared.store.store import Store
from shared.store.trouble import OutcomeUnknown
from shared.store.unit_of_work import UnitOfWork

_LEASE = timedelta(seconds=20)
_HEARD = timedelta(seconds=55)
"""So seldom an unchanged printer is noted to have been heard."""

_LEFT = "打印时换了服务程序，不知道打出没有"


class StoreReports:
    """The port of printers' owners, kept in the database (see ``shared.domain.devices.DeviceReports``)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        #: Jobs that were handed out and not told of.
        self._handed: set[int] = set()
        #: The owner who may have claimed jobs without learning of it.
        self._in_doubt: str | None = None

    def printers(self) -> Sequence[PrinterSettings]:
        """All slip printers of the hall as configured now."""
        return self._store.read(_settings)

    def lease(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """Take or renew the ownership of printers: the fencing number of each that is the owner's now."""
        return self._store.transact(lambda uow: _leases(uow, printers, owner))

    def take(self, printers: Collection[str], owner: str) -> Mapping[str, int]:
        """Take the ownership of printers also from an owner who lives."""
        return self._store.transact(lambda uow: _leases(uow, printers, owner, even_from_the_living=True))

    def release(self, printers: Collection[str], owner: str) -> None:
        """Give up the ownership of printers, so that another may have them at once."""
        self._store.transact(lambda uow: _release(uow, printers, owner))

    def waiting(self, printers: Collection[str]) -> Collection[str]:
        """Those of the printers for which a job waits that nobody has claimed."""
        self._settle()
        return self._store.read(lambda uow: uow.papers.waiting(printers)) if printers else ()

    def exchange(
        self, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
    ) -> Sequence[PrintJob]:
        """Tell what became of jobs and claim the next ones, in one transaction."""
        self._settle()
        if papers:
            reach(Failpoint.PAPER_SENT)
        try:
            jobs = self._store.transact(lambda uow: _exchange(uow, owner, papers, room, oldest))
        except OutcomeUnknown:
            self._in_doubt = owner
            raise
        self._handed.difference_update(paper.job_id for paper in papers)
        self._handed.update(job.id for job in jobs)
        if papers:
            reach(Failpoint.PAPER_TOLD)
        if jobs:
            reach(Failpoint.PAPER_CLAIMED)
        return jobs

    def _settle(self) -> None:
        """Tell of jobs that a claim whose commit was never answered has left: no byte of them was sent."""
        owner = self._in_doubt
        if owner is not None:
            self._store.transact(lambda uow: _settle(uow, owner, self._handed))
            self._in_doubt = None

    def device(self, printer: str, state: DeviceState, detail: str) -> None:
        """Write down a printer's state when it has changed, and now and then that it was heard."""
        if self._store.read(lambda uow: _is_news(uow, printer, state, detail)):
            self._store.transact(lambda uow: _report_device(uow, printer, state, detail))


def _settings(uow: UnitOfWork) -> list[PrinterSettings]:
    return list(uow.configuration().site.printers)


def _row(uow: UnitOfWork, name: str) -> PrinterRow:
    row = uow.papers.printer(name)
    if row is None:
        row = PrinterRow(name=name)
        uow.add(row)
    return row


def _leases(
    uow: UnitOfWork, printers: Collection[str], owner: str, *, even_from_the_living: bool = False
) -> dict[str, int]:
    taken: list[str] = []
    fences: dict[str, int] = {}
    for printer in sorted(printers):
        row = _row(uow, printer)
        if row.owner != owner:
            if _lives(row) and not even_from_the_living:
                continue
            row.owner, row.fence = owner, row.fence + 1
            taken.append(printer)
        row.leased_until = real_now() + _LEASE
        fences[printer] = row.fence
    if taken:
        _settle_taken(uow, {printer: fences[printer] for printer in taken})
    return fences


def _lives(row: PrinterRow) -> bool:
    leased = row.leased_until is not None and row.leased_until > real_now()
    return leased and row.owner is not None and not is_gone(row.owner)


def _settle_taken(uow: UnitOfWork, fences: Mapping[str, int]) -> None:
    """End what the former owners left: of what they had begun, and of what is too old, nothing tells."""
    now = real_now()
    for printer, fence in fences.items():
        tell_ends(
            uow,
            uow.papers.end_left(printer, fence, PaperState.UNCONFIRMED, _LEFT, now),
            PaperState.UNCONFIRMED,
        )
    young = (now - OLDEST_JOB, now + MOST_AHEAD_OF_TIME)
    old = uow.papers.end_old(fences, young, PaperState.UNCONFIRMED, TOO_OLD, now)
    known = [printer.name for printer in _settings(uow)]
    orphaned = uow.papers.end_orphaned(known, young, PaperState.UNCONFIRMED, TOO_OLD, now)
    tell_ends(uow, [*old, *orphaned], PaperState.UNCONFIRMED)


def _release(uow: UnitOfWork, printers: Collection[str], owner: str) -> None:
    for printer in sorted(printers):
        row = uow.papers.printer(printer)
        if row is not None and row.owner == owner:
            row.owner = row.leased_until = None


def _settle(uow: UnitOfWork, owner: str, handed: Collection[int]) -> None:
    left = uow.papers.end_unheard(owner, handed, PaperState.FAILED, "数据库断开，没有打印", real_now())
    tell_ends(uow, left, PaperState.FAILED)


def _exchange(
    uow: UnitOfWork, owner: str, papers: Sequence[PaperReport], room: Mapping[str, int], oldest: datetime
) -> list[PrintJob]:
    now = real_now()
    alike: dict[tuple[PaperState, str], list[int]] = {}
    for paper in papers:
        alike.setdefault((paper.state, paper.detail), []).append(paper.job_id)
    for (state, detail), ids in alike.items():
        ended = uow.papers.end(ids, owner, state, detail, now)
        tell_ends(uow, ended, state)
        if state is PaperState.CONFIRMED and len(ended) < len(ids):
            # No screen is told any more, but the kiosk has printed.
            late = set(ids).difference(job.id for job in ended)
            count_slips(uow, uow.papers.confirm_late(late, owner, detail), state)
    fences = uow.papers.fences(room, owner, now) if room else {}
    if not fences:
        return []
    young = (oldest, now + MOST_AHEAD_OF_TIME)
    tell_ends(uow, uow.papers.end_old(fences, young, PaperState.FAILED, TOO_OLD, now), PaperState.FAILED)
    settings = [known for known in _settings(uow) if known.name in fences and room[known.name] > 0]
    return [job for printer in settings for job in _claim(uow, printer, fences, room, now)]


def _claim(
    uow: UnitOfWork,
    printer: PrinterSettings,
    fences: Mapping[str, int],
    room: Mapping[str, int],
    now: datetime,
) -> list[PrintJob]:
    claimed = uow.papers.claim(printer.name, fences[printer.name], room[printer.name], now)
    return [PrintJob(row.id, printer, row.document, row.ordered_at, row.reprint + 1) for row in claimed]


def _is_news(uow: UnitOfWork, printer: str, state: DeviceState, detail: str) -> bool:
    row = uow.papers.printer(printer)
    if row is None or row.state is not state or row.detail != detail[:200]:
        return True
    if state is not DeviceState.OFFLINE and (row.heard_at is None or row.heard_at < real_now() - _HEARD):
        return True
    well = is_well(uow.configuration().site.printer(printer), state)
    return well and bool(kiosks_waiting_for(uow, printer))


def _report_device(uow: UnitOfWork, printer: str, state: DeviceState, detail: str) -> None:
    row = _row(uow, printer)
    if row.state is not state or row.detail != detail[:200] or row.changed_at is None:
        row.state, row.detail, row.changed_at = state, detail[:200], real_now()
        uow.record(DeviceChanged(printer, state))
    if state is not DeviceState.OFFLINE:
        row.heard_at = real_now()
    settings = uow.configuration().site.printer(printer)
    if is_well(settings, state):
        end_paperless(uow, printer)
    _note_trouble(uow, settings, row)


def _note_trouble(uow: UnitOfWork, settings: PrinterSettings | None, row: PrinterRow) -> None:
    """One trouble at a time; but that paper runs short is told once per roll: until all is well again."""
    well = row.state is DeviceState.OK or (row.state is DeviceState.UNKNOWN and is_well(settings, row.state))
    lasting = {row.state} if well else {row.state, DeviceState.NEAR_END}
    for trouble in uow.troubles.open_of(row.name):
        if trouble.kind in OF_PRINTERS - lasting:
            end_trouble(uow, row.name, kind=trouble.kind)
    if not well:
        begin_trouble(uow, row.name, str(row.state), row.detail)
