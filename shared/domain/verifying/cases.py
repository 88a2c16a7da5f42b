"""Cases: all items or none, each with office and due date, dispatched with their acceptance (I6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from shared.domain.verifying.facts import Breach, CasesFacts, ItemFact

#: Why an accepted item may have no date.
DATELESS = frozenset({"calendar_unpublished", "awaits_event", "none"})


def broken_cases(facts: CasesFacts) -> Iterator[Breach]:
    """I6: a case has items 1 to n, each with office and date, accepted and dispatched in one press."""
    items: dict[int, list[ItemFact]] = defaultdict(list)
    for item in facts.items:
        items[item.case].append(item)
    for case, number in facts.cases.items():
        numbers = sorted(item.number for item in items[case])
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            yield Breach("I6", f"办件 {number} 的事项编号是 {numbers}，应从 1 连续")
        if case not in facts.openings:
            yield Breach("I10", f"办件 {number} 没有收件的流水")
        for item in items[case]:
            yield from _broken_item(item)
    yield from _apart(facts, items)


def _broken_item(item: ItemFact) -> Iterator[Breach]:
    name = f"办件 {item.case_number} 第 {item.number} 项"
    if not item.office:
        yield Breach("I6", f"{name} 没有股室")
    if item.accepted_at is None:
        return
    if item.due_on is None and item.due_state not in DATELESS:
        yield Breach("I6", f"{name} 已受理，没有期限，也没有写明为什么（{item.due_state}）")
    if item.due_on is not None and item.due_state != "fixed":
        yield Breach("I6", f"{name} 已受理，期限 {item.due_on} 却是 {item.due_state}")


def _apart(facts: CasesFacts, items: dict[int, list[ItemFact]]) -> Iterator[Breach]:
    """Acceptance and dispatch in different presses, or of only some items when the case was opened."""
    accepted: dict[int, str] = {}
    dispatched: dict[tuple[int, str], bool] = {}
    for move in facts.moves:
        if move.verb == "accept":
            accepted.setdefault(move.subject, move.press)
        elif move.verb == "dispatch":
            dispatched[move.subject, move.press] = True
    for case, press in facts.openings.items():
        at_once = [item for item in items[case] if accepted.get(item.id) == press]
        if at_once and len(at_once) != len(items[case]):
            name = facts.cases.get(case, f"#{case}")
            yield Breach("I6", f"办件 {name} 收件时只受理了 {len(at_once)} 项，共 {len(items[case])} 项")
    for one in facts.items:
        took = accepted.get(one.id)
        if took is not None and not one.at_counter and (one.id, took) not in dispatched:
            yield Breach("I6", f"办件 {one.case_number} 第 {one.number} 项受理时没有同时转办")
