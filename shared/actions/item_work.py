"""What happens to the items of a case: acceptance, the work of the offices, the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from shared.actions.case_views import CaseView, case_view
from shared.domain.account import Actor, Role
from shared.domain.case import ITEM_MOVES as MOVES
from shared.domain.case import (
    WITH_OFFICE,
    Case,
    CaseItem,
    ChangedMeanwhile,
    ReasonMissing,
    Result,
    ResultMissing,
    WrongOffice,
)
from shared.domain.catalogue import Limit
from shared.domain.clock import SHANGHAI
from shared.domain.errors import Forbidden, Invalid
from shared.domain.events import CasesChanged
from shared.domain.limits import due
from shared.domain.states import IllegalMove
from shared.store.unit_of_work import UnitOfWork


class NotYourOffice(Forbidden):
    code = "not_your_office"
    message = "这一项不在您的股室。"


class UnknownVerb(Invalid):
    code = "unknown_verb"
    message = "没有这个操作。"


class UntilMissing(Invalid):
    code = "until_missing"
    message = "请写新的办结日期，并且不能早于今天。"


class ApproverMissing(Invalid):
    code = "approver_missing"
    message = "请写批准人。"


class CaseVerbRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A verb on a whole case, or on the items named."""

    items: list[int] | None = None
    reason: str | None = None
    until: date | None = None
    missing: list[str] | None = None


class ItemVerbRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A verb on one item; ``expected`` is the version that whoever presses has seen."""

    expected: int
    reason: str | None = None
    until: date | None = None
    result: str | None = None
    office: str | None = None
    approver: str | None = None
    external_ref: str | None = None


#: Verbs that say why, because the applicant or the next officer must be able to read it.
NEED_REASON = frozenset({"refuse", "return", "suspend", "extend", "reopen", "hand_over"})
#: Verbs of the counter, which a clerk does; all others are the office's.
COUNTER_VERBS = frozenset(
    {"accept", "refuse", "supplement", "receive", "withdraw", "lapse", "drop", "dispatch", "deliver"}
)
CASE_VERBS = frozenset({"accept", "refuse", "supplement", "withdraw", "deliver"})


def accept_items(uow: UnitOfWork, actor: Actor, case: Case, items: Iterable[CaseItem]) -> None:
    """Accept items and dispatch them at once, except those kept at the counter; their clocks start."""
    if case.accepted_at is None:
        case.accepted_at = uow.at
    for item in items:
        before = item.move("accept")
        item.accepted_at = uow.at
        _set_due(uow, item)
        uow.log(actor, "item", item.id, "accept", (before, item.state), counter=case.counter)
        if not item.at_counter:
            before = item.move("dispatch")
            uow.log(actor, "item", item.id, "dispatch", (before, item.state), counter=case.counter)
    uow.flush()
    _announce(uow, case)


def case_verb(uow: UnitOfWork, actor: Actor, number: str, verb: str, request: CaseVerbRequest) -> CaseView:
    """Do a verb on every item of a case that allows it, or on the items named.

    Raises:
        UnknownCase, UnknownItem: what is named does not exist.
        IllegalMove: no item allows it, or a named one does not.
        ReasonMissing: the verb must say why.
    """
    case = uow.cases.by_number(number)
    items = _chosen(case, verb, request.items)
    _require_reason(verb, request.reason)
    if verb == "accept":
        accept_items(uow, actor, case, items)
    else:
        reason = (
            _clean(request.reason) or "；".join(_clean(word) or "" for word in request.missing or []) or None
        )
        for item in items:
            _move(uow, actor, case, item, verb, reason)
        uow.flush()
        _announce(uow, case)
    return case_view(uow, case)


def item_verb(
    uow: UnitOfWork, actor: Actor, number: str, item_number: int, verb: str, request: ItemVerbRequest
) -> CaseView:
    """Do a verb on one item, if nobody has moved it since ``expected`` was read.

    Raises:
        UnknownCase, UnknownItem, UnknownVerb: what is named does not exist.
        ChangedMeanwhile: somebody else was quicker.
        IllegalMove: the item's state does not allow it.
        NotYourOffice: it is another office's item.
        ReasonMissing, ResultMissing, UntilMissing, ApproverMissing, WrongOffice: something is not said.
    """
    case = uow.cases.by_number(number)
    item = case.item(item_number)
    if not any(known == verb for _, known in MOVES.moves):
        raise UnknownVerb(verb=verb[:24])
    _check_office(actor, item, verb)
    if item.version != request.expected:
        raise ChangedMeanwhile(version=item.version)
    MOVES.after(item.state, verb)
    _require_reason(verb, request.reason)
    _EFFECTS.get(verb, _nothing)(uow, actor, item, request)
    if request.external_ref is not None:
        item.external_ref = request.external_ref.strip()[:64] or None
    _move(uow, actor, case, item, verb, _clean(request.reason))
    if verb == "accept":
        item.accepted_at = uow.at
        case.accepted_at = case.accepted_at or uow.at
    if verb in ("accept", "resume"):
        _set_due(uow, item)
    uow.flush()
    _announce(uow, case)
    return case_view(uow, case)


def _chosen(case: Case, verb: str, named: Sequence[int] | None) -> list[CaseItem]:
    if named is not None:
        items = [case.item(number) for number in dict.fromkeys(named)]
        for item in items:
            MOVES.after(item.state, verb)
    else:
        items = [item for item in case.items if MOVES.allows(item.state, verb)]
    if not items:
        raise IllegalMove("这个办件里没有一项可以这样做。", verb=verb, case=case.case_number)
    return items


def _move(uow: UnitOfWork, actor: Actor, case: Case, item: CaseItem, verb: str, reason: str | None) -> None:
    before = item.move(verb)
    if verb in NEED_REASON or verb in ("supplement", "withdraw"):
        item.reason = reason
    uow.log(actor, "item", item.id, verb, (before, item.state), counter=case.counter, reason=reason)


def _check_office(actor: Actor, item: CaseItem, verb: str) -> None:
    if actor.role is Role.OFFICE:
        if actor.office != item.office:
            raise NotYourOffice(office=item.office)
        return
    # Clerks close what they keep at the counter; what lies in an office is the office's to move.
    if verb not in COUNTER_VERBS and item.state in WITH_OFFICE and actor.role is Role.CLERK:
        raise NotYourOffice(office=item.office)


def _require_reason(verb: str, reason: str | None) -> None:
    if verb in NEED_REASON and not _clean(reason):
        raise ReasonMissing(field="reason")


def _clean(text: str | None) -> str | None:
    if text is None:
        return None
    return "".join(character for character in text if character.isprintable()).strip()[:300] or None


def _complete(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    if request.result not in (Result.GRANTED, Result.NOT_GRANTED):
        raise ResultMissing(field="result")
    if request.result == Result.NOT_GRANTED and not _clean(request.reason):
        raise ReasonMissing("没办成要写明原因，申请人会看到。", field="reason")
    item.result = Result(request.result)
    item.reason = _clean(request.reason)
    item.completed_at = uow.at


def _extend(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    if request.until is None or request.until < uow.day:
        raise UntilMissing(field="until")
    if not _clean(request.approver):
        raise ApproverMissing(field="approver")
    item.due_on, item.due_state = request.until, "fixed"


def _reassign(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    catalogue = uow.configuration().catalogue
    if request.office is None:
        raise WrongOffice(field="office")
    item.office = catalogue.office_name(request.office)


def _start(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    item.taken_by = actor.account_id


def _reopen(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    if not _clean(request.approver):
        raise ApproverMissing(field="approver")
    item.result = None
    item.completed_at = None


def _nothing(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    """Most verbs change nothing but the state."""


_EFFECTS: dict[str, Callable[[UnitOfWork, Actor, CaseItem, ItemVerbRequest], None]] = {
    "complete": _complete,
    "extend": _extend,
    "reassign": _reassign,
    "start": _start,
    "reopen": _reopen,
}


def _set_due(uow: UnitOfWork, item: CaseItem) -> None:
    limit = Limit(kind=item.limit_kind, working_days=item.limit_days, text="", ruled_by=item.ruled_by)
    accepted_on = uow.day if item.accepted_at is None else item.accepted_at.astimezone(SHANGHAI).date()
    promised = due(limit, accepted_on, uow.day, uow.configuration().calendar)
    item.due_on, item.due_state = promised.due_on, promised.due_state


def _announce(uow: UnitOfWork, case: Case) -> None:
    uow.record(CasesChanged(tuple(sorted({item.office for item in case.items}))))
