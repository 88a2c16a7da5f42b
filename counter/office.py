"""The office inbox: the page on which a section works through the items dispatched to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from shared.actions.item_work import NEED_REASON
from shared.domain.account import Role
from shared.domain.case import ITEM_LABELS, ITEM_MOVES, ItemState
from shared.domain.configuration import Configuration
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.principals import Principal, current_principal, staff_page

#: The work of an office, the commonest first; the page offers those that the item table allows.
OFFICE_VERBS = (
    "start",
    "complete",
    "return",
    "suspend",
    "resume",
    "extend",
    "hand_over",
    "reassign",
    "reopen",
)
#: Whoever answers for all offices may also send a returned item on; an office has handed it back.
MANAGER_VERBS = (*OFFICE_VERBS, "dispatch")
MANAGERS = (Role.DUTY_MANAGER, Role.ADMINISTRATOR)
#: Of these lists of reasons the page proposes the words; what is written in the end is free.
_REASONS = {"return": "return", "suspend": "suspend", "extend": "late"}


def register(blueprint: Blueprint) -> None:
    """Add the page to the staff's blueprint."""

    @blueprint.get("/office")
    @staff_page(Role.OFFICE, *MANAGERS, Role.AUDITOR)
    def office() -> str:
        principal = current_principal()
        facts = current_hall().read(lambda uow: page_facts(uow, principal))
        return render_template("counter/office.html", principal=principal, facts=facts)


def page_facts(uow: UnitOfWork, principal: Principal) -> dict[str, Any]:
    """What the page knows from the start: the offices, the verbs of each state, words for reasons."""
    configuration = uow.configuration()
    return {
        "role": str(principal.role),
        "office": principal.office,
        "offices": [office.name for office in configuration.catalogue.offices],
        "hall": configuration.site.name,
        "today": uow.day.isoformat(),
        "labels": {str(state): label for state, label in ITEM_LABELS.items()},
        "verbs": verbs_by_state(principal.role),
        "need_reason": sorted(NEED_REASON),
        "reasons": _reasons(configuration),
    }


def verbs_by_state(role: Role) -> dict[str, list[str]]:
    """What whoever has this role may do with an item, by the item's state.

    A returned item lies at the counter again, so that its office can no longer move it.
    """
    verbs: tuple[str, ...] = ()
    away: frozenset[ItemState] = frozenset()
    if role is Role.OFFICE:
        verbs, away = OFFICE_VERBS, frozenset({ItemState.RETURNED, ItemState.ACCEPTED})
    elif role in MANAGERS:
        verbs = MANAGER_VERBS
    offered = {
        str(state): [verb for verb in verbs if ITEM_MOVES.allows(state, verb)]
        for state in ItemState
        if state not in away
    }
    return {state: possible for state, possible in offered.items() if possible}


def _reasons(configuration: Configuration) -> Mapping[str, list[str]]:
    reasons = configuration.site.reasons
    return {verb: [reason.text for reason in reasons.of(purpose)] for verb, purpose in _REASONS.items()}
