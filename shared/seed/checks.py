"""Whether the data fits together: counts of the lists, and names that point at one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from shared.domain.catalogue import Catalogue
from shared.domain.limits import LegalLimit
from shared.domain.site import EVERYTHING, KioskSettings, OfficeDesk, Site
from shared.seed.rows import CountersRow, ErratumRow
from shared.seed.sign_checks import check_signs
from shared.seed.tables import Place, TableFile

#: What the two official lists hold.
ITEMS_PER_BUNDLE = (11, 6, 8, 15, 9, 15, 7, 4, 6, 5)
LEAF_ITEMS = 99
DISTINCT_CODES = 55
OFFICES = 13
SINGLE_SERVICES = 25
SERVICE_KINDS = ("bundle", "single", "advice")
DOTS = (576, 512, 384)
ENCODINGS = ("gb18030", "gbk", "gb2312", "utf-8")
MATERIAL_STATES = ("draft", "confirmed")
ERRATUM_KINDS = ("text", "blank", "ordinal", "layout")


def check_lists(files: Mapping[str, TableFile], catalogue: Catalogue) -> None:
    """Note what the lists cannot be: other counts, codes twice, floors and services that do not exist."""
    lists, singles = files["catalogue.toml"], files["single_services.toml"]
    _check_counts(lists, singles, catalogue)
    for index, bundle in enumerate(catalogue.bundles):
        here = ("bundles", index, "items")
        codes = [(number, code) for number, item in enumerate(bundle.items) for code in item.codes]
        for number in _repeated(codes):
            lists.wrong((*here, number), f"{bundle.name}：代码在这个一件事里重复")
        for number, item in enumerate(bundle.items):
            if not item.offices:
                lists.wrong((*here, number), f"{item.name} 没有承办股室")
        if any(channel not in ("counter", "online") for channel in bundle.channels):
            lists.wrong(("bundles", index, "channels"), "办理方式只有 counter 和 online")
    for name, ids in (("bundles", _ids(catalogue.bundles)), ("offices", _ids(catalogue.offices))):
        for index in _repeated(list(enumerate(ids))):
            lists.wrong((name, index, "id"), f"编号重复 {ids[index]}")
    codes = [(i, code) for i, single in enumerate(catalogue.single_services) for code in single.codes]
    for index in _repeated(codes):
        singles.wrong(("single_services", index, "codes"), "代码重复")
    _check_words(files, catalogue)
    _check_materials(files["materials.toml"], catalogue)


def check_errata(file: TableFile) -> None:
    """Note corrections of an unknown kind, or of no line."""
    for index, row in file.rows(("errata",), ErratumRow):
        if row.kind not in ERRATUM_KINDS:
            file.wrong(("errata", index, "kind"), f"不认识的更正种类 {row.kind}")
        if not row.lines or row.printed == row.reading:
            file.wrong(("errata", index), "更正没有写行号，或读法与原文相同")


def check_site(
    files: Mapping[str, TableFile], site: Site, catalogue: Catalogue, law: Mapping[str, LegalLimit]
) -> None:
    """Note what in the hall's settings points at nothing, or stands there twice."""
    file = files["site.toml"]
    floors = {floor.number for floor in site.floors}
    printers = {printer.name for printer in site.printers}
    services = set(catalogue.service_ids)
    for index, bundle in enumerate(catalogue.bundles):
        _points_at(files["catalogue.toml"], ("bundles", index, "floors"), bundle.floors, floors, "楼层")
    for single in (*catalogue.single_services, *catalogue.other_services):
        _points_at(file, ("single_floors", "by_service", single.id), single.floors, floors, "楼层")
    _check_counters(file, site, floors, printers)
    for index, kiosk in enumerate(site.kiosks):
        _points_at(file, ("kiosks", index, "floor"), [kiosk.floor], floors, "楼层")
        _check_printers_of(file, ("kiosks", index), kiosk, printers)
    offices = {office.name for office in catalogue.offices}
    for index, desk in enumerate(site.desks):
        _points_at(file, ("desks", index, "office"), [desk.office], offices, "股室")
        _check_printers_of(file, ("desks", index), desk, printers)
    for index, profile in enumerate(site.profiles):
        _points_at(file, ("profiles", index, "services"), profile.services, {*services, EVERYTHING}, "业务")
        _points_at(file, ("profiles", index, "helps"), profile.helps, services, "业务")
    _check_queue(file, site, services, floors)
    _check_series(file, site, services)
    _check_printers(file, site)
    check_signs(file, site)
    for key in (*site.mean_minutes, *_by_service(file)):
        table = ("mean_minutes", key) if key in site.mean_minutes else ("single_floors", "by_service", key)
        _points_at(file, table, [key], {*services, EVERYTHING}, "业务")
    for index, code in enumerate(law):
        _points_at(file, ("law", index, "code"), [code], services, "事项代码")
    _check_hours(file, site)
    for purpose, reasons in site.reasons.lists.items():
        for index in _repeated([(i, reason.code) for i, reason in enumerate(reasons)]):
            file.wrong(("reasons", purpose, index), "原因代码重复")


