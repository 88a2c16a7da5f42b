"""Who may use one database at once: one server per SQLite file, commands beside it, several on PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from conftest import PASSWORD, CastTemplate
from demos import Demo, form, one_demo, running_demo, start_process, stop_if_running
from servers import free_port
from test_demo import ROOT, run

from shared.store.data_folder import owning


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: CastTemplate) -> Path:
    """The data folder of a founded hall."""
    shutil.copytree(sqlite_template[0].data_dir, tmp_path / "hall")
    return tmp_path / "hall"


@pytest.fixture
def owned(folder: Path) -> Iterator[Path]:
    """A data folder whose database a server uses."""
    with owning(f"sqlite:///{folder}/hall.db"):
        yield folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.sqlite_file
@pytest.mark.parametrize("words", [("demo", "--data-dir"), ("demo", "--json", "--data-dir"), ("serve",)])
def test_a_second_server_refuses_in_one_line_before_it_has_changed_anything(
    owned: Path, words: tuple[str, ...]
) -> None:
    before = contents(owned)
    more = () if words == ("serve",) else (str(owned),)
    environ = {**os.environ, "HALL_DATA_DIR": str(owned)}
    result = run(*words, *more, "--port", str(free_port()), environ=environ)
    assert result.returncode == 1
    assert result.stdout == ""
    assert re.fullmatch(r"另一个服务正在使用 \S+；一个 SQLite 数据库只能由一个服务使用。\n", result.stderr)
    assert contents(owned) == before


@pytest.mark.sqlite_file
def test_two_folders_that_share_one_file_have_one_server(owned: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{owned}/hall.db"
    result = run("demo", "--port", "0", "--data-dir", str(tmp_path / "other"), "--database-url", url)
    assert (result.returncode, "另一个服务正在使用" in result.stderr) == (1, True)


@pytest.mark.sqlite_file
def test_after_a_killed_server_the_next_one_starts(tmp_path: Path) -> None:
    options = ("--clerks", "1", "--kiosks", "1", "--data-dir", str(tmp_path / "hall"))
    first = start_process(*options)
    first.process.kill()
    first.process.wait()
    stop_if_running(first)
    with one_demo(*options) as second:
        assert second.devices == first.devices


def test_accounts_and_configurations_are_made_beside_a_running_server(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    database = {"HALL_DATABASE_URL": form.database_of(folder)}
    environ = {**os.environ, "HALL_DATA_DIR": str(folder), **database}
    with running_demo("--clerks", "1", "--kiosks", "1", "--data-dir", str(folder)) as demo:
        made = run("user", "add", "vera", "--role", "guide", "--password", PASSWORD, environ=environ)
        assert made.returncode == 0, made.stderr
        body = {"username": "vera", "password": PASSWORD}
        assert httpx.post(f"{demo.base_url}/api/v1/session", json=body).status_code == 200
        seed = tmp_path / "seed"
        seed.mkdir()
        site = (ROOT / "shared/seed/site.toml").read_text(encoding="utf-8")
        (seed / "site.toml").write_text(site, encoding="utf-8")
        renewed = run("init", "--seed", str(seed), environ=environ)
        assert (renewed.returncode, "配置 2 号已生效" in renewed.stdout) == (0, True), renewed.stderr


@pytest.mark.sqlite_file
def test_the_schema_is_not_changed_under_a_running_server(owned: Path) -> None:
    (owned / "hall.db").write_bytes(b"")
    refused = run("init", environ={**os.environ, "HALL_DATA_DIR": str(owned)})
    assert (refused.returncode, "另一个服务正在使用" in refused.stderr) == (1, True)
    with closing(sqlite3.connect(owned / "hall.db")) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_processes_that_start_at_one_moment_found_one_hall(tmp_path: Path, postgresql_url: str) -> None:
    options = (
        "--clerks",
        "2",
        "--kiosks",
        "1",
        "--data-dir",
        str(tmp_path),
        "--database-url",
        postgresql_url,
    )
    with ExitStack() as ending, ThreadPoolExecutor() as threads:
        started: list[Demo] = list(threads.map(lambda _: start_process(*options), range(3)))
        for demo in started:
            ending.callback(stop_if_running, demo)
        assert len({str(demo.line["accounts"]) for demo in started}) == 1
        assert len({demo.base_url for demo in started}) == 3
