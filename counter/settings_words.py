"""The hall's settings in the manager's words: each subject, what it says now, and whether it is assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.configuration import Configuration
from shared.domain.hours import Hours, Shift
from shared.domain.site import EVERYTHING, Site

WEEKDAYS = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "日"}


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One subject of the hall's settings; ``key`` is its table in site.toml."""

    key: str
    subject: str
    now: str
    assumed: bool


def setting_lines(configuration: Configuration) -> list[SettingLine]:
    """Every subject of site.toml with what holds now; what the hall has not checked is ``assumed``."""
    site = configuration.site
    return [
        SettingLine(key, subject, words(site), key in site.assumed)
        for key, (subject, words) in _SUBJECTS.items()
    ]


def catalogue_counts(configuration: Configuration) -> dict[str, int]:
    """How much the catalogue in force holds: bundles, their items, services, offices, papers to bring."""
    catalogue = configuration.catalogue
    papers = Counter(material.status for material in catalogue.materials)
    return {
        "bundles": len(catalogue.bundles),
        "items": sum(len(bundle.items) for bundle in catalogue.bundles),
        "single_services": len(catalogue.single_services),
        "other_services": len(catalogue.other_services),
        "offices": len(catalogue.offices),
        "materials_confirmed": papers["confirmed"],
        "materials_draft": papers["draft"],
    }


def calendar_words(configuration: Configuration) -> str:
    """For which years due dates can be told."""
    years = sorted(configuration.calendar.published_years)
    return "、".join(f"{year} 年" for year in years) if years else "日历未发布"


def hours_words(hours: Hours) -> str:
    """The week in one line, the same days together."""
    if hours.always_open:
        return "全天开放（演示）"
    days: dict[tuple[Shift, ...], list[str]] = {}
    for weekday, shifts in sorted(hours.weekly.items()):
        days.setdefault(shifts, []).append(WEEKDAYS.get(weekday, weekday))
    week = "；".join(f"周{'、'.join(names)} {_shifts(shifts)}" for shifts, names in days.items())
    quiet = f"；午休前 {hours.quiet_before} 分钟、后 {hours.quiet_after} 分钟不叫号"
    duty = f"，{'、'.join(map(str, hours.duty_counters))} 号窗口值班" if hours.duty_counters else ""
    rest = quiet + duty if hours.quiet_before or hours.quiet_after or hours.duty_counters else ""
    return f"{week}；{hours.kiosk_opens:%H:%M}～{hours.last_ticket:%H:%M} 取号{rest}"


def _shifts(shifts: tuple[Shift, ...]) -> str:
    return "，".join(f"{shift.begin:%H:%M}～{shift.end:%H:%M}" for shift in shifts) or "休息"


def _hall(site: Site) -> str:
    return f"{site.name}；咨询电话 {site.phone or '未填'}；投诉电话 {site.complaint_phone or '未填'}"


def _floors(site: Site) -> str:
    return "、".join(f"{floor.name}{floor.shape}" for floor in site.floors)


def _profiles(site: Site) -> str:
    return "、".join(
        f"{profile.name}（{'全部' if EVERYTHING in profile.services else f'{len(profile.services)} 项'}）"
        for profile in site.profiles
    )


def _counters(site: Site) -> str:
    floors = Counter(counter.floor for counter in site.counters)
    each = "，".join(f"{floor}楼 {count} 个" for floor, count in sorted(floors.items()))
    return f"{len(site.counters)} 个窗口：{each}"


def _series(site: Site) -> str:
    kinds = {"bundle": "打包一件事", "single": "单项", "advice": "咨询"}
    return "、".join(
        f"{series.letter}（{'、'.join(kinds.get(kind, kind) for kind in series.kinds) or '指定业务'}）"
        for series in site.series
    )


def _printers(site: Site) -> str:
    return f"{len(site.printers)} 台"


def _kiosks(site: Site) -> str:
    return f"{len(site.kiosks)} 台"


def _desks(site: Site) -> str:
    return f"{len(site.desks)} 个股室" if site.desks else "没有写"


def _no_show(site: Site) -> str:
    rule = site.no_show
    more = max(rule.need_minutes.values(), default=0)
    longer = f"（听不清、看不清的人多等 {more} 分钟）" if more else ""
    back = "扫小票自己排回去，一次" if rule.back == "places" else "由窗口排回去"
    return f"叫 {rule.calls_before} 次、满 {rule.minutes} 分钟没人来{longer}，才可以按过号；回来的人{back}"


def _queue(site: Site) -> str:
    rule = site.discipline
    head_start = f"，先加 {rule.priority_base / 60:g} 分钟" if rule.priority_base else ""
    return (
        f"优先的人等 1 分钟算 {rule.priority_rate:g} 分钟{head_start}；"
        f"回访的人先加 {rule.return_base / 60:g} 分钟；一个人最多被超过 {rule.cap} 次；"
        f"过号的人扫小票后，前面先办 {site.back_places} 位；"
        f"别的楼层的号等满 {site.other_floor_seconds / 60:g} 分钟，空闲窗口可以叫；"
        f"{site.undo_seconds} 秒内可以撤销；停电超过 {site.outage_minutes:g} 分钟不算等候"
    )


def _stops(site: Site) -> str:
    return f"{len(site.stops_after)} 项业务办完还有下一站" if site.stops_after else "没有"


def _mean_minutes(site: Site) -> str:
    default = site.mean_minutes.get("*")
    others = len([service for service in site.mean_minutes if service != "*"])
    return f"一般 {default:g} 分钟，{others} 项业务另有数" if default else f"{others} 项业务"


def _wording(site: Site) -> str:
    return site.missed_rule


def _reasons(site: Site) -> str:
    return f"{len(site.reasons.lists)} 张原因表"


_SUBJECTS: Mapping[str, tuple[str, Callable[[Site], str]]] = {
    "hall": ("大厅名称和电话", _hall),
    "floors": ("楼层", _floors),
    "counters": ("窗口", _counters),
    "profiles": ("受理范围", _profiles),
    "series": ("号段", _series),
    "hours": ("开放时间", lambda site: hours_words(site.hours)),
    "printers": ("小票打印机", _printers),
    "kiosks": ("取号机", _kiosks),
    "desks": ("股室在哪里打印", _desks),
    "single_floors": ("单项业务在几楼", lambda site: "清单没有写，按大厅资料"),
    "services": ("大厅自己加的业务", lambda site: "见业务目录"),
    "stops": ("一次来办几站", _stops),
    "no_show": ("过号", _no_show),
    "queue": ("排队规则", _queue),
    "mean_minutes": ("每件大约多久", _mean_minutes),
    "wording": ("小票和语音用语", _wording),
    "reasons": ("原因表", _reasons),
}
