"""The entrance wall's guide: what each floor of the building is for, from the hall's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.configuration import Configuration

SHAPES: Mapping[int, str] = {1: "●", 2: "▲", 3: "■"}


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

    The floors of an event are those that the official list prints. The entrance is on the lowest floor.
    No band names a ticket or a number of people: a passer-by must not learn who came for what.
    """
    floors = sorted((floor.number for floor in configuration.site.floors), reverse=True)
    return tuple(
        FloorBand(
            floor=floor,
            shape=SHAPES.get(floor, ""),
            topics=tuple(
                bundle.title for bundle in configuration.catalogue.bundles if floor in bundle.floors
            ),
            counters=tuple(
                sorted(counter.number for counter in configuration.site.counters if counter.floor == floor)
            ),
            here=floor == floors[-1],
        )
        for floor in floors
    )
