"""Verbs on the items of a case: what the counter and the offices do with them until the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec

from shared.actions.acceptance import accept_items, announce
from shared.actions.case_views import CaseView, case_view
from shared.actions.item_effects import EFFECTS, ItemVerbRequest, UntilMissing, clean
from shared.domain.account import Actor, Role
from shared.domain.case import (
    ITEM_MOVES,
    Case,
    CaseItem,
    ChangedMeanwhile,
    MissingPapersMissing,
    ReasonMissing,
)
from shared.domain.errors import Forbidden, Invalid
from shared.domain.item_rights import may_move
from shared.domain.states import IllegalMove
from shared.store.unit_of_work import UnitOfWork


class NotYourOffice(Forbidden):
    code = "not_your_office"
    message = "这一项现在不归您办。"


class UnknownVerb(Invalid):
    code = "unknown_verb"
    message = "没有这个操作。"


class CaseVerbRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A verb on a whole case, or on the items named."""

    items: list[Annotated[int, msgspec.Meta(ge=1, le=100_000)]] | None = None
    reason: str | None = None
    until: date | None = None
    missing: list[str] | None = None


#: Verbs that say why, because the applicant or the next officer must be able to read it.
NEED_REASON = frozenset({"refuse", "return", "suspend", "extend", "reopen", "hand_over"})
#: Verbs whose reason stays with the item until another one replaces it.
KEEP_REASON = NEED_REASON | {"supplement", "withdraw"}


def case_verb(uow: UnitOfWork, actor: Actor, number: str, verb: str, request: CaseVerbRequest) -> CaseView:
    """Do a verb on every item of a case that allows it, or on the items named.

    Raises:
        UnknownCase, UnknownItem: what is named does not exist.
        IllegalMove: no item allows it, or a named one does not.
        ReasonMissing, MissingPapersMissing: the verb must say why, or what is missing.
    """
    case = uow.cases.by_number(number)
    items = _chosen(case, verb, request.items)
    reason = _case_reason(verb, request)
    if verb == "accept":
        accept_items(uow, actor, case, items)
        return case_view(uow, case)
    for item in items:
        if verb == "supplement":
            if request.until is not None and request.until < uow.day:
                raise UntilMissing("补材料的期限不能早于今天。", field="until")
            item.until = request.until
        _move(uow, actor, case, item, verb, reason)
    uow.flush()
    announce(uow, case)
    return case_view(uow, case)


def item_verb(
    uow: UnitOfWork, actor: Actor, number: str, item_number: int, verb: str, request: ItemVerbRequest
) -> CaseView:
    """Do a verb on one item, if nobody has moved it since ``expected`` was read.

    Raises:
        UnknownCase, UnknownItem, UnknownVerb: what is named does not exist.
        ChangedMeanwhile: somebody else was quicker.
        IllegalMove: the item's state does not allow it.
        NotYourOffice: it lies with another office, or at the counter.
        ReasonMissing, ResultMissing, UntilMissing, ApproverMissing, WrongOffice: something is not said.
    """
    case = uow.cases.by_number(number)
    item = case.item(item_number)
    if not any(known == verb for _, known in ITEM_MOVES.moves):
        raise UnknownVerb(verb=verb[:24])
    if actor.role is Role.OFFICE and actor.office != item.office:
        raise NotYourOffice(office=item.office)
    if item.version != request.expected:
        raise ChangedMeanwhile(version=item.version)
    ITEM_MOVES.after(item.state, verb)
    if not may_move(actor.role, item.state, verb, was_returned=item.was_returned):
        raise NotYourOffice(office=item.office)
    if verb in NEED_REASON:
        _require(request.reason)
    _do(uow, actor, case, item, verb, request)
    return case_view(uow, case)


def _do(
    uow: UnitOfWork, actor: Actor, case: Case, item: CaseItem, verb: str, request: ItemVerbRequest
) -> None:
    if request.external_ref is not None:
        item.external_ref = request.external_ref.strip()[:64] or None
    if verb == "accept":
        accept_items(uow, actor, case, [item])
        return
    before = {"due_on": item.due_on.isoformat() if item.due_on else None, "due_state": item.due_state}
    effect = EFFECTS.get(verb)
    if effect is not None:
        effect(uow, actor, item, request)
    _move(uow, actor, case, item, verb, clean(request.reason), before)
    uow.flush()
    announce(uow, case)


def _chosen(case: Case, verb: str, named: Sequence[int] | None) -> list[CaseItem]:
    if named is not None:
        items = [case.item(number) for number in dict.fromkeys(named)]
        for item in items:
            ITEM_MOVES.after(item.state, verb)
    else:
        items = [item for item in case.items if ITEM_MOVES.allows(item.state, verb)]
    if not items:
        raise IllegalMove("这个办件里没有一项可以这样做。", verb=verb, case=case.case_number)
    return items


def _case_reason(verb: str, request: CaseVerbRequest) -> str | None:
    """What is kept with the items: the reason, or all that is missing, told once and whole."""
    if verb == "supplement":
        missing = [word for word in map(clean, request.missing or []) if word]
        if not missing and not clean(request.reason):
            raise MissingPapersMissing(field="missing")
        return "；".join(missing) or clean(request.reason)
    if verb in NEED_REASON:
        _require(request.reason)
    return clean(request.reason)


def _move(
    uow: UnitOfWork,
    actor: Actor,
    case: Case,
    item: CaseItem,
    verb: str,
    reason: str | None,
    before: dict[str, str | None] | None = None,
) -> None:
    left = item.move(verb)
    if verb in KEEP_REASON:
        item.reason = reason
    uow.log(
        actor,
        "item",
        item.id,
        verb,
        (left, item.state),
        counter=case.counter,
        reason=reason,
        before=before,
    )


def _require(reason: str | None) -> None:
    if not clean(reason):
        raise ReasonMissing(field="reason")
