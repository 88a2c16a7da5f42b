"""The office inbox: the page on which a section works through the items dispatched to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from shared.actions.item_work import NEED_REASON
from shared.domain.account import Role
from shared.domain.case import ITEM_LABELS, ITEM_MOVES, ItemState
from shared.domain.configuration import Configuration
from shared.domain.item_rights import may_move
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.principals import Principal, current_principal, staff_page

#: What the page offers, the commonest first, as far as the item table and the role allow it.
VERBS = (
    "start",
    "complete",
    "return",
    "suspend",
    "resume",
    "extend",
    "hand_over",
    "reassign",
    "reopen",
    "dispatch",
)
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

    ``suspended_returned`` is an item that came back from its office and is suspended at the counter.
    """
    offered = {str(state): _verbs(role, state, was_returned=False) for state in ItemState}
    offered["suspended_returned"] = _verbs(role, ItemState.SUSPENDED, was_returned=True)
    return {state: verbs for state, verbs in offered.items() if verbs}


def _verbs(role: Role, state: ItemState, *, was_returned: bool) -> list[str]:
    """In the order of the page; a resume after a return would be refused, a dispatch before one too."""
    barred = {"resume"} if was_returned else {"dispatch"} if state is ItemState.SUSPENDED else set()
    return [
        verb
        for verb in VERBS
        if ITEM_MOVES.allows(state, verb)
        and may_move(role, state, verb, was_returned=was_returned)
        and verb not in barred
    ]


def _reasons(configuration: Configuration) -> Mapping[str, list[str]]:
    reasons = configuration.site.reasons
    return {verb: [reason.text for reason in reasons.of(purpose)] for verb, purpose in _REASONS.items()}
