"""What tests share: a founded hall on a fresh database, its people, an application, a running demo."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from demos import Demo as Demo
from demos import form, one_demo, two_demos
from demos import start_demo as start_demo
from demos import start_process as start_process
from demos import stop_demo as stop_demo
from flask import Flask
from flask.testing import FlaskClient
from in_turn import client_in_turn
from playwright.sync_api import expect
from servers import PostgresqlServer, RedisServer
from sqlalchemy import text
from werkzeug.test import TestResponse

import hall
from shared.actions.devices import StoreReports
from shared.actions.enrolling import add_device_with_token, device_of_token
from shared.actions.signing_in import NewAccount, actor_of, add_account, begin_sign_in, hash_password
from shared.commands.founding import found
from shared.domain.account import THE_HALL, Actor, Role
from shared.domain.adapting import demo_hall
from shared.domain.clock import FixedClock
from shared.seed import read_seed
from shared.store.entities import metadata
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

ONE, TWO = FORMS = ["one_process", "two_processes"]
DEMO_SIZE = ("--clerks", "12", "--kiosks", "2")

#: So long a page may take to show what a test expects; it costs time only where the test fails.
expect.set_options(timeout=20_000)

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
    #: What is let go when the test is over.
    ending: ExitStack = field(default_factory=ExitStack)

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
        store = Store(settings.database_url, keyring, self.clock, settings.address())
        self.ending.callback(store.close)
        return store

    def stored(self, *tables: str) -> bytes:
        """All that the database keeps in these tables, or in all, as it is kept."""
        with self.store.reader.connect() as connection:
            read = [
                connection.execute(text(f"SELECT * FROM {table}")) for table in tables or metadata().tables
            ]
            values = [value for rows in read for row in rows for value in row]
        return b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in values)

    def restart(self) -> None:
        """The server ends and a new one starts on the same database."""
        self.store.close()
        self.store = self.second_store()

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**span).total_seconds())


@pytest.fixture(scope="session")
def seed() -> dict[str, Any]:
    """The hall's data as it is shipped."""
    return read_seed(None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One PostgreSQL for all tests of a worker."""
    server = PostgresqlServer()
    yield server
    server.destroy()


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for all tests of a worker; a test that stops it starts it again."""
    server = RedisServer()
    yield server
    server.destroy()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of a Redis that runs."""
    return redis_server.url


def pytest_addoption(parser: pytest.Parser) -> None:
    """The form in which the suite runs."""
    told = "two_processes: every hall on PostgreSQL in two processes with a Redis, behind one address"
    parser.addoption("--form", choices=FORMS, default=None, help=told)


def forms_of(test: pytest.Item, config: pytest.Config) -> list[str]:
    """In which forms a test runs; one that is by nature about one process or its file has no other."""
    if test.get_closest_marker("one_process") or test.get_closest_marker("sqlite_file"):
        return [ONE]
    if test.get_closest_marker("two_processes"):
        return [TWO]
    if config.getoption("form"):
        return [config.getoption("form")]
    return FORMS if test.get_closest_marker("both_forms") else [ONE]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What works on a founded hall runs on both databases, unless it is about SQLite's file."""
    test, wanted = metafunc.definition, metafunc.config.getoption("form")
    if "house" in metafunc.fixturenames and not test.get_closest_marker("sqlite_file"):
        databases = {ONE: ["sqlite"], TWO: ["postgresql"], None: ["sqlite", "postgresql"]}[wanted]
        metafunc.parametrize("database", databases, indirect=True)
    in_forms = wanted or any(test.get_closest_marker(name) for name in ("both_forms", "two_processes"))
    if "hall_form" in metafunc.fixturenames and in_forms:
        metafunc.parametrize("hall_form", forms_of(test, metafunc.config), indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Halls that a test starts for itself have its form."""
    assert isinstance(item, pytest.Function)
    told = item.callspec.params.get("hall_form") if hasattr(item, "callspec") else None
    form.is_two = (told or forms_of(item, item.config)[0]) == TWO


@pytest.fixture(scope="session")
def ground(postgresql_server: PostgresqlServer, redis_server: RedisServer) -> Iterator[None]:
    """What halls in two processes stand on."""
    with form.standing_on(postgresql_server, redis_server):
        yield


@pytest.fixture(scope="session", autouse=True)
def ground_of_all(request: pytest.FixtureRequest) -> None:
    """The same for halls that tests start for themselves, if all are to be in two processes."""
    if request.config.getoption("form") == TWO:
        request.getfixturevalue("ground")


@pytest.fixture(scope="session")
def hall_form(request: pytest.FixtureRequest) -> str:
    """In which form a running hall is seen."""
    told = str(getattr(request, "param", ONE))
    if told == TWO:
        request.getfixturevalue("ground")
    return told


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Which database a founded hall lies in."""
    return str(getattr(request, "param", "sqlite"))


CastTemplate = tuple[Settings, dict[str, tuple[Actor, str]]]


def _founded_with_cast(settings: Settings, seed: dict[str, Any]) -> CastTemplate:
    """A founded hall with its cast, copied for each test."""
    found(settings, demo_hall(seed, counters=6, kiosks=2))
    store = Store(
        settings.database_url, load_keyring(settings.data_dir, None), FixedClock(), settings.address()
    )
    cast = store.transact(lambda uow: _cast(uow, hash_password(PASSWORD)))
    store.close()
    return settings, cast


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
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, seed: dict[str, Any]) -> CastTemplate:
    """The hall that tests on SQLite begin with."""
    return _founded_with_cast(settings_for(tmp_path_factory.mktemp("template")), seed)


@pytest.fixture(scope="session")
def postgresql_template(
    tmp_path_factory: pytest.TempPathFactory, seed: dict[str, Any], postgresql_server: PostgresqlServer
) -> CastTemplate:
    """The hall that tests on PostgreSQL begin with."""
    postgresql_server.statement("CREATE DATABASE hall_template")
    url = postgresql_server.url("hall_template")
    return _founded_with_cast(settings_for(tmp_path_factory.mktemp("template"), database_url=url), seed)


@pytest.fixture
def house(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> Iterator[House]:
    """A fresh hall with the cast; its clock stands on a working Friday at ten."""
    settings, cast = request.getfixturevalue(f"{database}_template")
    folder = tmp_path / "hall"
    shutil.copytree(settings.data_dir, folder)
    with ExitStack() as ending:
        url = f"sqlite:///{folder}/hall.db"
        if database == "postgresql":
            server: PostgresqlServer = request.getfixturevalue("postgresql_server")
            url = ending.enter_context(server.database(settings.database_url.rpartition("/")[2]))
        settings, clock = settings_for(folder, database_url=url), FixedClock()
        store = Store(url, load_keyring(folder, None), clock, settings.address())
        ending.callback(store.close)
        actors = {name: actor for name, (actor, _) in cast.items()}
        tokens = {name: token for name, (_, token) in cast.items()}
        yield House(folder, settings, clock, store, actors, tokens, ending)


@dataclass
class Web:
    """A client of the application that speaks as somebody of the cast."""

    app: Flask
    client: FlaskClient
    house: House
    #: So many applications answer its requests in turn.
    processes: int = 1

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
    """The application over the fresh hall, without a server; in the form of two processes two, in turn."""
    apps = [hall.create_app(house.settings, house.clock) for _ in range(2 if form.is_two else 1)]
    with client_in_turn(apps) as client:
        yield Web(apps[0], client, house, len(apps))
    for app in apps:
        app.extensions["parts"].stop()


@pytest.fixture
def reports(house: House) -> StoreReports:
    """The port of printers' owners over the fresh hall."""
    return StoreReports(house.store)


@pytest.fixture(scope="session")
def one_process() -> Iterator[Demo]:
    """A demonstration for the tests of one worker: one process on SQLite."""
    with one_demo(*DEMO_SIZE) as running:
        yield running


@pytest.fixture(scope="session")
def two_processes(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer, redis_server: RedisServer
) -> Iterator[Demo]:
    """The same in two processes behind one address, on PostgreSQL with a message queue."""
    folder = tmp_path_factory.mktemp("hall")
    with (
        postgresql_server.database() as url,
        two_demos(folder, url, "--message-queue", redis_server.url, *DEMO_SIZE) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def demo(request: pytest.FixtureRequest, hall_form: str) -> Demo:
    """A running demonstration; tests marked ``both_forms`` see it in one process and in two."""
    running: Demo = request.getfixturevalue(hall_form)
    return running


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, as every machine of the hall has it."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A touch screen in Shanghai."""
    return {**browser_context_args, "has_touch": True, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
