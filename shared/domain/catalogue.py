"""What the hall offers: the ten bundles and all single services, read from the two official lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.domain.errors import Refused, Unknown
from shared.domain.listing import (
    ITEM_KINDS,
    LIMIT_KINDS,
    NO_LIMIT,
    Answer,
    Branch,
    Bundle,
    FolkWord,
    Item,
    LeafItem,
    Limit,
    Material,
    Office,
    Question,
    SingleService,
)

__all__ = [
    "ADVICE",
    "ITEM_KINDS",
    "LIMIT_KINDS",
    "NO_LIMIT",
    "Answer",
    "Branch",
    "Bundle",
    "Catalogue",
    "FolkWord",
    "Item",
    "LeafItem",
    "Limit",
    "Material",
    "Office",
    "Question",
    "Service",
    "ServiceNotOffered",
    "SingleService",
    "UnknownOffice",
    "UnknownService",
    "catalogue_json",
    "limit_json",
]

#: The service that leads to a clerk who listens; it opens no case.
ADVICE = "advice"


class UnknownService(Unknown):
    code = "unknown_service"
    message = "没有这项业务，请重新选择。"


class ServiceNotOffered(Refused):
    code = "service_not_offered"
    message = "本厅目前不办这一项，请问导办台哪里能办。"


class UnknownOffice(Unknown):
    code = "unknown_office"
    message = "没有这个股室。"


@dataclass(frozen=True, slots=True)
class Service:
    """One uniform view of everything that can be queued for: ``kind`` is bundle, single or advice."""

    id: str
    name: str
    title: str
    kind: str
    floors: tuple[int, ...]
    items: tuple[Item, ...]
    offered: bool
    official: bool
    limit: Limit | None = None
    series: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Everything the hall offers; immutable, kept under the number of its configuration.

    ``folk_words`` are what people call things; ``elsewhere`` words of matters that this hall does not do,
    ``undecided`` those the hall has not placed yet; ``series`` gives a service's letter.
    """

    bundles: tuple[Bundle, ...]
    single_services: tuple[SingleService, ...]
    other_services: tuple[SingleService, ...]
    offices: tuple[Office, ...]
    materials: tuple[Material, ...] = ()
    folk_words: tuple[FolkWord, ...] = ()
    elsewhere: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    series: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _services(self) -> dict[str, Service]:
        bundles = [self._bundle_service(bundle) for bundle in self.bundles]
        singles = [self._single_service(single) for single in (*self.single_services, *self.other_services)]
        return {service.id: service for service in (*bundles, *singles)}

    @cached_property
    def _offices(self) -> dict[str, Office]:
        named = {alias: office for office in self.offices for alias in (*office.aliases, office.id)}
        return named | {office.name: office for office in self.offices}

    @property
    def service_ids(self) -> Collection[str]:
        """The ids of all services, bundles first."""
        return self._services.keys()

    def services(self) -> tuple[Service, ...]:
        """All services: bundles in the order of the list, then the 25, then the others."""
        return tuple(self._services.values())

    def find(self, service_id: str) -> Service | None:
        """The service, or None when there is none."""
        return self._services.get(service_id)

    def service(self, service_id: str) -> Service:
        """The service of an id.

        Raises:
            UnknownService: there is none.
        """
        service = self._services.get(service_id)
        if service is None:
            raise UnknownService(service=service_id[:64])
        return service

    def office(self, name_or_alias: str) -> Office:
        """The office of a canonical name, an alias of the lists, or an id.

        Raises:
            UnknownOffice: there is none.
        """
        office = self._offices.get(name_or_alias.strip())
        if office is None:
            raise UnknownOffice(office=name_or_alias[:64])
        return office

    def office_name(self, name_or_alias: str) -> str:
        """The canonical name of an office.

        Raises:
            UnknownOffice: there is none.
        """
        return self.office(name_or_alias).name

    def materials_of(self, codes: Collection[str]) -> tuple[Material, ...]:
        """The materials known for some codes, drafts too."""
        return tuple(material for material in self.materials if material.code in codes)

    def _bundle_service(self, bundle: Bundle) -> Service:
        letter = self.series.get(bundle.id, "")
        return Service(
            bundle.id,
            bundle.name,
            bundle.title,
            "bundle",
            bundle.floors,
            bundle.items,
            True,
            True,
            bundle.limit,
            letter,
        )

    def _single_service(self, single: SingleService) -> Service:
        kind = "advice" if single.id == ADVICE else "single"
        letter = self.series.get(single.id, "")
        return Service(
            single.id,
            single.name,
            single.plain_name,
            kind,
            single.floors,
            single.items,
            single.offered,
            single.official,
            None,
            letter,
        )


def catalogue_json(catalogue: Catalogue) -> dict[str, Any]:
    """The catalogue as the interface answers it; offices are canonical names everywhere."""
    return {
        "bundles": [_bundle_json(bundle) for bundle in catalogue.bundles],
        "single_services": [_single_json(single) for single in catalogue.single_services],
        "other_services": [_single_json(single) for single in catalogue.other_services],
    }


def _bundle_json(bundle: Bundle) -> dict[str, Any]:
    return {
        "id": bundle.id,
        "seq": bundle.seq,
        "name": bundle.name,
        "title": bundle.title,
        "items": [_item_json(item) for item in bundle.items],
        "floors": list(bundle.floors),
        "limit": limit_json(bundle.limit),
        "lead_offices": list(bundle.lead_offices),
        "cooperating_offices": list(bundle.cooperating_offices),
        "channels": list(bundle.channels),
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "ordinal": item.ordinal,
        "code": item.code,
        "name": item.name,
        "plain_name": item.plain_name,
        "kind": item.kind,
        "offices": list(item.offices),
        "leaf_items": [{"code": leaf.code, "name": leaf.name} for leaf in item.leaf_items],
        "limit": limit_json(item.limit),
    }


def _single_json(single: SingleService) -> dict[str, Any]:
    return {
        "id": single.id,
        "seq": single.seq,
        "codes": list(single.codes),
        "name": single.name,
        "plain_name": single.plain_name,
        "current_limit": limit_json(single.current_limit),
        "new_limit": limit_json(single.new_limit),
        "offices": list(single.offices),
        "floors": list(single.floors),
        "offered": single.offered,
        "official": single.official,
    }


def limit_json(limit: Limit) -> dict[str, Any]:
    """A limit as the interface answers it; ``ruled_by`` and ``branches`` only where there are some."""
    answer: dict[str, Any] = {
        "kind": limit.kind,
        "working_days": limit.working_days,
        "text": limit.text,
    }
    if limit.ruled_by is not None:
        answer["ruled_by"] = limit.ruled_by
    if limit.branches:
        answer["branches"] = [
            {"code": b.code, "kind": b.kind, "working_days": b.working_days, "text": b.text}
            for b in limit.branches
        ]
    return answer
