"""What tests share: a founded hall on a fresh database, its people, an application, a running demo."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import hall
from shared.actions.devices import StoreReports, add_device_with_token, device_of_token
from shared.actions.signing_in import NewAccount, actor_of, add_account, begin_sign_in, hash_password
from shared.commands.founding import found
from shared.domain.account import THE_HALL, Actor, Role
from shared.domain.adapting import demo_hall
from shared.domain.clock import FixedClock
from shared.seed import read_seed
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork
from shared.web.settings import Settings

PASSWORD = "correct horse 7"
BUNDLES = (
    "hire",
    "terminate",
    "unemployment",
    "graduate",
    "public-institution-hire",
    "startup",
    "retirement",
    "work-death",
    "retiree-death",
    "social-card",
)
OFFICE = "社保中心参保登记股"
#: A resident number with the right check digit, and the last four characters that open its case.
ID_NUMBER = "11010519491231002X"
LAST_FOUR = "002X"

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a hall in ``folder``."""
    plain = Settings(data_dir=folder, database_url=f"sqlite:///{folder}/hall.db", press_limits=False)
    return replace(plain, **changes)


@dataclass
class House:
    """A founded hall with a clock that stands still."""

    folder: Path
    settings: Settings
    clock: FixedClock
    store: Store
    actors: dict[str, Actor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def do(self, action: Callable[..., Any], who: str, *args: Any, **kwargs: Any) -> Any:
        """Run an action in a transaction, as somebody of the cast."""
        return self.store.transact(lambda uow: action(uow, self.actors[who], *args, **kwargs))

    def see(self, fn: Callable[[UnitOfWork], Any]) -> Any:
        """Read something."""
        return self.store.read(fn)

    def second_store(self) -> Store:
        """Another server's store over the same database."""
        settings = self.settings
        keyring = load_keyring(self.folder, None)
        return Store(settings.database_url, keyring, self.clock, settings.address())

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**span).total_seconds())


@pytest.fixture(scope="session")
def seed() -> dict[str, Any]:
    """The hall's data as it is shipped."""
    return read_seed(None)


