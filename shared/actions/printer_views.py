"""Printers as staff see them: how they are set up, how they fare, who stands in for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.devices import DeviceState, PrinterSettings
from shared.domain.paper import PrinterRow
from shared.domain.sign import SignLine
from shared.domain.site import CounterSettings, KioskSettings, OfficeDesk, Site
from shared.store.printing import LastTest
from shared.store.unit_of_work import UnitOfWork

#: In which order the states of slips are told.
SLIP_STATES = ("pending", "confirmed", "unconfirmed", "failed")
_UNKNOWN = DeviceState.UNKNOWN

Place = KioskSettings | CounterSettings | OfficeDesk


@dataclass(frozen=True, kw_only=True)
class PrinterView:
    """A slip printer.

    ``silent``: it is reached, should tell its state and does not. ``since`` is when its state became what it
    is, ``heard_at`` when it last answered; ``kind`` is the kind of its address, ``agent`` the device at
    which it hangs. ``kiosks``, ``counters`` and ``offices`` print on it, ``stand_ins`` do when it is
    broken, and it prints for those in ``stands_in_for``.
    """

    name: str
    address: str
    state: str
    silent: bool
    detail: str
    place: str
    kind: str
    agent: str | None
    dots: int
    encoding: str
    mode: str
    since: datetime | None
    heard_at: datetime | None
    kiosks: Sequence[str]
    counters: Sequence[int]
    offices: Sequence[str]
    stand_ins: Sequence[str]
    stands_in_for: Sequence[str]
    slips: dict[str, int]
    tested_at: datetime | None
    test_state: str | None


@dataclass(frozen=True, kw_only=True)
class SignLineView:
    """A line of counter signs, and the counters whose signs hang on it."""

    name: str
    kind: str
    counters: Sequence[int]
    state: str
    detail: str
    since: datetime | None
    heard_at: datetime | None


def printer_views(uow: UnitOfWork) -> tuple[list[PrinterView], list[SignLineView]]:
    """All slip printers and all lines of counter signs, as configured."""
    rows = {row.name: row for row in uow.papers.printers()}
    site = uow.configuration().site
    slips, tests = uow.printing.slips(uow.day), uow.printing.tests()
    printers = [
        _printer(printer, site, rows.get(printer.name), slips.get(printer.name, {}), tests.get(printer.name))
        for printer in site.printers
    ]
    lines = [_line(line, site, rows.get(line.device)) for line in site.sign_lines]
    return printers, lines


def _printer(
    printer: PrinterSettings,
    site: Site,
    row: PrinterRow | None,
    slips: dict[str, int],
    test: LastTest | None,
) -> PrinterView:
    places: list[Place] = [*site.kiosks, *site.counters, *site.desks]
    name = printer.name
    return PrinterView(
        name=name,
        address=printer.address,
        state=str(row.state if row else _UNKNOWN),
        silent=row is not None
        and row.changed_at is not None
        and row.state is _UNKNOWN
        and printer.tells_state,
        detail=row.detail if row else "",
        place=printer.place,
        kind=printer.address.partition(":")[0],
        agent=printer.agent,
        dots=printer.dots,
        encoding=printer.encoding,
        mode=printer.mode,
        since=row.changed_at if row else None,
        heard_at=row.heard_at if row else None,
        kiosks=[kiosk.name for kiosk in site.kiosks if kiosk.printer == name],
        counters=[counter.number for counter in site.counters if counter.printer == name],
        offices=[desk.office for desk in site.desks if desk.printer == name],
        stand_ins=sorted({one.stand_in for one in places if one.printer == name and one.stand_in}),
        stands_in_for=sorted({one.printer for one in places if one.stand_in == name and one.printer}),
        slips=dict.fromkeys(SLIP_STATES, 0) | slips,
        tested_at=test.at if test else None,
        test_state=str(test.state) if test else None,
    )


def _line(line: SignLine, site: Site, row: PrinterRow | None) -> SignLineView:
    return SignLineView(
        name=line.name,
        kind=line.address.partition(":")[0],
        counters=[sign.counter for sign in site.signs_of(line.name)],
        state=str(row.state if row else _UNKNOWN),
        detail=row.detail if row else "",
        since=row.changed_at if row else None,
        heard_at=row.heard_at if row else None,
    )
