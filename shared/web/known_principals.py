"""Principals that were looked up a moment ago, so that not every request asks the database who sends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.account import Actor, Role
from shared.domain.clock import real_now
from shared.domain.events import DeviceEnded, SignInEnded
from shared.store.keyring import token_hash
from shared.store.publishing import Listeners

#: Another process may have ended it meanwhile: ended sign-ins and devices are out within a second.
LONGEST_SECONDS = 0.5
#: A hall has a few hundred accounts and devices; whoever makes up tokens must not fill the memory.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, with the token that proves it and the sign-in it belongs to."""

    actor: Actor
    token: str
    sign_in_id: int | None = None
    #: A sign-in runs out; a device's token does not.
    expires_at: datetime | None = None

    @property
    def role(self) -> Role:
        return self.actor.role

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def account_id(self) -> int | None:
        return self.actor.account_id

    @property
    def device_id(self) -> int | None:
        return self.actor.device_id

    @property
    def office(self) -> str | None:
        return self.actor.office


class KnownPrincipals:
    """Keeps principals for half a second, and forgets one at once whose end this process hears of."""

    def __init__(self, listeners: Listeners) -> None:
        self._guard = threading.Lock()
        self._known: dict[str, tuple[float, Principal]] = {}
        self._ends = 0
        listeners.on(SignInEnded, lambda event: self._forget("sign_in_id", event.sign_in_id))
        listeners.on(DeviceEnded, lambda event: self._forget("device_id", event.device_id))

    def of(self, token: str, look_up: Callable[[], Principal | None]) -> Principal | None:
        """Whoever holds the token; ``look_up`` asks the database when that was not done just now."""
        key, now = token_hash(token), time.monotonic()
        known = self._known.get(key)
        if known is not None and now < known[0]:
            principal = known[1]
            if principal.expires_at is None or real_now() < principal.expires_at:
                return principal
        ends = self._ends
        found = look_up()
        if found is not None:
            self._keep(key, now + LONGEST_SECONDS, found, ends)
        return found

    def _keep(self, key: str, until: float, principal: Principal, ends: int) -> None:
        with self._guard:
            # If anything ended since the look-up began, its answer may be older than that end.
            if ends != self._ends:
                return
            self._known.pop(key, None)
            while len(self._known) >= MOST:
                del self._known[next(iter(self._known))]
            self._known[key] = (until, principal)

    def _forget(self, what: str, ended: int) -> None:
        with self._guard:
            self._ends += 1
            for key in [key for key, (_, one) in self._known.items() if getattr(one, what) == ended]:
                del self._known[key]
