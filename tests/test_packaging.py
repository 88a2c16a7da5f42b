"""What an installation is made of: locks without addresses, and a wheel that holds what it serves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-agent.lock")
PACKAGES = ("kiosk", "counter", "display", "shared", "hardware")
SERVED = {".html", ".css", ".js", ".svg", ".json", ".toml", ".mako"}


def project() -> dict[str, Any]:
    """The whole of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(name: str) -> str:
    """A distribution's name as registries compare it, without its extras."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name)[0]).lower()


def locked(lock: str) -> dict[str, str]:
    """Every distribution that ``lock`` pins, with its whole entry."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return {normal(entry): entry for entry in text.splitlines() if entry.strip()}


def wanted(*extras: str) -> set[str]:
    """The distributions that the project names itself, with those of ``extras``."""
    table = project()["project"]
    named = [
        *table["dependencies"],
        *(name for extra in extras for name in table["optional-dependencies"][extra]),
    ]
    return {normal(name) for name in named}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_its_hashes(lock: str) -> None:
    for name, entry in locked(lock).items():
        assert re.match(r"[a-z0-9-]+==[0-9][^ ]*", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json", ".npmrc"])
def test_no_lock_names_an_address_or_a_place_of_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.findall(r"https?:|file:|git\+|--index|--find-links|(?<![\w@.-])/[a-z]+/|resolved\"", text) == []


def test_the_running_lock_holds_all_that_a_hall_may_run_with() -> None:
    assert wanted("scale", "hardware") <= locked("requirements.lock").keys()


def test_the_development_lock_holds_everything_at_the_same_versions() -> None:
    running, everything = locked("requirements.lock"), locked("requirements-dev.lock")
    assert wanted("scale", "hardware", "dev") <= everything.keys()
    versions = {name: entry.split()[0] for name, entry in running.items()}
    assert {name: everything[name].split()[0] for name in running} == versions


def test_the_agent_s_lock_holds_what_an_agent_needs_at_the_hall_s_versions_and_no_server() -> None:
    running, alone = locked("requirements.lock"), locked("requirements-agent.lock")
    named = {normal(name) for name in project()["project"]["optional-dependencies"]["agent"]}
    assert named <= alone.keys() <= running.keys()
    assert {name: alone[name].split()[0] for name in alone} == {
        name: running[name].split()[0] for name in alone
    }
    assert not {"flask", "flask-socketio", "gevent", "sqlalchemy", "msgspec", "cryptography"} & alone.keys()


def test_the_locks_hold_the_build_back_end_for_an_installation_without_isolation() -> None:
    for lock in LOCKS:
        assert "setuptools" in locked(lock)


def test_neither_the_stale_namesake_nor_a_second_socket_server_is_ever_locked() -> None:
    for lock in LOCKS:
        assert not {"escpos", "gevent-websocket", "eventlet"} & locked(lock).keys()


def test_every_front_end_part_has_an_integrity_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    parts = {path: part for path, part in lock["packages"].items() if path}
    assert all(part["integrity"].startswith("sha512-") for part in parts.values())
    assert lock["packages"][""]["dependencies"] == {
        "socket.io-client": parts["node_modules/socket.io-client"]["version"]
    }


def test_the_front_end_part_of_the_lock_is_the_one_served() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    served = (ROOT / "shared/web/static/vendor/socket.io.esm.min.js").read_text(encoding="utf-8")
    assert f"Socket.IO v{lock['packages']['node_modules/socket.io-client']['version']}" in served


def test_the_distribution_is_never_uploaded_by_mistake() -> None:
    table = project()["project"]
    assert table["name"] == "baiyin-hall"
    assert "Private :: Do Not Upload" in table["classifiers"]


def test_the_changelog_tells_of_the_present_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {project()['project']['version']}" in changelog


def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {"setup", "demo", "test", "soak", "bench", "lint"} <= named
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def served_files() -> Iterator[str]:
    """Every file of the five packages that pages, imports or migrations need at run time."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.suffix in SERVED | {".py"} and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


def test_a_wheel_holds_the_roof_and_every_file_that_is_served(tmp_path: Path) -> None:
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    source = tmp_path / "source"
    source.mkdir()
    for name in (*PACKAGES, "hall.py", "pyproject.toml", "README.md", "LICENSE"):
        (source / name).symlink_to(ROOT / name)
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    assert "hall.py" in held
    assert set(served_files()) - held == set()
