"""Queries about cases, their items and their persons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session, selectinload

from shared.domain.base import Entity
from shared.domain.case import Case, CaseItem, ItemState, Person, UnknownCase
from shared.domain.ticket import Ticket
from shared.store.keyring import HallKeyring

# Every call asks for these, so they speak to the table and make no entities.
_CASES = Entity.metadata.tables["cases"]
_NUMBERS_OF_TICKET = (
    select(_CASES.c.case_number).where(_CASES.c.ticket_id == bindparam("ticket")).order_by(_CASES.c.id)
)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed by; None asks for everything."""

    office: str | None = None
    text: str | None = None
    states: Collection[ItemState] | None = None


class Cases:
    """Cases of the hall, as one transaction sees them."""

    def __init__(self, session: Session, keyring: HallKeyring) -> None:
        self._session = session
        self._keyring = keyring

    def by_number(self, case_number: str) -> Case:
        """The case with this number.

        Raises:
            UnknownCase: there is none.
        """
        found = self._session.scalar(_whole().where(Case.case_number == case_number.strip()))
        if found is None:
            raise UnknownCase(case=case_number[:20])
        return found

    def of_ticket(self, ticket_id: int) -> list[Case]:
        """The cases opened from a ticket, the oldest first."""
        return list(self._session.scalars(_whole().where(Case.ticket_id == ticket_id).order_by(Case.id)))

    def numbers_of_ticket(self, ticket_id: int) -> list[str]:
        """The numbers of the cases opened from a ticket, the oldest first."""
        self._session.flush()
        return list(self._session.execute(_NUMBERS_OF_TICKET, {"ticket": ticket_id}).scalars())

    def by_token(self, token: str) -> Case | None:
        """The case that has a token of its own, because it was opened without a ticket."""
        return self._session.scalar(_whole().where(Case.token == token))

    def page(self, narrowed: CaseFilter, before: int | None, limit: int) -> list[Case]:
        """Cases from the newest back, at most ``limit`` before the one with id ``before``."""
        query = _whole().order_by(Case.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Case.id < before)
        return list(self._session.scalars(_narrow(query, narrowed)))

    def inbox(self, office: str | None, states: Collection[ItemState], text: str | None) -> list[CaseItem]:
        """Items of an office in these states, what is due first, what has no date last."""
        query = select(CaseItem).where(CaseItem.state.in_(states))
        if office is not None:
            query = query.where(CaseItem.office == office)
        if text:
            query = query.join(Case, Case.id == CaseItem.case_id).where(_mentions(text))
        query = query.order_by(CaseItem.due_on.is_(None), CaseItem.due_on, CaseItem.id).limit(500)
        return list(self._session.scalars(query))

    def with_ids(self, case_ids: Collection[int]) -> dict[int, Case]:
        """Cases by id, whole."""
        return {case.id: case for case in self._session.scalars(_whole().where(Case.id.in_(case_ids)))}

    def of_person(self, name: str | None, number: str | None) -> list[Case]:
        """Cases in which a person or unit with this name and/or number stands, the newest first."""
        query = select(Person.case_id)
        if name:
            query = query.where(Person.name_hash == self._keyring.search_hash("name", name))
        if number:
            query = query.where(Person.id_hash == self._keyring.search_hash("id", number))
        return list(
            self._session.scalars(_whole().where(Case.id.in_(query)).order_by(Case.id.desc()).limit(100))
        )


def _whole() -> Select[Case]:
    return select(Case).options(selectinload(Case.items), selectinload(Case.persons))


def _mentions(text: str) -> ColumnElement[bool]:
    plain = text.strip()
    return or_(
        Case.case_number == plain,
        Case.id.in_(select(CaseItem.case_id).where(CaseItem.external_ref == plain)),
        Case.ticket_id.in_(select(Ticket.id).where(Ticket.number == plain.upper())),
    )


def _narrow(query: Select[Case], narrowed: CaseFilter) -> Select[Case]:
    if narrowed.office is not None:
        query = query.where(Case.id.in_(select(CaseItem.case_id).where(CaseItem.office == narrowed.office)))
    if narrowed.states is not None:
        query = query.where(Case.id.in_(select(CaseItem.case_id).where(CaseItem.state.in_(narrowed.states))))
    if narrowed.text:
        query = query.where(_mentions(narrowed.text))
    return query
