"""The tags of answers that were sent, each with what it was made from."""

from __future__ import annotations

import threading
from collections.abc import Hashable

#: Phones that follow a ticket at the same time; the oldest is forgotten and merely gets a fresh answer.
MOST_KNOWN = 5_000


class KnownTags:
    """For each address the mark from which its last answer was made, and the answer's tag."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[str, tuple[Hashable, str]] = {}

    def tag(self, address: str, mark: Hashable) -> str | None:
        """The tag of the answer at this address if it was made from this mark."""
        known = self._known.get(address)
        return known[1] if known is not None and known[0] == mark else None

    def keep(self, address: str, mark: Hashable, tag: str) -> None:
        """Remember an answer."""
        with self._guard:
            self._known.pop(address, None)
            while len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[address] = (mark, tag)
