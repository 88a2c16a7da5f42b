"""What a verb changes in an item besides its state: result, dates, office, who takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

import msgspec

from shared.domain.account import Actor
from shared.domain.case import CaseItem, ItemState, ReasonMissing, Result, ResultMissing, WrongOffice
from shared.domain.clock_stop import due_after_stop
from shared.domain.errors import Invalid
from shared.store.unit_of_work import UnitOfWork

LONGEST_REASON = 300


class UntilMissing(Invalid):
    code = "until_missing"
    message = "请写新的办结日期，要晚于现在的日期，也不能早于今天。"


class ApproverMissing(Invalid):
    code = "approver_missing"
    message = "请写批准人。"


class ItemVerbRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A verb on one item; ``expected`` is the version that whoever presses has seen."""

    expected: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    reason: str | None = None
    until: date | None = None
    result: str | None = None
    office: str | None = None
    approver: str | None = None
    external_ref: str | None = None


Effect = Callable[[UnitOfWork, Actor, CaseItem, ItemVerbRequest], None]


def clean(text: str | None) -> str | None:
    """Text without control characters, cut to what a field holds; None when nothing is left."""
    if text is None:
        return None
    return (
        "".join(character for character in text if character.isprintable()).strip()[:LONGEST_REASON] or None
    )


def _complete(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    if request.result not in (Result.GRANTED, Result.NOT_GRANTED):
        raise ResultMissing(field="result")
    if request.result == Result.NOT_GRANTED and not clean(request.reason):
        raise ReasonMissing("没办成要写明原因，申请人会看到。", field="reason")
    item.result = Result(request.result)
    item.reason = clean(request.reason)
    item.completed_at = uow.at


def _extend(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    """A later date, allowed by somebody (行政许可法 42); the ledger keeps the date before."""
    if request.until is None or request.until < uow.day or (item.due_on and request.until <= item.due_on):
        raise UntilMissing(field="until")
    item.approver = _approver(request)
    item.due_on, item.due_state = request.until, "fixed"


def _reopen(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    item.approver = _approver(request)
    item.result = None
    item.completed_at = None


def _start(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    item.taken_by = actor.account_id


def _hand_over(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    """Back on the office's table: whoever goes on takes it with the next verb."""
    item.taken_by = None


def _suspend(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    item.suspended_on = uow.day


def _resume(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    """The clock goes on: the due date moves by the working days for which it stood."""
    if item.due_on is not None and item.suspended_on is not None:
        calendar = uow.configuration().calendar
        item.due_on = due_after_stop(item.due_on, item.suspended_on, uow.day, calendar)
        item.due_state = "fixed" if item.due_on else "calendar_unpublished"
    item.suspended_on = None


def _dispatch(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    if request.office is not None:
        item.office = uow.configuration().catalogue.office_name(request.office)
    if item.state is ItemState.SUSPENDED:
        _resume(uow, actor, item, request)


def _reassign(uow: UnitOfWork, actor: Actor, item: CaseItem, request: ItemVerbRequest) -> None:
    if request.office is None:
        raise WrongOffice("请选改派给哪个股室。", field="office")
    item.office = uow.configuration().catalogue.office_name(request.office)


def _approver(request: ItemVerbRequest) -> str:
    approver = clean(request.approver)
    if approver is None:
        raise ApproverMissing(field="approver")
    return approver


EFFECTS: dict[str, Effect] = {
    "complete": _complete,
    "dispatch": _dispatch,
    "extend": _extend,
    "hand_over": _hand_over,
    "reassign": _reassign,
    "reopen": _reopen,
    "resume": _resume,
    "start": _start,
    "suspend": _suspend,
}
