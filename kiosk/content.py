"""What a kiosk shows, built from the hall's configuration: tiles, groups, limits, papers to bring, hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from kiosk.finder import finder_json
from kiosk.online import online_json
from shared.domain.catalogue import ADVICE, Bundle, Item, Limit, Material, SingleService
from shared.domain.configuration import Configuration
from shared.domain.limits import due

#: Bundles for employers stand under a heading of their own.
UNIT_BUNDLES = frozenset({"hire", "terminate", "public-institution-hire"})
#: Bundles after a death close with the hall's words of condolence.
DEATHS = frozenset({"retiree-death", "work-death"})

#: What the hall's own services are, in one line.
OWN_LINES = {"collect": "带上小票或受理通知书，来拿结果或补交材料"}

#: Groups of single services in everyday words, with the beginnings of their codes.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("社保卡", ("1.10.",)),
    ("退休和养老", ("1.6.", "1.2.3")),
    ("参保和缴费", ("1.1.", "1.3.", "1.4.")),
    ("失业保险和稳岗", ("1.8.",)),
    ("工伤认定和鉴定", ("1.7.",)),
    ("工伤报销和待遇", ("1.7.21", "1.7.22", "1.7.23", "1.7.27", "1.7.28", "1.7.29", "1.2.4")),
    ("就业登记和认定", ("2.4.", "2.6.")),
    ("补贴、贷款、毕业生", ("2.5.", "2.7.")),
    ("找工作、问政策", ("2.1.", "2.2.", "2.3.")),
    ("档案、人事、用工", ("3.", "4.")),
)


def kiosk_content(configuration: Configuration, kiosk: str, local: datetime) -> dict[str, Any]:
    """Everything the kiosk's page needs to work through a day, as of hall-local time ``local``.

    Dates of limits are those of an acceptance today (民法典 201: the day itself is not counted).
    """
    catalogue, site = configuration.catalogue, configuration.site
    singles = [*catalogue.single_services, *catalogue.other_services]
    bundles = sorted(catalogue.bundles, key=lambda bundle: bundle.tile)
    today = local.date()
    return {
        "configuration": configuration.number,
        "at": local.isoformat(),
        "hall": site.name,
        "phone": site.phone,
        "floors": [
            {"number": floor.number, "name": floor.name, "shape": floor.shape} for floor in site.floors
        ],
        "counters": [{"number": counter.number, "floor": counter.floor} for counter in site.counters],
        "here": next((known.floor for known in site.kiosks if known.name == kiosk), None),
        "hours": hours_json(configuration, local),
        "wording": {
            "materials": site.materials_note,
            "foot": site.wording.get("foot_note", ""),
            "missed": site.missed_rule,
            "farewell": site.wording.get("farewell", ""),
            "condolence": site.wording.get("condolence", ""),
        },
        "home": home_json(bundles),
        "groups": group_json(singles),
        "services": {
            **{bundle.id: bundle_json(bundle, configuration, today) for bundle in bundles},
            **{single.id: single_json(single, configuration, today) for single in singles},
        },
        "finder": finder_json(catalogue.service_ids),
    }


def home_json(bundles: Sequence[Bundle]) -> dict[str, Any]:
    """Which tile stands where: the first one wide, then those of people, then those of employers."""
    ids = [bundle.id for bundle in bundles]
    return {
        "wide": ids[:1],
        "personal": [service_id for service_id in ids[1:] if service_id not in UNIT_BUNDLES],
        "unit": [service_id for service_id in ids[1:] if service_id in UNIT_BUNDLES],
    }


def group_json(singles: Sequence[SingleService]) -> list[dict[str, Any]]:
    """Every single service of both lists in exactly one group; what the hall added comes last, by itself."""
    groups: list[dict[str, Any]] = [{"title": title, "services": []} for title, _ in GROUPS]
    own: list[str] = []
    for single in sorted(singles, key=lambda known: code_order(known.id)):
        place = group_of(single.id)
        if place is not None:
            groups[place]["services"].append(single.id)
        elif single.id != ADVICE:
            own.append(single.id)
    found = [group for group in groups if group["services"]]
    return [*found, *({"title": "", "services": [service_id]} for service_id in own)]


def group_of(service_id: str) -> int | None:
    """The place in ``GROUPS`` of a code, the longest beginning counts; None for what has no code."""
    fits = [
        (len(start), place)
        for place, (_, starts) in enumerate(GROUPS)
        for start in starts
        if service_id == start or (start.endswith(".") and service_id.startswith(start))
    ]
    return max(fits)[1] if fits else None


def code_order(code: str) -> tuple[int, ...]:
    """Dotted codes sort by their parts (1.2 before 1.10), other ids after all codes."""
    parts = code.split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else (999,)


def bundle_json(bundle: Bundle, configuration: Configuration, today: date) -> dict[str, Any]:
    """A bundle as its screen shows it."""
    codes = [code for item in bundle.items for code in item.codes]
    return {
        "id": bundle.id,
        "kind": "bundle",
        "title": bundle.title,
        "line": bundle.line,
        "name": bundle.name,
        "offered": True,
        "floors": list(bundle.floors),
        "limit": limit_words(bundle.limit, configuration, today),
        "farewell": "condolence" if bundle.id in DEATHS else "farewell",
        "materials": materials_json(configuration.catalogue.materials_of(codes)),
        "items": [item_json(item) for item in bundle.items],
        "question": _question_json(bundle),
        "online": online_json(bundle.id, bundle.online),
    }


def single_json(single: SingleService, configuration: Configuration, today: date) -> dict[str, Any]:
    """A single service, or advice, as its screen shows it."""
    kind = _single_kind(single)
    listed = single.items[0].limit if single.items and kind != "own" else None
    return {
        "id": single.id,
        "kind": kind,
        "title": single.plain_name,
        "line": OWN_LINES.get(single.id, ""),
        "name": single.name,
        "offered": single.offered,
        "floors": list(single.floors),
        "limit": limit_words(listed, configuration, today) if listed else _words("到窗口就办", ""),
        "farewell": "farewell",
        "materials": materials_json(configuration.catalogue.materials_of(single.codes)),
        "items": [],
        "question": None,
        "online": None,
    }


def _single_kind(single: SingleService) -> str:
    """Advice, what the hall added to the lists (``own``), or the kind that the list gives."""
    if single.id == ADVICE:
        return "advice"
    return single.kind if group_of(single.id) is not None else "own"


def item_json(item: Item) -> dict[str, Any]:
    """One line of a bundle in everyday words, the official name beside it."""
    leaves = [leaf.plain_name for leaf in item.leaf_items]
    return {"title": item.plain_name, "name": item.name, "kind": item.kind, "parts": leaves}


def limit_words(limit: Limit, configuration: Configuration, today: date) -> dict[str, str]:
    """A promised limit for people: the date first and only then the days; no date where none is sure."""
    if limit.kind == "immediate":
        return _words("当场办结", "")
    if limit.kind == "working_days" and limit.working_days is not None:
        found = due(limit, None, today, configuration.calendar)
        days = f"{limit.working_days} 个工作日内办结"
        if found.due_on is None:
            return _words(days, "日历未发布，日期由窗口告诉您")
        return _words(f"{found.due_on:%-m月%-d日}前", f"{days}，今天受理的话")
    if limit.kind in ("conditional", "periodic", "after_event", "calendar_days"):
        return _words("看情况", limit.text.rstrip("。"))
    return _words("请问窗口", "这一项没有公布期限")


def materials_json(materials: Sequence[Material]) -> list[dict[str, str]]:
    """Confirmed papers only, each once: what nobody has checked is not asked of a citizen."""
    confirmed = [material for material in materials if material.status == "confirmed"]
    named = {material.name: material for material in reversed(confirmed)}
    return [
        {
            "name": material.name,
            "note": material.note,
            "checked": f"{material.confirmed_on:%Y年%-m月}核对" if material.confirmed_on else "",
        }
        for material in reversed(list(named.values()))
    ]


def hours_json(configuration: Configuration, local: datetime) -> dict[str, Any]:
    """Today's hours: whether numbers are given now and from when, when counters call."""
    hours = configuration.site.hours
    shifts = hours.shifts_on(local.date(), configuration.calendar)
    open_now = hours.takes_numbers(local, configuration.calendar)
    opens = None if open_now else hours.next_opening(local, configuration.calendar)
    return {
        "always_open": hours.always_open,
        "works_today": bool(shifts),
        "open": open_now,
        "opens_at": opens.isoformat() if opens else None,
        "numbers_from": f"{hours.kiosk_opens:%H:%M}",
        "numbers_until": f"{hours.last_ticket:%H:%M}",
        "shifts": [[f"{shift.begin:%H:%M}", f"{shift.end:%H:%M}"] for shift in shifts],
    }


def _question_json(bundle: Bundle) -> dict[str, Any] | None:
    if bundle.question is None:
        return None
    answers = [
        {"code": answer.code, "text": answer.text, "service": answer.service}
        for answer in bundle.question.answers
    ]
    return {"text": bundle.question.text, "answers": answers}


def _words(main: str, detail: str) -> dict[str, str]:
    return {"main": main, "detail": detail}
