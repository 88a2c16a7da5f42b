"""Who was let in a moment ago is known still, but an end counts: at once here, within a second elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from conftest import Web

import hall
from shared.domain.account import Actor, Role
from shared.domain.clock import real_now
from shared.domain.events import DeviceEnded, SignInEnded
from shared.store.publishing import Listeners
from shared.web import known_principals
from shared.web.known_principals import KnownPrincipals, Principal

BO = Actor(principal="account:2", role=Role.CLERK, account_id=2)
KIOSK = Actor(principal="device:1", role=Role.KIOSK, device_id=1)

ENDS: dict[str, tuple[str, Callable[[Web], object]]] = {
    "signed out": ("bo", lambda web: web.call("DELETE", "/session", "bo")),
    "disabled": ("bo", lambda web: web.call("PATCH", "/users/bo", "admin", {"disabled": True})),
    "another role": ("bo", lambda web: web.call("PATCH", "/users/bo", "admin", {"role": "guide"})),
    "new password": (
        "bo",
        lambda web: web.call("PATCH", "/users/bo", "admin", {"password": "other word 8"}),
    ),
    "revoked": ("kiosk-1", lambda web: web.post("/devices/kiosk-1/revoke", "admin")),
    "new code": ("kiosk-1", lambda web: web.post("/devices/kiosk-1/code", "admin")),
}


@pytest.fixture
def elsewhere(web: Web) -> Iterator[Web]:
    """Another server over the same database."""
    app = hall.create_app(web.house.settings, web.house.clock)
    yield Web(app, app.test_client(), web.house)
    app.extensions["parts"].stop()


def is_known(web: Web, who: str) -> bool:
    answer = web.get("/me", who) if who == "bo" else web.post("/devices/heartbeat", who)
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


@pytest.mark.one_process("at once holds where an end was made; the next test tells of elsewhere")
@pytest.mark.parametrize("end", ENDS)
def test_an_end_counts_at_once_where_it_was_made(web: Web, end: str) -> None:
    who, make = ENDS[end]
    assert is_known(web, who)
    make(web)
    assert not is_known(web, who)


@pytest.mark.parametrize("end", ENDS)
def test_an_end_counts_within_a_second_at_another_server(web: Web, elsewhere: Web, end: str) -> None:
    who, make = ENDS[end]
    assert is_known(elsewhere, who)
    make(web)
    ended = asked = time.monotonic()
    while is_known(elsewhere, who):
        assert asked - ended < 1.0, "let in although asked more than a second after the end"
        asked = time.monotonic()


class Lookups:
    """A look-up that counts how often it is made."""

    def __init__(self, principal: Principal | None, meanwhile: Callable[[], None] | None = None) -> None:
        self.count = 0
        self._principal = principal
        self._meanwhile = meanwhile

    def __call__(self) -> Principal | None:
        self.count += 1
        if self._meanwhile is not None:
            self._meanwhile()
        return self._principal


def test_the_database_is_asked_once_for_presses_that_follow_each_other() -> None:
    known, look_up = KnownPrincipals(Listeners()), Lookups(Principal(KIOSK, "d.1"))
    assert [known.of("d.1", look_up) for _ in range(3)] == [Principal(KIOSK, "d.1")] * 3
    assert look_up.count == 1


def test_who_is_unknown_is_looked_up_every_time() -> None:
    known, look_up = KnownPrincipals(Listeners()), Lookups(None)
    assert [known.of("d.1", look_up) for _ in range(2)] == [None, None]
    assert look_up.count == 2


def test_a_sign_in_that_runs_out_is_not_known_any_longer() -> None:
    known = KnownPrincipals(Listeners())
    look_up = Lookups(Principal(BO, "s.1", 7, real_now() - timedelta(seconds=1)))
    known.of("s.1", look_up)
    known.of("s.1", look_up)
    assert look_up.count == 2


@pytest.mark.parametrize(
    ("principal", "end"),
    [
        (Principal(BO, "s.1", 7, real_now() + timedelta(hours=1)), SignInEnded(7)),
        (Principal(KIOSK, "d.1"), DeviceEnded(1)),
    ],
)
def test_what_was_read_before_an_end_is_not_kept_after_it(
    principal: Principal, end: SignInEnded | DeviceEnded
) -> None:
    listeners = Listeners()
    known = KnownPrincipals(listeners)
    look_up = Lookups(principal, meanwhile=lambda: listeners.publish([end]))
    known.of(principal.token, look_up)
    known.of(principal.token, look_up)
    assert look_up.count == 2


def test_an_end_touches_nobody_else() -> None:
    listeners = Listeners()
    known, look_up = KnownPrincipals(listeners), Lookups(Principal(KIOSK, "d.1"))
    known.of("d.1", look_up)
    listeners.publish([DeviceEnded(2), SignInEnded(1)])
    known.of("d.1", look_up)
    assert look_up.count == 1


def test_no_more_than_a_hall_has_are_kept() -> None:
    known = KnownPrincipals(Listeners())
    first = Lookups(Principal(KIOSK, "d.0"))
    known.of("d.0", first)
    for number in range(1, known_principals.MOST + 1):
        known.of(f"d.{number}", Lookups(Principal(KIOSK, f"d.{number}")))
    known.of("d.0", first)
    assert first.count == 2
