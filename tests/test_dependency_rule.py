"""The architecture as a test: who may import whom, checked over every file's syntax tree.

Each rule is a function that takes a module's dotted name and its source and answers the violations as
sentences; each has a test over the whole tree and a sample that it must catch.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

Rule = Callable[[str, str], list[str]]

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kiosk", "counter", "display", "hardware", "shared")
DEVICE_WORDS = tuple(f"shared.domain.{name}" for name in ("slip", "sign", "devices", "clock", "errors"))
FLOORS = ("shared.seed", "shared.domain", "shared.store", "shared.actions", "shared.web", "shared.commands")

# The most specific prefix decides; a module may import what stands beside it, and nothing else of ours.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(DEVICE_WORDS, DEVICE_WORDS),
    "shared.seed": ("shared.seed", "shared.domain"),
    **{floor: FLOORS[: level + 1] for level, floor in enumerate(FLOORS) if level},
    "shared": (),
    "hardware.pages": ("hardware", "shared.web", *DEVICE_WORDS),
    "hardware": ("hardware", *DEVICE_WORDS),
    "kiosk": ("kiosk", "shared"),
    "counter": ("counter", "shared"),
    "display": ("display", "shared"),
    "hall": PACKAGES,
}
# The domain knows neither web, nor session, nor device.
OUTSIDE_THE_DOMAIN = (
    "flask",
    "flask_socketio",
    "socketio",
    "werkzeug",
    "jinja2",
    "gevent",
    "escpos",
    "click",
)
DATABASE_WORDS = {"select", "Session", "sessionmaker", "scoped_session"}
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "hall.py", "docs", "deploy", "tests", *PACKAGES),
    *("package.json", "package-lock.json", "Makefile", "CHANGELOG.md", "LICENSE"),
}
# What set-up, builds and runs leave behind; version control ignores it.
LEFT_BEHIND = {"node_modules", "var", "build", "dist", "test-results", "__pycache__"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "process", "misc", "common"}


def module_files() -> Iterator[tuple[str, Path]]:
    """Every Python file of the project, with its dotted name (a package's own file as ``name.__init__``)."""
    folders = (path for name in (*PACKAGES, "tests") for path in (ROOT / name).rglob("*.py"))
    for path in sorted((*ROOT.glob("hall.py"), *folders)):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def violations(rule: Rule) -> list[str]:
    """What ``rule`` has to say about the whole tree."""
    found = (rule(module, path.read_text(encoding="utf-8")) for module, path in module_files())
    return [sentence for sentences in found for sentence in sentences]


def imported(module: str, source: str) -> set[str]:
    """Every dotted name that ``source`` imports, inside functions and by ``import_module`` too.

    ``from a.b import c`` gives ``a.b.c``, whether c is a module or a name in one.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = ".".join(module.split(".")[: -node.level]) if node.level else ""
            prefix = ".".join(part for part in (origin, node.module or "") if part)
            names |= {f"{prefix}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                names.add(str(node.args[0].value))
    return names


def inside(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether ``name`` is one of the prefixes or lies below one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def follows_the_table(module: str, source: str) -> list[str]:
    """Of our own packages a module imports only what the table grants it; tests see everything."""
    if inside(module, ("tests",)):
        return []
    entry = max((key for key in MAY_IMPORT if inside(module, (key,))), key=len)
    ours = {name for name in imported(module, source) if inside(name, (*PACKAGES, "hall", "tests"))}
    return [f"{module} imports {name}" for name in sorted(ours) if not inside(name, MAY_IMPORT[entry])]


def device_words_use_the_standard_library(module: str, source: str) -> list[str]:
    """What drivers share with the hall imports the standard library and one another only.

    An agent runs alone on a kiosk computer: nothing else of the hall may come along.
    """
    if not inside(module, DEVICE_WORDS):
        return []
    names = {name for name in imported(module, source) if not inside(name, DEVICE_WORDS)}
    return [
        f"{module} imports {name}"
        for name in sorted(names)
        if name.split(".")[0] not in sys.stdlib_module_names
    ]


def domain_is_pure(module: str, source: str) -> list[str]:
    """The domain takes mapping names from ``domain/base.py`` and knows no web, terminal or device."""
    if not inside(module, ("shared.domain", "shared.seed")):
        return []
    banned = OUTSIDE_THE_DOMAIN if module == "shared.domain.base" else (*OUTSIDE_THE_DOMAIN, "sqlalchemy")
    return [f"{module} imports {name}" for name in sorted(imported(module, source)) if inside(name, banned)]


def store_alone_queries(module: str, source: str) -> list[str]:
    """Only ``shared/store`` says ``select`` or ``Session``."""
    if inside(module, ("shared.store", "tests")):
        return []
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
            found |= DATABASE_WORDS & {alias.name for alias in node.names}
        elif isinstance(node, ast.Name):
            found |= DATABASE_WORDS & {node.id}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("sqlalchemy", "sa", "orm"):
            found |= DATABASE_WORDS & {node.attr}
    return [f"{module} says {word}" for word in sorted(found)]


def nothing_imports_the_roof(module: str, source: str) -> list[str]:
    """``hall`` imports all; nothing but tests imports it."""
    if module == "hall" or inside(module, ("tests",)):
        return []
    return [
        f"{module} imports {name}" for name in sorted(imported(module, source)) if inside(name, ("hall",))
    ]


def named_for_its_subject(module: str, source: str) -> list[str]:
    """No module or folder has a name that could hold anything."""
    return [f"{module} is called {part}" for part in module.split(".") if part in EMPTY_NAMES]


def says_its_subject(module: str, source: str) -> list[str]:
    """Every module begins with a docstring whose first line is its subject."""
    docstring = ast.get_docstring(ast.parse(source)) or ""
    return [] if docstring.split("\n")[0].strip() else [f"{module} has no docstring"]


def names_its_async_mode(module: str, source: str) -> list[str]:
    """Left to guess, Flask-SocketIO takes whatever is installed: the mode is written out."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [node for node in calls if ast.unparse(node.func).split(".")[-1] == "SocketIO"]
    return [
        f"{module} line {node.lineno}: SocketIO without async_mode"
        for node in made
        if "async_mode" not in {keyword.arg for keyword in node.keywords}
    ]


def stray_top_level(names: set[str]) -> set[str]:
    """Names at the top of the checkout that are neither part of the layout nor left behind by a run."""
    fixed = TOP_LEVEL | LEFT_BEHIND
    return {name for name in names - fixed if not re.search(r"^\.|\.lock$|\.egg-info$", name)}


def test_every_module_imports_only_what_the_table_grants_it() -> None:
    assert violations(follows_the_table) == []


def test_modules_shared_with_devices_import_the_standard_library_only() -> None:
    assert violations(device_words_use_the_standard_library) == []


def test_the_domain_knows_neither_web_nor_session_nor_device() -> None:
    assert violations(domain_is_pure) == []


def test_only_the_store_says_select_or_session() -> None:
    assert violations(store_alone_queries) == []


def test_nothing_but_tests_imports_the_roof() -> None:
    assert violations(nothing_imports_the_roof) == []


def test_no_module_has_a_name_that_could_hold_anything() -> None:
    assert violations(named_for_its_subject) == []


def test_every_module_begins_with_its_subject() -> None:
    assert violations(says_its_subject) == []


def test_the_async_mode_is_written_out_where_the_socket_server_is_made() -> None:
    assert violations(names_its_async_mode) == []
    assert any(
        "SocketIO(" in path.read_text(encoding="utf-8")
        for module, path in module_files()
        if not inside(module, ("tests",))
    )


def test_nothing_lies_at_the_top_that_the_layout_does_not_name() -> None:
    assert stray_top_level({path.name for path in ROOT.iterdir()}) == set()


def test_no_folder_of_tests_is_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_the_living_printer_library_is_installed_and_its_stale_namesake_is_not() -> None:
    assert metadata.version("python-escpos")
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("escpos")


@pytest.mark.parametrize(
    ("rule", "module", "source"),
    [
        (follows_the_table, "kiosk.pages", "from counter import console"),
        (follows_the_table, "kiosk.pages", "def late():\n    import counter.console"),
        (follows_the_table, "kiosk.pages", "import importlib\nimportlib.import_module('display.wall')"),
        (follows_the_table, "shared.domain.ticket", "from shared.store.engine import engine"),
        (follows_the_table, "shared.domain.ticket", "from ..store import engine"),
        (follows_the_table, "shared.store.engine", "from shared.actions import calling"),
        (follows_the_table, "shared.actions.calling", "from shared import web"),
        (follows_the_table, "shared.web.base", "from shared.commands import verify"),
        (follows_the_table, "shared.seed.lists", "from shared.store import engine"),
        (follows_the_table, "shared.commands.verify", "from kiosk import pages"),
        (follows_the_table, "hardware.spooler", "from shared.domain.ticket import Ticket"),
        (follows_the_table, "hardware.spooler", "from shared.domain import ticket"),
        (follows_the_table, "hardware.spooler", "import shared.domain"),
        (follows_the_table, "hardware.spooler", "from shared.web import tokens"),
        (follows_the_table, "hardware.pages", "from shared.actions import devices"),
        (device_words_use_the_standard_library, "shared.domain.slip", "import qrcode"),
        (device_words_use_the_standard_library, "shared.domain.slip", "from shared.domain import ticket"),
        (domain_is_pure, "shared.domain.ticket", "from sqlalchemy.orm import mapped_column"),
        (domain_is_pure, "shared.domain.base", "from flask import current_app"),
        (store_alone_queries, "shared.actions.calling", "from sqlalchemy import select"),
        (store_alone_queries, "shared.actions.calling", "def call(session: Session) -> None: ..."),
        (store_alone_queries, "kiosk.pages", "import sqlalchemy as sa\nrows = sa.select(1)"),
        (nothing_imports_the_roof, "shared.commands.verify", "from hall import create_app"),
        (named_for_its_subject, "shared.web.utils", ""),
        (named_for_its_subject, "shared.helpers.dates", ""),
        (says_its_subject, "kiosk.pages", "import sys"),
        (names_its_async_mode, "hall", "socketio = flask_socketio.SocketIO(app)"),
    ],
)
def test_each_rule_catches_its_violation(rule: Rule, module: str, source: str) -> None:
    assert rule(module, source) != []


@pytest.mark.parametrize(
    ("rule", "module", "source"),
    [
        (
            follows_the_table,
            "hardware.pages",
            "from shared.web import tokens\nfrom shared.domain import slip",
        ),
        (follows_the_table, "hardware.spooler", "from shared.domain.devices import PrintJob"),
        (follows_the_table, "shared.seed.lists", "from shared.domain.catalogue import Bundle"),
        (follows_the_table, "kiosk.pages", "from shared.actions import issuing\nfrom . import phone"),
        (follows_the_table, "hall", "import counter, display, hardware, kiosk, shared.web"),
        (
            device_words_use_the_standard_library,
            "shared.domain.slip.fields",
            "from shared.domain import errors",
        ),
        (device_words_use_the_standard_library, "shared.domain.clock", "from datetime import datetime"),
        (domain_is_pure, "shared.domain.base", "from sqlalchemy.orm import mapped_column"),
        (store_alone_queries, "hardware.spooler", "selector.select(timeout=1)"),
        (names_its_async_mode, "hall", "socketio = SocketIO(app, async_mode='gevent')"),
    ],
)
def test_each_rule_lets_pass_what_it_allows(rule: Rule, module: str, source: str) -> None:
    assert rule(module, source) == []


def test_a_stray_file_at_the_top_is_caught() -> None:
    assert stray_top_level({"kiosk", "hall.py", "notes.txt", ".venv", "requirements.lock"}) == {"notes.txt"}
