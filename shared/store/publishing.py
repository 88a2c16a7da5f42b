"""Publishing events after a commit: every listener hears, and none can spoil it for the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shared.domain.events import Event

log = logging.getLogger(__name__)
E_ = TypeVar("E_")


class Listeners:
    """Who wants to hear which kind of event."""

    def __init__(self) -> None:
        self._by_kind: dict[type, list[Callable[[Any], None]]] = {}

    def on(self, kind: type[E_], listener: Callable[[E_], None]) -> None:
        """Call ``listener`` with every published event of ``kind``."""
        self._by_kind.setdefault(kind, []).append(listener)

    def publish(self, events: Sequence[Event]) -> None:
        """Tell the listeners; a failing one is logged, since the facts are committed already."""
        for happened in events:
            for listener in self._by_kind.get(type(happened), ()):
                try:
                    listener(happened)
                except Exception:
                    log.exception("a listener failed", extra={"event": type(happened).__name__})
