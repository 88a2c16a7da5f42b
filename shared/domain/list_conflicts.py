"""Where the two official lists contradict themselves or each other, computed from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.catalogue import Bundle, Catalogue, Item, Limit
from shared.domain.configuration import Configuration

#: The kinds of contradiction with their headings.
HEADINGS = {
    "several_leads": "牵头单位不止一个",
    "lead_cooperates": "同一单位既牵头又配合",
    "office_without_item": "列了单位，却没有它承办的事项",
    "office_not_named": "承办事项的股室不在牵头、配合单位里",
    "offices_differ": "同一代码在各处的承办股室不同",
    "no_code": "没有自己代码的事项",
    "parts_differ": "同名事项的子事项不同",
    "several_offices": "一个事项有几个股室，没写谁办什么",
    "shorter": "提速办时限比一件事短（按短的）",
    "longer": "即时办结的一件事里，事项另有天数（按事项的）",
    "branch_longer": "某种情形的时限比一件事长",
    "law_shorter": "法定时限比一件事短",
    "awaits": "要等外部事件，一件事的时限管不到",
    "only_list2": "只在提速办清单，不在任何一件事里",
    "only_list1": "只在一件事里，没有单独的时限",
    "no_acceptance": "是服务，不用受理",
    "not_offered": "清单写明未办理",
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction; ``kind`` is a key of ``HEADINGS``, ``where`` a bundle's id or a code."""

    kind: str
    where: str
    text: str


def find_conflicts(configuration: Configuration) -> tuple[Conflict, ...]:
    """Every contradiction that the data itself shows, grouped by kind in the order of ``HEADINGS``."""
    catalogue = configuration.catalogue
    found = [conflict for bundle in catalogue.bundles for conflict in _of_bundle(bundle, catalogue)]
    found += [conflict for bundle in catalogue.bundles for conflict in _of_limits(bundle, configuration)]
    found += [*_offices_by_code(catalogue), *_parts_by_name(catalogue), *_between_lists(catalogue)]
    kinds = list(HEADINGS)
    return tuple(sorted(dict.fromkeys(found), key=lambda conflict: kinds.index(conflict.kind)))


def _of_bundle(bundle: Bundle, catalogue: Catalogue) -> Iterator[Conflict]:
    if len(bundle.lead_offices) > 1:
        yield Conflict("several_leads", bundle.id, "、".join(bundle.lead_offices))
    for name in bundle.lead_offices:
        if name in bundle.cooperating_offices:
            yield Conflict("lead_cooperates", bundle.id, name)
    named = dict.fromkeys((*bundle.lead_offices, *bundle.cooperating_offices))
    handling = dict.fromkeys(office for item in bundle.items for office in item.offices)
    for name in named:
        if not any(_covers(catalogue, name, office) for office in handling):
            yield Conflict("office_without_item", bundle.id, name)
    for office in handling:
        if not any(_covers(catalogue, name, office) for name in named):
            yield Conflict("office_not_named", bundle.id, office)
    for item in bundle.items:
        if item.code is None:
            yield Conflict("no_code", bundle.id, f"{item.ordinal} {item.name}")
        if len(item.offices) > 1:
            yield Conflict(
                "several_offices", bundle.id, f"{item.ordinal} {item.name}：{'、'.join(item.offices)}"
            )
        if item.kind == "service":
            yield Conflict("no_acceptance", bundle.id, f"{item.code} {item.name}")


def _of_limits(bundle: Bundle, configuration: Configuration) -> Iterator[Conflict]:
    for item in bundle.items:
        for code in item.codes:
            printed = configuration.list2.get(code)
            legal = configuration.law.get(code)
            if printed is not None and printed.kind in ("periodic", "after_event"):
                yield Conflict("awaits", bundle.id, f"{code} {printed.text}")
            elif printed is not None:
                yield from _compared(bundle, code, printed)
            days = bundle.limit.working_days
            if legal is not None and days is not None and legal.working_days < days:
                yield Conflict(
                    "law_shorter", bundle.id, f"{code} {legal.working_days} < {days}（{legal.source}）"
                )


def _compared(bundle: Bundle, code: str, printed: Limit) -> Iterator[Conflict]:
    whole = bundle.limit.working_days
    for branch in printed.branches if printed.kind == "conditional" else ():
        if (branch.working_days or 0) > (whole or 0):
            yield Conflict("branch_longer", bundle.id, f"{code} {branch.text}")
    if bundle.limit.kind == "immediate" and printed.kind == "working_days":
        yield Conflict("longer", bundle.id, f"{code} {printed.text}")
    if whole is None:
        return
    if printed.kind == "immediate":
        yield Conflict("shorter", bundle.id, f"{code} 即时 < {whole}")
    elif printed.kind == "working_days" and printed.working_days is not None and printed.working_days < whole:
        yield Conflict("shorter", bundle.id, f"{code} {printed.working_days} < {whole}")


def _offices_by_code(catalogue: Catalogue) -> Iterator[Conflict]:
    """Codes whose office differs between bundles, or between a bundle and the second list."""
    places: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for bundle in catalogue.bundles:
        for item in bundle.items:
            for code in item.codes:
                places.setdefault(code, []).append((bundle.name, item.offices))
    for single in catalogue.single_services:
        for code in single.codes:
            known = places.get(code, [])
            if any(not _agree(catalogue, single.offices, offices) for _, offices in known):
                known.append(("提速办", single.offices))
    for code, known in places.items():
        by_offices = {offices: name for name, offices in reversed(known)}
        if len(by_offices) > 1:
            spelt = (f"{name}：{'、'.join(offices)}" for offices, name in reversed(by_offices.items()))
            yield Conflict("offices_differ", code, "；".join(spelt))


def _parts_by_name(catalogue: Catalogue) -> Iterator[Conflict]:
    parts: dict[str, dict[tuple[str, ...], str]] = {}
    for bundle in catalogue.bundles:
        for item in bundle.items:
            if item.leaf_items:
                parts.setdefault(item.name, {}).setdefault(item.codes, bundle.name)
    for name, known in parts.items():
        if len(known) > 1:
            spelt = (f"{bundle}：{'、'.join(codes)}" for codes, bundle in known.items())
            yield Conflict("parts_differ", name, "；".join(spelt))


def _between_lists(catalogue: Catalogue) -> Iterator[Conflict]:
    in_bundles = _codes(item for bundle in catalogue.bundles for item in bundle.items)
    in_list2 = [code for single in catalogue.single_services for code in single.codes]
    for single in catalogue.single_services:
        if not any(code in in_bundles for code in single.codes):
            yield Conflict("only_list2", single.id, single.name)
        if not single.offered:
            yield Conflict("not_offered", single.id, single.name)
    for code, name in in_bundles.items():
        if code not in in_list2:
            yield Conflict("only_list1", code, name)


def _codes(items: Iterator[Item]) -> dict[str, str]:
    names: dict[str, str] = {}
    for item in items:
        if not item.leaf_items and item.code is not None:
            names.setdefault(item.code, item.name)
        for leaf in item.leaf_items:
            names.setdefault(leaf.code, leaf.name)
    return names


def _covers(catalogue: Catalogue, name: str, office: str) -> bool:
    """Whether a named unit is the office or the centre it belongs to."""
    return name == office or catalogue.office(office).parent == name


def _agree(catalogue: Catalogue, printed: tuple[str, ...], offices: tuple[str, ...]) -> bool:
    return any(_covers(catalogue, name, office) for name in printed for office in offices)
