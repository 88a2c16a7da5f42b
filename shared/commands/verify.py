"""``hall verify``: whether the books of a hall are sound, and what is broken if they are not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from sqlalchemy.exc import DatabaseError

from shared.actions.verifying import by_invariant, verify
from shared.commands.refusals import Told, telling
from shared.domain.verifying import INVARIANTS, Breach
from shared.store.history import NoDatabase, open_history, snapshot_engine
from shared.store.schema import is_up_to_date
from shared.web.settings import read_settings


def verify_command() -> click.Command:
    """``hall verify``."""

    @click.command(
        "verify", help="核对数据库里的账：号、叫号、状态、办件、流水，指出错在哪里。只读，不需要停机。"
    )
    @click.option("--json", "as_json", is_flag=True, help="给程序看的一行 JSON")
    @click.option("--database-url", default=None, help="数据库地址，默认照设置")
    @click.option(
        "--data-dir", type=click.Path(file_okay=False, path_type=Path), default=None, help="数据目录"
    )
    @telling
    def command(as_json: bool, database_url: str | None, data_dir: Path | None) -> None:
        breaches = read_and_verify(_address(database_url, data_dir))
        if as_json:
            broken = [breach._asdict() for breach in breaches]
            click.echo(msgspec.json.encode({"ok": not breaches, "broken": broken}))
        else:
            _tell(breaches)
        if breaches:
            raise SystemExit(1)

    return command


def read_and_verify(url: str) -> list[Breach]:
    """Everything that is broken in the database at this address.

    Raises:
        Told: there is no database, or it is not one that this program knows.
    """
    try:
        _check_schema(url)
        with open_history(url) as history:
            return verify(history)
    except NoDatabase as missing:
        raise Told(str(missing)) from None
    except DatabaseError as damaged:
        if not url.startswith("sqlite"):
            raise
        return [Breach("storage", f"数据库文件读不出来：{damaged.orig}")]


def _check_schema(url: str) -> None:
    engine = snapshot_engine(url)
    try:
        if not is_up_to_date(engine):
            raise Told("这个数据库与程序的版本不同，或者不是大厅的数据库；请先运行 hall init。")
    finally:
        engine.dispose()


def _address(database_url: str | None, data_dir: Path | None) -> str:
    """The database that is meant: named outright, or by the settings with another folder."""
    if database_url is not None:
        return database_url
    if data_dir is None:
        return read_settings().database_url
    return read_settings({**_elsewhere(os.environ), "HALL_DATA_DIR": str(data_dir)}).database_url


def _elsewhere(environ: os._Environ[str]) -> dict[str, str]:
    """The settings without an address of the database, which ``--data-dir`` overrules."""
    return {name: value for name, value in environ.items() if name != "HALL_DATABASE_URL"}


def _tell(breaches: Sequence[Breach]) -> None:
    told = by_invariant(breaches)
    for name, sentence in INVARIANTS.items():
        details = told[name]
        click.echo(f"{name:<8}{sentence}：{f'{len(details)} 处不对' if details else '正常'}")
        for detail in details:
            click.echo(f"        {detail}")
    click.echo("账目有错。" if breaches else "账目都对。")
