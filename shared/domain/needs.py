"""Needs that decide where a person is served."""

from __future__ import annotations

from collections.abc import Collection

STEP_FREE = "step_free"
#: While the lift is out, people with these needs are spared the stairs where that is possible.
HARD_ON_STAIRS = frozenset({"infant", "sight"})


def floors_for(
    needs: Collection[str], floors: tuple[int, ...], present: int | None, *, lift_works: bool
) -> tuple[int, ...]:
    """On which floors a person with these needs may be served, of a service's ``floors``.

    Step-free people are served on the floor where they are (``present``), whatever the event. While the lift
    is out, whoever walks stairs badly stays on this floor too where the service is done there.
    """
    if present is None:
        return floors
    if STEP_FREE in needs:
        return (present,)
    stairs_are_hard = not lift_works and not HARD_ON_STAIRS.isdisjoint(needs)
    return (present,) if stairs_are_hard and present in floors else floors
