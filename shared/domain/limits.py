"""Which promised limit rules an item, and when it is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from shared.domain.catalogue import NO_LIMIT, Branch, Catalogue, Item, Limit, Service
from shared.domain.working_days import WorkingCalendar

if TYPE_CHECKING:
    from shared.domain.configuration import Configuration

#: Limits that give a date by themselves.
COUNTED = frozenset({"working_days", "immediate"})
#: Limits that give a date only after something outside has happened.
AWAITING = frozenset({"periodic", "after_event"})
#: Who is named when limits are equally short.
ORDER = ("law", "list2", "bundle")


@dataclass(frozen=True, slots=True)
class LegalLimit:
    """A limit that a law sets for a code, in working days; ``source`` names the article."""

    working_days: int
    source: str


@dataclass(frozen=True, slots=True)
class Due:
    """When an item is due.

    ``due_state`` is ``fixed``, ``provisional`` (not yet accepted), ``calendar_unpublished``,
    ``awaits_event`` or ``none`` (no limit is printed); the last three have no date.
    """

    due_on: date | None
    due_state: str


def list2_limits(catalogue: Catalogue) -> dict[str, Limit]:
    """The limit that the second list promises for each of its codes.

    Where the list says 未提速 the current limit goes on to hold.
    """
    return {
        code: single.current_limit if single.new_limit.kind == "unchanged" else single.new_limit
        for single in (*catalogue.single_services, *catalogue.other_services)
        for code in single.codes
    }


def rule_limit(
    service: Service,
    item: Item,
    leaf_codes: Sequence[str],
    conditions: Collection[str],
    configuration: Configuration,
) -> Limit:
    """The limit that rules an item of a service, for the leaf items chosen and the conditions ticked.

    Law, second list and bundle compete with what they promise in working days or at once; the shortest
    rules and is named in ``ruled_by``. A condition of the second list competes once it is ticked. Where the
    bundle is immediate but the second list prints days for the item, those days rule. What is paid by period
    or after an event has no date until then, in a bundle too. ``branches`` are the conditions to tick.
    """
    codes = leaf_codes or item.codes
    return rule(codes, service.limit, configuration.list2, configuration.law, conditions)


def rule(
    codes: Sequence[str],
    bundle: Limit | None,
    printed: Mapping[str, Limit],
    law: Mapping[str, LegalLimit],
    conditions: Collection[str] = (),
) -> Limit:
    """The ruling limit of some codes handled together: the shortest of theirs.

    ``printed`` is the second list by code; a line without any code has the limit of its bundle.
    """
    ruled = [_rule_code(code, bundle, printed, law, conditions) for code in codes]
    if not ruled:
        return NO_LIMIT if bundle is None else replace(bundle, ruled_by="bundle")
    branches = {branch.code: branch for limit in ruled for branch in limit.branches}
    return replace(min(ruled, key=_length), branches=tuple(branches.values()))


def _rule_code(
    code: str,
    bundle: Limit | None,
    printed: Mapping[str, Limit],
    law: Mapping[str, LegalLimit],
    conditions: Collection[str],
) -> Limit:
    own = printed.get(code, NO_LIMIT)
    if own.kind in AWAITING:
        return replace(own, ruled_by="list2")
    promised = _promised(own, conditions)
    if bundle is not None and bundle.kind == "immediate" and promised and _length(promised)[0] > 0:
        return replace(promised, ruled_by="list2_over_bundle", branches=own.branches)
    rivals = []
    if code in law:
        legal = law[code]
        rivals.append(Limit("working_days", legal.working_days, legal.source, "law"))
    if promised:
        rivals.append(replace(promised, ruled_by="list2"))
    if bundle is not None and bundle.kind in COUNTED:
        rivals.append(replace(bundle, ruled_by="bundle"))
    if not rivals:
        return own
    return replace(min(rivals, key=_length), branches=own.branches)


def _promised(own: Limit, conditions: Collection[str]) -> Limit | None:
    """What the second list promises by itself or under a ticked condition, the shortest; else None."""
    if own.kind in COUNTED:
        return own
    ticked = [b for b in own.branches if b.code in conditions and b.kind in COUNTED]
    return min((_of_branch(branch) for branch in ticked), key=_length, default=None)


def _of_branch(branch: Branch) -> Limit:
    return Limit(branch.kind, branch.working_days, branch.text)


def _length(limit: Limit) -> tuple[int, int]:
    """Sorts limits: the shortest first, among equals law before second list before bundle."""
    place = ORDER.index(limit.ruled_by) if limit.ruled_by in ORDER else len(ORDER)
    if limit.kind == "immediate":
        return 0, place
    if limit.kind == "working_days" and limit.working_days is not None:
        return limit.working_days, place
    return 10_000, place


def due(limit: Limit, accepted_on: date | None, today: date, calendar: WorkingCalendar) -> Due:
    """When an item with this limit is due; before acceptance as if it were accepted today.

    Immediate (即时) means the day of acceptance, also on a day off.
    """
    if limit.kind in AWAITING:
        return Due(None, "awaits_event")
    if limit.kind not in COUNTED:
        return Due(None, "none")
    days = 0 if limit.kind == "immediate" else limit.working_days or 0
    due_on = calendar.add(accepted_on or today, days)
    if due_on is None:
        return Due(None, "calendar_unpublished")
    return Due(due_on, "provisional" if accepted_on is None else "fixed")
