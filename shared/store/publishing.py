"""Publishing events after a commit: every listener hears, and none can spoil it for the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shared.domain.events import Event

log = logging.getLogger(__name__)
E_ = TypeVar("E_")


class Listeners:
    """Who wants to hear which kind of event, and who wants to know that something was committed here."""

    def __init__(self) -> None:
        self._by_kind: dict[type, list[Callable[[Any], None]]] = {}
        self._on_commit: list[Callable[[str], None]] = []

    def on(self, kind: type[E_], listener: Callable[[E_], None]) -> None:
        """Call ``listener`` with every published event of ``kind``."""
        self._by_kind.setdefault(kind, []).append(listener)

    def on_commit(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the press of every transaction of this process that had events."""
        self._on_commit.append(listener)

    def committed(self, press: str, events: Sequence[Event]) -> None:
        """Publish the events of a transaction of this process."""
        if events:
            for listener in self._on_commit:
                self._tell(listener, press)
            self.publish(events)

    def publish(self, events: Sequence[Event]) -> None:
        """Tell the listeners; a failing one is logged, since the facts are committed already."""
        for happened in events:
            for listener in self._by_kind.get(type(happened), ()):
                self._tell(listener, happened)

    def _tell(self, listener: Callable[[Any], None], what: Any) -> None:
        try:
            listener(what)
        except Exception:
            log.exception("a listener failed", extra={"event": type(what).__name__})
