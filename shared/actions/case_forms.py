"""What the case desk shows for a service: lines, offices, limits, and materials as far as known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.catalogue import Branch, Item, LeafItem, Limit
from shared.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A paper that may be needed; ``status`` is draft until the hall has confirmed it."""

    name: str
    note: str
    status: str


@dataclass(frozen=True, kw_only=True)
class FormLine:
    """One line of the list as the case desk shows it."""

    ordinal: int
    code: str | None
    name: str
    plain_name: str
    kind: str
    offices: Sequence[str]
    leaf_items: Sequence[LeafItem]
    limit: Limit
    conditions: Sequence[Branch]
    materials: Sequence[MaterialView]


@dataclass(frozen=True, slots=True)
class FormService:
    """The service of a form."""

    id: str
    name: str
    title: str
    kind: str
    limit: Limit | None


@dataclass(frozen=True, slots=True)
class FormView:
    """A service with its lines."""

    service: FormService
    items: Sequence[FormLine]


def service_form(uow: UnitOfWork, service_id: str) -> FormView:
    """The form of a service.

    Raises:
        UnknownService: no such service.
    """
    catalogue = uow.configuration().catalogue
    service = catalogue.service(service_id)
    return FormView(
        service=FormService(service.id, service.name, service.title, service.kind, service.limit),
        items=[_line(uow, item) for item in service.items],
    )


def _line(uow: UnitOfWork, item: Item) -> FormLine:
    materials = uow.configuration().catalogue.materials_of(item.codes)
    return FormLine(
        ordinal=item.ordinal,
        code=item.code,
        name=item.name,
        plain_name=item.plain_name,
        kind=item.kind,
        offices=item.offices,
        leaf_items=item.leaf_items,
        limit=item.limit,
        conditions=item.limit.branches,
        materials=[MaterialView(paper.name, paper.note, paper.status) for paper in materials],
    )
