"""The entrance wall's guide: what each floor of the building is for, from the hall's configuration."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.catalogue import ADVICE
from shared.domain.configuration import Configuration


@dataclass(frozen=True, slots=True)
class FloorBand:
    """One floor of the building, as the entrance wall draws it."""

    floor: int
    shape: str
    topics: tuple[str, ...]
    counters: tuple[int, ...]
    here: bool


def floor_bands(configuration: Configuration) -> tuple[FloorBand, ...]:
    """Every floor from the top down, with the life events that can be done there in everyday words.

    The floors of an event are those that the official list prints; a floor that gives advice says so last.
    The entrance is on the lowest floor. No band names a ticket or a number of people: a passer-by must not
    learn who came for what.
    """
    site = configuration.site
    floors = sorted(site.floors, key=lambda floor: -floor.number)
    return tuple(
        FloorBand(
            floor=floor.number,
            shape=floor.shape,
            topics=_topics(configuration, floor.number),
            counters=tuple(sorted(one.number for one in site.counters if one.floor == floor.number)),
            here=floor is floors[-1],
        )
        for floor in floors
    )


def _topics(configuration: Configuration, floor: int) -> tuple[str, ...]:
    bundles = sorted(configuration.catalogue.bundles, key=lambda bundle: bundle.tile)
    advice = configuration.catalogue.service(ADVICE)
    titles = [bundle.title for bundle in bundles if floor in bundle.floors]
    return (*titles, advice.title) if floor in advice.floors else tuple(titles)
