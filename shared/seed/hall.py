"""The hall's own settings and its working calendar, read from their files."""

from __future__ import annotations

from datetime import date

from shared.domain.hours import Hours
from shared.domain.limits import LegalLimit
from shared.domain.site import (
    CounterSettings,
    FloorSettings,
    KioskSettings,
    NoShowRule,
    PrinterSettings,
    ProfileSettings,
    QueueRule,
    Reason,
    Reasons,
    SeriesSettings,
    Site,
)
from shared.domain.working_days import WorkingCalendar
from shared.seed.rows import CountersRow, HallNames, HoursRow, LawRow, QueueRow, YearRow
from shared.seed.tables import TableFile


def read_site(file: TableFile) -> Site | None:
    """The hall; None when one of its tables is missing or damaged, which is noted."""
    names = file.table("hall", HallNames)
    hours = file.table("hours", HoursRow)
    no_show = file.table("no_show", NoShowRule)
    queue = file.table("queue", QueueRow)
    minutes = file.table("mean_minutes", dict[str, float])
    wording = dict(file.table("wording", dict[str, str]) or {})
    reasons = file.table("reasons", dict[str, tuple[Reason, ...]])
    floors = tuple(row for _, row in file.rows(("floors",), FloorSettings))
    profiles = tuple(row for _, row in file.rows(("profiles",), ProfileSettings))
    series = tuple(row for _, row in file.rows(("series",), SeriesSettings))
    printers = tuple(row for _, row in file.rows(("printers",), PrinterSettings))
    kiosks = tuple(row for _, row in file.rows(("kiosks",), KioskSettings))
    counters = _counters(file)
    for key in ("missed_rule", "materials_note"):
        if key not in wording:
            file.wrong(("wording",), f"缺少 {key}")
    if names is None or hours is None or no_show is None or queue is None:
        return None
    return Site(
        name=names.name,
        short_name=names.short_name,
        office_name=names.office_name,
        phone=names.phone,
        complaint_phone=names.complaint_phone,
        pickup=names.pickup,
        floors=floors,
        counters=counters,
        profiles=profiles,
        series=series,
        hours=_hours(hours),
        printers=printers,
        kiosks=kiosks,
        no_show=no_show,
        discipline=QueueRule(queue.normal_base, queue.normal_rate, queue.priority_base, queue.priority_rate),
        mean_minutes=minutes or {},
        missed_rule=wording.pop("missed_rule", ""),
        materials_note=wording.pop("materials_note", ""),
        back_places=queue.back_places,
        other_floor_seconds=queue.other_floor_seconds,
        undo_seconds=queue.undo_seconds,
        reasons=Reasons(reasons or {}),
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


def _counters(file: TableFile) -> tuple[CounterSettings, ...]:
    return tuple(
        CounterSettings(number, row.floor, f"{number}号窗口", row.profile, row.printer)
        for _, row in file.rows(("counters",), CountersRow)
        for number in row.numbers
    )


def _hours(row: HoursRow) -> Hours:
    weekly = {str(weekday): row.shifts for weekday in row.weekdays}
    return Hours(weekly, row.kiosk_opens, row.last_ticket, row.always_open)
