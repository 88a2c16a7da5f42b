"""The case: one acceptance for a whole life event, its items, and the persons it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from shared.domain.base import (
    JSON,
    Boolean,
    Date,
    Entity,
    ForeignKey,
    Index,
    LongId,
    Mapped,
    Sealed,
    String,
    UniqueConstraint,
    UtcTime,
    Word,
    mapped_column,
    relationship,
)
from shared.domain.errors import Invalid, Refused, Unknown
from shared.domain.states import StateTable


class ItemState(StrEnum):
    """Where one item of a case is."""

    RECEIVED = "received"
    SUPPLEMENTING = "supplementing"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    RETURNED = "returned"
    COMPLETED = "completed"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_APPLICABLE = "not_applicable"


class CaseState(StrEnum):
    """The state of a case: computed from its items, never stored."""

    RECEIVED = "received"
    OPEN = "open"
    COMPLETED = "completed"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    """What a completed item brought."""

    GRANTED = "granted"
    NOT_GRANTED = "not_granted"


class PersonRole(StrEnum):
    """Why a person stands in a case."""

    APPLICANT = "applicant"
    AGENT = "agent"
    EMPLOYEE = "employee"
    DECEASED = "deceased"
    RETIREE = "retiree"
    HEIR = "heir"
    DEPENDANT = "dependant"
    OTHER = "other"


SUBJECT_ROLES = frozenset(PersonRole) - {PersonRole.APPLICANT, PersonRole.AGENT}

_S = ItemState

ITEMS_ENDED = frozenset({_S.REFUSED, _S.WITHDRAWN, _S.NOT_APPLICABLE, _S.DELIVERED})
#: Only these stop the clock of an item.
CLOCK_STOPPED = frozenset({_S.SUPPLEMENTING, _S.SUSPENDED})
#: Before acceptance: no clock has begun.
NEVER_ACCEPTED = frozenset({_S.RECEIVED, _S.SUPPLEMENTING, _S.REFUSED})
#: Items that a case no longer waits for, because nothing came of them.
DROPPED = frozenset({_S.REFUSED, _S.WITHDRAWN, _S.NOT_APPLICABLE})
#: What an office still has on its table.
WITH_OFFICE = frozenset({_S.DISPATCHED, _S.IN_PROGRESS, _S.SUSPENDED, _S.RETURNED})

ITEM_LABELS = {
    _S.RECEIVED: "已收件",
    _S.SUPPLEMENTING: "等补材料",
    _S.ACCEPTED: "已受理",
    _S.DISPATCHED: "待接办",
    _S.IN_PROGRESS: "办理中",
    _S.SUSPENDED: "暂停计时",
    _S.RETURNED: "股室退回",
    _S.COMPLETED: "已办结",
    _S.DELIVERED: "已送达",
    _S.REFUSED: "不予受理",
    _S.WITHDRAWN: "已撤回",
    _S.NOT_APPLICABLE: "不需要办",
}

ITEM_MOVES: StateTable[ItemState] = StateTable(
    "这一项",
    ITEM_LABELS,
    {
        (_S.RECEIVED, "accept"): _S.ACCEPTED,
        (_S.RECEIVED, "refuse"): _S.REFUSED,
        (_S.RECEIVED, "supplement"): _S.SUPPLEMENTING,
        (_S.RECEIVED, "withdraw"): _S.WITHDRAWN,
        (_S.RECEIVED, "drop"): _S.NOT_APPLICABLE,
        (_S.SUPPLEMENTING, "receive"): _S.RECEIVED,
        (_S.SUPPLEMENTING, "withdraw"): _S.WITHDRAWN,
        (_S.SUPPLEMENTING, "lapse"): _S.WITHDRAWN,
        (_S.ACCEPTED, "dispatch"): _S.DISPATCHED,
        (_S.ACCEPTED, "complete"): _S.COMPLETED,
        (_S.ACCEPTED, "withdraw"): _S.WITHDRAWN,
        (_S.ACCEPTED, "drop"): _S.NOT_APPLICABLE,
        (_S.DISPATCHED, "start"): _S.IN_PROGRESS,
        (_S.DISPATCHED, "return"): _S.RETURNED,
        (_S.DISPATCHED, "reassign"): _S.DISPATCHED,
        (_S.DISPATCHED, "withdraw"): _S.WITHDRAWN,
        (_S.IN_PROGRESS, "complete"): _S.COMPLETED,
        (_S.IN_PROGRESS, "return"): _S.RETURNED,
        (_S.IN_PROGRESS, "suspend"): _S.SUSPENDED,
        (_S.IN_PROGRESS, "extend"): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, "hand_over"): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, "withdraw"): _S.WITHDRAWN,
        (_S.SUSPENDED, "resume"): _S.IN_PROGRESS,
        (_S.SUSPENDED, "dispatch"): _S.DISPATCHED,
        (_S.SUSPENDED, "withdraw"): _S.WITHDRAWN,
        (_S.RETURNED, "dispatch"): _S.DISPATCHED,
        (_S.RETURNED, "suspend"): _S.SUSPENDED,
        (_S.RETURNED, "complete"): _S.COMPLETED,
        (_S.RETURNED, "drop"): _S.NOT_APPLICABLE,
        (_S.RETURNED, "withdraw"): _S.WITHDRAWN,
        (_S.COMPLETED, "deliver"): _S.DELIVERED,
        (_S.COMPLETED, "reopen"): _S.IN_PROGRESS,
    },
)


class UnknownCase(Unknown):
    code = "unknown_case"
    message = "没有这个编号的办件。"


class UnknownItem(Unknown):
    code = "unknown_item"
    message = "这个办件里没有这一项。"


class ChangedMeanwhile(Refused):
    code = "changed_meanwhile"
    message = "这一项刚被别人处理过，请看最新的情况再做。"


class NotAnApplication(Invalid):
    code = "not_an_application"
    message = "这一项可以当场问，不用受理。"


class NoItems(Invalid):
    code = "no_items"
    message = "请至少选一项要办的事项。"


class ItemTwice(Invalid):
    code = "item_twice"
    message = "同一项选了两次。"


class UnknownLine(Invalid):
    code = "unknown_line"
    message = "清单里没有这一项。"


class WrongOffice(Invalid):
    code = "wrong_office"
    message = "这个股室不承办这一项。"


class UnknownCondition(Invalid):
    code = "unknown_condition"
    message = "这一项没有这个条件。"


class UnknownSubject(Invalid):
    code = "unknown_subject"
    message = "所选的人不在涉及人员里。"


class InvalidRole(Invalid):
    code = "invalid_role"
    message = "这个人在办件里的身份不对，请重新选择。"


class NameMissing(Invalid):
    code = "name_missing"
    message = "请填写姓名或单位名称。"


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = "请写明原因。"


class ResultMissing(Invalid):
    code = "result_missing"
    message = "请选办成还是没办成。"


class NotAccepted(Refused):
    code = "not_accepted"
    message = "这个办件还没有受理，没有受理通知书。"


class MissingPapersMissing(Invalid):
    code = "missing_papers_missing"
    message = "请一次写全缺什么材料。"


class ReturnedMustDispatch(Refused):
    code = "illegal_move"
    message = "这一项是股室退回后暂停的，只能重新转办。"


class Person(Entity):
    """A person or unit in a case; every personal word lies sealed, with keyed hashes for search."""

    __tablename__ = "persons"
    __table_args__ = (UniqueConstraint("case_id", "ref"),)

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(LongId, ForeignKey("cases.id"), init=False)
    ref: Mapped[str] = mapped_column(String(32))
    role: Mapped[PersonRole] = mapped_column(Word(PersonRole))
    kind: Mapped[str] = mapped_column(String(8), default="person")
    name: Mapped[str] = mapped_column(Sealed)
    name_hash: Mapped[str] = mapped_column(String(64), index=True)
    id_kind: Mapped[str] = mapped_column(String(16))
    id_number: Mapped[str] = mapped_column(Sealed)
    id_hash: Mapped[str] = mapped_column(String(64), index=True)
    phone: Mapped[str | None] = mapped_column(Sealed, default=None)
    relation: Mapped[str | None] = mapped_column(Sealed, default=None)


class CaseItem(Entity):
    """One item of a case: what, with which office, how far, and until when."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_items_office_state", "office", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(LongId, ForeignKey("cases.id"), init=False)
    number: Mapped[int]
    ordinal: Mapped[int | None]
    subject: Mapped[str | None] = mapped_column(String(32), default=None)
    code: Mapped[str | None] = mapped_column(String(16))
    leaf_codes: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    name: Mapped[str] = mapped_column(String(300))
    plain_name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16), default="application")
    office: Mapped[str] = mapped_column(String(64))
    conditions: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    at_counter: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[ItemState] = mapped_column(Word(ItemState), default=_S.RECEIVED)
    result: Mapped[Result | None] = mapped_column(Word(Result), default=None)
    #: In the officer's own words, so it may name persons.
    reason: Mapped[str | None] = mapped_column(Sealed, default=None)
    #: Until when a missing paper may be brought.
    until: Mapped[date | None] = mapped_column(Date, default=None)
    #: Who allowed an extension or a reopening.
    approver: Mapped[str | None] = mapped_column(Sealed, default=None)
    suspended_on: Mapped[date | None] = mapped_column(Date, default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    completed_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    due_state: Mapped[str] = mapped_column(String(24), default="provisional")
    ruled_by: Mapped[str | None] = mapped_column(String(24), default=None)
    limit_kind: Mapped[str] = mapped_column(String(16), default="none")
    limit_days: Mapped[int | None] = mapped_column(default=None)
    external_ref: Mapped[str | None] = mapped_column(String(64), index=True, default=None)
    was_returned: Mapped[bool] = mapped_column(Boolean, default=False)
    taken_by: Mapped[int | None] = mapped_column(LongId, ForeignKey("accounts.id"), default=None)
    version: Mapped[int] = mapped_column(init=False)

    __mapper_args__ = {"version_id_col": version}

    def move(self, verb: str) -> ItemState:
        """Do ``verb`` and answer the state before it.

        Raises:
            IllegalMove: the state table has no such move.
            ReturnedMustDispatch: suspended after a return; only a new dispatch goes on.
        """
        before = ItemState(self.state)
        after = ITEM_MOVES.after(before, verb)
        if before is _S.SUSPENDED and verb == "resume" and self.was_returned:
            raise ReturnedMustDispatch(state=str(before), verb=verb)
        if before is _S.SUSPENDED and verb == "dispatch" and not self.was_returned:
            ITEM_MOVES.after(_S.IN_PROGRESS, verb)
        self.was_returned = after is _S.RETURNED or (self.was_returned and after is _S.SUSPENDED)
        self.state = after
        return before

    @property
    def ended(self) -> bool:
        return self.state in ITEMS_ENDED


class Case(Entity):
    """One acceptance: who applied for what, at which counter, under which configuration."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(LongId, primary_key=True, init=False)
    case_number: Mapped[str] = mapped_column(String(16), unique=True)
    service_id: Mapped[str] = mapped_column(String(64))
    service_name: Mapped[str] = mapped_column(String(200))
    service_title: Mapped[str] = mapped_column(String(80))
    configuration: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcTime, default=None)
    ticket_id: Mapped[int | None] = mapped_column(LongId, ForeignKey("tickets.id"), index=True, default=None)
    token: Mapped[str | None] = mapped_column(String(26), unique=True, default=None)
    counter: Mapped[int | None] = mapped_column(default=None)
    floor: Mapped[int | None] = mapped_column(default=None)
    clerk_id: Mapped[int | None] = mapped_column(LongId, ForeignKey("accounts.id"), default=None)
    clerk_number: Mapped[str] = mapped_column(String(16), default="")
    items: Mapped[list[CaseItem]] = relationship(
        order_by=CaseItem.number, cascade="all, delete-orphan", default_factory=list
    )
    persons: Mapped[list[Person]] = relationship(
        order_by=Person.id, cascade="all, delete-orphan", default_factory=list
    )

    @property
    def state(self) -> CaseState:
        """The first of the states that holds for its items."""
        return case_state([(item.state, item.accepted_at is not None) for item in self.items])

    @property
    def applicant(self) -> Person:
        return next(person for person in self.persons if person.role == PersonRole.APPLICANT)

    @property
    def agent(self) -> Person | None:
        return next((person for person in self.persons if person.role == PersonRole.AGENT), None)

    @property
    def subjects(self) -> list[Person]:
        return [person for person in self.persons if person.role in SUBJECT_ROLES]

    def item(self, number: int) -> CaseItem:
        """The item with this number within the case.

        Raises:
            UnknownItem: there is none.
        """
        for item in self.items:
            if item.number == number:
                return item
        raise UnknownItem(item=number)


def case_state(items: Sequence[tuple[ItemState, bool]]) -> CaseState:
    """The state of a case from its items' (state, ever accepted): the first rule that holds."""
    states = [state for state, _ in items]
    if all(state is _S.REFUSED for state in states):
        return CaseState.REFUSED
    if all(state is _S.WITHDRAWN for state in states):
        return CaseState.WITHDRAWN
    if all(state in ITEMS_ENDED for state in states):
        return CaseState.CLOSED
    if all(state is _S.COMPLETED or state in ITEMS_ENDED for state in states):
        return CaseState.COMPLETED
    if not any(accepted for _, accepted in items):
        return CaseState.RECEIVED
    return CaseState.OPEN


def latest_due(items: Iterable[tuple[ItemState, date | None]]) -> date | None:
    """The latest date of items that are not refused, withdrawn or dropped; null while one has none."""
    dates = [due for state, due in items if state not in DROPPED]
    if not dates or any(due is None for due in dates):
        return None
    return max(due for due in dates if due is not None)


def case_number(day: date, serial: int) -> str:
    """``20261123-0042``: the day of receipt and a gapless running number."""
    return f"{day:%Y%m%d}-{serial:04d}"
