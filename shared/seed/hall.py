"""The hall's own settings and its working calendar, read from their files."""

from __future__ import annotations

from datetime import date, time
from typing import TypeVar

from shared.domain.devices import DOTS_OF_PAPER, DOTS_PER_COLUMN, PrinterSettings
from shared.domain.hours import Hours
from shared.domain.limits import LegalLimit
from shared.domain.sign import Sign, SignLine
from shared.domain.site import (
    CounterSettings,
    FloorSettings,
    KioskSettings,
    NoShowRule,
    OfficeDesk,
    ProfileSettings,
    QueueRule,
    Reason,
    Reasons,
    SeriesSettings,
    Site,
    StopsAfter,
)
from shared.domain.working_days import WorkingCalendar
from shared.seed.rows import CountersRow, HallNames, HoursRow, LawRow, QueueRow, SlipPrinterRow, YearRow
from shared.seed.tables import TableFile

Row = TypeVar("Row")


#: What stands in for a table that is missing or damaged, so that the rest is read and told too.
_NO_NAMES = HallNames("", "", "", "", "", "")
_NO_HOURS = HoursRow(time(0), time(23), (), ())
_NO_QUEUE = QueueRow(1, 0.0, 0, 0.0, 1.0, 0.0, 1.0)
_NO_RULE = NoShowRule(1, 0)


def read_site(file: TableFile) -> Site:
    """The hall as its file tells it; what is missing or damaged is noted."""
    names = file.table("hall", HallNames) or _NO_NAMES
    queue = file.table("queue", QueueRow) or _NO_QUEUE
    wording = _wording(file)
    return Site(
        name=names.name,
        short_name=names.short_name,
        office_name=names.office_name,
        phone=names.phone,
        complaint_phone=names.complaint_phone,
        pickup=names.pickup,
        floors=_all(file, "floors", FloorSettings),
        counters=_counters(file),
        profiles=_all(file, "profiles", ProfileSettings),
        series=_all(file, "series", SeriesSettings),
        hours=_hours(file.table("hours", HoursRow) or _NO_HOURS),
        printers=_printers(file),
        kiosks=_all(file, "kiosks", KioskSettings),
        desks=_all(file, "desks", OfficeDesk) if "desks" in file.data else (),
        sign_lines=_all(file, "sign_lines", SignLine) if "sign_lines" in file.data else (),
        signs=_all(file, "signs", Sign) if "signs" in file.data else (),
        no_show=file.table("no_show", NoShowRule) or _NO_RULE,
        discipline=_discipline(queue),
        mean_minutes=file.table("mean_minutes", dict[str, float]) or {},
        missed_rule=wording.pop("missed_rule", ""),
        materials_note=wording.pop("materials_note", ""),
        back_places=queue.back_places,
        other_floor_seconds=queue.other_floor_seconds,
        undo_seconds=queue.undo_seconds,
        outage_minutes=queue.outage_minutes,
        stops_after=_all(file, "stops", StopsAfter) if "stops" in file.data else (),
        reasons=Reasons(file.table("reasons", dict[str, tuple[Reason, ...]]) or {}),
        wording=wording,
        assumed=tuple(key for key in file.data if key in file.assumed),
    )


def read_law(file: TableFile) -> dict[str, LegalLimit]:
    """The limits that laws set, by code."""
    law: dict[str, LegalLimit] = {}
    for index, row in file.rows(("law",), LawRow):
        if row.code in law or row.working_days <= 0:
            file.wrong(("law", index), f"{row.code} 的法定时限重复或不是正数")
        law[row.code] = LegalLimit(row.working_days, row.source)
    return law


def read_calendar(file: TableFile) -> WorkingCalendar:
    """The published years; days outside their year and make-up days that are no weekend are noted."""
    off_days: set[date] = set()
    make_up_days: set[date] = set()
    sources: dict[int, str] = {}
    for index, row in file.rows(("years",), YearRow):
        for key, days in (("off_days", row.off_days), ("make_up_days", row.make_up_days)):
            if any(day.year != row.year for day in days) or len(set(days)) != len(days):
                file.wrong(("years", index, key), f"{row.year} 年的日期重复或不在这一年")
        if any(day.isoweekday() <= 5 or day in row.off_days for day in row.make_up_days):
            file.wrong(("years", index, "make_up_days"), "调休上班日应是不放假的周六或周日")
        if row.year in sources:
            file.wrong(("years", index, "year"), f"{row.year} 年写了两次")
        off_days.update(row.off_days)
        make_up_days.update(row.make_up_days)
        sources[row.year] = row.source
    source = "；".join(sources.values())
    return WorkingCalendar(frozenset(sources), frozenset(off_days), frozenset(make_up_days), source)


def _all(file: TableFile, key: str, row_type: type[Row]) -> tuple[Row, ...]:
    return tuple(row for _, row in file.rows((key,), row_type))


def _wording(file: TableFile) -> dict[str, str]:
    wording = dict(file.table("wording", dict[str, str]) or {})
    for key in ("missed_rule", "materials_note"):
        if key not in wording:
            file.wrong(("wording",), f"缺少 {key}")
    return wording


def _counters(file: TableFile) -> tuple[CounterSettings, ...]:
    return tuple(
        CounterSettings(
            number, row.floor, f"{number}号窗口", row.profile, row.printer, row.stand_in, row.card_reader
        )
        for _, row in file.rows(("counters",), CountersRow)
        for number in row.numbers
    )


def _printers(file: TableFile) -> tuple[PrinterSettings, ...]:
    return tuple(_printer(row) for _, row in file.rows(("printers",), SlipPrinterRow))


def _printer(row: SlipPrinterRow) -> PrinterSettings:
    dots = row.dots or (row.columns or 0) * DOTS_PER_COLUMN or DOTS_OF_PAPER.get(row.paper_mm, 0)
    return PrinterSettings(
        name=row.name,
        address=row.address,
        place=row.place,
        dots=dots,
        encoding=row.encoding,
        mode=row.mode,
        qr=row.qr,
        cutter=row.cutter,
        status=row.status,
        process_ids=row.process_ids,
    )


def _hours(row: HoursRow) -> Hours:
    weekly = {str(weekday): row.shifts for weekday in row.weekdays}
    return Hours(
        weekly,
        row.kiosk_opens,
        row.last_ticket,
        row.always_open,
        row.quiet_before,
        row.quiet_after,
        row.duty_counters,
    )


def _discipline(row: QueueRow) -> QueueRule:
    return QueueRule(
        normal_base=row.normal_base,
        normal_rate=row.normal_rate,
        priority_base=row.priority_base,
        priority_rate=row.priority_rate,
        return_base=row.return_base,
        return_rate=row.return_rate,
        same_counter_seconds=row.same_counter_seconds,
        return_days=row.return_days,
        cap=row.cap,
    )