def _check_counts(lists: TableFile, singles: TableFile, catalogue: Catalogue) -> None:
    codes = [code for bundle in catalogue.bundles for item in bundle.items for code in item.codes]
    for index, (bundle, expected) in enumerate(zip(catalogue.bundles, ITEMS_PER_BUNDLE, strict=False)):
        if len(bundle.items) != expected:
            lists.wrong(("bundles", index), f"{bundle.name} 应有 {expected} 项，现有 {len(bundle.items)} 项")
    counted = (
        (lists, "一件事", len(catalogue.bundles), len(ITEMS_PER_BUNDLE)),
        (lists, "子事项", len(codes), LEAF_ITEMS),
        (lists, "不同代码", len(set(codes)), DISTINCT_CODES),
        (lists, "股室", len(catalogue.offices), OFFICES),
        (singles, "提速办事项", len(catalogue.single_services), SINGLE_SERVICES),
    )
    for file, what, found, expected in counted:
        if found != expected:
            file.wrong((), f"{what}应有 {expected} 个，现有 {found} 个")


def _check_words(files: Mapping[str, TableFile], catalogue: Catalogue) -> None:
    services, tiles, words = set(catalogue.service_ids), files["tiles.toml"], files["words.toml"]
    for index, folk in enumerate(catalogue.folk_words):
        _points_at(words, ("folk", index, "services"), folk.services, services, "业务")
    codes = {
        code for single in (*catalogue.single_services, *catalogue.other_services) for code in single.codes
    }
    for code in words.data.get("codes", {}):
        _points_at(words, ("codes", code), [code], codes, "事项代码")
    for bundle in catalogue.bundles:
        here = ("tiles", bundle.tile - 1, "question")
        for answer in bundle.question.answers if bundle.question else ():
            _points_at(tiles, here, answer.items, range(1, len(bundle.items) + 1), "事项序号")
            _points_at(tiles, here, [answer.service or bundle.id], services, "业务")
            offices = {office for item in bundle.items for office in item.offices}
            _points_at(tiles, here, [answer.office] if answer.office else [], offices, "本事项的股室")


def _check_materials(file: TableFile, catalogue: Catalogue) -> None:
    services = set(catalogue.service_ids)
    for index, material in enumerate(catalogue.materials):
        _points_at(file, ("materials", index, "code"), [material.code], services, "事项代码")
        if material.status not in MATERIAL_STATES:
            file.wrong(("materials", index, "status"), f"不认识的材料状态 {material.status}")
        if (material.status == "confirmed") != (material.confirmed_on is not None):
            file.wrong(("materials", index), "核对过的材料要写核对日期，草稿不写")


def _check_counters(file: TableFile, site: Site, floors: Collection[int], printers: Collection[str]) -> None:
    profiles = {profile.name for profile in site.profiles}
    numbers: list[tuple[int, int]] = []
    readers: list[tuple[int, str]] = []
    for index, row in file.rows(("counters",), CountersRow):
        here = ("counters", index)
        _points_at(file, (*here, "floor"), [row.floor], floors, "楼层")
        _points_at(file, (*here, "profile"), [row.profile], profiles, "受理范围")
        _check_printers_of(file, here, row, printers)
        numbers += [(index, number) for number in row.numbers]
        readers += [(index, row.card_reader) for _ in row.numbers if row.card_reader]
    for index in _repeated(numbers):
        file.wrong(("counters", index, "numbers"), "窗口号重复")
    for index in _repeated(readers):
        file.wrong(("counters", index, "card_reader"), "一台读卡器只能在一个窗口")
    for index in _repeated([(i, floor.number) for i, floor in enumerate(site.floors)]):
        file.wrong(("floors", index, "number"), "楼层重复")


def _check_printers_of(
    file: TableFile, here: Place, row: KioskSettings | OfficeDesk | CountersRow, printers: Collection[str]
) -> None:
    """A place's own printer and its stand-in exist and are two."""
    for key, name in (("printer", row.printer), ("stand_in", row.stand_in)):
        _points_at(file, (*here, key), [name] if name else [], printers, "打印机")
    if row.stand_in and row.stand_in == row.printer:
        file.wrong((*here, "stand_in"), "替补打印机要是另一台")


