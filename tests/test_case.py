"""The case as a rule: its state is computed from its items, and so is its due date."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.case import (
    NEVER_ACCEPTED,
    CaseItem,
    CaseState,
    ItemState,
    ReturnedMustDispatch,
    case_number,
    case_state,
    latest_due,
)
from shared.domain.states import IllegalMove

S = ItemState


def item(state: ItemState, due_on: date | None = None, **changes: object) -> CaseItem:
    facts: dict[str, object] = {
        "number": 1,
        "ordinal": 1,
        "code": "1.6.1",
        "name": "职工正常退休（职）申请",
        "plain_name": "正常退休",
        "office": "社保中心企业职工养老保险股",
        "state": state,
        "due_on": due_on,
    }
    return CaseItem(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ([S.REFUSED, S.REFUSED], CaseState.REFUSED),
        ([S.WITHDRAWN], CaseState.WITHDRAWN),
        ([S.REFUSED, S.WITHDRAWN], CaseState.CLOSED),
        ([S.DELIVERED, S.NOT_APPLICABLE], CaseState.CLOSED),
        ([S.COMPLETED, S.DELIVERED], CaseState.COMPLETED),
        ([S.COMPLETED, S.WITHDRAWN], CaseState.COMPLETED),
        ([S.RECEIVED, S.SUPPLEMENTING], CaseState.RECEIVED),
        ([S.RECEIVED, S.REFUSED], CaseState.RECEIVED),
        ([S.RECEIVED, S.ACCEPTED], CaseState.OPEN),
        ([S.DISPATCHED, S.COMPLETED], CaseState.OPEN),
        ([S.RETURNED], CaseState.OPEN),
        ([S.SUSPENDED, S.DELIVERED], CaseState.OPEN),
    ],
)
def test_the_state_of_a_case_is_the_first_that_holds(items: list[ItemState], state: CaseState) -> None:
    assert case_state([(item, item not in NEVER_ACCEPTED) for item in items]) is state


def test_a_case_of_which_nothing_was_ever_accepted_is_only_received() -> None:
    assert case_state([(S.WITHDRAWN, False), (S.RECEIVED, False)]) is CaseState.RECEIVED
    assert case_state([(S.WITHDRAWN, True), (S.RECEIVED, False)]) is CaseState.OPEN


def test_a_case_is_due_with_its_latest_item() -> None:
    items = [(S.DISPATCHED, date(2026, 10, 15)), (S.COMPLETED, date(2026, 9, 24))]
    assert latest_due(items) == date(2026, 10, 15)


def test_a_case_has_no_date_while_one_item_has_none() -> None:
    assert latest_due([(S.DISPATCHED, date(2026, 10, 15)), (S.DISPATCHED, None)]) is None


def test_an_item_that_was_dropped_does_not_hold_the_date_back() -> None:
    items = [(S.DISPATCHED, date(2026, 10, 15)), (S.WITHDRAWN, None), (S.NOT_APPLICABLE, None)]
    assert latest_due(items) == date(2026, 10, 15)


def test_suspended_work_is_resumed_and_not_dispatched() -> None:
    paused = item(S.IN_PROGRESS)
    paused.move("suspend")
    with pytest.raises(IllegalMove):
        paused.move("dispatch")
    assert paused.move("resume") is S.SUSPENDED
    assert paused.state is S.IN_PROGRESS


def test_what_was_returned_and_suspended_is_dispatched_and_not_resumed() -> None:
    sent_back = item(S.DISPATCHED)
    sent_back.move("return")
    sent_back.move("suspend")
    with pytest.raises(ReturnedMustDispatch):
        sent_back.move("resume")
    sent_back.move("dispatch")
    assert sent_back.state is S.DISPATCHED


def test_a_case_number_is_the_day_and_four_digits() -> None:
    assert case_number(date(2026, 11, 23), 42) == "20261123-0042"
