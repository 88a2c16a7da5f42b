"""Following rows by their rising ids, without missing one whose transaction commits late."""

from __future__ import annotations

from collections.abc import Collection

#: An id that was passed over is asked for so long, in seconds; no transaction of the hall lasts longer.
PATIENCE_SECONDS = 30.0
#: So many of the latest ids that were passed over are asked for.
MOST_MISSING = 1000


class Trail:
    """Which rows of a table were seen: all up to ``after``, but for the ``missing`` ones.

    A database gives an id out when a row is written and shows the row when it is committed, so a lower
    id may appear after a higher one. An id that never appears belongs to a transaction that was undone.
    """

    def __init__(self, after: int = 0) -> None:
        self.after = after
        self._missing: dict[int, float] = {}

    @property
    def missing(self) -> list[int]:
        """Ids that were passed over and may still appear."""
        return list(self._missing)

    def see(self, ids: Collection[int], now: float) -> None:
        """These rows were seen at ``now`` (steady seconds)."""
        for known in ids:
            self._missing.pop(known, None)
        fresh = {known for known in ids if known > self.after}
        if fresh:
            newest = max(fresh)
            first = max(self.after + 1, newest - MOST_MISSING)
            self._missing.update((known, now) for known in range(first, newest) if known not in fresh)
            self.after = newest
        self._missing = {
            known: since
            for known, since in list(self._missing.items())[-MOST_MISSING:]
            if now - since <= PATIENCE_SECONDS
        }