def _check_series(file: TableFile, site: Site, services: Collection[str]) -> None:
    for index, series in enumerate(site.series):
        if len(series.letter) != 1 or not "A" <= series.letter <= "Z" or series.letter == "H":
            file.wrong(("series", index, "letter"), "号段是一个大写字母；H 留给手写号")
        _points_at(file, ("series", index, "kinds"), series.kinds, (*SERVICE_KINDS, EVERYTHING), "业务种类")
        _points_at(file, ("series", index, "services"), series.services, services, "业务")
    for index in _repeated([(i, series.letter) for i, series in enumerate(site.series)]):
        file.wrong(("series", index, "letter"), "号段字母重复")


def _check_printers(file: TableFile, site: Site) -> None:
    for index, printer in enumerate(site.printers):
        here = ("printers", index)
        _points_at(file, (*here, "dots"), [printer.dots], DOTS, "纸宽")
        _points_at(file, (*here, "encoding"), [printer.encoding], ENCODINGS, "编码")
        _points_at(file, (*here, "mode"), [printer.mode], ("text", "raster"), "打印方式")
        _points_at(file, (*here, "qr"), [printer.qr], ("native", "raster"), "二维码方式")
    for index in _repeated([(i, printer.name) for i, printer in enumerate(site.printers)]):
        file.wrong(("printers", index, "name"), "打印机重名")
    for index in _repeated([(i, kiosk.name) for i, kiosk in enumerate(site.kiosks)]):
        file.wrong(("kiosks", index, "name"), "取号机重名")


def _check_queue(file: TableFile, site: Site, services: Collection[str], floors: Collection[int]) -> None:
    rule = site.discipline
    rates = (rule.normal_rate, rule.priority_rate, rule.return_rate)
    bases = (rule.normal_base, rule.priority_base, rule.return_base)
    if min(rates) < 0 or min(bases) < 0 or rule.normal_rate <= 0:
        file.wrong(("queue",), "排队规则的数不能是负的，普通号的速度要大于 0")
    if min(rule.cap, site.back_places) < 1 or site.outage_minutes <= 0:
        file.wrong(("queue",), "最多被超过的次数、退后的人数和停电分钟数要大于 0")
    spans = (rule.same_counter_seconds, rule.return_days, site.other_floor_seconds, site.undo_seconds)
    if min(spans) < 0:
        file.wrong(("queue",), "秒数和天数不能是负的")
    if site.no_show.calls_before < 1 or min([site.no_show.minutes, *site.no_show.need_minutes.values()]) < 0:
        file.wrong(("no_show",), "过号前至少叫 1 次，分钟数不能是负的")
    for need in site.no_show.need_minutes:
        _points_at(file, ("no_show", "need_minutes"), [need], site.reasons.codes("needs"), "需要")
    for index, plan in enumerate(site.stops_after):
        _points_at(file, ("stops", index, "service"), [plan.service], services, "业务")
        _points_at(file, ("stops", index, "then"), [stop.service for stop in plan.then], services, "业务")
        levels = [stop.floor for stop in plan.then if stop.floor is not None]
        _points_at(file, ("stops", index, "then"), levels, floors, "楼层")


def _check_hours(file: TableFile, site: Site) -> None:
    hours = site.hours
    if any(weekday not in "1234567" for weekday in hours.weekly) or hours.kiosk_opens >= hours.last_ticket:
        file.wrong(("hours",), "星期是 1 到 7，开始取号早于停止取号")
    if not (0 <= hours.quiet_before <= 60 and 0 <= hours.quiet_after <= 60):
        file.wrong(("hours",), "休息前后不叫号的分钟数应在 0 到 60 之间")
    numbers = {counter.number for counter in site.counters}
    _points_at(file, ("hours", "duty_counters"), hours.duty_counters, numbers, "窗口")
    for shifts in hours.weekly.values():
        times = [time for shift in shifts for time in (shift.begin, shift.end)]
        if times != sorted(set(times)):
            file.wrong(("hours", "shifts"), "班次要按时间先后，不能重叠")
            return


def _by_service(file: TableFile) -> Iterable[str]:
    floors = file.data.get("single_floors")
    return list(floors.get("by_service", {})) if isinstance(floors, dict) else []


def _points_at(
    file: TableFile, place: Place, named: Iterable[object], known: Collection[object], what: str
) -> None:
    for name in named:
        if name not in known:
            file.wrong(place, f"没有这个{what}：{name}")


def _repeated(pairs: Sequence[tuple[int, object]]) -> list[int]:
    """The indexes whose value stands in ``pairs`` before."""
    seen: Counter[object] = Counter()
    found = []
    for index, value in pairs:
        if seen[value]:
            found.append(index)
        seen[value] += 1
    return found


def _ids(things: Iterable[object]) -> list[str]:
    return [str(getattr(thing, "id", "")) for thing in things]