@pytest.fixture(scope="session")
def template_hall(tmp_path_factory: pytest.TempPathFactory, seed: dict[str, Any]) -> Path:
    """A founded hall with its cast, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    found(settings_for(folder), demo_hall(seed, counters=6, kiosks=2))
    return folder


def _cast(uow: UnitOfWork, password_hash: str) -> dict[str, tuple[Actor, str]]:
    """Anna and Bo at counters, Chen in an office, a manager, a guide, an administrator, devices."""
    people = {
        "anna": (Role.CLERK, None),
        "bo": (Role.CLERK, None),
        "chen": (Role.OFFICE, OFFICE),
        "guide": (Role.GUIDE, None),
        "manager": (Role.DUTY_MANAGER, None),
        "admin": (Role.ADMINISTRATOR, None),
    }
    cast: dict[str, tuple[Actor, str]] = {}
    for place, (name, (role, office)) in enumerate(people.items(), start=1):
        add_account(
            uow, THE_HALL, NewAccount(name, name.title(), role, password_hash, f"{place:03d}", office)
        )
        signed_in = begin_sign_in(uow, name, password_hash)
        cast[name] = (actor_of(uow.accounts.by_username(name)), signed_in.token)
    for name, role, floor in (
        ("kiosk-1", Role.KIOSK, 1),
        ("kiosk-2", Role.KIOSK, 1),
        ("wall", Role.DISPLAY, 2),
    ):
        token = add_device_with_token(uow, THE_HALL, name, role, floor)
        device = device_of_token(uow, token)
        assert device is not None
        cast[name] = (device, token)
    return cast


@pytest.fixture(scope="session")
def cast_template(template_hall: Path) -> tuple[Path, dict[str, tuple[Actor, str]]]:
    """The template with its cast written in."""
    settings = settings_for(template_hall)
    store = Store(settings.database_url, load_keyring(template_hall, None), FixedClock(), settings.address())
    cast = store.transact(lambda uow: _cast(uow, hash_password(PASSWORD)))
    store.close()
    return template_hall, cast


@pytest.fixture
def house(tmp_path: Path, cast_template: tuple[Path, dict[str, tuple[Actor, str]]]) -> Iterator[House]:
    """A fresh hall with the cast; its clock stands on a working Friday at ten."""
    template, cast = cast_template
    folder = tmp_path / "hall"
    shutil.copytree(template, folder)
    settings, clock = settings_for(folder), FixedClock()
    store = Store(settings.database_url, load_keyring(folder, None), clock, settings.address())
    actors = {name: actor for name, (actor, _) in cast.items()}
    yield House(folder, settings, clock, store, actors, {name: token for name, (_, token) in cast.items()})
    store.close()


@dataclass
class Web:
    """A client of the application that speaks as somebody of the cast."""

    app: Flask
    client: FlaskClient
    house: House

    def call(
        self, method: str, path: str, who: str | None = None, body: Any = None, **more: Any
    ) -> TestResponse:
        """A request to the API with a fresh key, unless ``key`` gives one (None sends none)."""
        headers = dict(more.pop("headers", {}))
        key = more.pop("key", uuid.uuid4().hex)
        if key is not None:
            headers["Idempotency-Key"] = key
        if who is not None:
            headers["Authorization"] = f"Bearer {self.house.tokens[who]}"
        if body is not None:
            more["data"] = body if isinstance(body, bytes) else json.dumps(body).encode()
            more.setdefault("content_type", "application/json")
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def post(self, path: str, who: str | None = None, body: Any = None, **more: Any) -> TestResponse:
        return self.call("POST", path, who, {} if body is None else body, **more)

    def get(self, path: str, who: str | None = None, **more: Any) -> TestResponse:
        return self.call("GET", path, who, key=None, **more)


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    """The application over the fresh hall, without a server."""
    app = hall.create_app(house.settings, house.clock)
    with app.test_client() as client:
        yield Web(app, client, house)
    app.extensions["parts"].stop()


@pytest.fixture
def reports(house: House) -> StoreReports:
    """The port of printers' owners over the fresh hall."""
    return StoreReports(house.store)


@dataclass
class Demo:
    """A demonstration that runs in a process of its own."""

    line: dict[str, Any]
    process: subprocess.Popen[str]

    @property
    def base_url(self) -> str:
        return str(self.line["base_url"])

    @property
    def accounts(self) -> list[dict[str, Any]]:
        return list(self.line["accounts"])

    @property
    def devices(self) -> list[dict[str, Any]]:
        return list(self.line["devices"])

    def account(self, **wanted: Any) -> dict[str, Any]:
        """The first account with these facts."""
        return next(a for a in self.accounts if all(a.get(name) == value for name, value in wanted.items()))

    def token(self, role: str) -> str:
        """The token of a device of this role."""
        return str(next(device["token"] for device in self.devices if device["role"] == role))


def start_demo(*options: str, environ: dict[str, str] | None = None) -> Demo:
    """Run ``hall demo --json`` and wait for the line it prints when it answers requests."""
    process = subprocess.Popen(
        [sys.executable, "hall.py", "demo", "--json", "--port", "0", *options],
        cwd=Path(hall.__file__).parent,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the demonstration did not start"
    return Demo(json.loads(line), process)


def stop_demo(demo: Demo) -> int:
    """End a demonstration as Ctrl-C does and answer its exit status."""
    demo.process.send_signal(signal.SIGINT)
    status = demo.process.wait(timeout=10)
    assert demo.process.stdout is not None
    demo.process.stdout.close()
    return status


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """A running demonstration for the browser tests of one worker."""
    running = start_demo("--clerks", "12", "--kiosks", "2")
    yield running
    stop_demo(running)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, as every machine of the hall has it."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A touch screen in Shanghai."""
    return {**browser_context_args, "has_touch": True, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
