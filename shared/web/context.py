"""The hall as request handlers reach it: store, settings, keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from flask import current_app

from shared.domain.clock import Clock
from shared.store.keyring import HallKeyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork
from shared.web.known_principals import KnownPrincipals
from shared.web.known_tags import KnownTags
from shared.web.press_limits import PressLimits
from shared.web.settings import Settings

Answer = TypeVar("Answer")
_KEY = "hall"


@dataclass
class Hall:
    """Everything a view may need; wired by the roof."""

    settings: Settings
    store: Store
    clock: Clock
    limits: PressLimits
    #: In the demo only: tokens of its devices by role, handed to browsers on this machine.
    demo_tokens: Mapping[str, str] = field(default_factory=dict)
    #: The build of the pages that this server hands out.
    build: str = ""
    principals: KnownPrincipals = field(init=False)
    tags: KnownTags = field(default_factory=KnownTags)

    def __post_init__(self) -> None:
        self.principals = KnownPrincipals(self.store.listeners)

    @property
    def keyring(self) -> HallKeyring:
        return self.store.keyring

    def read(self, fn: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run ``fn`` on a snapshot."""
        return self.store.read(fn)

    def transact(self, fn: Callable[[UnitOfWork], Answer]) -> Answer:
        """Run ``fn`` in a transaction; its events are published after the commit."""
        return self.store.transact(fn)

    def sign(self, purpose: str, text: str) -> str:
        """A signature that only this hall can make."""
        return self.keyring.sign(purpose, text)

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """Whether a signature is this hall's."""
        return self.keyring.is_signed(purpose, text, signature)


def install_hall(extensions: dict[str, object], hall: Hall) -> None:
    """Make the hall known to an application."""
    extensions[_KEY] = hall


def current_hall() -> Hall:
    """The hall of the application that handles this request."""
    return cast(Hall, current_app.extensions[_KEY])
