"""A numbered, immutable configuration: the catalogue, the hall, the calendar and the legal limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec

from shared.domain.catalogue import ADVICE, Bundle, Catalogue, Limit, SingleService
from shared.domain.devices import DOTS_PER_COLUMN
from shared.domain.errors import Invalid
from shared.domain.limits import LegalLimit, list2_limits, rule
from shared.domain.site import Site
from shared.domain.working_days import WorkingCalendar

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the hall's data; ``line`` is 0 when the file as a whole is meant."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.text}"


class DamagedFiles(Invalid):
    """The hall's data cannot be used; ``problems`` names every place at once."""

    code = "damaged_files"
    message = "大厅资料有错，未采用。"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(problems=[str(problem) for problem in self.problems])

    def __str__(self) -> str:
        return "\n".join([self.text, *(str(problem) for problem in self.problems)])


@dataclass(frozen=True)
class Configuration:
    """What tickets and cases were made under; they keep its number."""

    number: int
    catalogue: Catalogue
    site: Site
    calendar: WorkingCalendar
    law: Mapping[str, LegalLimit]

    @cached_property
    def list2(self) -> Mapping[str, Limit]:
        """What the second list promises, by code."""
        return list2_limits(self.catalogue)


def parse_configuration(document: Mapping[str, Any], number: int) -> Configuration:
    """Make a configuration from its stored document.

    Raises:
        DamagedFiles: the document has not the shape it should have.
    """
    if document.get("format") != FORMAT:
        raise DamagedFiles(
            [Problem("configuration", 0, f"format {document.get('format')!r} is not {FORMAT}")]
        )
    try:
        facts = msgspec.convert(document.get("catalogue"), Catalogue)
        site = msgspec.convert(_with_dots(document.get("site")), Site)
        calendar = msgspec.convert(document.get("calendar"), WorkingCalendar)
        law = msgspec.convert(document.get("law"), dict[str, LegalLimit])
    except msgspec.ValidationError as wrong:
        raise DamagedFiles([Problem("configuration", 0, str(wrong))]) from None
    return Configuration(number, _with_limits(facts, site, law), site, calendar, law)


def _with_dots(site: Any) -> Any:
    """Printers of older documents have their width in columns."""
    if not isinstance(site, Mapping) or not isinstance(site.get("printers"), list):
        return site
    printers = [
        {"dots": printer["columns"] * DOTS_PER_COLUMN, **printer} if "columns" in printer else printer
        for printer in site["printers"]
    ]
    return {**site, "printers": printers}


def _with_limits(facts: Catalogue, site: Site, law: Mapping[str, LegalLimit]) -> Catalogue:
    """The catalogue with every item's ruling limit and every service's series filled in."""
    printed = list2_limits(facts)

    def ruled_bundle(bundle: Bundle) -> Bundle:
        items = (replace(item, limit=rule(item.codes, bundle.limit, printed, law)) for item in bundle.items)
        return replace(bundle, items=tuple(items))

    def ruled_single(single: SingleService) -> SingleService:
        items = (replace(item, limit=rule(item.codes, None, printed, law)) for item in single.items)
        return replace(single, items=tuple(items))

    letters = {bundle.id: site.letter_of(bundle.id, "bundle") for bundle in facts.bundles}
    for single in (*facts.single_services, *facts.other_services):
        letters[single.id] = site.letter_of(single.id, ADVICE if single.id == ADVICE else "single")
    return replace(
        facts,
        bundles=tuple(ruled_bundle(bundle) for bundle in facts.bundles),
        single_services=tuple(ruled_single(single) for single in facts.single_services),
        other_services=tuple(ruled_single(single) for single in facts.other_services),
        series=letters,
    )
